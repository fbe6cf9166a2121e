"""A few words in the site's own hand, drawn as strokes. Never a button, never a sentence: two to five words, small letters."""

from __future__ import annotations

from functools import lru_cache

from fansite.lib.accents import composed
from fansite.lib.lots import Lot

Stroke = list[tuple[int, int]]

# Each letter: its width, then its strokes. A stroke is points on tenths of a grid with the base line at 0, small letters 5 high, tall ones 9.
LETTERS = {
    "a": (5, "42,42 25,50 6,36 5,14 20,1 36,12 43,44|43,46 42,12 46,2 52,5"),
    "b": (5, "8,90 6,40 7,3|7,30 22,48 40,40 43,18 30,1 14,1 7,12"),
    "c": (4.4, "40,42 26,50 9,39 5,20 14,3 30,0 42,9"),
    "d": (5, "40,42 24,50 7,36 5,14 19,0 36,12 42,35|44,90 42,40 43,10 49,2"),
    "e": (4.6, "7,25 25,28 40,34 36,47 22,50 8,38 5,20 14,3 30,0 43,8"),
    "f": (3.4, "38,84 28,90 18,80 16,50 15,0|2,50 34,52"),
    "g": (5, "42,44 24,50 6,36 6,16 22,4 38,16 43,46|43,46 42,0 39,-28 23,-40 6,-30"),
    "h": (4.8, "8,90 7,45 6,0|7,28 20,47 36,46 40,28 40,0"),
    "i": (1.9, "8,49 7,20 9,3 15,2|9,70 10,71"),
    "j": (2.2, "16,49 15,0 12,-30 2,-38 -8,-30|16,70 17,71"),
    "k": (4.3, "8,90 6,0|38,48 9,23|16,28 41,0"),
    "l": (2, "8,90 6,30 9,4 17,2"),
    "m": (6.5, "6,49 6,0|6,30 18,48 30,44 31,0|31,30 43,48 55,45 57,0"),
    "n": (4.8, "6,49 6,0|6,30 20,48 36,45 39,25 40,0"),
    "o": (4.8, "26,50 9,40 5,20 15,2 32,2 43,20 40,42 26,50 21,48"),
    "p": (4.9, "7,50 6,0 6,-40|7,32 22,49 40,42 43,20 30,2 7,9"),
    "q": (5, "42,44 24,50 6,36 6,16 22,4 38,16 43,46|43,46 42,-38"),
    "r": (3.5, "7,49 6,0|7,30 18,46 33,48"),
    "s": (4.1, "36,44 22,50 9,42 12,30 30,22 37,10 25,0 6,6"),
    "t": (3.5, "17,76 15,20 20,3 32,4|2,50 33,52"),
    "u": (4.9, "6,49 6,16 16,1 32,6 40,24|41,49 40,10 46,2"),
    "v": (4.2, "4,49 20,1 38,49"),
    "w": (6, "3,49 15,1 29,38 43,1 56,49"),
    "x": (4.3, "6,48 38,1|38,49 4,0"),
    "y": (4.6, "6,49 8,22 20,12 36,24 41,49|41,49 39,0 34,-28 20,-40 4,-32"),
    "z": (4.5, "6,48 39,49 5,1 42,2"),
    "0": (5, "26,84 8,66 6,20 24,0 42,20 42,66 26,84"),
    "1": (2.6, "4,66 18,84 16,0"),
    "2": (4.8, "6,68 22,84 38,70 30,40 5,2 44,3"),
    "3": (4.6, "6,78 26,84 36,66 18,46 38,34 32,4 6,6"),
    "4": (5, "30,84 4,28 44,30|32,50 30,0"),
    "5": (4.8, "38,84 10,82 8,48 30,52 40,26 26,2 5,8"),
    "6": (4.8, "34,84 12,54 6,20 22,0 40,18 30,42 8,28"),
    "7": (4.6, "4,82 42,82 16,0"),
    "8": (4.8, "36,74 22,84 10,70 36,32 38,10 22,0 6,14 34,56 36,74"),
    "9": (4.8, "38,60 20,44 8,64 24,84 38,66 34,20 24,0"),
    "!": (1.8, "10,86 8,24|8,4 9,3"),
    "?": (4, "4,70 18,86 34,72 18,46 17,26|17,4 18,3"),
    ".": (1.6, "7,2 8,1"),
    ",": (1.6, "9,4 5,-14"),
    "-": (3.4, "4,24 28,26"),
    "&": (5.4, "46,2 12,60 22,84 34,70 8,26 14,2 32,4 46,36"),
    " ": (2.6, ""),
    "’": (1.5, "8,88 6,70"),
    "…": (4.6, "7,2 8,1|20,2 21,1|33,2 34,1"),
    ":": (1.6, "8,40 9,39|7,2 8,1"),
    "«": (4.6, "24,42 8,26 22,10|40,42 26,26 38,10"),
    "»": (4.6, "6,42 22,26 8,10|22,42 38,26 24,10"),
    "œ": (8.2, "26,50 9,40 5,20 15,2 32,2 43,20 40,42 26,50|43,24 60,28 72,34 68,47 56,50 45,40|43,20 50,3 66,0 78,8"),
    "/": (3.4, "4,-4 32,86"),
    "(": (2.4, "22,90 8,60 8,20 22,-10"),
    ")": (2.4, "4,90 18,60 18,20 4,-10"),
    "+": (4, "6,30 34,32|20,48 19,14"),
}
MARKS = {
    "´": "20,74 32,88",
    "`": "32,74 20,88",
    "^": "12,74 24,88 34,74",
    "¨": "14,76 15,77|34,76 35,77",
    "~": "10,76 18,84 28,76 38,84",
    "¸": "22,-2 26,-14 14,-20",
}
ACCENTED = {
    **{letter: (plain, "´") for letter, plain in zip("áéíóú", "aeiou", strict=True)},
    **{letter: (plain, "`") for letter, plain in zip("àèìòù", "aeiou", strict=True)},
    **{letter: (plain, "^") for letter, plain in zip("âêîôû", "aeiou", strict=True)},
    **{letter: (plain, "¨") for letter, plain in zip("äëïöüÿ", "aeiouy", strict=True)},
    **{letter: (plain, "~") for letter, plain in zip("ãñõ", "ano", strict=True)},
    "ç": ("c", "¸"),
}  # fmt: skip
SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "'": "’"})

# Units of the picture per step of the grid: fine enough to need no fractions.
SIZE = 20
SLANT = 0.1
GAP = 0.55
# How far the hand is off, in steps: enough to be a hand, too little to be a mistake.
SHAKE = 0.13
LIFT = 0.35
# Above the base line, and in all.
TOP, HIGH = 10, 15


@lru_cache(maxsize=256)
def written(text: str) -> str | None:
    """An inline SVG, hidden from readers: the words stand beside it as text. None for words with letters the hand never learnt."""
    letters = composed(text).lower().translate(SPACES)
    if not letters.strip() or not set(letters) <= {*LETTERS, *ACCENTED}:
        return None
    lot, strokes, x = Lot(letters), [], 1.0
    for letter in letters:
        plain, mark = ACCENTED.get(letter, (letter, ""))
        wide, drawn = LETTERS[plain]
        lift = lot.between(-LIFT, LIFT)
        strokes += [_placed(stroke, x, lift, lot) for stroke in (*drawn.split("|"), MARKS.get(mark, "")) if stroke]
        x += wide + GAP
    data = "".join(map(_curve, strokes))
    box = f"0 0 {round((x + 1) * SIZE)} {HIGH * SIZE}"
    return f'<svg class="hand" aria-hidden="true" viewBox="{box}" preserveAspectRatio="xMinYMid"><path d="{data}"/></svg>'


def _placed(stroke: str, x: float, lift: float, lot: Lot) -> Stroke:
    placed = []
    for point in stroke.split():
        right, up = (int(number) / 10 + lot.between(-SHAKE, SHAKE) for number in point.split(","))
        placed.append((round((x + right + (up + lift) * SLANT) * SIZE), round((TOP - up - lift) * SIZE)))
    return placed


def _curve(points: Stroke) -> str:
    """Through all points and without a corner: each piece leaves in the direction from the last point to the next."""
    (x, y), pieces = points[0], []
    for before, start, end, after in zip([points[0], *points], points, points[1:], [*points[2:], points[-1]], strict=False):
        leaving = [(end[axis] - before[axis]) / 6 for axis in (0, 1)]
        arriving = [end[axis] - start[axis] - (after[axis] - start[axis]) / 6 for axis in (0, 1)]
        pieces += [*leaving, *arriving, end[0] - start[0], end[1] - start[1]]
    steps = " ".join(str(round(step)) for step in pieces)
    return f"M{x} {y}c{steps}".replace(" -", "-")
