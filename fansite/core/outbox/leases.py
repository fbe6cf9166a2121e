"""What is owed is taken for a while, by one worker at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from fansite.core.db import transaction
from fansite.lib.times import now

from .listening import Listener
from .models import Delivery

# Failures back off to an hour and stay visible; after these tries a person has to look.
MAX_TRIES = 20

_here = threading.local()


def lease(listener: Listener) -> list[int]:
    with transaction() as session:
        ids = session.scalars(
            sa.select(Delivery.id)
            .where(is_open(), Delivery.listener == listener.name)
            .order_by(Delivery.id)
            .limit(listener.batch)
            .with_for_update(skip_locked=True)
        ).all()
        if ids:
            session.execute(
                sa.update(Delivery)
                .where(Delivery.id.in_(ids))
                .values(leased_until=now() + listener.lease, tries=Delivery.tries + 1)
            )
    return list(ids)


def is_open() -> sa.ColumnElement[bool]:
    at = now()
    return sa.and_(
        Delivery.done_at.is_(None),
        Delivery.due_at <= at,
        Delivery.tries < MAX_TRIES,
        sa.or_(Delivery.leased_until.is_(None), Delivery.leased_until < at),
    )


@contextmanager
def under_way(listener: Listener, ids: list[int]) -> Iterator[None]:
    """Remembers whose leases are to be renewed, should this work be long."""
    before = getattr(_here, "leased", [])
    _here.leased = [*before, (listener, ids)]
    try:
        yield
    finally:
        _here.leased = before


def renew() -> None:
    """Whatever is under way in this thread is its own for as long again."""
    for listener, ids in getattr(_here, "leased", []):
        with transaction() as session:
            session.execute(sa.update(Delivery).where(Delivery.id.in_(ids)).values(leased_until=now() + listener.lease))
