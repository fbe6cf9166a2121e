"""Who sees something a person tells of themselves. They choose for each thing."""

from __future__ import annotations

from typing import Any

# `members` are those who are signed in.
VISIBILITIES = EVERYONE, MEMBERS, ME = ("everyone", "members", "me")
# What somebody who is not them may see of it.
OTHERS = (EVERYONE, MEMBERS)


def open_to(person: Any, owner_id: int, *, apart: bool = False) -> frozenset[str]:
    """What of somebody's things opens to who looks: their own all. `apart`: whom the owner blocks sees no more than a stranger."""
    if person is not None and person.id == owner_id:
        return frozenset(VISIBILITIES)
    return frozenset((EVERYONE,) if person is None or apart else OTHERS)
