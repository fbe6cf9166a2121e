"""A cover drawn from a seed, for whatever has no picture: the same seed, the same cover. Nothing is stored or fetched."""

from __future__ import annotations

from functools import lru_cache

from fansite.lib.lots import Lot
from fansite.lib.motifs import MOTIFS, Sheet
from fansite.lib.scissors import disc, laid

# Sky, sun, and the ridges from far to near: inks that lie well over each other.
SCHEMES = (
    ("1", "2", "4", "3", "k"),
    ("5", "p", "2", "3", "k"),
    ("7", "1", "4", "3", "k"),
    ("k", "p", "3", "4", "1"),
    ("2", "1", "5", "k", "3"),
    ("p", "2", "7", "4", "3"),
    ("4", "p", "1", "k", "3"),
    ("3", "1", "7", "2", "k"),
)


@lru_cache(maxsize=256)
def cover(seed: str, classes: str = "", motif: str = "", wide: int = 300, tall: int = 200) -> str:
    """An inline SVG, hidden from readers: the title always stands beside it. It fills its frame, of whatever shape, and is cut to it."""
    lot = Lot(seed)
    scheme = lot.draw(SCHEMES)
    drawn = lot.draw(list(MOTIFS))
    sheet = Sheet(lot, wide, tall, *scheme)
    (x, y), radius = sheet.at(lot.between(0.26, 0.74), lot.between(0.26, 0.4)), tall * lot.between(0.14, 0.23)
    ground = f'<path class="ink-{sheet.sky}" d="M0 0h{wide}v{tall}H0z"/>' + laid(disc(lot, x, y, radius), sheet.sun)
    return (
        f'<svg class="{f"cover {classes}".strip()}" aria-hidden="true" viewBox="0 0 {wide} {tall}" preserveAspectRatio="xMidYMid slice">'
        f"{ground}{MOTIFS[motif or drawn](sheet)}</svg>"
    )
