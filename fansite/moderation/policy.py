"""Who may decide."""

from __future__ import annotations

from typing import Any

from fansite.core.policy import keeps_order


def decide(person: Any, _review: Any = None) -> bool:
    return keeps_order(person)


def set_words(person: Any, _thing: Any = None) -> bool:
    return keeps_order(person)
