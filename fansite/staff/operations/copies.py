"""Working copies: kept while somebody types, finished when the text is saved, dropped and taken back, swept when nobody comes for them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from fansite.core import markup
from fansite.core.content import MAX_TITLE, Entry
from fansite.core.db import db, get, transaction
from fansite.core.errors import NotFound
from fansite.core.policy import require, staff
from fansite.lib.times import now
from fansite.staff.models import EditorPresence, WorkingCopy

# Who comes back after the summer finds what they were writing.
KEEP = timedelta(days=90)
# A dropped one can be taken back for this long; the mark of a saved one tells late writes from new ones.
KEEP_DROPPED = timedelta(days=7)
KEEP_FINISHED = timedelta(days=1)
# Of one editor; a script that asks for more loses its oldest.
MOST = 100


@dataclass(frozen=True)
class Kept:
    """Where the window goes on writing. Another `sitting` than it asked for: that one is finished or in another window by now."""

    sitting: str
    turn: int


def new_sitting() -> str:
    return secrets.token_urlsafe(12)


def keep(
    *, by: Any, kind: str, entry_id: int | None, sitting: str, tab: str, turn: int, base_version: int, fields: dict[str, str]
) -> Kept:
    """What stands in a window's form. Writes over nothing but what this window wrote itself or said it saw."""
    with transaction() as session:
        require(staff, by)
        if entry_id is not None and get(Entry, entry_id, lock=False).kind != kind:
            raise NotFound()
        copy = _of_sitting(by, sitting, lock=True)
        if copy is not None and copy.finished_at is not None:
            return Kept(new_sitting(), 0)  # late: whoever is still there sends it again, as another
        if copy is not None and copy.tab != tab and copy.turn != turn:
            copy, sitting = None, new_sitting()
        if copy is None:
            _make_room(by.id)
            copy = WorkingCopy(account_id=by.id, sitting=sitting, turn=0, kind=kind)
            session.add(copy)
        copy.tab, copy.turn, copy.kind, copy.entry_id = tab, copy.turn + 1, kind, entry_id
        copy.base_version, copy.fields, copy.saved_at, copy.dropped_at = base_version, fields, now(), None
        copy.title = _called(fields)
        return Kept(copy.sitting, copy.turn)


def _called(fields: dict[str, str]) -> str:
    """By its title, or by how it begins."""
    title = " ".join(fields.get("title", "").split())[:MAX_TITLE]
    return title or markup.summary_of(fields.get("body", "")[:500], 80)


def finish(sitting: str, *, by: Any, entry: Any, sent: dict[str, str]) -> None:
    """It is saved as the text, whose version it has seen now. Inside a transaction."""
    if not sitting:
        return
    copy = _of_sitting(by, sitting, lock=True)
    if copy is None:
        copy = WorkingCopy(account_id=by.id, sitting=sitting, saved_at=now())
        db.session.add(copy)
    copy.kind, copy.entry_id, copy.title, copy.fields, copy.dropped_at = entry.kind, entry.id, "", sent, None
    copy.base_version, copy.finished_at = entry.version, now()


def drop(sitting: str, *, by: Any) -> None:
    with transaction():
        copy = _of_sitting(by, sitting, lock=True)
        if copy is not None and copy.finished_at is None:
            copy.dropped_at = copy.dropped_at or now()


def take_back(sitting: str, *, by: Any) -> WorkingCopy:
    """After a drop."""
    with transaction():
        copy = _of_sitting(by, sitting, lock=True)
        if copy is None or copy.finished_at is not None:
            raise NotFound()
        copy.dropped_at = None
        return copy


def forget(account_id: int) -> None:
    """Of somebody who leaves. Inside a transaction."""
    for model in (WorkingCopy, EditorPresence):
        db.session.execute(sa.delete(model).where(model.account_id == account_id))


def sweep() -> None:
    with transaction() as session:
        old = (
            WorkingCopy.saved_at < now() - KEEP,
            WorkingCopy.dropped_at < now() - KEEP_DROPPED,
            WorkingCopy.finished_at < now() - KEEP_FINISHED,
        )
        session.execute(sa.delete(WorkingCopy).where(sa.or_(*old)))
        session.execute(sa.delete(EditorPresence).where(EditorPresence.seen_at < now() - timedelta(days=1)))


def _of_sitting(by: Any, sitting: str, *, lock: bool) -> WorkingCopy | None:
    statement = sa.select(WorkingCopy).where(WorkingCopy.account_id == by.id, WorkingCopy.sitting == sitting)
    return db.session.scalar(statement.with_for_update() if lock else statement)


def _make_room(account_id: int) -> None:
    newest = (
        sa.select(WorkingCopy.id)
        .where(WorkingCopy.account_id == account_id)
        .order_by(WorkingCopy.saved_at.desc(), WorkingCopy.id.desc())
        .limit(MOST - 1)
    )
    ids = list(db.session.scalars(newest))
    if len(ids) == MOST - 1:
        db.session.execute(sa.delete(WorkingCopy).where(WorkingCopy.account_id == account_id, WorkingCopy.id.not_in(ids)))
