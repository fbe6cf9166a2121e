"""`/<page>`: about, contact, press, and whatever else the band has to say outside the news."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g

from fansite.comments import COMMENT_PARAMETERS, Section, section
from fansite.core import web
from fansite.core.content import by_slug
from fansite.core.entries import elsewhere, require_sight, stands_for
from fansite.media import link_picture
from fansite.pages import queries
from fansite.pages.content import json_ld
from fansite.pages.models import Page

bp = Blueprint("pages", __name__)


@bp.get("/<slug>")
@web.cacheable(*COMMENT_PARAMETERS)
def show(slug: str) -> Any:
    entry = by_slug(Page, slug, g.language)
    if not stands_for(g.person, entry):
        return elsewhere("page", slug, g.language, g.person)
    require_sight(g.person, entry)
    said = section(entry, g.person) if entry.public and (entry.comments_open or entry.comments_count) else None
    tags = (*entry.page_tags, *(said.tags if said else ()))
    return web.render_page("pages/show.html", _described(entry, said), tags=tags, entry=entry, section=said, preview=None)


def _described(entry: Page, said: Section | None) -> web.Page:
    if not entry.public:
        return web.Page(entry.title, description=entry.summary, noindex=True)
    node = json_ld(entry)
    if said and said.nodes:
        node |= {"commentCount": said.count, "comment": said.nodes}
    versions = [
        (language, web.path_for("pages.show", language=language, slug=slug)) for language, slug in queries.versions(entry)
    ]
    return web.Page(
        entry.title,
        description=entry.summary,
        path=said.page_path if said else web.entry_path(entry),
        kind="article",
        versions=versions,
        nodes=[node],
        og=link_picture(entry),
        feed_stem=f"{web.entry_path(entry)}/feed" if said else None,
    )
