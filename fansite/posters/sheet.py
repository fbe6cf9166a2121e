"""What stands where on a poster: A3 upright, in tenths of a millimetre. Above the band's name over the hills, below all the evenings.

Nothing is drawn here: the sheet is a list of cut papers and of words, from which `printing` makes an SVG and pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fansite.lib.lots import Lot
from fansite.lib.motifs import MOTIFS, Sheet
from fansite.lib.painting import BOX, PIECE, outlines
from fansite.lib.scissors import Point, disc, laid
from fansite.lib.typeface import face, readable
from fansite.lib.wordmark import wordmark

SIZE = WIDE, TALL = 2970, 4200
# Copy machines lose what is nearer to the edge than this.
MARGIN = 170
# The drawing is made on a grid this much coarser.
GRID = 10
# What leaves the sky to the band's name.
DRAWN = ("ridges", "gables", "train", "marmots", "keys")
SCENE = range(900, 2300)
HEAD, FOOT, GUTTER = 430, 190, 90
# By the number of columns: how high a line would like to be, and must be.
COLUMNS = ((1, 300, 190), (2, 200, 128), (3, 150, 92), (4, 110, 66))
MOST = 160
DASH = 26


class Night(NamedTuple):
    """One evening in words. `was` and `house_was` are struck out beside what holds now, `off` strikes out the evening itself."""

    day: str
    city: str
    house: str
    state: str
    was: str
    house_was: str
    off: bool


@dataclass(frozen=True)
class Poster:
    seed: str
    band: str
    title: str
    # When it is, in few words.
    span: str
    nights: tuple[Night, ...]
    # Where to look for what changed since.
    address: str
    # What is said of evenings there was no room for.
    more: str = ""


class Cut(NamedTuple):
    """Papers of one ink: a letter of `lib/scissors`, or a word for what it is. Where there are `holes`, outlines within outlines are some."""

    ink: str
    outlines: Sequence[Sequence[Point]]
    holes: bool = False


class Words(NamedTuple):
    """From `x` on the base line `y`."""

    text: str
    x: float
    y: float
    size: float
    weight: str
    ink: str

    @property
    def length(self) -> float:
        return face(self.weight).length(self.text, self.size)


Piece = Cut | Words


@dataclass(frozen=True)
class Grid:
    """How the evenings are laid out."""

    columns: int
    rows: int
    row: float

    @property
    def column(self) -> float:
        return (WIDE - 2 * MARGIN - (self.columns - 1) * GUTTER) / self.columns

    @property
    def tall(self) -> float:
        return self.rows * self.row


def grid_of(count: int) -> Grid:
    """As few columns as leave each line its height; what is then too much gets lines as low as they must be."""
    room = TALL - SCENE[0] - HEAD - FOOT
    for columns, wish, least in COLUMNS:
        rows = max(1, -(-count // columns))
        if room / rows >= least:
            return Grid(columns, rows, min(wish, room / rows))
    return Grid(columns, rows, room / rows)


def laid_out(poster: Poster) -> list[Piece]:
    grid = grid_of(len(poster.nights))
    scene = min(SCENE[-1], TALL - HEAD - FOOT - grid.tall)
    pieces: list[Piece] = [*_scene(poster, scene), *_head(poster, scene)]
    top = scene + HEAD + (TALL - scene - HEAD - FOOT - grid.tall) * 0.3
    for nth, night in enumerate(poster.nights):
        column, row = divmod(nth, grid.rows)
        left = MARGIN + column * (grid.column + GUTTER)
        if row:
            pieces.append(_perforation(left, top + row * grid.row, grid.column))
        pieces += _night(night, left, top + row * grid.row, grid)
    return [*pieces, *_foot(poster)]


# ---- above -------------------------------------------------------------------------------------------------------------------


def _scene(poster: Poster, tall: float) -> Iterator[Piece]:
    lot = Lot(poster.seed)
    motif = lot.draw(DRAWN)
    sheet = Sheet(lot, WIDE // GRID, round(tall) // GRID, "sky", "sun", "far", "middle", "near")
    yield Cut("sky", [[(0, 0), (WIDE, 0), (WIDE, tall), (0, tall)]])
    sun = laid(disc(lot, *sheet.at(0.85, 0.27), min(26.0, tall / GRID * 0.15)), "sun")
    for _kind, ink, told in PIECE.findall(sun + MOTIFS[motif](sheet)):
        data = told.partition('d="')[2].rstrip('"')
        yield Cut(ink.removeprefix("ink-"), [[(x * GRID, min(y * GRID, tall)) for x, y in outline] for outline in outlines(data)])
    # The list is a sheet that lies before the hills: its edge is cut by hand.
    shake = [lot.between(-9, 9) for _corner in range(4)]
    edge = [(WIDE * part / 3, tall + shake[part]) for part in range(4)]
    yield Cut("s", [[*((x, y - 16) for x, y in edge), (WIDE, tall + 60), (0, tall + 60)]])
    yield Cut("ground", [[*edge, (WIDE, TALL), (0, TALL)]])
    yield _name(poster.band, tall)


def _name(band: str, tall: float) -> Piece:
    """Cut from paper where the scissors know all its letters, in one line or stacked, whichever is larger; else printed."""
    top = min(MARGIN, tall * 0.12)
    wide, high = (WIDE - 2 * MARGIN) * 0.74, tall * 0.37 - top
    marks = [mark for mark in (wordmark(band), wordmark(band, stacked=True)) if mark is not None]
    if not marks:
        size = min(high * 0.8, 330.0)
        return _fitted(readable(band) or "–", MARGIN, top + size, wide, size, "Black", "name")
    boxes = [tuple(map(float, BOX.search(mark).groups())) for mark in marks]  # type: ignore[union-attr]
    scales = [min(wide / across, high / down) for _left, _top, across, down in boxes]
    mark, (left, above, *_size), scale = max(
        zip(marks, boxes, scales, strict=True), key=lambda one: one[1][2] * one[1][3] * one[2] ** 2
    )
    data = mark.rpartition(' d="')[2].partition('"')[0]
    cut = [[(MARGIN + (x - left) * scale, top + (y - above) * scale) for x, y in outline] for outline in outlines(data)]
    return Cut("name", cut, holes=True)


def _head(poster: Poster, scene: float) -> Iterator[Piece]:
    """Which tour it is and when, over the thick line that heads every list."""
    span = Words(readable(poster.span), 0, scene + 290, 78, "It", "soft")
    room = WIDE - 2 * MARGIN - (span.length + 80)
    title = _fitted(readable(poster.title) or "–", MARGIN, scene + 290, room, 230, "Bold", "words")
    yield title
    yield span._replace(x=WIDE - MARGIN - span.length)
    line = scene + 352
    yield Cut("words", [[(MARGIN, line), (WIDE - MARGIN, line - 4), (WIDE - MARGIN, line + 9), (MARGIN, line + 12)]])


def _foot(poster: Poster) -> Iterator[Piece]:
    base = TALL - 88
    address = Words(readable(poster.address), 0, base, 62, "Semibold", "words")
    yield address._replace(x=MARGIN)
    if poster.more:
        more = Words(readable(poster.more), 0, base, 62, "It", "soft")
        yield more._replace(x=WIDE - MARGIN - more.length)


# ---- one evening --------------------------------------------------------------------------------------------------------------


def _night(night: Night, left: float, top: float, grid: Grid) -> Iterator[Piece]:
    """The day and the city on one line, the house below; what became of it at the right."""
    big, small = grid.row * 0.42, max(24.0, grid.row * 0.215)
    base, below = top + grid.row * 0.5, top + grid.row * 0.8
    dates, right = left + grid.column * (0.24 if grid.columns == 1 else 0.31), left + grid.column
    ink = "soft" if night.off else "words"
    day = _fitted(readable(night.day), left, base, dates - left - small * 0.6, big * 0.82, "Bold", "soft" if night.off else "red")
    yield day
    state = _fitted(readable(night.state), left, base, grid.column * 0.3, small * 1.15, "Bold", "red")
    room = right - dates - (state.length + small if night.state else 0)
    city = _fitted(readable(night.city) or "–", dates, base, room, big, "Bold", ink)
    yield city
    if night.state:
        yield state._replace(x=right - state.length)
    if night.off:
        yield _stroke(day)
        yield _stroke(city)
    if night.was:
        was = _fitted(readable(night.was), left, below, dates - left - small * 0.6, small, "Regular", "soft")
        yield was
        yield _stroke(was)
    house = _fitted(
        readable(night.house), dates, below, (right - dates) * (0.6 if night.house_was else 1), small, "Regular", "soft"
    )
    yield house
    if night.house_was:
        start = house.x + house.length + small * 0.5
        house_was = _fitted(readable(night.house_was), start, below, right - start, small, "Regular", "soft")
        yield house_was
        yield _stroke(house_was)


def _fitted(text: str, x: float, y: float, room: float, size: float, weight: str, ink: str) -> Words:
    """As large as asked for, or smaller by a third at most; what is still too long ends in an ellipsis."""
    words = Words(text, x, y, size, weight, ink)
    if words.length > room:
        words = words._replace(size=max(size * 0.66, size * room / words.length))
    while words.length > room + 1 and len(words.text) > 1:
        words = words._replace(text=words.text.rstrip(" …,")[:-1].rstrip(" ,") + "…")
    return words


def _stroke(words: Words) -> Cut:
    """Struck out by hand: not quite straight."""
    up, thick = words.y - words.size * 0.26, max(3.0, words.size * 0.05)
    left, right = words.x - thick, words.x + words.length + thick
    return Cut("red", [[(left, up), (right, up - thick), (right, up + thick * 0.1), (left, up + thick)]])


def _perforation(left: float, y: float, wide: float) -> Cut:
    dashes = [left + DASH * nth for nth in range(int(wide // DASH))]
    return Cut("line", [[(x, y - 1), (x + DASH / 2, y - 1), (x + DASH / 2, y + 2), (x, y + 2)] for x in dashes])
