"""Work that returns by itself, once in each slot of time, whichever worker gets there first."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
import structlog

from fansite.core.db import db, transaction
from fansite.lib.times import now

from .listening import Routine, outbox
from .models import Tick

log = structlog.get_logger("outbox")


def run_routines(*, without: tuple[str, ...] = ()) -> None:
    """Runs every routine whose present slot nobody has taken yet."""
    at = now()
    taken = {(name, slot) for name, slot in db.session.execute(sa.select(Tick.name, Tick.due_at))}
    db.session.rollback()
    for routine in [routine for routine in outbox().routines.values() if not routine.name.startswith(without)]:
        slot = datetime.fromtimestamp(at.timestamp() // routine.every.total_seconds() * routine.every.total_seconds(), at.tzinfo)
        if (routine.name, slot) not in taken and _take(routine, slot):
            try:
                routine.run()
            except Exception as problem:  # a routine that fails must not stop the mail
                db.session.rollback()
                log.warning("routine-failed", routine=routine.name, error=repr(problem))


def _take(routine: Routine, slot: datetime) -> bool:
    with transaction() as session:
        if session.scalar(sa.select(sa.literal(1)).where(Tick.name == routine.name, Tick.due_at == slot)) is not None:
            return False
        session.execute(sa.delete(Tick).where(Tick.name == routine.name, Tick.due_at < slot))
        session.add(Tick(name=routine.name, due_at=slot))
    return True
