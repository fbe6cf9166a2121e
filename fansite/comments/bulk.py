"""Comments written in bulk: their ids, paths, thread numbers and counts are worked out here as the operations would have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa

from fansite.comments.models import REFUSED, Comment
from fansite.comments.operations.standing import new_ids
from fansite.core import markup
from fansite.core.content import Entry
from fansite.core.db import Base, db, touch

# What has this status was public once: its thread keeps its number.
NUMBERED = ("published", "removed", "withdrawn")


@dataclass(frozen=True)
class Saying:
    """A comment as its source has it; `parent` is the number of another, or None. Numbers are whatever tells comments apart there."""

    number: Any
    entry_id: int
    author_id: int | None
    parent: Any
    at: datetime
    body: str
    html: str
    status: str
    reason: str | None = None
    author_name: str = ""
    kind: str = "comment"
    origin: str | None = None


@dataclass(slots=True)
class Placed:
    """A comment with its place, which it finds by the same rules as any; without what the mapper adds it is made in half the time."""

    id: int
    entry_id: int
    parent_id: int | None
    author_id: int | None
    author_name: str
    kind: str
    status: str
    body: str
    html: str
    posted_at: datetime
    shown_at: datetime | None
    refused_at: datetime | None
    reason: str | None
    origin: str | None
    renderer: int = markup.RENDERER_VERSION
    replies_count: int = 0
    reactions_count: int = 0
    thread: int | None = None
    path: str = ""
    depth: int = 1
    edited_at: datetime | None = None
    nonce: str | None = None

    place: ClassVar[Any] = Comment.place
    visible: ClassVar[Any] = Comment.visible
    counts_as: ClassVar[Any] = Comment.counts_as
    root_id: ClassVar[Any] = Comment.root_id

    def columns(self) -> dict[str, Any]:
        """All its columns, for an insert of many."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass
class Row:
    """A saying with its place."""

    id: int
    saying: Saying
    comment: Placed


def add(sayings: Sequence[Saying], *, standing: Mapping[Any, Comment] | None = None) -> list[Row]:
    """Writes them with all they change elsewhere. `standing` are comments already here that some of them answer.

    Inside a transaction; each parent stands before its replies.
    """
    made = _rows(sayings, new_ids(len(sayings)), _numbers_so_far({saying.entry_id for saying in sayings}), standing or {})
    if made:
        db.session.execute(sa.insert(Base.metadata.tables["comment"]), [row.comment.columns() for row in made])
        _count(made)
    return made


def _numbers_so_far(entry_ids: set[int]) -> dict[int, int]:
    """Entry → how many threads of it ever had a number. Locked: a comment posted now waits for its own."""
    statement = sa.select(Entry.id, Entry.threads_count).where(Entry.id.in_(entry_ids)).with_for_update()
    return {entry.id: entry.threads_count for entry in db.session.execute(statement)}


def _rows(sayings: Sequence[Saying], ids: Iterable[int], numbers: dict[int, int], standing: Mapping[Any, Comment]) -> list[Row]:
    """In order of time, each parent before its replies, with their places.

    A thread gets its number when it is first published; replies below the deepest level hang on the one above.
    """
    above: dict[Any, Any] = dict(standing)
    public = _public_threads(sayings)
    made: list[Row] = []
    for id, saying in zip(ids, _in_order(sayings), strict=True):
        parent = above.get(saying.parent) if saying.parent is not None else None
        comment = _placed(saying, id, parent)
        if parent is None and saying.number in public:
            comment.thread = numbers[saying.entry_id] = numbers[saying.entry_id] + 1
        above[saying.number] = comment
        made.append(Row(comment.id, saying, comment))
    return made


def _count(made: Sequence[Row]) -> None:
    """Adds what these rows change to the counters of their threads, entries and authors, one statement for all of each."""
    _count_replies(made)
    _grow(
        "entry",
        {
            entry_id: {
                "comments_count": sum(row.comment.visible for row in of_entry),
                "threads_count": max((row.comment.thread or 0 for row in of_entry), default=0),
            }
            for entry_id, of_entry in _grouped(made, lambda row: row.comment.entry_id).items()
        },
        highest="threads_count",
    )
    touch("list:fans")
    _grow(
        "account",
        {
            author_id: {
                "approved_comments": sum(row.comment.counts_as == "approved" for row in of_author),
                "refused_comments": sum(row.comment.counts_as == "refused" for row in of_author),
            }
            for author_id, of_author in _grouped(made, lambda row: row.saying.author_id).items()
        },
    )


def _grow(name: str, by_id: Mapping[int, Mapping[str, int]], *, highest: str = "") -> None:
    """Adds to the columns of many rows at once; the one named `highest` is raised to its number instead."""
    if not by_id:
        return
    table = Base.metadata.tables[name]
    values = {}
    for column in next(iter(by_id.values())):
        here, given = table.c[column], sa.bindparam(f"more_{column}", type_=sa.Integer)
        values[column] = sa.case((here < given, given), else_=here) if column == highest else here + given
    rows = [{"of": id, **{f"more_{column}": number for column, number in more.items()}} for id, more in by_id.items()]
    db.session.execute(sa.update(table).where(table.c.id == sa.bindparam("of")).values(values), rows)
    db.session.expire_all()


def _in_order(sayings: Sequence[Saying]) -> list[Saying]:
    """By time; an answer never before what it answers, whatever the clocks of the source said."""
    times: dict[Any, datetime] = {}
    for saying in sayings:
        above = times.get(saying.parent) if saying.parent is not None else None
        times[saying.number] = max(saying.at, above) if above is not None else saying.at
    return sorted(sayings, key=lambda saying: times[saying.number])


def _public_threads(sayings: Sequence[Saying]) -> set[Any]:
    """The first comments of threads that have a number: they were public themselves, or something below them is."""
    root: dict[Any, Any] = {}
    public: set[Any] = set()
    for saying in sayings:
        first = root[saying.number] = root.get(saying.parent, saying.number)
        if saying.status == "published" or (first == saying.number and saying.status in NUMBERED):
            public.add(first)
    return public


def _placed(saying: Saying, id: int, parent: Any) -> Placed:
    comment = Placed(
        id=id,
        entry_id=saying.entry_id,
        parent_id=parent.id if parent is not None else None,
        author_id=saying.author_id,
        author_name=saying.author_name,
        kind=saying.kind,
        status=saying.status,
        body=saying.body,
        html=saying.html,
        posted_at=saying.at,
        shown_at=saying.at if saying.status in NUMBERED else None,
        refused_at=saying.at if saying.status in REFUSED else None,
        reason=saying.reason,
        origin=saying.origin,
    )
    comment.place(parent)
    return comment


def _count_replies(made: Sequence[Row]) -> None:
    answers = [row for row in made if row.comment.parent_id is not None and row.comment.visible]
    below = _grouped(answers, lambda row: row.comment.root_id)
    _grow("comment", {root_id: {"replies_count": len(rows)} for root_id, rows in below.items()})


def _grouped(made: Sequence[Row], by: Any) -> dict[int, list[Row]]:
    groups: dict[int, list[Row]] = {}
    for row in made:
        if (key := by(row)) is not None:
            groups.setdefault(key, []).append(row)
    return groups
