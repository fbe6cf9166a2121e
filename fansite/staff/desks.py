"""How each kind of entry is written at the desk: its form, its verbs, and the public page a preview is shown on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort
from flask_babel import lazy_gettext as _l

from fansite.core import markup
from fansite.core.web import Page as WebPage
from fansite.lib.times import now
from fansite.media import queries as pictures
from fansite.news import operations as news
from fansite.news import queries as news_queries
from fansite.news.models import NewsPost
from fansite.news.queries import Around
from fansite.news.showing import page_of_post
from fansite.pages import operations as pages
from fansite.pages.models import Page
from fansite.staff.forms import EntryForm, NewsForm, PageForm
from fansite.tags.operations import normalise
from fansite.tags.queries import Label


@dataclass(frozen=True)
class Desk:
    kind: str
    model: type[Any]
    form: type[EntryForm]
    draft: Callable[..., Any]
    revise: Callable[..., Any]
    # Form and person → template, page and context of the public page.
    preview: Callable[[Any, Any], tuple[str, WebPage, dict[str, Any]]]
    # Entry → the fields only this kind has.
    own: Callable[[Any], dict[str, Any]]
    new: Any
    all: Any
    comments_open: bool = True


def _unsaved(model: type[Any], form: EntryForm, person: Any) -> Any:
    """An entry that never meets the database."""
    entry = model(
        kind=model.__mapper_args__["polymorphic_identity"],
        status="draft",
        title=" ".join((form.title.data or "").split()) or "–",
        slug="preview",
        language=form.language.data,
        summary=(form.summary.data or "").strip(),
        updated_at=now(),
        comments_count=0,
        author=person,
        cover=pictures.in_library(form.cover.data),
        cover_seed=form.wording()["cover_seed"],
        cover_motif=form.motif,
    )
    entry.write(form.body.data or "")
    entry.summary = entry.summary or markup.summary_of(entry.html)
    return entry


def _preview_news(form: NewsForm, person: Any) -> tuple[str, WebPage, dict[str, Any]]:
    post = _unsaved(NewsPost, form, person)
    labels = [Label(0, slug, name) for slug, name in normalise(form.own()["tags"]).items()]
    around, evenings = Around(tags=labels), news_queries.evenings(form.gigs.data)
    return "news/show.html", page_of_post(post, around, None), {"post": post, "around": around, "evenings": evenings}


def _preview_page(form: PageForm, person: Any) -> tuple[str, WebPage, dict[str, Any]]:
    entry = _unsaved(Page, form, person)
    return "pages/show.html", WebPage(entry.title, description=entry.summary, noindex=True), {"entry": entry}


DESKS = {
    "news": Desk(
        kind="news",
        model=NewsPost,
        form=NewsForm,
        draft=news.draft,
        revise=news.revise,
        preview=_preview_news,
        own=lambda post: {"tags": ", ".join(tag.name for tag in post.tags), "gigs": list(post.gigs)},
        new=_l("Write news"),
        all=_l("All news"),
    ),
    "page": Desk(
        kind="page",
        model=Page,
        form=PageForm,
        draft=pages.draft,
        revise=pages.revise,
        preview=_preview_page,
        own=lambda page: {"menu_order": page.menu_order},
        new=_l("Write a page"),
        all=_l("All pages"),
        comments_open=False,
    ),
}


def desk_of(kind: str) -> Desk:
    return DESKS[kind] if kind in DESKS else abort(404)
