"""What one press at the desk does: whatever was typed is saved, then the act follows, all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fansite.core.db import get, transaction
from fansite.staff import queries
from fansite.staff.desks import Desk
from fansite.staff.operations.copies import finish


def begin(desk: Desk, *, by: Any, typed: dict[str, Any], sitting: str) -> int:
    """A new draft; pressed twice it is one."""
    with transaction():
        get(type(by), by.id)  # on PostgreSQL two presses at once wait for each other here
        made = queries.made_in(by, sitting)
        if made is not None:
            return made
        entry_id = int(desk.draft(by=by, **typed).id)
        finish(sitting, by=by, kind=desk.kind, entry_id=entry_id)
        return entry_id


def save(
    desk: Desk,
    entry_id: int,
    *,
    by: Any,
    typed: dict[str, Any] | None,
    then: Callable[[int], Any] | None = None,
    sitting: str = "",
) -> None:
    """`typed` is None when only the act was sent. What this window kept as a working copy is saved with it."""
    with transaction():
        if typed is not None:
            desk.revise(entry_id, by=by, **typed)
            finish(sitting, by=by, kind=desk.kind, entry_id=entry_id)
        if then is not None:
            then(entry_id)
