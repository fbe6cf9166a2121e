"""A band's name cut from paper: in one line for the bar, stacked for the sky. The same name, the same snips; None where a letter was never cut."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from fansite.lib.accents import composed
from fansite.lib.capitals import CAPITALS, HIGH, MARKS
from fansite.lib.lots import Lot
from fansite.lib.scissors import Point, outlined

# Words that stand back in a name, and how far.
SMALL_WORDS = frozenset(
    "A AN AND AT ET DE DES DU EL EN LA LAS LE LES LOS DER DIE DAS IL I OF ON THE TO UND UN UNE AU AUX".split()
)
SMALL = 0.62
# Wide to high, as the place asks: the stack of the sky, and the bar, whose letters can be read up to a length.
STACKED, IN_LINE = 3.2, 9.0
MOST_LINES = {STACKED: 3, IN_LINE: 2}
TOO_LONG = 60
GAP, SPACE, LEADING = 4.5, 20, 9
# A short line next to a long one grows no further than this.
GROWS = 2.1
# How far the scissors are off, a letter is turned, and it hops.
SHAKE, TURN, HOP = 0.9, 0.035, 1.6
MARGIN = 3
# Units of the picture per step of the grid.
FINE = 10

# How wide a letter is, and its outlines.
Letter = tuple[float, list[list[Point]]]


@dataclass(frozen=True)
class Line:
    outlines: list[list[Point]]
    wide: float
    top: float
    foot: float


@dataclass(frozen=True)
class Stack:
    outlines: list[list[Point]]
    wide: float
    high: float
    # How many times the largest line is as large as the smallest, and the widest as wide as the narrowest.
    uneven: float

    def misfit(self, ratio: float) -> float:
        return abs(math.log(self.wide / self.high / ratio)) + math.log(self.uneven)


@lru_cache(maxsize=64)
def wordmark(name: str, stacked: bool = False) -> str | None:
    """An inline SVG, hidden from readers: the name stands beside it as text."""
    words = _capitals(name).split()
    if not words or len("".join(words)) > TOO_LONG or not all(map(_known, "".join(words))):
        return None
    ratio, lot = STACKED if stacked else IN_LINE, Lot(name)
    letters = {word: [_letter(letter, lot) for letter in word] for word in words}
    splits = _splits(words, MOST_LINES[ratio])
    stack = min((_stack([_line(line, letters) for line in lines]) for lines in splits), key=lambda stack: stack.misfit(ratio))
    return (
        f'<svg class="wordmark" aria-hidden="true" viewBox="0 0 {round(stack.wide * FINE)} {round(stack.high * FINE)}" preserveAspectRatio="xMinYMid">'
        f'<path class="wordmark__letters" fill-rule="evenodd" d="{outlined(stack.outlines, FINE)}"/></svg>'
    )


def _capitals(name: str) -> str:
    return composed(name).upper().replace("'", "’").replace("–", "-").replace("—", "-")


def _known(letter: str) -> bool:
    plain, marks = _parts(letter)
    return plain in CAPITALS and all(mark in MARKS for mark in marks)


def _parts(letter: str) -> tuple[str, str]:
    apart = unicodedata.normalize("NFD", letter)
    return apart[0], apart[1:]


def _splits(words: Sequence[str], most: int) -> Iterator[list[Sequence[str]]]:
    """All ways to set the words in up to so many lines. No line ends with a word that stands back: it belongs to the next."""
    yield [words]
    for end in range(1, len(words) if most > 1 else 0):
        if words[end - 1] not in SMALL_WORDS:
            yield from ([words[:end], *rest] for rest in _splits(words[end:], most - 1))


def _line(words: Sequence[str], letters: Mapping[str, Sequence[Letter]]) -> Line:
    """Small words hang from the top of the tall ones; alone in a line they are as tall as any."""
    outlines: list[list[Point]] = []
    x = 0.0
    all_small = all(word in SMALL_WORDS for word in words)
    for at, word in enumerate(words):
        size = SMALL if word in SMALL_WORDS and not all_small else 1
        x += SPACE * size if at else 0
        for wide, cut in letters[word]:
            outlines += [[(x + size * right, size * down) for right, down in outline] for outline in cut]
            x += (wide + GAP) * size
    heights = [down for outline in outlines for _right, down in outline]
    return Line(outlines, x - GAP, min(0.0, *heights), max(float(HIGH), *heights))


def _letter(letter: str, lot: Lot) -> Letter:
    plain, marks = _parts(letter)
    wide, cut = CAPITALS[plain]
    turn, hop = lot.between(-TURN, TURN), lot.between(-HOP, HOP)
    middle = wide / 2
    points = [_read(outline) for outline in cut.split("|")]
    points += [[(middle + x, y) for x, y in _read(outline)] for mark in marks for outline in MARKS[mark].split("|")]
    return wide, [[_off(point, (middle, HIGH / 2), turn, hop, lot) for point in outline] for outline in points]


def _read(outline: str) -> list[Point]:
    return [(float(x), float(y)) for x, y in (point.split(",") for point in outline.split())]


def _off(point: Point, centre: Point, turn: float, hop: float, lot: Lot) -> Point:
    x, y = point[0] - centre[0] + lot.between(-SHAKE, SHAKE), point[1] - centre[1] + lot.between(-SHAKE, SHAKE)
    return centre[0] + x - y * turn, centre[1] + y + x * turn + hop


def _stack(lines: Sequence[Line]) -> Stack:
    """All lines as wide as the widest, as a poster is set: a short one grows, up to a point."""
    widest = max(line.wide for line in lines)
    outlines: list[list[Point]] = []
    y = float(MARGIN)
    for line in lines:
        size = min(GROWS, widest / line.wide)
        outlines += [[(MARGIN + x * size, y + (down - line.top) * size) for x, down in outline] for outline in line.outlines]
        y += (line.foot - line.top) * size + LEADING
    return Stack(outlines, widest + 2 * MARGIN, y - LEADING + MARGIN, widest / min(line.wide for line in lines))
