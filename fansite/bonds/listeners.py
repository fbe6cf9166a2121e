"""An account that is closed follows nobody, and follows again when it is opened."""

from __future__ import annotations

from collections.abc import Sequence

from fansite.bonds.queries import followed_by, followers_tag
from fansite.core.db import touch, transaction
from fansite.core.outbox import Event


def count_again(events: Sequence[Event]) -> None:
    """How many follow is asked anew by each page; those that were kept are old now."""
    for account_id in sorted({int(event.subject.partition(":")[2]) for event in events}):
        with transaction():
            touch(*map(followers_tag, followed_by(account_id)))
