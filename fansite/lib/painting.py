"""A drawing of straight snips in pixels, for those who take no SVG: telephones' home screens, old browsers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from io import BytesIO

from PIL import Image, ImageDraw

from fansite.lib.scissors import Point

PIECE = re.compile(r'<(path|circle) class="([\w -]+)" ([^>]*?)/>')
ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
STEP = re.compile(r"[MmLlHhVvZz]|-?(?:\d+\.?\d*|\.\d+)")
BOX = re.compile(r'viewBox="(-?[\d.]+) (-?[\d.]+) ([\d.]+) ([\d.]+)"')
# Painted this many times as large and reduced, so that edges come out smooth.
SMOOTH = 4


def painted(drawing: str, inks: Mapping[str, str], ground: str, size: int, share: float = 0.86) -> bytes:
    """A square PNG with the drawing in its middle. `inks` are colours by class; pieces of other classes are left out."""
    left, top, wide, high = map(float, BOX.search(drawing).groups())  # type: ignore[union-attr]
    scale = size * SMOOTH * share / max(wide, high)
    across, down = ((size * SMOOTH - side * scale) / 2 for side in (wide, high))
    image = Image.new("RGB", (size * SMOOTH, size * SMOOTH), ground)
    pen = ImageDraw.Draw(image)
    for kind, ink, told in PIECE.findall(drawing):
        if ink not in inks:
            continue
        facts = dict(ATTRIBUTE.findall(told))
        if kind == "circle":
            x, y, radius = (float(facts[name]) for name in ("cx", "cy", "r"))
            corners = [(x - radius, y - radius), (x + radius, y + radius)]
            pen.ellipse([(across + (x - left) * scale, down + (y - top) * scale) for x, y in corners], fill=inks[ink])
            continue
        for outline in outlines(facts["d"]):
            pen.polygon([(across + (x - left) * scale, down + (y - top) * scale) for x, y in outline], fill=inks[ink])
    file = BytesIO()
    image.resize((size, size), Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
    return file.getvalue()


def outlines(path: str) -> Iterator[list[Point]]:
    """The corners of each outline. Straight steps only: a curve is no snip."""
    steps = iter(STEP.findall(path))
    verb, x, y, corners = "M", 0.0, 0.0, list[Point]()
    for step in steps:
        if step.isalpha():
            verb = step
            if verb in "MmZz" and corners:
                yield corners
                x, y = corners[0] if verb in "Zz" else (x, y)
                corners = []
            continue
        number, here = float(step), (x, y) if verb.islower() else (0.0, 0.0)
        if verb in "Hh":
            x = here[0] + number
        elif verb in "Vv":
            y = here[1] + number
        else:
            x, y = here[0] + number, here[1] + float(next(steps))
        verb = {"M": "L", "m": "l"}.get(verb, verb)
        corners.append((x, y))
    if corners:
        yield corners
