"""Acts as lines: of those that tell the same on one day one, with all who did it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from flask_babel import gettext as _

from fansite.core.web.paths import settings
from fansite.core.web.templating import day as day_words
from fansite.lib.localtime import instant
from fansite.lib.times import now
from fansite.river.queries import TAG, Act, Doer
from fansite.river.sight import in_sight, may_name
from fansite.river.telling import Shot, Told, told, would_change

ALWAYS = (TAG, "list:fans")


@dataclass
class Line:
    """One line, told of the last of its acts. `mine` is the number of the reader's own among them."""

    verb: str
    day: date
    at: datetime
    told: Told
    who: list[Doer] = field(default_factory=list)
    whom: list[Doer] = field(default_factory=list)
    shots: list[Shot] = field(default_factory=list)
    number: int = 0
    mine: int | None = None

    def take(self, act: Act, told: Told, person: Any) -> None:
        """One act more."""
        self.number += 1
        if act.doer not in self.who:
            self.who.append(act.doer)
        if told.whom is not None and told.whom not in self.whom:
            self.whom.append(told.whom)
        if told.shot is not None:
            self.shots.append(told.shot)
        if person is not None and person.id == act.doer.id:
            self.mine = self.mine or act.id


@dataclass(frozen=True)
class River:
    lines: list[Line]
    # What a page that shows them depends on, and until when it is as it is.
    tags: tuple[str, ...]
    until: datetime

    def days(self) -> list[tuple[str, list[Line]]]:
        return [(_named(day), list(lines)) for day, lines in groupby(self.lines, lambda line: line.day)]


def river(acts: Sequence[Act], person: Any, *, most: int | None = None) -> River:
    """What of these a reader is told, the newest first; at most so many lines."""
    seen = in_sight(acts, person)
    known = _heard(told(seen), person)
    lines = _lines([act for act in seen if act.id in known], known, person)[:most]
    tags = {tag for one in known.values() for tag in one.tags} | {tag for act in acts for tag in would_change(act)}
    ends = [one.until for one in known.values() if one.until is not None]
    return River(lines, (*ALWAYS, *sorted(tags)), min([_midnight(), *ends]))


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _heard(known: dict[int, Told], person: Any) -> dict[int, Told]:
    """Nor is anybody told who follows one they keep away, or one who does not let them know it."""
    named = may_name({one.whom.id for one in known.values() if one.whom is not None}, person)
    return {number: one for number, one in known.items() if one.whom is None or one.whom.id in named}


def _lines(acts: Sequence[Act], known: dict[int, Told], person: Any) -> list[Line]:
    zone = settings().timezone
    days = {act.id: act.at.astimezone(zone).date() for act in acts}
    busy = Counter((act.doer.id, days[act.id]) for act in acts if act.verb == "follows")
    lines: dict[tuple[Any, ...], Line] = {}
    for act in acts:
        one, day = known[act.id], days[act.id]
        # Who follows many on one day does so in one line.
        alone = act.verb == "follows" and busy[act.doer.id, day] > 1
        key = (act.verb, day, act.doer.id if alone else None, None if alone else one.about)
        line = lines.setdefault(key, Line(act.verb, day, act.at, one))
        line.take(act, one, person)
    return list(lines.values())


def _named(day: date) -> str:
    today = now().astimezone(settings().timezone).date()
    near = {today: _("Today"), today - timedelta(days=1): _("Yesterday")}
    return near.get(day) or day_words(day)


def _midnight() -> datetime:
    """When today is yesterday."""
    zone = settings().timezone
    tomorrow = now().astimezone(zone).date() + timedelta(days=1)
    return instant(tomorrow, datetime.min.time(), zone)
