"""Dates and times as clocks show them somewhere, and the moments they are.

What a clock shows is kept as it was said, with the place's zone: rules of zones change, the evening printed on the ticket does not. A time
that a clock skips or shows twice is understood as RFC 5545, 3.3.5 has it: by the offset before the gap, and the first of two.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

# A gig whose end nobody said is over when most are.
USUAL_LENGTH = timedelta(hours=4)
MIDNIGHT = time(0)


@cache
def zones() -> frozenset[str]:
    """The names of the IANA database that say where one is: no abbreviations, no fixed offsets."""
    return frozenset(
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/", "right/", "SystemV/"))
    )


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment in UTC when clocks in a zone show this date and time."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def local(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The same with the offset that is valid then: 2026-12-11T20:15+01:00."""
    return instant(day, at, zone).astimezone(zone)


def end_of(day: date, starts: time | None, ends: time | None, zone: ZoneInfo) -> datetime:
    """When it is over there. An end at or before the start is the next morning's. Where nobody said when it ends, it is over with the
    day, or some hours after it began, whichever is later."""
    if starts is not None and ends is not None:
        return instant(day + timedelta(days=1) if ends <= starts else day, ends, zone)
    over = instant(day + timedelta(days=1), MIDNIGHT, zone)
    return max(over, instant(day, starts, zone) + USUAL_LENGTH) if starts is not None else over
