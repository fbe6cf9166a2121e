"""The mark outside the page: in a tab, on a home screen. It wears the same inks as in the masthead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from fansite.appearance import inks
from fansite.appearance.models import Wanted
from fansite.appearance.palette import Palette
from fansite.appearance.themes import Theme, theme
from fansite.lib.painting import painted
from fansite.settings import ROOT

# Of old browsers' tabs, and of a home screen.
SIZES = (32, 180)
SHEET = ROOT / "static" / "css" / "base.css"
PAINT = re.compile(r"((?:\.[\w-]+(?:, )?)+) \{ fill: var\(--([\w-]+)\);? ?\}")
DRAWN = re.compile(r'class="([\w-]+)"')


def mark_of(wanted: Wanted) -> str:
    """An SVG that stands alone: by day, and by night where the browser is dark."""
    return _alone(wanted.theme, tuple(sorted(wanted.colours.items())))


def icon_of(wanted: Wanted, size: int) -> bytes:
    return _painted(wanted.theme, tuple(sorted(wanted.colours.items())), size)


@lru_cache(maxsize=32)
def _alone(key: str, colours: tuple[tuple[str, str], ...]) -> str:
    drawing = _drawing(theme(key))
    day, night = (_inks(key, colours, drawing, night) for night in (False, True))
    dark = {name: colour for name, colour in night.items() if colour != day[name]}
    style = _rules(day) + (f"@media (prefers-color-scheme:dark){{{_rules(dark)}}}" if dark else "")
    return drawing.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).replace(">", f"><style>{style}</style>", 1)


@lru_cache(maxsize=32)
def _painted(key: str, colours: tuple[tuple[str, str], ...], size: int) -> bytes:
    drawing, palette = _drawing(theme(key)), _palette(key, colours)
    return painted(drawing, _inks(key, colours, drawing, night=False), palette.colour("scene-sky").hex, size)


def _rules(colours: Mapping[str, str]) -> str:
    return "".join(f".{name}{{fill:{colour}}}" for name, colour in colours.items())


def _inks(key: str, colours: tuple[tuple[str, str], ...], drawing: str, night: bool) -> dict[str, str]:
    palette, drawn = _palette(key, colours), set(DRAWN.findall(drawing))
    return {name: palette.colour(token, night).hex for name, token in _tokens().items() if name in drawn}


def _palette(key: str, colours: tuple[tuple[str, str], ...]) -> Palette:
    return Palette(theme(key).tokens, inks.tokens_of(dict(colours)))


def _drawing(chosen: Theme) -> str:
    return (ROOT / "templates" / chosen.drawing("mark")).read_text().strip()


@cache
def _tokens() -> dict[str, str]:
    """Class of a piece → the token it is painted with, as the site's own sheet says."""
    return {name.strip(" ."): token for names, token in PAINT.findall(SHEET.read_text()) for name in names.split(",")}
