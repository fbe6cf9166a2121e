"""What an import changes, or would change, evening by evening: for whoever looks before leaping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

# A person reads the first; `--json` has them all.
SHOWN = 60
LONGEST = 200
SHOWN_VALUE = 50
MARKS = {"created": "+", "updated": "~", "skipped": "!"}
# As the table's columns are called.
NAMES = {"day": "date", "starts": "time", "ends": "end", "body": "notes"}


@dataclass(frozen=True, slots=True)
class Changed:
    where: str
    # Its day, city and house.
    gig: str
    # Of the report: created, updated, or skipped although it differs.
    what: str
    # Name → (what it is here, what the file says).
    fields: dict[str, tuple[str, str]] = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        return {
            "gig": self.gig,
            "where": self.where,
            "what": self.what,
            "fields": {name: [*pair] for name, pair in self.fields.items()},
        }

    def lines(self) -> list[str]:
        wide = max(map(len, self.fields), default=0)
        left = " (stays as it is)" if self.what == "skipped" else ""
        told = [f"    {name:<{wide}}  {_brief(old) or '–'} → {_brief(new) or '–'}" for name, (old, new) in self.fields.items()]
        return [f"{MARKS[self.what]} {self.gig}{left}", *(told if self.what != "created" else [])]


def fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Of two descriptions of one evening, what differs."""
    found = {NAMES.get(name, name): (before.get(name), after[name]) for name in after if before.get(name) != after[name]}
    told = {name: (_told(old), _told(new)) for name, (old, new) in found.items()}
    return {name: pair for name, pair in told.items() if any(pair)}


def table(changes: list[Changed]) -> list[str]:
    lines = [line for change in changes[:SHOWN] for line in change.lines()]
    return [*lines, f"and {len(changes) - SHOWN:,} more evenings: --json has them all"] if len(changes) > SHOWN else lines


def _told(value: Any) -> str:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value.isoformat() if isinstance(value, date) else str(value if value is not None else "")[:LONGEST]


def _brief(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_VALUE else f"{line[:SHOWN_VALUE]}…"
