from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fansite.core.db import db
from fansite.lib.times import now

from .models import Delivery, Event, Tick


def owed(listener: str, subject_kind: str) -> sa.Select[Any]:
    """The ids of what a listener has not dealt with yet, what it failed of included; not of what is still to come, whenever it is asked."""
    open_ones = sa.and_(Delivery.done_at.is_(None), Delivery.listener == listener)
    begun = sa.or_(Delivery.due_at <= sa.bindparam(None, callable_=now, type_=Delivery.due_at.type), Delivery.tries > 0)
    number = sa.cast(sa.func.substr(Event.subject, len(subject_kind) + 2), sa.Integer)
    return sa.select(number).join(Delivery).where(open_ones, begun, Event.subject.startswith(f"{subject_kind}:"))


def last_sign_of_work() -> datetime | None:
    """When a worker last took up a routine; there is one every few seconds."""
    return db.session.scalar(sa.select(sa.func.max(Tick.due_at)))


def waiting() -> tuple[int, datetime | None]:
    """How many deliveries are due and have not failed, and since when the oldest is."""
    due = sa.and_(Delivery.done_at.is_(None), Delivery.due_at <= now(), Delivery.error.is_(None))
    number, oldest = db.session.execute(sa.select(sa.func.count(), sa.func.min(Delivery.due_at)).where(due)).one()
    return number, oldest


@dataclass(frozen=True)
class Failures:
    """What one listener failed of, with its last words."""

    listener: str
    number: int
    error: str
    tries: int
    since: datetime


def failures() -> list[Failures]:
    """By listener; a delivery that failed and is tried again is among them until it is done."""
    failed = sa.and_(Delivery.done_at.is_(None), Delivery.error.is_not(None))
    statement = (
        sa.select(
            Delivery.listener,
            sa.func.count(),
            sa.func.max(Delivery.error),
            sa.func.max(Delivery.tries),
            sa.func.min(Event.at),
        )
        .join(Delivery.event)
        .where(failed)
        .group_by(Delivery.listener)
        .order_by(Delivery.listener)
    )
    rows = db.session.execute(statement)
    return [Failures(listener, number, error or "", tries, since) for listener, number, error, tries, since in rows]
