"""Events that repeat: a residency of some evenings. What goes on for ever, or by a rule no tour has, is told instead."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import islice
from typing import Any

from dateutil.rrule import rrulestr

MOST_EVENINGS = 100
LONGEST = timedelta(days=3 * 366)
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
# Rules of these parts alone find their next day soon; others may look for one until the end of time.
PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "WKST"}
_DAY = re.compile(r"[+-]?[1-4]?(?:MO|TU|WE|TH|FR|SA|SU)")


class Endless(Exception):
    """Why its evenings cannot be written down."""


def evenings(event: Any, begins: date, zone: tzinfo | None) -> list[date]:
    """Its days, by the clock it is told in, the first one with them. Only the day of a repetition counts: all have the hour of the first."""
    days = [begins, *_by_rules(event, begins), *_days(event, "RDATE", zone)]
    left_out = {*_days(event, "EXDATE", zone)}
    found = sorted({day for day in days if day not in left_out and day >= begins})
    if len(found) > MOST_EVENINGS:
        raise Endless(f"it repeats more than {MOST_EVENINGS} times: write its evenings down one by one")
    return found


def repeats(event: Any) -> bool:
    return "RRULE" in event or "RDATE" in event


def _by_rules(event: Any, begins: date) -> Iterable[date]:
    rule = event.get("RRULE")
    if rule is None:
        return ()
    if isinstance(rule, list):
        raise Endless("it repeats by more rules than one: write its evenings down one by one")
    told = {name.upper(): values for name, values in rule.items()}
    if not {*told} <= PARTS or told.get("FREQ", [""])[0] not in FREQUENCIES or not _plain(told):
        raise Endless("it repeats by a rule this import does not follow: write its evenings down one by one")
    count, until = next(iter(told.pop("COUNT", ())), None), next(iter(told.pop("UNTIL", ())), None)
    if count is None and until is None:
        raise Endless("it repeats without an end: write its evenings down one by one")
    first = datetime.combine(begins, time())
    last = min(datetime.combine(until, time()) if until is not None else datetime.max, first + LONGEST)
    text = ";".join(f"{name}={','.join(str(value) for value in values)}" for name, values in told.items())
    found = rrulestr(f"{text};UNTIL={last:%Y%m%dT%H%M%S}", dtstart=first)
    return [at.date() for at in islice(found, min(count or MOST_EVENINGS + 1, MOST_EVENINGS + 1))]


def _plain(told: dict[str, Any]) -> bool:
    interval = told.get("INTERVAL", [1])[0]
    days = [str(day).upper() for day in told.get("BYDAY", ())]
    by = "BYDAY" in told, "BYMONTHDAY" in told
    return (
        1 <= interval <= 366
        and all(_DAY.fullmatch(day) for day in days)
        and (not any(by) or (told["FREQ"][0] != "YEARLY" and by != (True, True)))
    )


def _days(event: Any, name: str, zone: tzinfo | None) -> list[date]:
    """Of dates, moments and periods."""
    told = event.get(name)
    found = []
    for tree in told if isinstance(told, list) else [told] if told is not None else []:
        for leaf in getattr(tree, "dts", ()):
            value = leaf.dt[0] if isinstance(leaf.dt, tuple) else leaf.dt
            if isinstance(value, datetime) and value.tzinfo is not None and zone is not None:
                value = value.astimezone(zone)
            found.append(value.date() if isinstance(value, datetime) else value)
    return [day for day in found if isinstance(day, date)][: MOST_EVENINGS * 2]
