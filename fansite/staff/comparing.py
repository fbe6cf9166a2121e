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
# Of a whole text, and what the shortest paragraph counts: after that a changed paragraph is shown as one change.
MOST_IN_ALL = 2_000_000
A_PARAGRAPH = 400
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
    left_to_spend = MOST_IN_ALL
    for act, start, end, other_start, other_end in _steps(theirs, mine):
        left, right = theirs[start:end], mine[other_start:other_end]
        if act == "equal":
            yield from (Row([(False, line)], [(False, line)]) for line in left)
            continue
        for number in range(max(len(left), len(right))):
            one, other = left[number] if number < len(left) else None, right[number] if number < len(right) else None
            if one is None or other is None or left_to_spend <= 0:
                yield Row(_all_of(one), _all_of(other), changed=True)
                continue
            words, other_words = _WORDS.findall(one), _WORDS.findall(other)
            left_to_spend -= A_PARAGRAPH + min(MOST_PAIRS, len(words) * len(other_words))
            yield _pair(words, other_words)


def _all_of(line: str | None) -> Sequence[Piece] | None:
    return None if line is None else [(True, line)]


def _pair(left: Sequence[str], right: Sequence[str]) -> Row:
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
