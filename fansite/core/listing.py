"""Long lists by pages: `?page=5000` costs what the first page costs, and the first page after a change costs what the change does.

Which entries a list has, in their order, is read once in a process: sixteen bytes for each. From then on the list follows what the database
writes down of every change (`changes`): what is concerned leaves its old place and is asked for anew. A page is then a few rows by their
numbers.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from fansite.core import changes
from fansite.core.changes import Change
from fansite.core.content import Entry
from fansite.core.db import db
from fansite.core.db.transactions import touched
from fansite.core.kept import kept, last_known, put_by

# (what it is sorted by, number)
Place = tuple[int, int]
# Those of these numbers that belong on a list, in any order; each has its `id`.
Find = Callable[[Sequence[int]], Iterable[Any]]
IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)


class Order:
    """Numbers sorted by a key and then by themselves. Never changed: others may be reading."""

    __slots__ = ("_ids", "_keys")

    def __init__(self, places: Iterable[Place] = ()) -> None:
        ordered = sorted([(key, id) for key, id in places])  # rows compare themselves slowly
        self._keys = array("q", (key for key, _id in ordered))
        self._ids = array("q", (id for _key, id in ordered))

    def __len__(self) -> int:
        return len(self._ids)

    def changed(self, gone: Iterable[Place], come: Iterable[Place]) -> Order:
        """Another without these and with those; what is gone already or there already is no matter."""
        other = Order()
        other._keys, other._ids = self._keys[:], self._ids[:]
        for place in gone:
            at, there = other._find(place)
            if there:
                del other._keys[at], other._ids[at]
        for place in come:
            at, there = other._find(place)
            if not there:
                other._keys.insert(at, place[0])
                other._ids.insert(at, place[1])
        return other

    def _find(self, place: Place) -> tuple[int, bool]:
        key, id = place
        first = bisect_left(self._keys, key)
        at = bisect_left(self._ids, id, first, bisect_right(self._keys, key, first))
        return at, at < len(self._ids) and self._ids[at] == id and self._keys[at] == key

    def places(self) -> Iterable[Place]:
        return zip(self._keys, self._ids, strict=True)

    def between(self, first: int, after: int) -> Order:
        """Those whose key is `first` or more and less than `after`."""
        part, span = Order(), slice(bisect_left(self._keys, first), bisect_left(self._keys, after))
        part._keys, part._ids = self._keys[span], self._ids[span]
        return part

    def last_key(self, before: int | None = None) -> int | None:
        """The highest key (below another), None when there is none."""
        at = len(self._keys) if before is None else bisect_left(self._keys, before)
        return self._keys[at - 1] if at else None

    def upwards(self, number: int, per_page: int) -> list[int]:
        """The numbers of one page, lowest keys first."""
        return self._ids[(number - 1) * per_page : number * per_page].tolist()

    def downwards(self, number: int, per_page: int) -> list[int]:
        """The numbers of one page, highest keys first."""
        end = len(self._ids) - (number - 1) * per_page
        return self._ids[max(0, end - per_page) : max(0, end)].tolist()[::-1]


@dataclass(frozen=True)
class Known:
    """A list as it stood after a change, and what else of it hangs on the same entries."""

    number: int
    order: Order
    parts: dict[int, Order]


@dataclass(frozen=True)
class Listing:
    """A list that is kept. `key` is a whole number by which its rows are sorted, `was` the column of a change that has the former one.
    Without `tags` each look asks what changed; with them, only when one was bumped."""

    name: str
    topics: tuple[str, ...]
    id: Any
    key: sa.ColumnElement[int]
    where: tuple[sa.ColumnElement[bool], ...]
    was: str = "first"
    tags: tuple[str, ...] | None = None

    def known(self) -> Known:
        if self.tags is not None:
            return kept(self.name, self.tags, self._now)
        found = self._now()
        # What the running transaction changed itself may yet be taken back.
        if not db.session().info.get("writing") and not touched():
            put_by(self.name, found)
        return found

    @property
    def order(self) -> Order:
        return self.known().order

    def _now(self) -> Known:
        before: Known | None = last_known(self.name)
        told = changes.since(before.number, self.topics) if before is not None else None
        if before is None or told is None:
            return self.read()
        number, what = told
        return self.follow(before, number, what) if what else Known(number, before.order, before.parts)

    def read(self) -> Known:
        number = changes.newest()  # before the rows: what comes between is looked at again
        # Plain rows: the session would look at each of a hundred thousand.
        rows = db.session.connection().execute(sa.select(self.key, self.id).where(*self.where))
        return Known(number, Order(rows), {})

    def follow(self, before: Known, number: int, what: list[Change]) -> Known:
        gone, come = self.moves(what)
        return Known(number, before.order.changed(gone, come), {})

    def moves(self, what: list[Change]) -> tuple[set[Place], list[Place]]:
        """Where all that is concerned may have stood, and where it stands now."""
        belongs = sa.case((sa.and_(sa.true(), *self.where), 1), else_=0)
        statement = sa.select(self.key, self.id, belongs).where(self.id.in_(self.concerned(what)))
        now = db.session.connection().execute(statement).all()
        gone = {(key, id) for key, id, _belongs in now if key is not None}
        gone |= {(getattr(one, self.was) or 0, one.row_id) for one in what}
        return gone, [(key, id) for key, id, belongs in now if belongs]

    def concerned(self, what: list[Change]) -> Any:
        """The numbers of all whose place may be another."""
        return changes.rows_of(what)


class EntryListing(Listing):
    """Of entries. A text's place is also its translations' affair: an original goes where a translation comes."""

    def concerned(self, what: list[Change]) -> Any:
        ids = sorted({id for one in what for id in (one.row_id, *([one.related_id] if one.topic == "entry" else [])) if id})
        of = sa.select(Entry.translation_of_id).where(Entry.id.in_(ids), Entry.translation_of_id.is_not(None))
        return sa.union(
            sa.select(Entry.id).where(Entry.id.in_(ids)),
            sa.select(Entry.id).where(Entry.translation_of_id.in_(ids)),
            sa.select(Entry.id).where(Entry.id.in_(of)),
            sa.select(Entry.id).where(Entry.translation_of_id.in_(of)),
        )


def page_of(order: Order, find: Find, number: int, per_page: int, *, upwards: bool = False) -> tuple[Sequence[Any], int]:
    """What stands on one page, and the number of the last page. `find` finds those that belong on such a list at this moment: what was
    withdrawn a moment ago is not shown, though the list may not know it yet."""
    last = max(1, -(-len(order) // per_page))
    here = order.upwards(number, per_page) if upwards else order.downwards(number, per_page)
    return chosen(here, find), last


def chosen(ids: Sequence[int], find: Find) -> list[Any]:
    """Of these, in their order, what is found."""
    found = {one.id: one for one in find(ids)} if ids else {}
    return [found[id] for id in ids if id in found]


def entities(rows: Callable[[], sa.Select[Any]]) -> Find:
    """Finds what `rows()` selects. The statement is put together once, at the first question: that takes longer than the answer."""

    @cache
    def statement() -> Any:
        wanted = rows()
        return wanted.where(wanted.column_descriptions[0]["entity"].id.in_(IDS))

    return lambda ids: db.session.scalars(statement(), {"ids": ids})
