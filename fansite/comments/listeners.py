"""What the worker does for comments: names lead to people who are here, and links count as their authors stand."""

from __future__ import annotations

from collections.abc import Sequence

from fansite.comments import operations
from fansite.core.db import transaction
from fansite.core.outbox import Event


def lead_anew(events: Sequence[Event]) -> None:
    with transaction():
        for account_id in _accounts(events):
            operations.lead_anew(account_id)


def follow_standing(events: Sequence[Event]) -> None:
    """Links of who stands count for search engines, and no others."""
    for account_id in _accounts(events):
        operations.render_links_of(account_id)


def _accounts(events: Sequence[Event]) -> list[int]:
    return sorted({int(event.subject.partition(":")[2]) for event in events})
