"""Who may react to what."""

from __future__ import annotations

from typing import Any

from fansite.core.policy import signed_in


def react(person: Any, subject: Any) -> bool:
    """To what others wrote. Whether this person sees it is the caller's to ask."""
    return signed_in(person) and subject.author_id != person.id
