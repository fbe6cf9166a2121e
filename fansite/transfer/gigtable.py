"""Gigs as a table (RFC 4180, the first line naming the columns): date and time as clocks at the house show them.

All of a file is checked before a row is written. A line that makes no sense is refused with its number; what a house or a price may not be
is told beside the line it concerns, and the line left out.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path

from fansite.core.web.forms import clean
from fansite.transfer.problems import Problems, Refused
from fansite.transfer.source import Progress, pieces

COLUMNS = (
    "id", "date", "time", "doors", "venue", "address", "city", "country", "latitude", "longitude", "timezone", "status", "ticket_url", "tour", "notes",
)  # fmt: skip
REQUIRED = ("date", "venue", "city", "country")
MOST_ROWS = 10_000
MAX_BYTES = 16 * 1024 * 1024
# Status in a file → (state, tickets).
STATUSES = {
    "": ("planned", ""), "announced": ("planned", ""), "on-sale": ("planned", "on_sale"), "sold-out": ("planned", "sold_out"),
    "postponed": ("postponed", ""), "rescheduled": ("rescheduled", ""), "cancelled": ("cancelled", ""),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class GigRow:
    line: int
    id: str
    day: date
    starts: time | None
    doors: time | None
    venue: str
    address: str
    city: str
    country: str
    latitude: float | None
    longitude: float | None
    zone: str
    status: str
    ticket_url: str
    tour: str
    notes: str


@dataclass(slots=True)
class Census:
    rows: list[GigRow] = field(default_factory=list)
    problems: Problems = field(default_factory=Problems)


def check(path: Path, *, progress: Progress | None = None) -> Census:
    """Reads the whole file, or raises `Refused`."""
    census = Census()
    try:
        text = b"".join(pieces(path, progress=progress, max_bytes=MAX_BYTES)).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(None, "this is not UTF-8: save it as “CSV UTF-8”") from error
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        names = [name.strip().lower() for name in reader.fieldnames or ()]
        _require_columns(names, census)
        reader.fieldnames = names
        for values in reader:
            if len(census.rows) >= MOST_ROWS:
                raise Refused(reader.line_num, f"more than {MOST_ROWS:,} gigs")
            if any((value or "").strip() for name, value in values.items() if name is not None):
                census.rows.append(_row(reader.line_num, values))
    except csv.Error as error:
        raise Refused(reader.line_num, f"this is no table: {error}") from error
    _require_one_each(census.rows)
    return census


def _delimiter(text: str) -> str:
    """Spreadsheets of countries with a decimal comma write semicolons."""
    first = text.partition("\n")[0]
    return ";" if first.count(";") > first.count(",") else ","


def _require_columns(names: list[str], census: Census) -> None:
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise Refused(1, f"there is no column {', '.join(missing)}; known are {', '.join(COLUMNS)}")
    for name in names:
        if name not in COLUMNS:
            census.problems.note(1, f"the column “{name[:40]}” means nothing here and was left out")


def _row(line: int, values: dict[str, str | None]) -> GigRow:
    told = {name: " ".join(clean(values.get(name) or "").split()) for name in COLUMNS if name != "notes"}
    for name in REQUIRED:
        if not told[name]:
            raise Refused(line, f"there is no {name}")
    status = told["status"].lower().replace("_", "-").replace(" ", "-")
    if status not in STATUSES:
        raise Refused(line, f"“{told['status'][:40]}” is no status: {', '.join(filter(None, STATUSES))}")
    return GigRow(
        line=line,
        id=told["id"],
        day=_day(line, told["date"]),
        starts=_hour(line, told["time"]),
        doors=_hour(line, told["doors"]),
        venue=told["venue"],
        address=told["address"],
        city=told["city"],
        country=told["country"].upper(),
        latitude=_degrees(line, told["latitude"]),
        longitude=_degrees(line, told["longitude"]),
        zone=told["timezone"],
        status=status,
        ticket_url=told["ticket_url"],
        tour=told["tour"],
        notes=clean(values.get("notes") or "").strip(),
    )


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


def _require_one_each(rows: list[GigRow]) -> None:
    lines: dict[str, int] = {}
    for row in rows:
        if row.id and lines.setdefault(row.id, row.line) != row.line:
            raise Refused(row.line, f"the id “{row.id[:40]}” stands on line {lines[row.id]} already")
