"""The same channel as RSS 2.0 (with the content module), as Atom (RFC 4287) and as JSON Feed 1.1 (jsonfeed.org)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import partial
from io import StringIO
from typing import Any

from feedgenerator import Atom1Feed, Rss201rev2Feed
from feedgenerator.django.utils.xmlutils import SimplerXMLGenerator
from flask import current_app

from fansite.core.web import public_url, static_path
from fansite.core.web.parts import Parts
from fansite.feeds.channels import Channel, Item
from fansite.lib.times import w3c

TYPES = {
    "xml": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json",
}


class _OfKeptItems:
    """An item is written once for all feeds it stands in: it is known by everything it says."""

    element: str
    items: list[dict[str, Any]]
    item_attributes: Callable[[dict[str, Any]], dict[str, str]]
    add_item_elements: Callable[..., None]

    def write_items(self, handler: Any) -> None:
        known: Parts = current_app.extensions["fansite"].parts
        for item in self.items:
            # What SAX calls so goes out as it is.
            handler.ignorableWhitespace(known.of((self.element, item["item"]), partial(self._one, item)))

    def _one(self, item: dict[str, Any]) -> str:
        text = StringIO()
        writer = SimplerXMLGenerator(text, "utf-8", short_empty_elements=True)
        writer.startElement(self.element, self.item_attributes(item))
        self.add_item_elements(writer, item)
        writer.endElement(self.element)
        return text.getvalue()


class _Rss(_OfKeptItems, Rss201rev2Feed):
    """RSS 2.0 with the whole text beside the summary (content module)."""

    element = "item"

    def latest_post_date(self) -> datetime:
        last: datetime = self.feed["changed"]
        return last

    def rss_attributes(self) -> dict[str, str]:
        return {**super().rss_attributes(), "xmlns:content": "http://purl.org/rss/1.0/modules/content/"}

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content:encoded", str(item["content"]))


class _Atom(_OfKeptItems, Atom1Feed):
    """Atom wants an author for every entry: the band signs what nobody else does."""

    element = "entry"

    def latest_post_date(self) -> datetime:
        last: datetime = self.feed["changed"]
        return last

    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        return {"xml:lang": str(item["language"])}


def rss(channel: Channel) -> str:
    return _written(_Rss, channel, "xml")


def atom(channel: Channel) -> str:
    return _written(_Atom, channel, "atom")


def json_feed(channel: Channel) -> str:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.page,
        "feed_url": f"{channel.stem}.json",
        "description": channel.description,
        "icon": public_url(static_path("art/icon-180.png")),
        "language": channel.language,
        "items": [_json_item(item) for item in channel.items],
    }
    return json.dumps(feed, ensure_ascii=False, separators=(",", ":"))


WRITERS: dict[str, Callable[[Channel], str]] = {"xml": rss, "atom": atom, "json": json_feed}


def _written(kind: type[Any], channel: Channel, ending: str) -> str:
    feed = kind(
        title=channel.title,
        link=channel.page,
        description=channel.description,
        language=channel.language,
        feed_url=f"{channel.stem}.{ending}",
        feed_guid=f"{channel.stem}.{ending}",
        author_name=channel.title if ending == "atom" else None,
        changed=channel.last_updated,
    )
    for item in channel.items:
        feed.add_item(
            title=item.title,
            link=item.address,
            # Atom calls it HTML, and what we have is plain words.
            description=_as_html(item.summary) if ending == "atom" else item.summary,
            content=item.html,
            pubdate=item.published,
            updateddate=item.updated,
            unique_id=item.id,
            unique_id_is_permalink=False,
            author_name=item.author,
            author_link=item.author_address,
            categories=item.tags,
            language=item.language,
            item=item,
        )
    text: str = feed.writeString("utf-8")
    return text


def _as_html(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;")


def _json_item(item: Item) -> dict[str, Any]:
    author = {"name": item.author, **({"url": item.author_address} if item.author_address else {})}
    return {
        "id": item.id,
        "url": item.address,
        "title": item.title,
        "content_html": item.html,
        **({"summary": item.summary} if item.summary else {}),
        "date_published": w3c(item.published),
        "date_modified": w3c(item.updated),
        "language": item.language,
        **({"authors": [author]} if item.author else {}),
        **({"tags": list(item.tags)} if item.tags else {}),
    }
