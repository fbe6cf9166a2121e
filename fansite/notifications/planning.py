"""After an event: one row for each person who is to be told, slice by slice. Whoever is killed goes on where it was, and a second run
adds nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from fansite.core.db import db, get, transaction
from fansite.core.db.rows import upsert
from fansite.core.notices import Happening, Kind
from fansite.core.outbox import Event
from fansite.core.outbox.long_work import meanwhile
from fansite.lib.times import now
from fansite.notifications import queries
from fansite.notifications.channels import CHANNELS
from fansite.notifications.hours import planned
from fansite.notifications.models import Notice, Occasion

# Rows of one transaction: some milliseconds for everybody else who writes.
SLICE = 500


@dataclass(frozen=True)
class Place:
    """How far the planning of an occasion is."""

    occasion_id: int
    event_id: int
    reached: int
    done: bool


def plan(event: Event) -> None:
    event_id = event.id
    found = [(kind, kind.happened(event)) for kind in queries.kinds().values() if event.name in kind.events]
    for kind, happening in found:
        if happening is not None:
            _plan(kind, happening, event_id)


def _plan(kind: Kind, happening: Happening, event_id: int) -> None:
    place = _opened(kind, happening, event_id)
    while not place.done:
        people, reached = kind.concerned(happening, place.reached, SLICE)
        rows = _rows(kind, happening, place.occasion_id, people)
        after = _written(place, rows, reached)
        if after is None:  # another worker, or the same event once more, is further
            return
        place = after
        meanwhile("notifications.")


def _opened(kind: Kind, happening: Happening, event_id: int) -> Place:
    """An event that is told of what was planned before, as when something is published once more, goes through everybody again."""
    same = (Occasion.subject == happening.subject, Occasion.kind == kind.name, Occasion.key == happening.key)
    with transaction() as session:
        occasion = session.scalar(sa.select(Occasion).where(*same))
        if occasion is None:
            occasion = Occasion(kind=kind.name, subject=happening.subject, key=happening.key, reached=0)
            session.add(occasion)
        if occasion.event_id != event_id:
            occasion.event_id, occasion.facts, occasion.reached, occasion.planned_at = event_id, happening.facts, 0, None
            occasion.needed_by = happening.needed_by
        session.flush()
        return Place(occasion.id, event_id, occasion.reached, occasion.planned_at is not None)


def _rows(kind: Kind, happening: Happening, occasion_id: int, people: Sequence[int]) -> list[dict[str, Any]]:
    """For each way of telling each of those who want it."""
    readers, chosen = queries.readers(people), queries.choices(people)
    rows = []
    for reader in readers.values():
        for channel in CHANNELS.values():
            pace = queries.pace(chosen, reader.id, kind.name, channel.name)
            if pace != "off" and channel.reaches(reader):
                due_at, at_latest, pace = planned(reader.clock, channel.name, pace, happening)
                who = {"occasion_id": occasion_id, "account_id": reader.id, "channel": channel.name}
                rows.append({**who, "state": "waiting", "due_at": due_at, "at_latest": at_latest, "pace": pace})
    return rows


def _written(place: Place, rows: list[dict[str, Any]], reached: int | None) -> Place | None:
    """With how far it is, in one transaction. Who was told or read it stays so; what was dropped else is looked at once more."""
    with transaction() as session:
        occasion = get(Occasion, place.occasion_id)
        if (occasion.event_id, occasion.reached, occasion.planned_at) != (place.event_id, place.reached, None):
            return None
        if rows:
            session.execute(_fresh(), rows)
        occasion.reached = place.reached if reached is None else reached
        occasion.planned_at = now() if reached is None else None
        return Place(place.occasion_id, place.event_id, occasion.reached, reached is None)


def _fresh() -> Any:
    row = Notice.__table__.c
    added = upsert(Notice.__table__)
    once_more = {"state": "waiting", "why": None, "settled_at": None, "due_at": added.excluded.due_at}
    return added.on_conflict_do_update(
        index_elements=[row.occasion_id, row.account_id, row.channel],
        set_={**once_more, "at_latest": added.excluded.at_latest, "pace": added.excluded.pace},
        where=sa.and_(row.state == "dropped", row.why != "read"),
    )


def open_occasion(kind: str, happening: Happening) -> bool:
    """For what no event tells of: notes that it is about to be planned; False when it was noted before. Inside a transaction."""
    same = (Occasion.subject == happening.subject, Occasion.kind == kind, Occasion.key == happening.key)
    if db.session.scalar(sa.select(Occasion.id).where(*same)) is not None:
        return False
    db.session.add(Occasion(kind=kind, subject=happening.subject, key=happening.key, facts=happening.facts, reached=0))
    return True
