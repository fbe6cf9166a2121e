"""Names in comments lead to people who are here."""

from __future__ import annotations

from collections.abc import Sequence

from fansite.comments import operations
from fansite.core.db import transaction
from fansite.core.outbox import Event


def lead_anew(events: Sequence[Event]) -> None:
    with transaction():
        for account_id in sorted({int(event.subject.partition(":")[2]) for event in events}):
            operations.lead_anew(account_id)
