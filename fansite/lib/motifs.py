"""What covers show. Each motif is given its lot, the size of the sheet and the inks, and lays papers over the sky."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from fansite.lib.lots import Lot
from fansite.lib.scissors import Point, disc, laid, pieces, ridge, snip


@dataclass(frozen=True)
class Sheet:
    """The sheet a cover is laid on: its size, and the inks of sky, sun and the three ridges from far to near."""

    lot: Lot
    wide: int
    tall: int
    sky: str
    sun: str
    far: str
    middle: str
    near: str

    def chain(self, *levels: tuple[float, str]) -> str:
        """Ridges, each at its share of the height."""
        return "".join(
            laid(ridge(self.lot, self.tall * level, self.tall * 0.3, self.wide, self.tall), ink) for level, ink in levels
        )

    def at(self, across: float, down: float) -> Point:
        return self.wide * across, self.tall * down

    def box(self, left: float, top: float, right: float, bottom: float, lean: float = 0) -> list[Point]:
        """Four snips, a touch off square."""
        shake = self.lot.between(-lean, lean)
        return [(left, top + shake), (right, top - shake), (right - shake, bottom), (left + shake, bottom)]


def ridges(sheet: Sheet) -> str:
    """The chain of the Puys, three papers deep."""
    return sheet.chain((0.62, sheet.far), (0.76, sheet.middle), (0.9, sheet.near))


def rain(sheet: Sheet) -> str:
    lot = sheet.lot
    drops = []
    for _drop in range(34):
        (x, y), long, thick = sheet.at(lot.between(0, 1), lot.between(-0.05, 0.88)), lot.between(8, 20), lot.draw((1, 2, 2))
        drops.append([(x, y), (x + thick, y), (x + thick - long * 0.3, y + long), (x - long * 0.3, y + long)])
    return sheet.chain((0.7, sheet.far), (0.84, sheet.middle), (0.97, sheet.near)) + pieces(
        drops, "p" if sheet.sky != "p" else "3"
    )


def keys(sheet: Sheet) -> str:
    """A piano before the hills."""
    lot, top = sheet.lot, sheet.tall * 0.6
    step = sheet.wide / 8
    white = [sheet.box(n * step + 1, top, (n + 1) * step - 1, sheet.tall, 2) for n in range(8)]
    black = [
        sheet.box((n + 0.69) * step, top - 2, (n + 1.31) * step, top + (sheet.tall - top) * 0.6, 2)
        for n in range(7)
        if n % 7 not in (2, 6)
    ]
    lid = [(0, top - 6), (sheet.wide, top - lot.between(3, 9)), (sheet.wide, sheet.tall), (0, sheet.tall)]
    return sheet.chain((0.56, sheet.far), (0.66, sheet.middle)) + laid(lid, "k") + pieces(white, "p") + pieces(black, "k")


def crater(sheet: Sheet) -> str:
    """A volcano from above: sheets of paper with ever smaller holes."""
    lot = sheet.lot
    x, y = sheet.at(lot.between(0.42, 0.58), lot.between(0.45, 0.56))
    radius = max(sheet.wide, sheet.tall) * 0.7
    out = ""
    for ink in (
        sheet.near,
        sheet.middle,
        sheet.far,
        sheet.middle,
        sheet.near,
        "2" if sheet.near != "2" else sheet.sky,
        sheet.sun,
    ):
        out += laid(disc(lot, x, y, radius, 13, 0.88), ink, (2, 3))
        radius, x, y = radius * 0.7, x + lot.between(-0.02, 0.02) * sheet.wide, y + lot.between(-0.03, 0.03) * sheet.tall
    return out


# Half of a stepped gable, from the eaves to the top: (across, down), both of the house.
STEPS: tuple[Point, ...] = ((0, 0.28), (0.14, 0.29), (0.15, 0.17), (0.3, 0.17), (0.31, 0.06), (0.42, 0.05), (0.5, -0.02))


def gables(sheet: Sheet) -> str:
    """A street in Flanders, some windows still lit."""
    lot, base = sheet.lot, sheet.tall * 0.9
    lit: list[list[Point]] = []
    dark: list[list[Point]] = []
    out, x, before = sheet.chain((0.6, sheet.far)), -5.0, ""
    while x < sheet.wide:
        wide, high = lot.between(0.11, 0.17) * sheet.wide, lot.between(0.36, 0.56) * sheet.tall
        ink = lot.draw([ink for ink in (sheet.middle, sheet.near, "p", "2") if ink != before])
        roof = [*STEPS, *((1 - across, down) for across, down in reversed(STEPS[:-1]))]
        house = [(x + wide * across, base - high + high * down) for across, down in roof]
        out += laid([(x, base), *house, (x + wide, base)], ink, (-2, 1))
        for across in (0.22, 0.6):
            for down in (0.36, 0.6):
                left, top = x + wide * across, base - high * (1 - down)
                pane = sheet.box(left, top, left + wide * 0.18, top + high * 0.13)
                (lit if lot.draw(range(5)) < 3 and ink not in ("1", "5") else dark).append(pane)
        x, before = x + wide + lot.between(-1, 2), ink
    out += pieces(dark, "k") + pieces(lit, "1")
    return out + snip([(0, base - 2), sheet.at(0.4, 0.91), (sheet.wide, base - 3), sheet.at(1, 1), (0, sheet.tall)], "k")


def train(sheet: Sheet) -> str:
    """The slow one through the hills."""
    lot, base = sheet.lot, sheet.tall * 0.74
    out = sheet.chain((0.56, sheet.far), (0.7, sheet.middle))
    windows, wheels = [], []
    high = sheet.tall * 0.24
    for car in range(4):
        x, wide = sheet.wide * (car * 0.26 - 0.07), sheet.wide * 0.24
        nose = 0.78 if car == 3 else 1
        body = [
            (x, base - high),
            (x + wide * nose, base - high - 1),
            (x + wide, base - high * 0.36),
            (x + wide, base),
            (x, base + 1),
        ]
        out += laid(body, "2" if car == 3 else lot.draw(("p", "1")), (-2, 1))
        for across in (0.1, 0.34, 0.58):
            left = x + wide * across
            windows.append(sheet.box(left, base - high * 0.8, left + wide * 0.16, base - high * 0.42, 1))
        wheels += [disc(lot, x + wide * across, base + 3, sheet.tall * 0.035, 9) for across in (0.2, 0.78)]
    rail = base + sheet.tall * 0.05
    sleepers = [
        [(x, rail + 1), (x + 10, rail + 1), (x + 7, sheet.tall), (x - 3, sheet.tall)]
        for x in range(6, sheet.wide, sheet.wide // 6)
    ]
    ground = snip([(0, rail), (sheet.wide, rail - 2), (sheet.wide, sheet.tall), (0, sheet.tall)], sheet.near)
    return out + pieces(windows, "k") + ground + pieces(sleepers, sheet.far) + pieces(wheels, "k" if sheet.near != "k" else "3")


def gentian(sheet: Sheet) -> str:
    """Flowers that take a walk to be seen."""
    lot, count = sheet.lot, sheet.lot.draw((3, 4))
    out = sheet.chain((0.93, sheet.far))
    petal = "3" if sheet.sky not in ("3", "k") else "5"
    for flower in range(count):
        x, y = sheet.at((flower + 0.5 + lot.between(-0.16, 0.16)) / count, lot.between(0.26, 0.56))
        size = sheet.tall * lot.between(0.14, 0.2)
        foot = x + lot.between(-8, 8)
        out += snip([(x - 1, y), (x + 2, y), (foot + 3, sheet.tall), (foot - 1, sheet.tall)], "4" if sheet.sky != "4" else "k")
        leaf = sheet.tall * lot.between(0.74, 0.84)
        side = lot.draw((-1, 1))
        tip = (x + side * size * 1.3, leaf - size * 0.7)
        out += snip([(x, leaf), tip, (x + side * size * 0.5, leaf + size * 0.4)], "4" if sheet.sky != "4" else "k")
        out += pieces(_petals(x, y, size, lot.between(0, math.tau)), petal) + snip(
            disc(lot, x, y, size * 0.3, 8), "1" if sheet.sky != "1" else "p"
        )
    return out


def _petals(x: float, y: float, size: float, turn: float) -> list[list[Point]]:
    petals = []
    for petal in range(5):
        angle = turn + petal * math.tau / 5
        around = ((0.8, -0.5), (1.25, 0), (0.8, 0.5))
        petals.append(
            [(x, y), *((x + size * far * math.cos(angle + off), y + size * far * math.sin(angle + off)) for far, off in around)]
        )
    return petals


# A marmot from the front, on a grid of 100 whose nought is between its feet: (paper, outline). `c` and `d` are its coats, `s` its scarf.
MARMOT: tuple[tuple[str, tuple[Point, ...]], ...] = (
    (
        "c",
        (
            (-17, -46),
            (-19, -56),
            (-12, -59),
            (-6, -55),
            (6, -55),
            (12, -59),
            (19, -55),
            (17, -45),
            (21, -33),
            (23, 4),
            (-23, 4),
            (-21, -34),
        ),
    ),
    ("d", ((-12, -52), (0, -55), (12, -51), (9, -42), (0, -37), (-10, -41))),
    ("p", ((-9, -34), (0, -38), (9, -34), (10, -26), (0, -21), (-10, -27))),
    ("k", ((-3, -37), (0, -39), (4, -37), (0, -33))),
    ("k", ((-10, -43), (-8, -45), (-6, -43), (-7, -40), (-10, -40))),
    ("k", ((6, -43), (8, -45), (10, -43), (9, -40), (6, -40))),
    ("s", ((-21, -20), (-4, -14), (20, -21), (22, -10), (0, -5), (-23, -9))),
)


def marmots(sheet: Sheet) -> str:
    """The two of them, behind the next hill."""
    out = sheet.chain((0.6, sheet.far), (0.74, sheet.middle))
    pair = ((0.34, 1.0, {"c": "6", "d": "c", "s": "2"}), (0.66, 0.88, {"c": "c", "d": "d", "s": "3"}))
    for across, size, inks in pair:
        x, y = sheet.at(across + sheet.lot.between(-0.03, 0.03), 1.03)
        unit = sheet.tall / 88 * size
        for paper, outline in MARMOT:
            cut = [(x + right * unit, y + down * unit) for right, down in outline]
            out += (laid if outline is MARMOT[0][1] else snip)(cut, inks.get(paper, paper))
    return out + laid(ridge(sheet.lot, sheet.tall * 1.03, sheet.tall * 0.12, sheet.wide, sheet.tall + 2), sheet.near)


MOTIFS: dict[str, Callable[[Sheet], str]] = {
    motif.__name__: motif for motif in (ridges, rain, keys, crater, gables, train, gentian, marmots)
}
