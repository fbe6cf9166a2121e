"""What a shared link shows: 1200 × 630 pixels, drawn from the title, the picture and the theme's inks.

The size is the one Open Graph readers crop least.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import accumulate

from PIL import Image, ImageDraw, ImageFont, ImageOps

from fansite.lib.covers import cover
from fansite.lib.typeface import font as _font
from fansite.lib.typeface import readable as _readable

SIZE = WIDE, TALL = 1200, 630
# The sheet with the title: its left edge, its foot, how wide a line may be, and the room within it.
LEFT, FOOT, LINE, ROOM = 64, 566, 720, 48
# From the largest letters that may be tried to the smallest that are still read on a phone.
SIZES = range(76, 39, -4)
MOST_LINES = 4
LEADING = 1.14
# The drawing behind is made for a sheet of this shape.
DRAWN = 300, 158
OPAQUE = len("#rrggbb")


_PIECE = re.compile(r'<path class="ink-(\w)" d="([^"]*)"/>')
_SUBPATH = re.compile(r"M([^M]*)")
_STEP = re.compile(r"-?\d+(?:\.\d+)?")
_GROUND = re.compile(r"0 0h\d+")


@dataclass(frozen=True)
class Card:
    title: str
    site: str
    # What the drawing is made of where there is no picture.
    seed: str
    # The letter of a drawing's class → `#rrggbb`, or `#rrggbbaa` for a shade: `p` is paper, `k` the key ink, `s` the shade under a sheet.
    inks: Mapping[str, str]
    motif: str = ""
    picture: bytes | None = None


def draw(card: Card) -> tuple[bytes, str]:
    """The card as a file and its ending: a photograph as JPEG, flat paper as PNG."""
    image, sheet = (_photograph(card.picture), "p") if card.picture else drawing(card)
    _lay_sheet(image, card, card.inks[sheet])
    file = BytesIO()
    if card.picture:
        image.save(file, "JPEG", quality=85, optimize=True, progressive=True)
        return file.getvalue(), "jpg"
    # The last level would save a twentieth of the bytes and take three times as long.
    image.quantize(96).save(file, "PNG", compress_level=8)
    return file.getvalue(), "png"


# ---- behind -------------------------------------------------------------------------------------------------------------------


def _photograph(data: bytes) -> Image.Image:
    """Filled to the edges; a face is rarely at the very bottom, where the sheet lies."""
    with Image.open(BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as image:
        return ImageOps.fit(image.convert("RGB"), SIZE, Image.Resampling.LANCZOS, centering=(0.5, 0.3))


def drawing(card: Card) -> tuple[Image.Image, str]:
    """The same cover the site draws, in pixels: it is made of polygons alone. Drawn twice as large, so that edges come out smooth.
    And the ink of the sheet that can be told from it."""
    scale = 2 * WIDE / DRAWN[0]
    image = Image.new("RGB", (2 * WIDE, 2 * TALL), card.inks["1"])
    opaque, shading = ImageDraw.Draw(image), ImageDraw.Draw(image, "RGBA")
    pieces = _PIECE.findall(cover(card.seed, motif=card.motif, wide=DRAWN[0], tall=DRAWN[1]))
    for ink, data in pieces:
        # A pen that looks at what lies below takes ten times as long.
        pen = opaque if len(card.inks[ink]) == OPAQUE else shading
        for polygon in _polygons(data):
            pen.polygon([(x * scale, y * scale) for x, y in polygon], fill=card.inks[ink])
    return image.reduce(2), "1" if pieces[0][0] == "p" else "p"


def _polygons(data: str) -> Iterator[list[tuple[float, float]]]:
    """The outlines of a path of `fansite/lib/scissors`: where it begins, then steps."""
    for outline in _SUBPATH.findall(data):
        if _GROUND.match(outline):
            yield [(0, 0), (DRAWN[0], 0), DRAWN, (0, DRAWN[1])]
            continue
        steps = [float(number) for number in _STEP.findall(outline)]
        across, down = accumulate(steps[0::2]), accumulate(steps[1::2])
        corners = list(zip(across, down, strict=True))
        if len(corners) > 2:
            yield corners


# ---- the sheet with the title ---------------------------------------------------------------------------------------------------


def _lay_sheet(image: Image.Image, card: Card, paper: str) -> None:
    title, site = _readable(card.title), _readable(card.site)
    font, lines = _fitted(title)
    small = _font("Semibold", 30)
    step = round(font.size * LEADING)
    wide = max([*(font.getlength(line) for line in lines), small.getlength(site) + 72])
    tall = step * len(lines) + (24 if lines else 0) + 40
    right, top = LEFT + round(wide) + 2 * ROOM, FOOT - tall - 2 * ROOM
    pen = ImageDraw.Draw(image, "RGBA")
    sheet = [(LEFT, top + 9), (right - 6, top), (right, FOOT - 5), (LEFT + 8, FOOT)]
    pen.polygon([(x + 10, y + 12) for x, y in sheet], fill=_shade(card.inks["k"]))
    pen.polygon(sheet, fill=paper)
    for number, line in enumerate(lines):
        pen.text((LEFT + ROOM, top + ROOM + number * step), line, font=font, fill=card.inks["k"])
    base = FOOT - ROOM - 14
    pen.polygon(
        [(LEFT + ROOM, base - 5), (LEFT + ROOM + 50, base - 7), (LEFT + ROOM + 49, base), (LEFT + ROOM + 1, base + 2)],
        card.inks["2"],
    )
    pen.text((LEFT + ROOM + 72, base - 3), site, font=small, fill=card.inks["k"], anchor="lm")


def _shade(ink: str) -> tuple[int, int, int, int]:
    red, green, blue = (int(ink[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue, 70


def _fitted(title: str) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """The largest letters in which the title stands on few lines; what is still too long ends in an ellipsis."""
    words = title.split()
    for size in SIZES:
        font = _font("Bold", size)
        lines = _lines(words, font)
        # A short title in one line of the largest letters is better than two.
        if len(lines) <= MOST_LINES and all(font.getlength(line) <= LINE for line in lines) and size * len(lines) <= 4 * 56:
            return font, lines
    font = _font("Bold", SIZES[-1])
    lines = [_cut(line, font) for line in _lines(words, font)]
    return font, lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], _cut(lines[MOST_LINES - 1] + " …", font)]


def _lines(words: list[str], font: ImageFont.FreeTypeFont) -> list[str]:
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= LINE:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _cut(line: str, font: ImageFont.FreeTypeFont) -> str:
    while font.getlength(line) > LINE:
        line = line.rstrip(" …")[:-1] + "…"
    return line
