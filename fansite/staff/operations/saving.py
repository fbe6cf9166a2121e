"""What one press at the desk does: whatever was typed is saved, then the act follows, all or nothing."""

from __future__ import annotations

import hashlib
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
        entry = desk.draft(by=by, **typed)
        finish(sitting, by=by, entry=entry, sent=_print_of(typed))
        return int(entry.id)


def save(
    desk: Desk,
    entry_id: int,
    *,
    by: Any,
    typed: dict[str, Any] | None,
    then: Callable[[int], Any] | None = None,
    sitting: str = "",
) -> None:
    """`typed` is None when only the act was sent. What this window kept as a working copy is saved with it.

    A page that is sent again, by a double click or by the way back, has seen the version it made itself; word for word the same, it
    is saved already."""
    with transaction():
        if typed is not None:
            entry = get(desk.model, entry_id)  # on PostgreSQL two presses at once wait for each other here
            before, sent = queries.finished(by, sitting, entry_id), _print_of(typed)
            left = before.base_version if before is not None else 0
            if before is None or (left, before.fields) != (entry.version, sent):
                entry = desk.revise(entry_id, by=by, **{**typed, "version": max(typed["version"], left)})
                finish(sitting, by=by, entry=entry, sent=sent)
        if then is not None:
            then(entry_id)


def _print_of(typed: dict[str, Any]) -> dict[str, str]:
    """Enough to know the same page again, and none of its words."""
    words = repr(sorted((name, value) for name, value in typed.items() if name != "version"))
    return {"sent": hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()}
