"""What features put beside the pages of others that stand below them and know nothing of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import current_app

from fansite.core.feature import BESIDE_THINGS, Aside


@dataclass(frozen=True)
class Shown:
    template: str
    found: dict[str, Any]


@dataclass
class Beside:
    """All that stands beside one page: `shown` in order, the `tags` of what it depends on though nothing is there yet, until when it is as
    it is, and what is said of it in the page's own schema.org node."""

    shown: list[Shown] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    until: datetime | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def beside(place: str, subject: Any = None) -> Beside:
    all_there = Beside()
    known: dict[str, list[Aside]] = current_app.extensions["fansite"].asides
    for aside in known.get(place, ()):
        all_there.tags.update(aside.tags(subject))
        found = aside.find(subject) or {}
        all_there.tags.update(found.get("tags", ()))
        all_there.until = min(filter(None, (all_there.until, found.get("until"))), default=None)
        if found.keys() - BESIDE_THINGS:
            all_there.shown.append(Shown(aside.template, found))
            all_there.facts |= aside.facts(found)
    return all_there
