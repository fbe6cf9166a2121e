"""What happened elsewhere becomes a line."""

from __future__ import annotations

from collections.abc import Sequence

from fansite.core.outbox import Event
from fansite.river import operations


def keep(events: Sequence[Event]) -> None:
    operations.note(events)


def catch_up(_events: Sequence[Event]) -> None:
    """Much was loaded at once, and no event tells of each."""
    operations.rebuild()
