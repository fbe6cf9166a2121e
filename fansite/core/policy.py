"""Policy functions carry the verb's name, take a person and a thing, return yes or no, and default to no."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from fansite.core.errors import Forbidden

ROLES = ("fan", "moderator", "editor", "owner")


class Person(Protocol):
    """What policies may ask of an account."""

    id: int
    role: str

    @property
    def keeps_order(self) -> bool:
        """Moderators, editors and owners."""

    @property
    def is_staff(self) -> bool:
        """Editors and owners: those who publish."""

    @property
    def is_owner(self) -> bool: ...

    @property
    def active(self) -> bool:
        """Neither disabled nor banned."""


Rule = Callable[..., bool]


def require(rule: Rule, person: Any, thing: Any = None) -> None:
    """The same rule the page asked, asked again where it counts: inside the operation."""
    allowed = rule(person, thing) if thing is not None else rule(person)
    if not allowed:
        raise Forbidden()


def staff(person: Any, _thing: Any = None) -> bool:
    return person is not None and person.active and person.is_staff


def owner(person: Any, _thing: Any = None) -> bool:
    return person is not None and person.active and person.is_owner


def keeps_order(person: Any, _thing: Any = None) -> bool:
    return person is not None and person.active and person.keeps_order


def signed_in(person: Any, _thing: Any = None) -> bool:
    return person is not None and person.active
