"""What an import did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fansite.transfer.changes import Changed
from fansite.transfer.problems import Problems

# All that a person could look after; a hostile file cannot make the list endless.
MOST_PROBLEMS = 10_000


@dataclass(slots=True)
class Report:
    """Counted by kind: news, page, comment, account, tag, picture; what was left out of the file, by its own names."""

    created: Counter[str] = field(default_factory=Counter)
    updated: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    problems: Problems = field(default_factory=lambda: Problems(MOST_PROBLEMS))
    # Of gigs alone, one by one.
    changes: list[Changed] = field(default_factory=list)

    def begin(self, skipped: Mapping[str, int], problems: Problems) -> None:
        """With what the check of the file found."""
        self.skipped.update(skipped)
        self.problems.adopt(problems)

    def facts(self) -> dict[str, Any]:
        return {
            "created": _counted(self.created),
            "updated": _counted(self.updated),
            "skipped": _counted(self.skipped),
            "problems": list(self.problems),
        }


def _counted(counter: Counter[str]) -> dict[str, int]:
    return {kind: number for kind, number in counter.items() if number}
