"""Reads WordPress exports (WXR 1.0 to 1.2) of any length in little memory.

Twice: `check` reads the whole file and changes nothing, so that a broken or hostile one is refused before a row is written; `items` then
hands out the posts, pages and attachments one by one.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from fansite.transfer import wxr_fields as fields
from fansite.transfer.blog import KINDS, Attachment, Author, Comment, Item, Site, Term, host_of, threaded
from fansite.transfer.problems import Problems, Refused
from fansite.transfer.source import MAX_BYTES, Progress, fingerprint
from fansite.transfer.wxr_fields import Record
from fansite.transfer.xmlstream import parse

VERSIONS = ("1.0", "1.1", "1.2")
MAX_ITEMS = 200_000
# One item is held in memory whole, with its comments: a post of two million letters, or twenty thousand comments.
MAX_CONTENT = 2_000_000
MAX_ITEM = 16_000_000
# What stays until the end of the import: authors, terms, the addresses of attachments.
MAX_KEPT = 24_000_000
# Every field but the texts; a longer one is cut. WordPress's own columns are shorter.
MAX_FIELD = 4096
MAX_COMMENT = 65_536
# Python's own cost of a small string and of an object that holds ten.
FIELD_COST, RECORD_COST = 100, 500
MAX_REASONS = 50

_LIMITS = {"content:encoded": MAX_CONTENT, "excerpt:encoded": MAX_CONTENT, "wp:comment_content": MAX_COMMENT}
_NAMESPACE = re.compile(r"https?://(?:www\.)?wordpress\.org/export/[0-9.]+/(excerpt/)?")
_NAMESPACES = {"http://purl.org/rss/1.0/modules/content/": "content", "http://purl.org/dc/elements/1.1/": "dc"}


@dataclass(slots=True)
class Census:
    """What a file holds, known before anything is written."""

    site: Site = field(default_factory=Site)
    version: str = ""
    authors: list[Author] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    # Attachments by number, wherever in the file they stand: covers name them so.
    attachments: dict[int, Attachment] = field(default_factory=dict)
    # `post`, `page`, `attachment`, `comment` (pings included) and, of those, `ping`.
    counts: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    problems: Problems = field(default_factory=Problems)
    fingerprint: tuple[int, int, int] = (0, 0, 0)


def check(path: Path, *, progress: Progress | None = None, max_bytes: int = MAX_BYTES) -> Census:
    """Reads all of it or raises `Refused`; `progress` gets the bytes read since its last call."""
    census = Census(fingerprint=fingerprint(path))
    reader = _Reader(census.problems)
    taker = _Taker(census)
    for _ in parse(path, reader, problems=census.problems, progress=progress, max_bytes=max_bytes):
        for record in reader.finished():
            taker.take(record)
    if not reader.is_wordpress:
        raise Refused(reader.root_line, "an RSS feed, not a WordPress export: none of its elements is WordPress's own (wp:…)")
    taker.complete()
    return census


def items(path: Path, census: Census, *, progress: Progress | None = None, max_bytes: int = MAX_BYTES) -> Iterator[Item]:
    """The items `census` counted, in the order of the file, each with its comments in order of their threads."""
    if fingerprint(path) != census.fingerprint:
        raise Refused(None, "the file changed since it was checked")
    # A second time the problems are known already.
    forgotten = Census()
    reader = _Reader(forgotten.problems)
    taker = _Taker(forgotten)
    for _ in parse(path, reader, problems=forgotten.problems, progress=progress, max_bytes=max_bytes):
        for record in reader.finished():
            if (item := taker.take(record)) is not None:
                yield item


class _Taker:
    """Turns records into what a blog is made of, decides what is left out, and keeps the count."""

    def __init__(self, census: Census) -> None:
        self._census = census
        self._seen: set[int] = set()
        self._logins: set[str] = set()
        self._kept = 0
        self._items = 0
        self._first_link = ""

    def take(self, record: Record) -> Item | None:
        if record.name == "item":
            return self._item(record)
        if record.name == "wp:author":
            self._author(fields.author(record), record.line)
        elif record.name == "channel":
            self._channel(record)
        elif (term := fields.term(record)) is not None:
            self._keep(len(term.name) + len(term.slug), record.line)
            self._census.terms.append(term)
        return None

    def complete(self) -> None:
        """Some tools write exports that do not say where they come from; then the first item does."""
        if self._census.site.url:
            return
        if host := host_of(self._first_link):
            self._census.site = replace(self._census.site, link=f"https://{host}")
        else:
            self._census.problems.note(1, "the export does not say which site it comes from")

    def _channel(self, record: Record) -> None:
        self._census.site = fields.site(record)
        self._census.version = version = record.fields.get("wp:wxr_version", "").strip()[:20]
        if version and version not in VERSIONS:
            self._census.problems.note(record.line, f"WXR version {version} is not known; read as {VERSIONS[-1]}")

    def _author(self, author: Author, line: int) -> None:
        if author.login and author.login.casefold() not in self._logins:
            self._keep(len(author.login) * 2 + len(author.email) + len(author.display_name), line)
            self._logins.add(author.login.casefold())
            self._census.authors.append(author)

    def _item(self, record: Record) -> Item | None:
        self._items += 1
        if self._items > MAX_ITEMS:
            raise Refused(record.line, f"more than {MAX_ITEMS:,} items")
        if record.overfull:
            self._census.problems.note(record.line, "this item is too large to be read and was left out")
            self._skip("too large")
            return None
        item = fields.item(record)
        self._first_link = self._first_link or item.link
        if reason := item.reason_left_out:
            self._skip(reason)
            return None
        if self._seen_before(item.digest):
            self._census.problems.note(item.line, f"“{item.title[:80]}” stands in the file twice")
            self._skip("twice")
            return None
        if item.post_id and self._seen_before(item.key):
            self._census.problems.note(item.line, f"“{item.title[:80]}” has the same number as another item, {item.key}")
            item = replace(item, shares_number=True)
        comments, left_out = threaded(fields.comment(part) for part in record.parts if part.name == "wp:comment")
        for reason, number in left_out.items():
            self._skip(reason, number)
        self._count(item, comments)
        return replace(item, comments=comments)

    def _seen_before(self, key: str) -> bool:
        """Two exports put into one file name an item twice; files put together by hand give a number twice."""
        mark = hash(key)
        seen = mark in self._seen
        self._seen.add(mark)
        return seen

    def _count(self, item: Item, comments: tuple[Comment, ...]) -> None:
        census = self._census
        census.counts[item.post_type] += 1
        census.counts["comment"] += len(comments)
        census.counts["ping"] += sum(comment.is_ping for comment in comments)
        if item.post_type == "attachment" and item.post_id and item.attachment_url:
            # WordPress keeps a caption where posts have their excerpt.
            caption = fields.plain(item.excerpt[:MAX_FIELD])
            attachment = Attachment(item.attachment_url, item.alt, item.parent, caption)
            self._keep(len(attachment.url) + len(attachment.alt) + len(attachment.caption), item.line)
            census.attachments.setdefault(item.post_id, attachment)
        if item.post_type in KINDS[:2]:
            # WXR 1.0 lists no authors, and many a post was written by one who has left.
            self._author(Author(login=item.author, display_name=item.author), item.line)
            if item.state != "draft" and item.date is None:
                census.problems.note(item.line, f"“{item.title[:80]}” has no date")
            if item.password:
                census.problems.note(item.line, f"“{item.title[:80]}” asked for a password and becomes a draft")

    def _skip(self, reason: str, number: int = 1) -> None:
        reason = reason[:60]
        known = reason in self._census.skipped or len(self._census.skipped) < MAX_REASONS
        self._census.skipped[reason if known else "other types"] += number

    def _keep(self, size: int, line: int) -> None:
        self._kept += size + RECORD_COST
        if self._kept > MAX_KEPT:
            raise Refused(line, "more authors, terms and attachments than an export can have")


class _Reader:
    """Follows the elements and collects the fields we know, each only where it belongs; everything else passes by."""

    def __init__(self, problems: Problems) -> None:
        self.is_wordpress = False
        self.root_line = 0
        self._problems = problems
        self._finished: deque[Record] = deque()
        self._prefixes: dict[str, str] = {}
        self._depth = 0
        # The records that are open, outermost first: channel, item, comment.
        self._open: list[Record] = []
        self._field = ""
        self._field_depth = 0
        self._pieces: list[str] = []
        self._length = 0
        self._attributes: dict[str, str] = {}

    def finished(self) -> Iterator[Record]:
        while self._finished:
            yield self._finished.popleft()

    def opened(self, name: str, attributes: Mapping[str, str], line: int) -> None:
        self._depth += 1
        if self._depth == 1:
            self._root(name, attributes, line)
            return
        name = self._known_as(name)
        if name.startswith("wp:"):
            self.is_wordpress = True
        if self._field:
            return
        above = self._open[-1] if self._open else None
        if above is None:
            if self._depth == 2 and name == "channel":
                self._open.append(Record(name, line, self._depth))
        elif self._depth == above.depth + 1:
            if name in fields.PARTS[above.name]:
                self._open.append(Record(name, line, self._depth))
                self._weigh(RECORD_COST)
            elif name in fields.FIELDS[above.name]:
                self._begin(name, attributes)

    def text(self, piece: str) -> None:
        if not self._field or self._length > _LIMITS.get(self._field, MAX_FIELD):
            return
        self._pieces.append(piece)
        self._length += len(piece)
        self._weigh(len(piece))

    def closed(self, name: str) -> None:
        if self._field and self._depth == self._field_depth:
            self._end()
        elif self._open and self._depth == self._open[-1].depth:
            self._close(self._open.pop())
        self._depth -= 1

    def _root(self, name: str, attributes: Mapping[str, str], line: int) -> None:
        if name != "rss":
            raise Refused(line, f"not a WordPress export: it begins with <{name[:40]}>, not with <rss>")
        self.root_line = line
        for attribute, value in attributes.items():
            kind, _, prefix = attribute.partition(":")
            if kind == "xmlns" and prefix:
                self._declare(prefix, value)

    def _declare(self, prefix: str, namespace: str) -> None:
        if match := _NAMESPACE.fullmatch(namespace):
            self._prefixes[prefix] = "excerpt" if match[1] else "wp"
        elif namespace in _NAMESPACES:
            self._prefixes[prefix] = _NAMESPACES[namespace]

    def _known_as(self, name: str) -> str:
        """`wp:post_id`, whatever prefix the file chose; a prefix nobody declared stands for itself."""
        prefix, colon, local = name.partition(":")
        return f"{self._prefixes.get(prefix, prefix)}:{local}" if colon else name

    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        self._field, self._field_depth = name, self._depth
        self._pieces, self._length = [], 0
        self._attributes = dict(attributes) if name == "category" else {}
        self._weigh((RECORD_COST if self._attributes else FIELD_COST) + sum(map(len, self._attributes.values())))

    def _end(self) -> None:
        record, name = self._open[-1], self._field
        if self._length > _LIMITS.get(name, MAX_FIELD):
            self._too_long(record, name)
        if not record.overfull:
            text = "".join(self._pieces)[: _LIMITS.get(name, MAX_FIELD)]
            if name == "category":
                record.labels.append((self._attributes, text))
            else:
                record.fields[name] = text
        self._field, self._pieces = "", []

    def _too_long(self, record: Record, name: str) -> None:
        """Half a post is no post; half a title is one. Long meta values are other programs' business."""
        if name in ("content:encoded", "excerpt:encoded"):
            self._overfill(record)
        elif name != "wp:meta_value" and not record.overfull:
            self._problems.note(record.line, f"<{name}> is longer than {_LIMITS.get(name, MAX_FIELD):,} letters and was cut")

    def _close(self, record: Record) -> None:
        if record.name in ("wp:comment", "wp:postmeta"):
            above = self._open[-1]
            if not above.overfull and (record.name == "wp:comment" or fields.is_wanted(record)):
                above.parts.append(record)
            return
        self._finished.append(record)

    def _weigh(self, cost: int) -> None:
        """An item that grows too heavy is emptied on the spot, and passes by."""
        if len(self._open) < 2:
            return
        item = self._open[1]
        item.weight += cost
        if item.weight > MAX_ITEM and not item.overfull:
            self._overfill(item)

    @staticmethod
    def _overfill(record: Record) -> None:
        record.overfull = True
        record.fields.clear()
        record.parts.clear()
        record.labels.clear()
