"""An account that is closed counts nowhere, and counts again when it is opened."""

from __future__ import annotations

from collections.abc import Sequence

from fansite.accounts.models import Account
from fansite.core.db import get, transaction
from fansite.core.outbox import Event
from fansite.reactions.operations import count_those_of


def count_again(events: Sequence[Event]) -> None:
    """By what the account is now, not by what the event says: several may have come since."""
    for account_id in sorted({int(event.subject.partition(":")[2]) for event in events}):
        with transaction():
            count_those_of(account_id, counted=get(Account, account_id).active)
