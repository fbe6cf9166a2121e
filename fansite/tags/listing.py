"""A list of entries and, along with it, the entries under each tag."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import nsmallest

import sqlalchemy as sa

from fansite.core.changes import Change
from fansite.core.db import db
from fansite.core.listing import EntryListing, Known, Order, Place
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
        ids = {id for _key, id in gone}
        tags_now: dict[int, set[int]] = {}
        for entry_id, tag_id in db.session.connection().execute(_TAGS_OF, {"ids": sorted(ids)}):
            tags_now.setdefault(entry_id, set()).add(tag_id)
        tags_then = {(one.row_id, one.related_id) for one in what if one.topic == "tag" and one.related_id is not None}
        concerned = {*(tag_id for _id, tag_id in tags_then), *(tag_id for tags in tags_now.values() for tag_id in tags)}
        parts = dict(before.parts)
        for tag_id in concerned:
            parts[tag_id] = parts.get(tag_id, _NONE).changed(gone, _with(tag_id, come, tags_now))
            if not parts[tag_id]:
                del parts[tag_id]
        return Known(number, before.order.changed(gone, come), parts)


_NONE = Order()
_TAGS_OF = sa.select(entry_tag.c.entry_id, entry_tag.c.tag_id).where(
    entry_tag.c.entry_id.in_(sa.bindparam("ids", expanding=True))
)


def _with(tag_id: int, places: Iterable[Place], tags: dict[int, set[int]]) -> list[Place]:
    return [(key, id) for key, id in places if tag_id in tags.get(id, ())]
