"""`/news/`: what is new, by page, tag and year, and every post at its lasting address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, g
from flask_babel import gettext as _

from fansite.comments import COMMENT_PARAMETERS, section
from fansite.core.content import by_slug
from fansite.core.entries import elsewhere, require_sight, stands_for
from fansite.core.kept import site_name
from fansite.core.web import Page, Pages, cacheable, page_number, path_for, render_page
from fansite.lib.times import now
from fansite.news import queries
from fansite.news.models import NewsPost
from fansite.news.showing import page_of_post
from fansite.tags import queries as tags

bp = Blueprint("news", __name__, url_prefix="/news")


@bp.get("/")
@cacheable("page")
def index() -> Response:
    title = _("News of %(site)s", site=site_name())
    return _list(partial(queries.page_of_all, g.language), path_for("news.index"), title, _("News"))


@bp.get("/tag/<slug>")
@cacheable("page")
def tag(slug: str) -> Response:
    """A tag nobody can read anything under is no page."""
    found = tags.by_slug(slug)
    if found is None:
        abort(404)
    title = _("News: %(tag)s", tag=found.name)
    find = partial(queries.page_of_tag, g.language, found)
    return _list(find, path_for("news.tag", slug=slug), title, found.name, page_tag=found.page_tag, current_tag=slug)


@bp.get("/<int(fixed_digits=4):year>/")
@cacheable("page")
def year(year: int) -> Response:
    if year not in queries.years(g.language):
        abort(404)
    title = _("News of %(year)s", year=year)
    find = partial(queries.page_of_year, g.language, year)
    return _list(find, path_for("news.year", year=year), title, title, current_year=year)


@bp.get("/<slug>")
@cacheable(*COMMENT_PARAMETERS)
def show(slug: str) -> Any:
    post = by_slug(NewsPost, slug, g.language)
    if not stands_for(g.person, post):
        return elsewhere("news", slug, g.language, g.person)
    require_sight(g.person, post)
    around, said = queries.around(post), section(post, g.person) if post.public else None
    evenings = queries.evenings(around.gigs)
    page = page_of_post(post, around, said, evenings)
    tags = {
        f"entry:{post.id}",
        *(f"entry:{gig_id}" for gig_id in around.gigs),
        "list:news",
        f"account:{post.author_id}",
        *(f"entry:{version.id}" for version in around.versions),
        *(tag.page_tag for tag in around.tags),
    }
    tags |= set(said.tags) if said else set()
    return render_page(
        "news/show.html",
        page,
        tags=tags,
        until=min((gig.over_at for gig in evenings if gig.over_at > now()), default=None),
        post=post,
        around=around,
        evenings=evenings,
        section=said,
        preview=None,
    )


def _list(
    find: Callable[[int], tuple[Sequence[queries.Card], int]],
    path: str,
    title: str,
    heading: str,
    *,
    page_tag: str = "list:news",
    current_tag: str = "",
    current_year: int = 0,
) -> Response:
    number = page_number()
    posts, last = find(number)
    if number > last or (not posts and (current_tag or current_year)):
        abort(404)
    pages = Pages(number, last, path)
    crumbs = [(_("News"), path_for("news.index"))] if current_tag or current_year else []
    return render_page(
        "news/index.html",
        Page(
            title,
            description=_("%(title)s, newest first.", title=title),
            path=pages.url(number),
            crumbs=crumbs,
            # In another language there may be nothing under this tag.
            versions=[(g.language, path)] if crumbs else (),
            elsewhere="news.index",
            feed_stem=f"{path}/feed" if current_tag else None,
        ),
        tags=("list:news", "list:tag", page_tag, *(f"entry:{post.id}" for post in posts)),
        heading=heading,
        posts=posts,
        pages=pages,
        years=queries.years(g.language),
        cloud=queries.cloud(g.language),
        current_tag=current_tag,
        current_year=current_year,
    )
