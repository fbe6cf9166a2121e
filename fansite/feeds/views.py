"""Feeds of all news: RSS 2.0 with full texts."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import escape, unescape
from typing import Any
from urllib.parse import urljoin

import sqlalchemy as sa
from feedgenerator import Rss201rev2Feed
from flask import Blueprint, Response
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from fansite.core.content import STATUSES, contents, listed, of_kind, readable_in
from fansite.core.db import db
from fansite.core.entries import author_name
from fansite.core.kept import site_name
from fansite.core.markup.texts import TAG
from fansite.core.web import clean, conditional, entry_path, path_for, public_url, shown_on
from fansite.core.web.paths import current_language

bp = Blueprint("feeds", __name__)
ITEMS = 30
_ADDRESS = re.compile(r'(?<= )(href|src)="([^"]*)"')


class FullTextFeed(Rss201rev2Feed):
    """RSS 2.0 with the whole text beside the summary (content module)."""

    def latest_post_date(self) -> datetime:
        """An empty feed is the same feed every time it is asked for."""
        return super().latest_post_date() if self.items else datetime.fromtimestamp(0, UTC)

    def rss_attributes(self) -> dict[str, str]:
        return {**super().rss_attributes(), "xmlns:content": "http://purl.org/rss/1.0/modules/content/"}

    def add_item_elements(self, handler: object, item: dict[str, object]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content:encoded", str(item["content"]))  # type: ignore[attr-defined]


@bp.get("/feed.xml")
def rss() -> Response:
    language = current_language()
    feed = FullTextFeed(
        title=clean(site_name()),
        link=public_url(path_for("home.index")),
        description=clean(_("News of %(site)s", site=site_name())),
        language=language,
        feed_url=public_url(path_for("feeds.rss")),
    )
    posts = _posts(language)
    for post in posts:
        feed.add_item(**_item(post))
    shown_on("list:news", *(f"account:{post.author_id}" for post in posts))
    response = Response(feed.writeString("utf-8"), content_type="application/rss+xml; charset=utf-8")
    if changed := _last_change():
        response.last_modified = changed
    return conditional(response)


def _item(post: Any) -> dict[str, Any]:
    """A character that XML does not know would cost all readers the whole feed. The id outlives every change of the address."""
    address = public_url(entry_path(post))
    return {
        "title": clean(post.title),
        "link": address,
        "description": clean(post.summary),
        "content": clean(absolute(post.html, address)),
        "pubdate": post.published_at,
        "updateddate": post.updated_at,
        "unique_id": public_url(f"/entries/{post.id}"),
        "unique_id_is_permalink": False,
        "author_name": author_name(post),
    }


def absolute(html: str, base: str) -> str:
    """Readers show the text elsewhere: its links and pictures get the whole address, whatever they were relative to."""

    def whole(found: re.Match[str]) -> str:
        return f'{found[1]}="{escape(urljoin(base, unescape(found[2])))}"'

    return TAG.sub(lambda tag: _ADDRESS.sub(whole, tag[0]), html)


def _last_change() -> datetime | None:
    """Of all news: what was taken down changes the feed as well."""
    news = contents()["news"].model
    shown = sa.select(news.updated_at).where(of_kind(news), listed()).order_by(news.updated_at.desc()).limit(1)
    away = news.status.in_([status for status in STATUSES if status != "published"])
    gone = sa.select(sa.func.max(news.withdrawn_at)).where(of_kind(news), away)
    return max(filter(None, (db.session.scalar(shown), db.session.scalar(gone))), default=None)


def _posts(language: str) -> list[Any]:
    model = contents()["news"].model
    statement = (
        sa.select(model)
        .where(of_kind(model), listed(), readable_in(language))
        .options(joinedload(model.author))
        .order_by(model.published_at.desc(), model.id.desc())
        .limit(ITEMS)
    )
    return list(db.session.scalars(statement))
