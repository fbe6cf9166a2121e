"""Who may do what about whom."""

from __future__ import annotations

from typing import Any

from fansite.core.policy import signed_in


def follow(person: Any, other: Any) -> bool:
    return signed_in(person) and other.active and person.id != other.id


def mute(person: Any, other: Any) -> bool:
    return signed_in(person) and person.id != other.id


def block(person: Any, other: Any) -> bool:
    """Nobody shuts out those who keep order here."""
    return signed_in(person) and person.id != other.id and not other.keeps_order


RULES = {"follow": follow, "mute": mute, "block": block}
