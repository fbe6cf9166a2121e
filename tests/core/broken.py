"""A transaction that does not come to its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from fansite.core.db import transaction


class Broken(Exception):
    """What went wrong after everything else."""


@contextmanager
def broken_off() -> Iterator[Session]:
    """Whatever is done in here is done in a transaction that fails at its end."""
    try:
        with transaction() as session:
            yield session
            raise Broken
    except Broken:
        return
