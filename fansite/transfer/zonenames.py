"""Time zones as calendars name them: by the IANA database, by Windows, by a maker's prefix before the name, or by rules of their own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from icalendar import Timezone
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

# A zone of real life has some hundred turns of its clocks at most.
MOST_RULES = 500
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@cache
def known(name: str) -> ZoneInfo | None:
    """ "Europe/Paris", "/freeassociation.sourceforge.net/Tzfile/Europe/Paris", "Romance Standard Time"."""
    plain = name.strip().strip('"/')
    parts = WINDOWS_TO_OLSON.get(plain, plain).split("/")
    tails = ("/".join(parts[start:]) for start in range(min(len(parts), 8)))
    found = next((tail for tail in tails if tail in _names()), None)
    return ZoneInfo(found) if found is not None else None


def of_calendar(zone: Timezone, at: datetime) -> tzinfo | None:
    """What a calendar's own zone (RFC 5545, 3.6.5) is, or at least its offset at a clock's time; None where it makes no sense."""
    named = known(str(zone.get("X-LIC-LOCATION") or ""))
    if named is not None:
        return named
    turns: list[tuple[datetime, timedelta]] = []
    for part in zone.subcomponents[:MOST_RULES]:
        try:
            turns += [(turn, part.TZOFFSETTO) for turn in _turns(part, at) if turn <= at]
        except (ArithmeticError, AttributeError, KeyError, LookupError, TypeError, ValueError):
            continue
    offset = max(turns)[1] if turns else None
    return timezone(offset) if offset is not None and abs(offset) < timedelta(days=1) else None


def _turns(part: Any, at: datetime) -> Iterator[datetime]:
    """When this rule set the clocks, by the time they showed before: the last ones will do."""
    begins = part.DTSTART.replace(tzinfo=None)
    yield begins
    told = part.get("RDATE") or []
    for tree in told if isinstance(told, list) else [told]:
        yield from (leaf.dt.replace(tzinfo=None) for leaf in tree.dts)
    rule = part.get("RRULE")
    if rule and rule.get("FREQ") == ["YEARLY"]:
        until = next(iter(rule.get("UNTIL", ())), None)
        last = until.year if isinstance(until, date) else at.year
        for year in {min(last, at.year), min(last, at.year) - 1}:
            turn = datetime.combine(_day_in(year, rule), begins.time())
            if turn >= begins:
                yield turn


def _day_in(year: int, rule: Any) -> date:
    """The last Sunday of October, the second of March, the first on or after the 8th."""
    month, days = int(rule["BYMONTH"][0]), rule.get("BYMONTHDAY")
    weekday = str(rule["BYDAY"][0]) if "BYDAY" in rule else ""
    first = date(year, month, min(days) if days else 1)
    if not weekday:
        return first
    number, wanted = int(weekday[:-2] or 1), WEEKDAYS.index(weekday[-2:])
    if number < 0:
        end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return end - timedelta(days=(end.weekday() - wanted) % 7 + 7 * (-number - 1))
    return first + timedelta(days=(wanted - first.weekday()) % 7 + 7 * (number - 1))


@cache
def _names() -> frozenset[str]:
    """With their former spellings; what says no place (posix/…) is found by its end."""
    return frozenset(name for name in available_timezones() if not name.startswith(("posix/", "right/", "SystemV/")))
