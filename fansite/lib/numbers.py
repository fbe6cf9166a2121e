"""Numbers as addresses and forms carry them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# What a row can be numbered at most, and a number in it be: PostgreSQL refuses even to look for more.
HIGHEST = 2**31 - 1


def row_number(text: str) -> int:
    """`"12"` → 12; `ValueError` for what no row can be numbered."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(HIGHEST)) and 0 < int(text) <= HIGHEST):
        raise ValueError(f"not the number of a row: {text[:40]!r}")
    return int(text)


def number_or_none(text: Any) -> int | None:
    """The same of whatever a form may bring."""
    try:
        return row_number(str(text or ""))
    except ValueError:
        return None


def percentages(counts: Sequence[int]) -> list[int]:
    """Whole percents that add up to a hundred: what is cut off goes to those of whom most was cut off, of two to the smaller. All 0 where nothing was counted."""
    total = sum(counts)
    if not total:
        return [0] * len(counts)
    whole = [count * 100 // total for count in counts]
    by_rest = sorted(range(len(counts)), key=lambda nth: (-(counts[nth] * 100 % total), counts[nth], nth))
    for nth in by_rest[: 100 - sum(whole)]:
        whole[nth] += 1
    return whole
