"""Where there is land, for drawn maps: outlines on the globe, from a small table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import accumulate
from math import hypot
from pathlib import Path
from typing import NamedTuple

from fansite.lib.scissors import Point

TABLE = Path(__file__).with_name("land.csv")
# Steps of the table in a degree.
FINENESS = 20


class Outline(NamedTuple):
    """Of one island or continent: its corners as (longitude, latitude), and the box it lies in."""

    corners: tuple[Point, ...]
    west: float
    south: float
    east: float
    north: float


@cache
def outlines() -> list[Outline]:
    with TABLE.open(encoding="ascii") as rows:
        return [_outline(row) for row in rows if not row.startswith("#")]


def drawn(place: Callable[[float, float], Point], wide: float, high: float, *, finest: float) -> Iterator[list[Point]]:
    """Outlines as a map of this size shows them. `place` says where (longitude, latitude) is on it; what is smaller than `finest` is
    left out."""
    for land in outlines():
        (left, foot), (right, top) = place(land.west, land.south), place(land.east, land.north)
        if right <= 0 or left >= wide or foot <= 0 or top >= high or max(right - left, foot - top) < 2 * finest:
            continue
        cut = _clipped([place(*corner) for corner in land.corners], wide, high)
        corners = _simpler(cut, finest) if len(cut) > 2 else []
        if len(corners) > 2:
            yield corners


def _outline(row: str) -> Outline:
    steps = [tuple(map(int, step.split(","))) for step in row.split()]
    across, up = ([number / FINENESS for number in accumulate(step[axis] for step in steps)] for axis in (0, 1))
    return Outline(tuple(zip(across, up, strict=True)), min(across), min(up), max(across), max(up))


def _clipped(corners: list[Point], wide: float, high: float) -> list[Point]:
    """What lies within the sheet (Sutherland and Hodgman, 1974): cut along one edge after the other."""
    for axis, edge, sign in ((0, 0.0, 1), (0, wide, -1), (1, 0.0, 1), (1, high, -1)):
        kept: list[Point] = []
        for before, here in zip([corners[-1], *corners], corners, strict=False) if corners else ():
            inside, was_inside = (sign * (point[axis] - edge) >= 0 for point in (here, before))
            if inside != was_inside:
                share = (edge - before[axis]) / (here[axis] - before[axis])
                kept.append((before[0] + share * (here[0] - before[0]), before[1] + share * (here[1] - before[1])))
            if inside:
                kept.append(here)
        corners = kept
    return corners


def _simpler(corners: Sequence[Point], finest: float) -> list[Point]:
    """Without what nobody would see (Douglas and Peucker, 1973)."""
    far = max(range(len(corners)), key=lambda nth: hypot(corners[nth][0] - corners[0][0], corners[nth][1] - corners[0][1]))
    return [*_line(corners[: far + 1], finest)[:-1], *_line([*corners[far:], corners[0]], finest)[:-1]]


def _line(corners: Sequence[Point], finest: float) -> list[Point]:
    keep, spans = {0, len(corners) - 1}, [(0, len(corners) - 1)]
    while spans:
        start, end = spans.pop()
        if end - start < 2:
            continue
        off, at = max((_off(corners[nth], corners[start], corners[end]), nth) for nth in range(start + 1, end))
        if off > finest:
            keep.add(at)
            spans += [(start, at), (at, end)]
    return [corners[nth] for nth in sorted(keep)]


def _off(point: Point, start: Point, end: Point) -> float:
    """How far it is from the line between the two."""
    (x, y), (right, down) = (point[0] - start[0], point[1] - start[1]), (end[0] - start[0], end[1] - start[1])
    long = hypot(right, down)
    return abs(x * down - y * right) / long if long else hypot(x, y)
