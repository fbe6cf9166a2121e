"""A list of entries and, along with it, the entries under each tag."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import nsmallest

import sqlalchemy as sa

from fansite.core import changes
from fansite.core.changes import Change
from fansite.core.db import db
from fansite.core.listing import EntryListing, Known, Listing, Order, Place
from fansite.tags.models import entry_tag


class TaggedListing(EntryListing):
    """Follows the topics `entry` and `tag`. Its parts are the lists of its tags, by their numbers; a tag nothing hangs on has none."""

    def carrying(self, tag_id: int) -> Order:
        return self.known().parts.get(tag_id, _NONE)

    def most_used(self, number: int) -> dict[int, int]:
        """Tag → how many of the entries carry it, of the tags used most."""
        parts = self.known().parts
        return {id: len(parts[id]) for id in nsmallest(number, parts, key=lambda id: (-len(parts[id]), id))}

    def read(self) -> Known:
        known, under = super().read(), dict[int, list[Place]]()
        place_of = {id: (key, id) for key, id in known.order.places()}
        for entry_id, tag_id in db.session.connection().execute(sa.select(entry_tag.c.entry_id, entry_tag.c.tag_id)):
            if entry_id in place_of:
                under.setdefault(tag_id, []).append(place_of[entry_id])
        return Known(known.number, known.order, {tag_id: Order(places) for tag_id, places in under.items()})

    def follow(self, before: Known, number: int, what: list[Change]) -> Known:
        gone, come = self.moves(what)
        tags_now = tags_of({id for _key, id in gone})
        tags_then = {(one.row_id, one.related_id) for one in what if one.topic == "tag" and one.related_id is not None}
        concerned = {*(tag_id for _id, tag_id in tags_then), *(tag_id for tags in tags_now.values() for tag_id in tags)}
        parts = dict(before.parts)
        for tag_id in concerned:
            parts[tag_id] = parts.get(tag_id, _NONE).changed(gone, _with(tag_id, come, tags_now))
            if not parts[tag_id]:
                del parts[tag_id]
        return Known(number, before.order.changed(gone, come), parts)


class UsesListing(Listing):
    """Follows the topic `tag`: the entries of any kind and state under each tag, by their numbers alone."""

    def count(self) -> dict[int, int]:
        return {tag_id: len(under) for tag_id, under in self.known().parts.items()}

    def read(self) -> Known:
        number, under = changes.newest(), dict[int, list[Place]]()
        for entry_id, tag_id in db.session.connection().execute(sa.select(entry_tag.c.entry_id, entry_tag.c.tag_id)):
            under.setdefault(tag_id, []).append((0, entry_id))
        return Known(number, _NONE, {tag_id: Order(places) for tag_id, places in under.items()})

    def follow(self, before: Known, number: int, what: list[Change]) -> Known:
        ids = changes.rows_of(what)
        places, tags_now = [(0, id) for id in ids], tags_of(ids)
        parts = dict(before.parts)
        for tag_id in {one.related_id for one in what if one.related_id is not None}:
            parts[tag_id] = parts.get(tag_id, _NONE).changed(places, _with(tag_id, places, tags_now))
        return Known(number, _NONE, parts)


def tags_of(ids: Iterable[int]) -> dict[int, set[int]]:
    """Entry → the numbers of its tags."""
    found: dict[int, set[int]] = {}
    for entry_id, tag_id in db.session.connection().execute(_TAGS_OF, {"ids": sorted(ids)}):
        found.setdefault(entry_id, set()).add(tag_id)
    return found


_NONE = Order()
_TAGS_OF = sa.select(entry_tag.c.entry_id, entry_tag.c.tag_id).where(
    entry_tag.c.entry_id.in_(sa.bindparam("ids", expanding=True))
)


def _with(tag_id: int, places: Iterable[Place], tags: dict[int, set[int]]) -> list[Place]:
    return [(key, id) for key, id in places if tag_id in tags.get(id, ())]
