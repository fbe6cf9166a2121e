"""Shapes as scissors cut them: short straight snips, flat ink, and under each sheet a thin shade.

Inks are classes (`ink-1` … `ink-7`, `ink-p` paper, `ink-k` key, `ink-s` shade), so a drawing takes the theme's colours.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from fansite.lib.lots import Lot

Point = tuple[float, float]

# A cone with its crater, and a round old dome: (how far along, how high), both of one.
CONE = ((0.16, 0.2), (0.34, 0.72), (0.42, 1), (0.49, 0.9), (0.56, 0.98), (0.68, 0.64), (0.86, 0.16), (1, 0))
DOME = ((0.12, 0.22), (0.27, 0.62), (0.4, 0.9), (0.54, 1), (0.68, 0.84), (0.84, 0.4), (1, 0.04))


def snip(points: Iterable[Point], ink: str) -> str:
    """One piece of paper."""
    return f'<path class="ink-{ink}" d="{_path(points)}"/>'


def pieces(outlines: Iterable[Iterable[Point]], ink: str) -> str:
    """Many pieces from the same sheet, in one path."""
    path = "".join(_path(points) for points in outlines)
    return f'<path class="ink-{ink}" d="{path}"/>' if path else ""


def laid(points: Sequence[Point], ink: str, lift: Point = (-1, -2)) -> str:
    """A piece lying on others: its shade falls away from the one lamp."""
    return snip([(x + lift[0], y + lift[1]) for x, y in points], "s") + snip(points, ink)


def disc(lot: Lot, x: float, y: float, radius: float, sides: int = 15, squash: float = 1) -> list[Point]:
    """What comes out when one cuts a circle without drawing it first."""
    turn = lot.between(0, math.tau)
    cut = []
    for side in range(sides):
        angle, reach = turn + side * math.tau / sides, radius * lot.between(0.93, 1.06)
        cut.append((x + reach * math.cos(angle), y + reach * squash * math.sin(angle)))
    return cut


def ridge(lot: Lot, base: float, height: float, wide: float, tall: float) -> list[Point]:
    """A chain of old volcanoes from the left edge to past the right one, closed at the foot."""
    points: list[Point] = [(0, base + lot.between(-0.06, 0.06) * height)]
    x = 0.0
    while x < wide:
        span, rise = lot.between(0.24, 0.46) * wide, lot.between(0.45, 1) * height
        outline = CONE if lot.draw(range(20)) < 9 else DOME
        points += [(x + span * along, base - rise * up + lot.between(-0.03, 0.03) * height) for along, up in outline]
        x += span
    return [*points, (x, tall), (0, tall)]


def outlined(outlines: Iterable[Iterable[Point]], fineness: int) -> str:
    """The path of many outlines on a grid this much finer: for letters, whose edges are seen large."""
    return "".join(_path([(x * fineness, y * fineness) for x, y in points]) for points in outlines)


def _path(points: Iterable[Point]) -> str:
    """Relative steps on whole units: a third of the bytes of absolute ones."""
    corners = [(round(x), round(y)) for x, y in points]
    steps = [(x - left, y - top) for (left, top), (x, y) in pairwise(corners) if (x, y) != (left, top)]
    data = f"M{corners[0][0]} {corners[0][1]}l" + " ".join(f"{right} {down}" for right, down in steps) + "z"
    return data.replace(" -", "-")
