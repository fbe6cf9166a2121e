"""Two versions of one text beside each other: paragraph by paragraph, and within a changed paragraph word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# (whether the other side lacks it, words)
Piece = tuple[bool, str]

# `difflib` takes the product of both lengths in the worst case: beyond this, what lies between the first and the last difference
# is shown as one.
MOST_PAIRS = 250_000
# Unchanged paragraphs that are shown around a change.
AROUND = 1
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True)
class Row:
    """What stands beside each other; `None` where one side has nothing. `same` counts unchanged paragraphs that are left out."""

    theirs: Sequence[Piece] | None
    mine: Sequence[Piece] | None
    changed: bool = False
    same: int = 0


@dataclass(frozen=True)
class Difference:
    """One field of the form that differs."""

    label: str
    rows: Sequence[Row]


def compare(theirs: str, mine: str) -> list[Row]:
    return list(_shortened(list(_rows(theirs.splitlines(), mine.splitlines()))))


def _rows(theirs: list[str], mine: list[str]) -> Iterator[Row]:
    for act, start, end, other_start, other_end in _steps(theirs, mine):
        left, right = theirs[start:end], mine[other_start:other_end]
        if act == "equal":
            yield from (Row([(False, line)], [(False, line)]) for line in left)
            continue
        for number in range(max(len(left), len(right))):
            yield _pair(left[number] if number < len(left) else None, right[number] if number < len(right) else None)


def _pair(theirs: str | None, mine: str | None) -> Row:
    if theirs is None or mine is None:
        return Row(
            None if theirs is None else [(True, theirs)],
            None if mine is None else [(True, mine)],
            changed=True,
        )
    left, right = _WORDS.findall(theirs), _WORDS.findall(mine)
    ours: list[Piece] = []
    others: list[Piece] = []
    for act, start, end, other_start, other_end in _steps(left, right):
        for pieces, words in ((others, left[start:end]), (ours, right[other_start:other_end])):
            if words:
                pieces.append((act != "equal", "".join(words)))
    return Row(others, ours, changed=True)


def _steps(left: Sequence[str], right: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """The ends both have in common are found by walking: what is left is small, or is one change."""
    most = min(len(left), len(right))
    start = next((n for n in range(most) if left[n] != right[n]), most)
    end = next((n for n in range(most - start) if left[-1 - n] != right[-1 - n]), most - start)
    middle = left[start : len(left) - end], right[start : len(right) - end]
    if len(middle[0]) * len(middle[1]) > MOST_PAIRS:
        steps = [("replace", 0, len(middle[0]), 0, len(middle[1]))]
    else:
        steps = list(SequenceMatcher(None, *middle, autojunk=False).get_opcodes())
    found = [(act, a + start, b + start, c + start, d + start) for act, a, b, c, d in steps]
    before = [("equal", 0, start, 0, start)] if start else []
    after = [("equal", len(left) - end, len(left), len(right) - end, len(right))] if end else []
    return [*before, *found, *after]


def _shortened(rows: list[Row]) -> Iterator[Row]:
    """Long stretches without a change are counted, not shown."""
    near = {n + step for n, row in enumerate(rows) if row.changed for step in range(-AROUND, AROUND + 1)}
    skipped = 0
    for number, row in enumerate(rows):
        blank = not any(words.strip() for side in (row.theirs, row.mine) for _lacking, words in side or ())
        if blank:
            continue
        if number in near:
            if skipped:
                yield Row(None, None, same=skipped)
            skipped = 0
            yield row
        else:
            skipped += 1
    if skipped:
        yield Row(None, None, same=skipped)
