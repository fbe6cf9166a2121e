"""`…/feed.xml`, `…/feed.atom`, `…/feed.json`: news, a tag, and what is said."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, g, redirect

from fansite.comments import queries as comments
from fansite.core.content import by_slug, contents, moved
from fansite.core.entries import require_public, stands_for
from fansite.core.web import cacheable, conditional, path_for, shown_on
from fansite.core.web.pages import feed_addresses
from fansite.feeds import channels
from fansite.feeds.channels import Channel
from fansite.feeds.formats import TYPES, WRITERS
from fansite.tags import queries as tags

bp = Blueprint("feeds", __name__)
FEED = "feed.<any(xml,atom,json):format>"


@bp.get(f"/{FEED}")
@cacheable()
def news(format: str) -> Response:
    return _answer(channels.of_news(), format)


@bp.get(f"/news/tag/<slug>/{FEED}")
@cacheable()
def tag(slug: str, format: str) -> Response:
    """A tag nobody can read anything under has no feed, as it has no page."""
    found = tags.by_slug(slug)
    channel = channels.of_tag(found) if found is not None else None
    if channel is None or not channel.items:
        abort(404)
    return _answer(channel, format)


@bp.get(f"/tour/{FEED}")
@cacheable()
def gigs(format: str) -> Response:
    return _answer(channels.of_gigs(), format)


@bp.get(f"/comments/{FEED}")
@cacheable()
def comments_of_all(format: str) -> Response:
    return _answer(channels.of_comments(), format)


@bp.get(f"/comments/<int:comment_id>/{FEED}")
@cacheable()
def thread(comment_id: int, format: str) -> Any:
    """Of any comment the thread it stands in, under the number of the first."""
    comment = comments.with_context(comment_id)
    if comment is None or comment.thread is None:
        abort(404)
    require_public(comment.entry)
    if comment.root_id != comment.id:
        if comment.shown_at is None:
            abort(404)
        return redirect(path_for("feeds.thread", comment.entry.language, comment_id=comment.root_id, format=format), 301)
    if comment.entry.language != g.language:
        return redirect(path_for("feeds.thread", comment.entry.language, comment_id=comment.id, format=format), 301)
    return _answer(channels.of_thread(comment), format)


@bp.get(f"/news/<slug>/{FEED}")
@cacheable()
def news_comments(slug: str, format: str) -> Any:
    return _below("news", slug, format)


@bp.get(f"/talk/{FEED}")
@cacheable()
def talk(format: str) -> Response:
    return _answer(channels.of_talk(), format)


@bp.get(f"/talk/<slug>/{FEED}")
@cacheable()
def talk_comments(slug: str, format: str) -> Any:
    return _below("talk", slug, format)


@bp.get(f"/<slug>/{FEED}")
@cacheable()
def page_comments(slug: str, format: str) -> Any:
    return _below("page", slug, format)


def site_feeds() -> list[tuple[str, str]]:
    """(media type, address) of the feed of all news, for the head of every page."""
    return feed_addresses(path_for("feeds.news", format="xml").removesuffix(".xml"))


def _below(kind: str, slug: str, format: str) -> Any:
    """What is said below the text at that address; the way of its page through changed addresses is the way of its feed."""
    entry = by_slug(contents()[kind].model, slug, g.language)
    if not stands_for(None, entry):
        entry = moved(kind, slug, g.language)
        if entry is None:
            abort(404)
        require_public(entry)
        return redirect(path_for(f"feeds.{kind}_comments", language=entry.language, slug=entry.slug, format=format), 301)
    require_public(entry)
    return _answer(channels.of_entry(entry), format)


def _answer(channel: Channel, format: str) -> Response:
    shown_on(*channel.tags)
    response = Response(WRITERS[format](channel), content_type=TYPES[format])
    if channel.changed:
        response.last_modified = channel.changed
    return conditional(response)
