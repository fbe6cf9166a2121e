"""Who may decide."""

from __future__ import annotations

from typing import Any

from fansite.core.policy import keeps_order


def decide(person: Any, _review: Any = None) -> bool:
    return keeps_order(person)


def clean_up(person: Any, _cleanup: Any = None) -> bool:
    return keeps_order(person)


def change_standing(person: Any, account: Any) -> bool:
    """Of fans; who works here stands by that."""
    return keeps_order(person) and account.role == "fan" and account.erased_at is None


def set_words(person: Any, _thing: Any = None) -> bool:
    return keeps_order(person)
