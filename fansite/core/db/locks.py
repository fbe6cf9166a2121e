"""One writer at a time: on SQLite by a file of the host, on PostgreSQL by a number in the database, however many hosts there are."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from flask import current_app

from fansite.lib.processes import taken, tried_until
from fansite.settings import Settings

from .base import db

LOCK_PATIENCE_SECONDS = 2.0
# Of all that may be locked in a PostgreSQL database by a number, this one is the site's writer. Given back at the end of its transaction.
ONE_WRITER = sa.text("SELECT pg_advisory_xact_lock(4661)")
# And this one whoever writes to an annex: nobody who writes to the site waits for that.
ONE_BUILDER = sa.text("SELECT pg_advisory_xact_lock(4662)")
_NO_OTHER_WRITER = sa.text("SELECT pg_try_advisory_xact_lock(4661)")


@contextmanager
def write_lock() -> Iterator[None]:
    """One writer at a time on this host: waiting here is fair and cheap, waiting inside SQLite is neither.

    The file is opened anew each time: one descriptor shared by threads or forks excludes neither.
    """
    settings: Settings = current_app.extensions["fansite"].settings
    if not settings.sqlite:
        yield
        return
    descriptor = _lock_file(settings)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def lock_is_passed_on(settings: Settings) -> bool:
    """Writers come and go within milliseconds; one who holds the lock for this long holds up everybody."""
    if not settings.sqlite:
        return tried_until(lambda: bool(db.session.scalar(_NO_OTHER_WRITER)), patience=LOCK_PATIENCE_SECONDS)
    descriptor = _lock_file(settings)
    try:
        return tried_until(lambda: taken(descriptor), patience=LOCK_PATIENCE_SECONDS)
    finally:
        os.close(descriptor)


def _lock_file(settings: Settings) -> int:
    return os.open(settings.instance_path / "write.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
