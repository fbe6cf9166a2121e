"""What keeps the outbox in order: one is for a person, one for a listener, one for a routine."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app

from fansite.core.db import transaction
from fansite.lib.times import now

from .models import Delivery, Event

KEEP_DONE = timedelta(days=7)


def try_again(listener: str) -> int:
    """A person mended what was wrong: whatever this listener failed of is due now, with all its tries before it."""
    failed = sa.and_(Delivery.done_at.is_(None), Delivery.error.is_not(None), Delivery.listener == listener)
    with transaction() as session:
        done = session.execute(sa.update(Delivery).where(failed).values(due_at=now(), tries=0, leased_until=None))
    return int(done.rowcount)  # type: ignore[attr-defined]


def bump_again(events: Iterable[Event]) -> None:
    """Heals a kill between COMMIT and bump: the pages that showed the old state are made old once more."""
    tags = {tag for event in events for tag in event.data.get("tags", ())}
    if tags:
        current_app.extensions["fansite"].clock.bump(tags)


def sweep() -> None:
    """Forgets what was delivered long ago."""
    old = now() - KEEP_DONE
    with transaction() as session:
        session.execute(sa.delete(Delivery).where(Delivery.done_at < old))
        owed = sa.select(sa.literal(1)).where(Delivery.event_id == Event.id).exists()
        session.execute(sa.delete(Event).where(Event.at < old, ~owed))
