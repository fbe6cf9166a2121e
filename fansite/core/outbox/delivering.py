"""A batch for each listener that is owed something; what fails is tried again."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa
import structlog

from fansite.core.db import db, transaction
from fansite.lib.times import now

from .leases import is_open, lease, under_way
from .listening import Listener, outbox
from .models import Delivery, Event

log = structlog.get_logger("outbox")

# Between two rounds: what many visitors do in it is one batch, and costs them the write lock once.
IDLE_SECONDS = 0.5


def deliver_all(limit: int = 1000) -> int:
    """Delivers whatever is due, in this process: for commands and tests. Returns the number of rounds."""
    for rounds in range(limit):
        if not deliver_due():
            return rounds
    raise RuntimeError("listeners keep each other busy")


def deliver_due(stop: threading.Event | None = None, *, without: tuple[str, ...] = ()) -> bool:
    """One round: a batch for each listener that is owed something. True when anything was due. What is left out begins with `without`."""
    return bool(deliver_round(stop, without=without))


def deliver_round(stop: threading.Event | None = None, *, without: tuple[str, ...] = ()) -> list[bool]:
    """For each listener that was owed something, whether its batch was full: then there may be more."""
    full = []
    for name in [name for name in _listeners_due() if not name.startswith(without)]:
        if stop is not None and stop.is_set():
            break
        listener = outbox().listeners.get(name)
        if listener is None:
            _forget(name)  # a listener of an older version
        full.append(_deliver_batch(listener) if listener is not None else False)
    return full


def owed_to() -> sa.Select[str]:
    """The names of those something is due for."""
    return sa.select(Delivery.listener).where(is_open()).distinct().order_by(Delivery.listener)


def _listeners_due() -> list[str]:
    names = db.session.scalars(owed_to()).all()
    db.session.rollback()
    return list(names)


def _forget(name: str) -> None:
    with transaction() as session:
        session.execute(sa.delete(Delivery).where(Delivery.listener == name, Delivery.done_at.is_(None)))


def _deliver_batch(listener: Listener) -> bool:
    """Whether the batch was full."""
    ids = lease(listener)
    if not ids:
        return False
    events = _events_of(ids)
    started = time.perf_counter()
    try:
        with under_way(listener, ids):
            listener.run(events)
    except Exception as problem:  # whatever a listener may fail of, the others go on
        db.session.rollback()
        log.warning("delivery-failed", listener=listener.name, events=len(ids), error=repr(problem))
        _failed(listener, ids, repr(problem))
        return len(ids) == listener.batch
    with transaction() as session:
        session.execute(sa.update(Delivery).where(Delivery.id.in_(ids)).values(done_at=now(), leased_until=None, error=None))
    log.debug("delivered", listener=listener.name, events=len(ids), seconds=round(time.perf_counter() - started, 3))
    return len(ids) == listener.batch


def _events_of(ids: list[int]) -> list[Event]:
    """Oldest first. They are facts and change no more: whatever transactions the listener has, none of them is read again."""
    statement = sa.select(Event).join(Delivery, Delivery.event_id == Event.id).where(Delivery.id.in_(ids)).order_by(Delivery.id)
    events = list(db.session.scalars(statement))
    for event in events:
        db.session.expunge(event)
    return events


def _failed(listener: Listener, ids: list[int], error: str) -> None:
    """A batch that failed is tried again one by one, so that one bad event holds up no other."""
    with transaction() as session:
        for delivery in session.scalars(sa.select(Delivery).where(Delivery.id.in_(ids))):
            delivery.leased_until = None
            delivery.error = error[:2000]
            delivery.due_at = now() + backoff(delivery.tries)
    if len(ids) > 1:
        single = replace(listener, batch=1)
        with transaction() as session:
            session.execute(sa.update(Delivery).where(Delivery.id.in_(ids)).values(due_at=now()))
        for _ in ids:
            _deliver_batch(single)


def backoff(tries: int) -> timedelta:
    return min(timedelta(seconds=2 ** min(tries, 12)), timedelta(hours=1))
