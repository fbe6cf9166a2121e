"""What the worker does for moderation."""

from __future__ import annotations

from collections.abc import Sequence

from fansite.core.outbox import Event
from fansite.core.outbox.long_work import meanwhile
from fansite.moderation.cleanups import operations as cleanups


def clean_up(events: Sequence[Event]) -> None:
    """Goes on with clean-ups, and with the way back from them, until nothing is left to do."""
    for event in events:
        while cleanups.go_on(int(event.subject.partition(":")[2])):
            meanwhile("moderation.cleanups")
