"""Gigs as a table (RFC 4180, the first line naming the columns): date and time as clocks at the house show them.

All of a file is checked before a row is written. A line that makes no sense is refused with its number; what a house or a price may not be
is told beside the line it concerns, and the line left out. A column that is not there says nothing: what is known stays as it is.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

from fansite.core import markup
from fansite.lib import cities
from fansite.tour.operations.venues import House
from fansite.transfer.evenings import MAX_BYTES, MOST, Census, Told, origin
from fansite.transfer.problems import Refused

COLUMNS = (
    "id", "date", "time", "doors", "venue", "address", "city", "country", "latitude", "longitude", "timezone", "status", "ticket_url", "tour", "notes",
)  # fmt: skip
REQUIRED = ("date", "venue", "city", "country")
# As spreadsheets write them: those of countries with a decimal comma put semicolons between.
DELIMITERS = (",", ";", "\t")
# What each status says of the plans and of the tickets.
STATUSES: dict[str, dict[str, str]] = {
    "": {},
    "announced": {"state": "planned", "tickets": ""},
    "on-sale": {"state": "planned", "tickets": "on_sale"},
    "sold-out": {"state": "planned", "tickets": "sold_out"},
    "postponed": {"state": "postponed"},
    "rescheduled": {"state": "rescheduled"},
    "moved": {"state": "moved"},
    "cancelled": {"state": "cancelled"},
}


def read(text: str, census: Census) -> None:
    text, delimiter, skipped = _delimited(text)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begun, seen = 1, dict[str, str]()
    try:
        with _cells_of_any_length():
            names = [name.strip().lower() for name in reader.fieldnames or ()]
            _require_columns(names, census)
            reader.fieldnames = names
            begun = reader.line_num + 1
            for values in reader:
                _take(reader.line_num + skipped, values, names, census, seen)
                begun = reader.line_num + 1
    except csv.Error as error:
        raise Refused(begun + skipped, f"this is no table: {error}") from error


def _delimited(text: str) -> tuple[str, str, int]:
    """What stands between the cells, and how many lines say only that: a spreadsheet may begin with “sep=;”."""
    first, _, rest = text.partition("\n")
    told = first.strip().lower()
    if told.startswith("sep=") and told[4:5] in DELIMITERS:
        return rest, told[4:5], 1
    if first.rstrip("\r") == "sep=\t":
        return rest, "\t", 1
    return text, max(DELIMITERS, key=first.count), 0


@contextmanager
def _cells_of_any_length() -> Iterator[None]:
    """The file itself has its limit; one long cell is a problem of its line alone."""
    usual = csv.field_size_limit(MAX_BYTES)
    try:
        yield
    finally:
        csv.field_size_limit(usual)


def _require_columns(names: list[str], census: Census) -> None:
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise Refused(1, f"there is no column {', '.join(missing)}; known are {', '.join(COLUMNS)}")
    for name in names:
        if name and name not in COLUMNS:
            census.problems.note(1, f"the column “{name[:40]}” means nothing here and was left out")


def _take(line: int, values: dict[str, Any], names: list[str], census: Census, seen: dict[str, str]) -> None:
    if any(cell.strip() for cell in values.pop(None, None) or ()):  # type: ignore[call-overload]
        raise Refused(line, "there are more cells than columns: put quotes around one that holds a comma")
    if not any((value or "").strip() for value in values.values()):
        return
    if len(census.evenings) + census.left_out["gig"] >= MOST:
        raise Refused(line, f"more than {MOST:,} gigs")
    told = _told(line, values, names)
    if _require_one_each(census, told, _words(values.get("id")), seen):
        census.evenings.append(told)


def _told(line: int, values: dict[str, str | None], names: list[str]) -> Told:
    told = {name: _words(values.get(name)) for name in COLUMNS if name != "notes"}
    for name in REQUIRED:
        if not told[name]:
            raise Refused(line, f"there is no {name}")
    day, starts = _day(line, told["date"]), _hour(line, told["time"])
    house = House(
        name=told["venue"],
        address=told["address"],
        city=told["city"],
        country=told["country"].upper(),
        latitude=_degrees(line, told["latitude"]),
        longitude=_degrees(line, told["longitude"]),
        zone=told["timezone"],
    )
    return Told(
        where=f"line {line}",
        origin=origin("gigs", told["id"] or f"{day}:{cities.fold(told['city'])}:{cities.fold(told['venue'])}"),
        house=house,
        begins=datetime.combine(day, starts) if starts is not None else day,
        doors=_hour(line, told["doors"]),
        says=frozenset({"doors"} & {*names}),
        facts=_facts(line, told, values, names),
        tour=told["tour"] if "tour" in names else None,
    )


def _words(text: str | None) -> str:
    return " ".join(markup.tidy(text or "").split())


def _facts(line: int, told: dict[str, str], values: dict[str, str | None], names: list[str]) -> dict[str, Any]:
    status = told["status"].lower().replace("_", "-").replace(" ", "-")
    if status not in STATUSES:
        raise Refused(line, f"“{told['status'][:40]}” is no status: {', '.join(filter(None, STATUSES))}")
    facts: dict[str, Any] = {**STATUSES[status]}
    if "ticket_url" in names:
        facts["ticket_url"] = told["ticket_url"]
    if "notes" in names:
        facts["body"] = markup.tidy(values.get("notes") or "").strip()
    return facts


def _day(line: int, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(line, f"“{text[:40]}” is no date: write it as 2026-12-11") from None


def _hour(line: int, text: str) -> time | None:
    if not text:
        return None
    try:
        return time.fromisoformat(text.zfill(5)).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise Refused(line, f"“{text[:40]}” is no time: write it as 20:15") from None


def _degrees(line: int, text: str) -> float | None:
    if not text:
        return None
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        raise Refused(line, f"“{text[:40]}” is no number of degrees") from None
    if not -180 <= number <= 180:  # NaN is neither
        raise Refused(line, f"“{text[:40]}” is no number of degrees")
    return number


def _require_one_each(census: Census, told: Told, own_id: str, seen: dict[str, str]) -> bool:
    """Two lines of one id are a slip; two without one may be two shows of an evening, and nobody could tell which is which later."""
    first = seen.setdefault(told.origin, told.where)
    if first == told.where:
        return True
    if own_id:
        raise Refused(int(told.where.split()[1]), f"the id “{own_id[:40]}” stands on {first} already")
    census.leave_out(told.where, f"{told.name} stands on {first} already: if it is another show, give each an id of its own")
    return False
