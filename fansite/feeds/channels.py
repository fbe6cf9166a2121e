"""What there is to follow: all news, a tag, what is said below a text, in one thread, or anywhere. Never more than everyone may read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from html import escape, unescape
from typing import Any, NamedTuple
from urllib.parse import urljoin

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from fansite.accounts.models import Account
from fansite.comments import author_name as comment_author
from fansite.comments import author_path
from fansite.comments import queries as comments
from fansite.comments.models import Comment
from fansite.comments.queries import About, Heard, Said
from fansite.core import listing, markup
from fansite.core.content import Entry, listed, readable_in
from fansite.core.db import db
from fansite.core.entries import author_name
from fansite.core.kept import site_name
from fansite.core.markup.texts import TAG
from fansite.core.web import clean, entry_path, path_for, public_url
from fansite.core.web.parts import Parts
from fansite.core.web.paths import current_language
from fansite.news import queries as news
from fansite.news.models import NewsPost
from fansite.tags import queries as tags_of_posts
from fansite.tags.models import Tag
from fansite.talk import queries as talk
from fansite.tour import queries as tour
from fansite.tour.models import Gig
from fansite.tour.words import long_day, state_words, title_of

ITEMS = 30
SUMMARY = 200
_ADDRESS = re.compile(r'(?<= )(href|src)="([^"]*)"')


@dataclass(frozen=True)
class Item:
    """One text. A character that XML does not know would cost all readers the whole feed: `clean` has taken them out."""

    # Outlives every change of the address.
    id: str
    address: str
    title: str
    summary: str
    html: str
    published: datetime
    updated: datetime
    language: str
    author: str | None = None
    author_address: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Channel:
    title: str
    description: str
    # The page it follows, and the address of the feed itself without what comes after the dot.
    page: str
    stem: str
    items: Sequence[Item]
    # What it depends on.
    tags: tuple[str, ...]
    language: str = field(default_factory=current_language)
    # The last change of anything in it; None where what was taken down would not show.
    changed: datetime | None = None

    @property
    def last_updated(self) -> datetime:
        """An empty feed is the same feed every time it is asked for."""
        return max((item.updated for item in self.items), default=datetime.fromtimestamp(0, UTC))


# ---- news -------------------------------------------------------------------------------------------------------------------


def of_news() -> Channel:
    return _of_posts(
        _news(), _("News of %(site)s", site=site_name()), site_name(), "home.index", path_for("feeds.news", format="xml")
    )


def of_tag(tag: Tag) -> Channel:
    posts = news.latest_of_tag(current_language(), tag, _by_ids, ITEMS)
    title = _("%(site)s: %(tag)s", site=site_name(), tag=tag.name)
    stem = path_for("feeds.tag", slug=tag.slug, format="xml")
    return _of_posts(posts, _("News: %(tag)s", tag=tag.name), title, "news.tag", stem, tag.page_tag, slug=tag.slug)


class Post(NamedTuple):
    """Of a post, what a feed says of it: rows that are no objects of the mapper take a third of the time."""

    id: int
    kind: str
    language: str
    slug: str
    title: str
    summary: str
    published_at: datetime
    updated_at: datetime
    author_id: int | None
    html: str
    author: comments.Writer | None


def _of_posts(
    posts: Sequence[Post], description: str, title: str, endpoint: str, feed: str, *tags: str, **values: str
) -> Channel:
    named = tags_of_posts.names_of([post.id for post in posts])
    return Channel(
        title=clean(title),
        description=clean(description),
        page=public_url(path_for(endpoint, **values)),
        stem=_stem(feed),
        items=[_of_post(post, named[post.id]) for post in posts],
        tags=("list:news", "list:tag", *tags, *(f"account:{post.author_id}" for post in posts)),
        changed=_last_change(),
    )


_ENTRY, _TEXT, _ACCOUNT = Entry.__table__, NewsPost.__table__, Account.__table__
_OF_ENTRY = [_ENTRY.c[name] for name in Post._fields[:-2]]
_ROWS = (
    sa.select(*_OF_ENTRY, _TEXT.c.html, *(_ACCOUNT.c[name] for name in comments.Writer._fields))
    .select_from(_ENTRY.join(_TEXT, _TEXT.c.id == _ENTRY.c.id).outerjoin(_ACCOUNT, _ACCOUNT.c.id == _ENTRY.c.author_id))
    .where(_ENTRY.c.kind == "news", listed())
)
_BY_IDS = _ROWS.where(_ENTRY.c.id.in_(listing.IDS))


def _by_ids(ids: Sequence[int]) -> list[Post]:
    return _posts(_BY_IDS, {"ids": ids})


def _news() -> list[Post]:
    return _posts(_latest(), {"language": current_language()})


def _posts(statement: Any, facts: dict[str, Any]) -> list[Post]:
    ends = len(Post._fields) - 1
    rows = db.session.execute(statement, facts)
    return [Post._make([*row[:ends], comments.Writer._make(row[ends:]) if row[ends] is not None else None]) for row in rows]


@cache
def _latest() -> Any:
    """Put together once: that takes longer than the answer. Its parameter is `language`."""
    offered = _ROWS.where(readable_in(sa.bindparam("language", type_=sa.String())))
    return offered.order_by(Entry.published_at.desc(), Entry.id.desc()).limit(ITEMS)


def _of_post(post: Any, tags: Sequence[str]) -> Item:
    address = public_url(entry_path(post))
    writer = post.author if post.author is not None and post.author.active else None
    return Item(
        id=public_url(f"/entries/{post.id}"),
        address=address,
        title=clean(post.title),
        summary=clean(post.summary),
        html=_elsewhere(post.html, address),
        published=post.published_at,
        updated=post.updated_at,
        language=post.language,
        author=author_name(post),
        author_address=public_url(path_for("fans.show", username=writer.username_key)) if writer is not None else None,
        tags=tuple(clean(name) for name in tags),
    )


def _last_change() -> datetime | None:
    """Of all news: what was taken down changes the feed as well."""
    return max((moment for moment in db.session.scalars(_changes()) if moment is not None), default=None)


@cache
def _changes() -> Any:
    row = _ENTRY.c
    public = (row.status == "published", row.visibility == "public")
    away = (row.withdrawn_at.is_not(None), row.status != "published", row.visibility == "public")
    shown = sa.select(row.updated_at).where(row.kind == "news", *public).order_by(row.updated_at.desc()).limit(1)
    gone = sa.select(row.withdrawn_at).where(row.kind == "news", *away).order_by(row.withdrawn_at.desc()).limit(1)
    return sa.union_all(sa.select(shown.subquery()), sa.select(gone.subquery()))


# ---- gigs -------------------------------------------------------------------------------------------------------------------


def of_gigs() -> Channel:
    """What was announced last, each with what became of it since."""
    title = _("%(site)s on tour", site=site_name())
    return Channel(
        title=clean(title),
        description=clean(title),
        page=public_url(path_for("tour.index")),
        stem=_stem(path_for("feeds.gigs", format="xml")),
        items=[_of_gig(gig) for gig in tour.lately_announced(ITEMS)],
        tags=(tour.TAG,),
    )


def _of_gig(gig: Gig) -> Item:
    address, state, words = public_url(entry_path(gig)), state_words(gig), gig.words(current_language())
    title = f"{long_day(gig.day)}: {title_of(gig)}"
    assert gig.published_at is not None
    return Item(
        id=public_url(f"/entries/{gig.id}"),
        address=address,
        title=clean(f"{state}: {title}" if state else title),
        summary=clean(words.reason or title),
        html=_elsewhere("".join(f"<p>{escape(line)}</p>" for line in (title, words.reason) if line) + words.html, address),
        published=gig.published_at,
        updated=gig.updated_at,
        language=current_language(),
    )


# ---- talk -------------------------------------------------------------------------------------------------------------------


def of_talk() -> Channel:
    """What fans began last."""
    title = _("%(site)s: Talk", site=site_name())
    begun = talk.begun_last(ITEMS)
    named = tags_of_posts.names_of([one.id for one in begun])
    return Channel(
        title=clean(title),
        description=clean(title),
        page=public_url(path_for("talk.index")),
        stem=_stem(path_for("feeds.talk", format="xml")),
        items=[_of_post(one, named[one.id]) for one in begun],
        tags=("list:talk", "list:tag", *(f"account:{one.author_id}" for one in begun)),
    )


# ---- what is said -------------------------------------------------------------------------------------------------------------


def of_comments() -> Channel:
    title = _("%(site)s: comments", site=site_name())
    feed = path_for("feeds.comments_of_all", format="xml")
    return _of_said(comments.latest(ITEMS), title, path_for("home.index"), feed, "list:comments")


def of_entry(entry: Entry) -> Channel:
    title = _("Comments on “%(title)s”", title=entry.title)
    feed = path_for(f"feeds.{entry.kind}_comments", language=entry.language, slug=entry.slug, format="xml")
    said = comments.latest_below(entry.id, ITEMS)
    return _of_said(said, title, entry_path(entry), feed, f"entry:{entry.id}")


def of_thread(root: Comment) -> Channel:
    title = _("A thread below “%(title)s”", title=root.entry.title)
    said = comments.latest_below(root.entry_id, ITEMS, thread=root.thread)
    page = path_for("comments.thread", root.entry.language, comment_id=root.id)
    feed = path_for("feeds.thread", root.entry.language, comment_id=root.id, format="xml")
    return _of_said(said, title, page, feed, f"entry:{root.entry_id}")


def _of_said(heard: Sequence[Heard], title: str, page: str, feed: str, *tags: str) -> Channel:
    return Channel(
        title=clean(title),
        description=clean(title),
        page=public_url(page),
        stem=_stem(feed),
        items=[_of_comment(said, entry) for said, entry in heard],
        tags=(*tags, *(f"account:{said.author_id}" for said, _entry in heard), *(f"entry:{entry.id}" for _said, entry in heard)),
    )


def _of_comment(comment: Said, entry: About) -> Item:
    address = public_url(path_for("comments.permalink", comment_id=comment.id))
    name, own_page = comment_author(comment) or "[deleted]", author_path(comment)
    return Item(
        id=public_url(f"/comments/{comment.id}"),
        address=address,
        title=clean(_("%(name)s on “%(title)s”", name=name, title=entry.title)),
        summary=clean(markup.summary_of(comment.html, SUMMARY)),
        html=_elsewhere(comment.html, public_url(entry_path(entry))),
        published=comment.posted_at,
        updated=comment.edited_at or comment.posted_at,
        language=entry.language,
        author=name,
        author_address=public_url(own_page) if own_page else None,
    )


# ---- the parts ----------------------------------------------------------------------------------------------------------------


def _stem(path: str) -> str:
    return public_url(path.removesuffix(".xml"))


def _elsewhere(html: str, base: str) -> str:
    """A text as feeds carry it: made once for all of them."""
    parts: Parts = current_app.extensions["fansite"].parts
    return parts.of(("feed", html, base), lambda: clean(absolute(html, base)))


def absolute(html: str, base: str) -> str:
    """Readers show the text elsewhere: its links and pictures get the whole address, whatever they were relative to."""

    def whole(found: re.Match[str]) -> str:
        return f'{found[1]}="{escape(urljoin(base, unescape(found[2])))}"'

    return TAG.sub(lambda tag: _ADDRESS.sub(whole, tag[0]), markup.simple(html))
