"""What a file says of the band's evenings, whatever kind of file it is: a table, or a calendar."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fansite.lib import localtime
from fansite.tour.operations.venues import House
from fansite.transfer.problems import Problems, Refused
from fansite.transfer.source import Progress, pieces

MOST = 10_000
MAX_BYTES = 16 * 1024 * 1024
MAX_ORIGIN = 300
# How spreadsheets write "Unicode text".
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Told:
    """One evening as the file has it. What it does not say at all is not among the facts, and stays as it is here."""

    # Its line, or its number and name.
    where: str
    # By which it is known again.
    origin: str
    house: House
    # A day alone, a day and hour as clocks at the house show them, or a moment.
    begins: date | datetime
    # Without `doors` or `ends` nothing is said of them.
    doors: time | None = None
    ends: datetime | None = None
    says: frozenset[str] = frozenset()
    facts: dict[str, Any] = field(default_factory=dict)
    # None: nothing is said of it; "": of none.
    tour: str | None = None
    # By which calendars know it, and how often it changed for them.
    uid: str = ""
    sequence: int = 0
    # What may not take place at all is not published by a machine.
    certain: bool = True

    @property
    def name(self) -> str:
        return f"{self.house['city']}, {self.begins:%Y-%m-%d}"

    def plans(self, zone: ZoneInfo) -> dict[str, Any]:
        """Day and hours as clocks at the house show them."""
        if not isinstance(self.begins, datetime):
            return {"day": self.begins, "starts": None, **self._said({"doors": self.doors, "ends": None})}
        begins, ends = _on_clocks(self.begins, zone), _on_clocks(self.ends, zone) if self.ends is not None else None
        hours = {"doors": self.doors, "ends": ends.time() if ends is not None else None}
        return {"day": begins.date(), "starts": begins.time(), **self._said(hours)}

    def _said(self, hours: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in hours.items() if name in self.says}


@dataclass(slots=True)
class Census:
    evenings: list[Told] = field(default_factory=list)
    # By its own names.
    left_out: Counter[str] = field(default_factory=Counter)
    problems: Problems = field(default_factory=Problems)

    def leave_out(self, where: int | str, why: str, kind: str = "gig") -> None:
        self.left_out[kind] += 1
        self.problems.note(where, why)


def check(path: Path, *, progress: Progress | None = None) -> Census:
    """Reads the whole file, or raises `Refused`."""
    from fansite.transfer import gigcalendar, gigtable

    census = Census()
    text = _decoded(b"".join(pieces(path, progress=progress, max_bytes=MAX_BYTES)), census)
    start = text[:4096].lstrip().upper()
    named = path.name.lower().removesuffix(".gz").endswith((".ics", ".ical", ".ifb"))
    (gigcalendar if named or start.startswith(("BEGIN:VCALENDAR", "BEGIN:VEVENT")) else gigtable).read(text, census)
    return census


def origin(kind: str, own: str) -> str:
    """A name that is too long for a row is known by its digest."""
    whole = f"{kind}:{own}"
    return whole if len(whole) <= MAX_ORIGIN else f"{kind}:sha256:{hashlib.sha256(own.encode()).hexdigest()}"


def _decoded(data: bytes, census: Census) -> str:
    """Old spreadsheets of Western Europe write Windows-1252, and nothing in the file says so."""
    if data.startswith(_UTF16):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise Refused(None, "this is no text: save it as UTF-8") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        census.problems.note(line, "this is not UTF-8 and was read as Windows-1252: look at the accents")
        return data.decode("cp1252", errors="replace")


def _on_clocks(at: datetime, zone: ZoneInfo) -> datetime:
    """A moment in the zone of the house stays as it was written, also where a clock skips it."""
    if at.tzinfo is None or getattr(at.tzinfo, "key", None) == zone.key:
        return at.replace(tzinfo=None)
    return localtime.instant(at.date(), at.time(), at.tzinfo).astimezone(zone).replace(tzinfo=None)  # type: ignore[arg-type]
