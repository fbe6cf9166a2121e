"""Badges: each says a fact about somebody and is worked out from it when their page is made. None is stored, so none can be untrue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Facts:
    """What everybody may know of a fan; of what this reader may not see, nothing."""

    joined_at: datetime
    at: datetime
    comments: int = 0
    evenings: int = 0
    photos: int = 0

    @property
    def years(self) -> int:
        return int((self.at - self.joined_at) / YEAR)

    @property
    def next_year_at(self) -> datetime:
        """When one more is full."""
        return self.joined_at + (self.years + 1) * YEAR


@dataclass(frozen=True)
class Badge:
    key: str
    name: Any
    # What one did for it.
    sentence: Any
    rule: Callable[[Facts], bool]
    icon: str
    kind: str = ""
    # The one of which this is the beginning, and which stands in its place once it is earned.
    until: str = ""


BADGES = (
    Badge("first-evening", _l("first evening"), _l("Was at an evening."), lambda facts: facts.evenings >= 1, "ticket", "first", "ten-evenings"),
    Badge("ten-evenings", _l("ten evenings"), _l("Was at ten evenings."), lambda facts: facts.evenings >= 10, "ticket", "first", "fifty-evenings"),
    Badge("fifty-evenings", _l("fifty evenings"), _l("Was at fifty evenings."), lambda facts: facts.evenings >= 50, "ticket", "first"),
    Badge("first-comment", _l("spoke up"), _l("A first comment was published."), lambda facts: facts.comments >= 1, "comment", "second", "ten-comments"),
    Badge("ten-comments", _l("ten comments"), _l("Ten comments were published."), lambda facts: facts.comments >= 10, "comment", "second", "hundred-comments"),
    Badge("hundred-comments", _l("a hundred comments"), _l("A hundred comments were published."), lambda facts: facts.comments >= 100, "comment", "second"),
    Badge("first-photo", _l("first photo"), _l("Showed a photo of an evening."), lambda facts: facts.photos >= 1, "image", "fourth", "ten-photos"),
    Badge("ten-photos", _l("ten photos"), _l("Showed ten photos of evenings."), lambda facts: facts.photos >= 10, "image", "fourth"),
    Badge("one-year", _l("a year here"), _l("Has been here for a year."), lambda facts: facts.years >= 1, "calendar", "", "five-years"),
    Badge("five-years", _l("five years here"), _l("Has been here for five years."), lambda facts: facts.years >= 5, "calendar"),
)  # fmt: skip


def earned(facts: Facts) -> list[Badge]:
    """Of those that begin one another, the furthest."""
    held = {badge.key: badge for badge in BADGES if badge.rule(facts)}
    return [badge for badge in held.values() if badge.until not in held]
