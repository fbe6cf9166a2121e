"""What the worker does for the rules."""

from __future__ import annotations

from collections.abc import Sequence

from fansite.core.outbox import Event
from fansite.rules import operations


def note_acceptance(events: Sequence[Event]) -> None:
    """The page of joining says that whoever joins accepts the rules."""
    for event in events:
        operations.accept_on_joining(int(event.subject.partition(":")[2]), event.at)
