"""A drawn map of where they play: land cut from paper, a way from one evening to the next, pins and the names there is room for. No
tiles, nobody asked.

The list beside it says it all in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape
from math import asinh, radians, tan
from typing import NamedTuple

from markupsafe import Markup

from fansite.lib import land
from fansite.lib.scissors import outlined

WIDE, TALL = 720, 560
MARGIN = 56
# Less than this many degrees across, nobody would know which country it is.
LEAST_SPAN = 9.0
LETTER, LINE = 9.5, 22
# Of the coast, in units of the sheet: smaller bays are not cut.
FINEST = 2.2


class Pin(NamedTuple):
    name: str
    latitude: float
    longitude: float
    # Hollow: cancelled, or waiting for a new date.
    off: bool


def drawn(pins: Sequence[Pin], label: str) -> Markup:
    """SVG in the order of the evenings; the same pins, the same drawing. Empty where nothing is known of any place."""
    if not pins:
        return Markup("")
    frame = _framed(pins)
    spots = [frame.place(pin.longitude, pin.latitude) for pin in pins]
    way = " ".join(f"{x:.0f} {y:.0f}" for x, y in spots)
    names = _names(pins, spots)
    marks = "".join(_mark(x, y, pin.off) for pin, (x, y) in zip(pins, spots, strict=True))
    return Markup(
        f'<svg class="map" role="img" aria-label="{escape(label)}" viewBox="0 0 {WIDE} {TALL}">'
        f'<path class="map__sea" d="M0 0h{WIDE}v{TALL}H0z"/><path class="map__land" d="{_land(frame)}"/>'
        f'<path class="map__way" d="M{way}"/>{marks}{names}</svg>'
    )


class Frame(NamedTuple):
    """Mercator's projection, moved and enlarged to fill the sheet."""

    scale: float
    x: float
    y: float

    def place(self, longitude: float, latitude: float) -> tuple[float, float]:
        x, y = _flat(longitude, latitude)
        return WIDE / 2 + (x - self.x) * self.scale, TALL / 2 - (y - self.y) * self.scale


def _flat(longitude: float, latitude: float) -> tuple[float, float]:
    return radians(longitude), asinh(tan(radians(max(-80.0, min(80.0, latitude)))))


def _framed(pins: Sequence[Pin]) -> Frame:
    flat = [_flat(pin.longitude, pin.latitude) for pin in pins]
    west, east = min(x for x, _y in flat), max(x for x, _y in flat)
    south, north = min(y for _x, y in flat), max(y for _x, y in flat)
    least = radians(LEAST_SPAN)
    scale = min((WIDE - 2 * MARGIN) / max(east - west, least), (TALL - 2 * MARGIN) / max(north - south, least))
    return Frame(scale, (west + east) / 2, (south + north) / 2)


@lru_cache(maxsize=64)
def _land(frame: Frame) -> str:
    """Some milliseconds each; the frame stays while no evening is further out."""
    return outlined(land.drawn(frame.place, WIDE, TALL, finest=FINEST), 1)


def _mark(x: float, y: float, off: bool) -> str:
    kind = "map__pin map__pin--off" if off else "map__pin"
    return f'<path class="{kind}" d="M{x - 8:.0f} {y - 5:.0f}l8-7 9 5 1 10-8 7-9-4z"/>'


def _names(pins: Sequence[Pin], spots: Sequence[tuple[float, float]]) -> str:
    """Each once, beside its pin, as long as it covers no other."""
    taken: list[tuple[float, float, float, float]] = [(x - 10, y - 12, x + 12, y + 12) for x, y in spots]
    written, seen = [], set()
    for pin, (x, y) in zip(pins, spots, strict=True):
        if pin.name in seen:
            continue
        wide = LETTER * len(pin.name)
        for left, top in ((x + 14, y - 9), (x - 14 - wide, y - 9), (x - wide / 2, y + 12), (x - wide / 2, y - 34)):
            box = (left, top, left + wide, top + LINE)
            if left >= 4 and box[2] <= WIDE - 4 and top >= 2 and box[3] <= TALL - 2 and not _meets(box, taken):
                taken.append(box)
                seen.add(pin.name)
                written.append(f'<text x="{left:.0f}" y="{top + 16:.0f}">{escape(pin.name)}</text>')
                break
    return "".join(written)


def _meets(box: tuple[float, float, float, float], others: Iterable[tuple[float, float, float, float]]) -> bool:
    left, top, right, bottom = box
    return any(left < other[2] and right > other[0] and top < other[3] and bottom > other[1] for other in others)
