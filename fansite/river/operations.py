"""Lines come, are taken away by who is on them, and are forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from fansite.core.db import db, get, touch, transaction
from fansite.core.db.rows import upsert
from fansite.core.errors import NotFound
from fansite.core.outbox import Event
from fansite.core.outbox.long_work import meanwhile
from fansite.core.policy import require, signed_in
from fansite.lib.times import now
from fansite.river.models import KEEP, VERBS, Activity
from fansite.river.queries import TAG
from fansite.river.sources import SOURCES, Condition, Source

# Rows of one transaction: some milliseconds for everybody else who writes.
AT_ONCE = 2000
_COLUMNS = ("account_id", "subject_id", "entry_id", "at", "verb", "subject_kind")


def note(events: Sequence[Event]) -> None:
    """A line for each act these tell of; what is one already stays as and where it was, however often it is done again."""
    for source in SOURCES:
        told = [event for event in events if event.name in source.events]
        if told:
            _add(source, source.of(told))


def rebuild() -> None:
    """From all that is there, as after an import: a slice at a time."""
    for source in SOURCES:
        for condition in _slices(source):
            _add(source, condition)
            meanwhile("river.")


def hide(activity_id: int, *, by: Any) -> None:
    """Its author takes a line away, and all that it tells of the same: what they said of one text so far is one line."""
    _set(activity_id, by, hidden=True)


def show_again(activity_id: int, *, by: Any) -> None:
    _set(activity_id, by, hidden=False)


def sweep() -> None:
    """Routine: what was long ago is told no more."""
    old = sa.and_(Activity.verb.in_(VERBS), Activity.at < now() - KEEP)
    while _forgot_some(sa.select(Activity.id).where(old).limit(AT_ONCE)):
        pass


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _add(source: Source, condition: Condition) -> None:
    found = source.rows.where(condition).subquery()
    told = sa.select(found, sa.literal(source.verb), sa.literal(source.subject_kind)).where(found.c.at > now() - KEEP)
    with transaction() as session:
        added = upsert(Activity.__table__).from_select(_COLUMNS, told).on_conflict_do_nothing()
        if session.execute(added).rowcount:  # type: ignore[attr-defined]
            touch(TAG)


def _slices(source: Source) -> Iterator[Condition]:
    last = db.session.scalar(sa.select(sa.func.max(source.number))) or 0
    for start in range(0, last + 1, AT_ONCE):
        yield source.number.between(start, start + AT_ONCE - 1)


def _set(activity_id: int, by: Any, *, hidden: bool) -> None:
    by_id = by.id
    with transaction() as session:
        line = get(Activity, activity_id)
        require(signed_in, by)
        if line.account_id != by_id:
            raise NotFound()
        about = Activity.entry_id == line.entry_id if line.entry_id is not None else Activity.subject_id == line.subject_id
        same = (Activity.account_id == by_id, Activity.verb == line.verb, about)
        session.execute(sa.update(Activity).where(*same).values(hidden_at=now() if hidden else None))
        touch(TAG)


def _forgot_some(ids: sa.Select[int]) -> bool:
    with transaction() as session:
        forgotten = session.execute(sa.delete(Activity).where(Activity.id.in_(ids))).rowcount  # type: ignore[attr-defined]
        if forgotten:
            touch(TAG)
        return bool(forgotten)
