"""Feeds of all news: RSS 2.0 with full texts."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from feedgenerator import Rss201rev2Feed
from flask import Blueprint, Response
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from fansite.core.content import contents, listed, readable_in
from fansite.core.db import db
from fansite.core.kept import site_name
from fansite.core.web import conditional, entry_path, path_for, public_url, shown_on
from fansite.core.web.paths import current_language

bp = Blueprint("feeds", __name__)
ITEMS = 30


class FullTextFeed(Rss201rev2Feed):
    """RSS 2.0 with the whole text beside the summary (content module)."""

    content_type = "application/rss+xml; charset=utf-8"

    def rss_attributes(self) -> dict[str, str]:
        return {**super().rss_attributes(), "xmlns:content": "http://purl.org/rss/1.0/modules/content/"}

    def add_item_elements(self, handler: object, item: dict[str, object]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content:encoded", str(item["content"]))  # type: ignore[attr-defined]


@bp.get("/feed.xml")
def rss() -> Response:
    language = current_language()
    feed = FullTextFeed(
        title=site_name(),
        link=public_url(path_for("home.index")),
        description=_("News of %(site)s", site=site_name()),
        language=language,
        feed_url=public_url(path_for("feeds.rss")),
    )
    posts = _posts(language)
    for post in posts:
        address = public_url(entry_path(post))
        feed.add_item(
            title=post.title,
            link=address,
            description=post.summary,
            content=absolute(post.html),
            pubdate=post.published_at,
            updateddate=post.updated_at,
            unique_id=public_url(f"/entries/{post.id}"),
            unique_id_is_permalink=False,
            author_name=post.author.username if post.author is not None and post.author.erased_at is None else None,
        )
    shown_on("list:news", *(f"account:{post.author_id}" for post in posts))
    response = Response(feed.writeString("utf-8"), content_type=FullTextFeed.content_type)
    if posts:
        response.last_modified = max(post.updated_at for post in posts)
    return conditional(response)


def absolute(html: str) -> str:
    """Readers show the text elsewhere: its own links and pictures get the whole address."""
    return html.replace('="/', f'="{public_url("/")}')


def _posts(language: str) -> list[Any]:
    model = contents()["news"].model
    statement = (
        sa.select(model)
        .where(model.kind == "news", listed(), readable_in(language))
        .options(joinedload(model.author))
        .order_by(model.published_at.desc(), model.id.desc())
        .limit(ITEMS)
    )
    return list(db.session.scalars(statement))
