"""What one press at the desk does: whatever was typed is saved, then the act follows, all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fansite.core.db import transaction
from fansite.staff.desks import Desk


def save(desk: Desk, entry_id: int, *, by: Any, typed: dict[str, Any] | None, then: Callable[[int], Any] | None = None) -> None:
    """`typed` is None when only the act was sent."""
    with transaction():
        if typed is not None:
            desk.revise(entry_id, by=by, **typed)
        if then is not None:
            then(entry_id)
