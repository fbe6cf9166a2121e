"""Who has a text open says so again and again."""

from __future__ import annotations

from typing import Any

from fansite.core.content import Entry
from fansite.core.db import get, transaction
from fansite.core.policy import require, staff
from fansite.lib.times import now
from fansite.staff.models import PRESENT, EditorPresence


def arrive(entry_id: int, *, by: Any) -> int:
    """Answers with the version the text has by now."""
    with transaction() as session:
        require(staff, by)
        entry = get(Entry, entry_id, lock=False)
        found = session.get(EditorPresence, (entry_id, by.id), with_for_update=True)
        if found is None:
            found = EditorPresence(entry_id=entry_id, account_id=by.id, since=now(), seen_at=now())
            session.add(found)
        elif found.seen_at < now() - PRESENT:
            found.since = now()
        found.seen_at = now()
        return entry.version
