"""The letters of what is drawn outside of pages: Source Serif (SIL Open Font License), from its package; as pixels, and as outlines for
drawings that must look the same on every machine."""

from __future__ import annotations

import struct
from functools import lru_cache
from pathlib import Path

import font_source_serif_pro
from PIL import ImageFont

FONTS = Path(font_source_serif_pro.font_directory)
# Flags of a point and of a part of a letter, as the OpenType specification numbers them (table `glyf`).
ON_CURVE, X_SHORT, Y_SHORT, REPEAT, X_SAME, Y_SAME = 1, 2, 4, 8, 16, 32
WORDS, OFFSETS, SCALED, MORE, SCALED_APART, TRANSFORMED = 1, 2, 8, 32, 64, 128

# (across, up, on the curve).
Knot = tuple[float, float, bool]


@lru_cache(maxsize=64)
def font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / f"SourceSerifPro-{weight}.ttf", size)


def readable(text: str) -> str:
    """Without the signs the letters lack (pictures, other scripts): an empty box says nothing to anybody."""
    return " ".join("".join(sign if sign.isspace() or _drawn(sign) else "" for sign in text).split())


@lru_cache(maxsize=4096)
def _drawn(sign: str) -> bool:
    bold = font("Bold", 40)
    return (
        sign.isprintable()
        and bold.getmask(sign).getbbox() is not None
        and bytes(bold.getmask(sign)) != bytes(bold.getmask("\uffff"))
    )


class Face:
    """One weight, its letters as outlines. Read by hand: what has quadratic curves only needs no library."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._tables = {
            data[at : at + 4].decode("ascii"): int.from_bytes(data[at + 8 : at + 12], "big")
            for at in range(12, 12 + 16 * int.from_bytes(data[4:6], "big"), 16)
        }
        self.units = self._number("head", 18)
        self._long = self._number("head", 50) == 1
        self._wide = self._number("hhea", 34)
        self._numbers = self._read_cmap()

    def glyph(self, sign: str) -> int:
        """0 is what stands for all that is missing."""
        return self._numbers.get(ord(sign), 0)

    def advance(self, glyph: int) -> int:
        return self._number("hmtx", 4 * min(glyph, self._wide - 1))

    def length(self, text: str, size: float) -> float:
        return sum(self.advance(self.glyph(sign)) for sign in text) * size / self.units

    def path(self, glyph: int) -> str:
        """For SVG, downwards as there: nought is the base line."""
        return "".join(_curved(outline) for outline in self._outlines(glyph))

    def _number(self, table: str, at: int) -> int:
        at += self._tables[table]
        return int.from_bytes(self._data[at : at + 2], "big")

    def _read_cmap(self) -> dict[int, int]:
        """The table of the first 65,536 signs (format 4): all that this typeface has."""
        start = self._tables["cmap"]
        for record in range(self._number("cmap", 2)):
            at = start + struct.unpack_from(">I", self._data, start + 8 + 8 * record)[0]
            if struct.unpack_from(">H", self._data, at)[0] == 4:
                return self._segments(at)
        raise ValueError("a typeface without a table of its signs")

    def _segments(self, at: int) -> dict[int, int]:
        count = struct.unpack_from(">H", self._data, at + 6)[0] // 2
        rows = [struct.unpack_from(f">{count}H", self._data, at + 14 + 2 * count * row + (2 if row else 0)) for row in range(4)]
        found: dict[int, int] = {}
        for nth, (end, start, delta, offset) in enumerate(zip(*rows, strict=True)):
            for sign in range(start, min(end, 0xFFFE) + 1):
                glyph = sign
                if offset:
                    place = at + 16 + 2 * count * 3 + 2 * nth + offset + 2 * (sign - start)
                    glyph = struct.unpack_from(">H", self._data, place)[0]
                    if not glyph:
                        continue
                found[sign] = (glyph + delta) & 0xFFFF
        return found

    def _place(self, glyph: int) -> tuple[int, int]:
        if self._long:
            start, end = struct.unpack_from(">2I", self._data, self._tables["loca"] + 4 * glyph)
        else:
            start, end = (2 * half for half in struct.unpack_from(">2H", self._data, self._tables["loca"] + 2 * glyph))
        return self._tables["glyf"] + start, self._tables["glyf"] + end

    def _outlines(self, glyph: int, depth: int = 0) -> list[list[Knot]]:
        at, end = self._place(glyph)
        if at == end:
            return []
        outlines = struct.unpack_from(">h", self._data, at)[0]
        if outlines >= 0:
            return self._simple(at + 10, outlines)
        return self._composed(at + 10, depth) if depth < 4 else []

    def _simple(self, at: int, outlines: int) -> list[list[Knot]]:
        data = self._data
        ends = struct.unpack_from(f">{outlines}H", data, at)
        at += 2 * outlines
        at += 2 + struct.unpack_from(">H", data, at)[0]  # past the hints for small screens
        flags: list[int] = []
        while len(flags) < (ends[-1] + 1 if ends else 0):
            flag, at = data[at], at + 1
            again = data[at] if flag & REPEAT else 0
            at += 1 if flag & REPEAT else 0
            flags += [flag] * (1 + again)
        across, at = self._steps(at, flags, X_SHORT, X_SAME)
        up, at = self._steps(at, flags, Y_SHORT, Y_SAME)
        knots = [(x, y, bool(flag & ON_CURVE)) for x, y, flag in zip(across, up, flags, strict=True)]
        return [
            knots[first:last] for first, last in zip((0, *(end + 1 for end in ends)), (end + 1 for end in ends), strict=False)
        ]

    def _steps(self, at: int, flags: list[int], short: int, same: int) -> tuple[list[float], int]:
        places, here = list[float](), 0
        for flag in flags:
            if flag & short:
                here += self._data[at] if flag & same else -self._data[at]
                at += 1
            elif not flag & same:
                here += struct.unpack_from(">h", self._data, at)[0]
                at += 2
            places.append(here)
        return places, at

    def _composed(self, at: int, depth: int) -> list[list[Knot]]:
        """A letter and its accent, each with its place."""
        found: list[list[Knot]] = []
        flags = MORE
        while flags & MORE:
            flags, part = struct.unpack_from(">2H", self._data, at)
            x, y = struct.unpack_from(">2h" if flags & WORDS else ">2b", self._data, at + 4)
            at += 8 if flags & WORDS else 6
            a, b, c, d = 1.0, 0.0, 0.0, 1.0
            if flags & (SCALED | SCALED_APART | TRANSFORMED):
                count = 1 if flags & SCALED else 2 if flags & SCALED_APART else 4
                told = [number / 16384 for number in struct.unpack_from(f">{count}h", self._data, at)]
                at += 2 * count
                a, b, c, d = {1: (told[0], 0.0, 0.0, told[0]), 2: (told[0], 0.0, 0.0, told[-1])}.get(count, tuple(told))
            if not flags & OFFSETS:
                x = y = 0
            found += [
                [(a * right + c * up + x, b * right + d * up + y, on) for right, up, on in outline]
                for outline in self._outlines(part, depth + 1)
            ]
        return found


@lru_cache(maxsize=8)
def face(weight: str) -> Face:
    return Face((FONTS / f"SourceSerifPro-{weight}.ttf").read_bytes())


def _curved(outline: list[Knot]) -> str:
    """Between two knots off the curve lies one on it, halfway: nobody writes those down."""
    whole: list[Knot] = []
    for knot, after in zip(outline, [*outline[1:], *outline[:1]], strict=True):
        whole.append(knot)
        if not knot[2] and not after[2]:
            whole.append(((knot[0] + after[0]) / 2, (knot[1] + after[1]) / 2, True))
    first = next((nth for nth, knot in enumerate(whole) if knot[2]), None)
    if first is None or len(whole) < 2:
        return ""
    whole = [*whole[first:], *whole[: first + 1]]
    steps, bend = [f"M{_point(whole[0])}"], None
    for knot in whole[1:]:
        if not knot[2]:
            bend = knot
        else:
            steps.append(f"L{_point(knot)}" if bend is None else f"Q{_point(bend)} {_point(knot)}")
            bend = None
    return "".join(steps) + "Z"


def _point(knot: Knot) -> str:
    return f"{round(knot[0])} {round(-knot[1])}"
