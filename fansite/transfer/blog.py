"""What a WordPress export tells of a blog: the site, its authors and terms, its posts, pages, attachments and their comments."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import urlsplit

KINDS = ("post", "page", "attachment")
STATES = {"publish": "published", "future": "scheduled"}
# Work in progress and machinery; WordPress shows none of it to readers.
LEFT_OUT = ("trash", "auto-draft", "spam")
COMMENT_TYPES = ("", "comment", "pingback", "trackback")
COMMENTS_LEFT_OUT = ("spam", "trash", "post-trashed")
_LONGEST_ADDRESS = 200
_EARLIEST = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Site:
    title: str = ""
    link: str = ""
    description: str = ""
    language: str = ""
    base_site_url: str = ""
    base_blog_url: str = ""

    @property
    def url(self) -> str:
        """The blog's own address; on a network `base_site_url` is the network's."""
        return self.base_blog_url or self.link or self.base_site_url

    @property
    def address(self) -> str:
        """What stays the same when the site moves to https or drops its “www.”: `example.org/blog`."""
        host, path = host_of(self.url), path_of(self.url)
        return f"{host}{path}".rstrip("/")[:_LONGEST_ADDRESS]

    @property
    def language_code(self) -> str:
        """`fr-FR` and `fr_FR` → `fr`."""
        return self.language.lower().replace("_", "-").partition("-")[0]


@dataclass(frozen=True, slots=True)
class Author:
    login: str
    email: str = ""
    display_name: str = ""
    id: int = field(default=0, compare=False)


class Attachment(NamedTuple):
    """An uploaded file; `parent` is the number of the text it was uploaded for."""

    url: str
    alt: str = ""
    parent: int = 0
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """`taxonomy` is `category`, `post_tag`, `post_format` or a plugin's own; `parent` is a slug."""

    taxonomy: str
    slug: str
    name: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    id: int
    parent: int
    author: str
    email: str
    url: str
    date: datetime | None
    content: str
    approved: str
    type: str
    user_id: int

    @property
    def key(self) -> str:
        """Names the comment within its item."""
        return str(self.id) if self.id else _digest(self.author, str(self.date), self.content)

    @property
    def is_ping(self) -> bool:
        return self.type in ("pingback", "trackback")

    @property
    def is_public(self) -> bool:
        return self.approved in ("1", "approve", "approved")

    @property
    def reason_left_out(self) -> str | None:
        if self.approved in COMMENTS_LEFT_OUT:
            return f"comment {self.approved}"
        # Shops keep private notes about their customers as comments of other types.
        if self.type not in COMMENT_TYPES:
            return f"comment type {self.type}"
        return None


@dataclass(frozen=True, slots=True)
class Item:
    """A post, page or attachment. `content` and `excerpt` are raw HTML; `slug` is decoded but not yet one of ours."""

    line: int
    post_id: int
    guid: str
    post_type: str
    status: str
    title: str
    slug: str
    link: str
    date: datetime | None
    modified: datetime | None
    author: str
    content: str
    excerpt: str
    parent: int
    menu_order: int
    password: str
    sticky: bool
    comment_status: str
    terms: tuple[Term, ...] = ()
    comments: tuple[Comment, ...] = ()
    attachment_url: str = ""
    attached_file: str = ""
    alt: str = ""
    thumbnail_id: int | None = None
    old_slugs: tuple[str, ...] = ()
    # Set where an earlier item of the same file has the same number but is another text.
    shares_number: bool = False

    @property
    def key(self) -> str:
        """Names the item within its site: its number, or a digest where the export has no numbers or gives one twice."""
        return str(self.post_id) if self.post_id and not self.shares_number else self.digest

    @property
    def digest(self) -> str:
        return _digest(str(self.post_id), self.guid or self.link, self.title, str(self.date))

    @property
    def state(self) -> str:
        """`published`, `scheduled` or `draft`. What WordPress did not show to everybody never comes out public here."""
        return "draft" if self.password else STATES.get(self.status, "draft")

    @property
    def comments_open(self) -> bool:
        return self.comment_status == "open"

    @property
    def reason_left_out(self) -> str | None:
        if self.status in LEFT_OUT:
            return self.status
        if self.post_type not in KINDS:
            return self.post_type
        if self.status == "inherit" and self.post_type != "attachment":
            return "revision"
        return None


def threaded(comments: Iterable[Comment]) -> tuple[tuple[Comment, ...], Counter[str]]:
    """The comments to keep, oldest first and each parent before its replies, and why the others are left out.

    A reply to one that is left out moves up to the nearest ancestor that stays. Circles are cut where they are met.
    """
    left_out: Counter[str] = Counter()
    known = _unique(sorted(comments, key=lambda comment: (comment.date or _EARLIEST, comment.id)), left_out)
    ids = {comment.id for comment in known if comment.id}
    replies: dict[int, list[Comment]] = defaultdict(list)
    roots: list[Comment] = []
    for comment in known:
        (replies[comment.parent] if comment.parent in ids else roots).append(comment)

    kept: list[Comment] = []
    done: set[int] = set()
    # Roots first; whatever they do not reach stands in a circle.
    for start in [*roots, *known]:
        waiting = [(start, 0)]
        while waiting:
            comment, above = waiting.pop()
            if id(comment) in done:
                continue
            done.add(id(comment))
            if reason := comment.reason_left_out:
                left_out[reason] += 1
            else:
                kept.append(replace(comment, parent=above))
                above = comment.id
            waiting.extend((reply, above) for reply in reversed(replies.get(comment.id, ())))
    return tuple(kept), left_out


def _unique(comments: Iterable[Comment], left_out: Counter[str]) -> list[Comment]:
    unique: list[Comment] = []
    seen: set[str] = set()
    for comment in comments:
        if comment.key in seen:
            left_out["comment twice"] += 1
        else:
            seen.add(comment.key)
            unique.append(comment)
    return unique


def host_of(url: str) -> str:
    """Lower case, without “www.” and port; "" for what is no address."""
    try:
        host = urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def path_of(url: str) -> str:
    try:
        return urlsplit(url.strip()).path
    except ValueError:
        return ""


def _digest(*parts: str) -> str:
    return "x" + sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:20]
