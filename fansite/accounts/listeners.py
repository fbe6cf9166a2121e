"""What the worker does for accounts."""

from __future__ import annotations

from collections.abc import Sequence

from fansite.accounts.operations.credentials import send_reset
from fansite.accounts.operations.parcels import make_parcel
from fansite.core.outbox import Event


def mail_resets(events: Sequence[Event]) -> None:
    """Whether an address is known shows neither in the answer to who asked nor in the time it takes: it is looked up here."""
    for event in events:
        send_reset(int(event.subject.partition(":")[2]), draft=event.data.get("draft"))


def make_parcels(events: Sequence[Event]) -> None:
    for event in events:
        make_parcel(int(event.subject.partition(":")[2]))
