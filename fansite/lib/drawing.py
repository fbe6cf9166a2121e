"""What is drawn in place: a paper marmot's head for everyone, made from the name, and the icons. Nothing is stored or fetched.

A face carries classes, not colours (`ink-1` … `ink-6`, `ink-p` paper, `ink-k` key), so it takes the theme's inks.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape

from fansite.lib.icons import FULL, ICONS
from fansite.lib.lots import Lot

INKS = ("ink-1", "ink-2", "ink-3", "ink-4", "ink-5", "ink-6")
# Two inks of one lightness melt into each other on a small disc: yellow and rose, lava and coat.
TOO_CLOSE = ({"ink-1", "ink-5"}, {"ink-2", "ink-6"})
# The coat on which dark eyes would be lost.
DARK = "ink-3"

# Three outlines of a head, cut with scissors on a grid of 64: round, wide in the cheeks, long.
HEADS = (
    "M11 22l1-10 8-2 6 3 9-1 6-3 8 3 1 9-3 8 4 13 8 20H4l8-21z",
    "M9 24l3-12 8-1 6 3 11-1 7-3 8 4 1 9-3 7 6 14 5 19H3l6-20z",
    "M14 20l-1-12 9 0 5 5 10-1 6-5 8 2-1 11-2 9 3 14 7 20H7l6-21z",
)
# Everything here lies in a group that is tilted with the head.
EYES = (
    '<path class="{eye}" d="M22 27l3-1 2 3-2 3-4-1-1-3zM39 26l3 1 1 3-2 2-3 0-1-4z"/>',
    '<path class="{eye}" d="M20 29l5 2 4-3-4-2zM37 28l4 3 5-2-5-3z"/>',
    '<path class="ink-p" d="M19 25l5-2 5 2 1 5-4 4-6-1-2-4zM36 25l5-2 5 3 0 5-5 3-5-2-1-4z"/>'
    '<path class="ink-k" d="M23 27l4 0 0 4-4 0zM39 27l4 0 0 4-4 0z"/>',
    '<path class="{eye}" d="M19 30l4-4 5 0 2 4-3-1-4-1zM38 27l3-1 2 3-2 3-4-1-1-2z"/>',
    '<path class="{eye}" d="M19 27l5 3 5-3-1 3-4 3-4-3zM36 27l5 3 5-3-1 3-4 3-4-3z"/>',
    '<path class="{eye}" fill-rule="evenodd" d="M15 23h15v2l4-1V23h15v11H34v-7h-4v7H15zM18 25v6h9v-6zM37 25v6h9v-6z"/>',
)
MARKS = (
    "",
    '<path class="{mark}" d="M28 13l5-3 5 3-2 9-5 2z"/>',
    '<path class="{mark}" d="M14 36l6-2 2 4-5 4-4-2zM44 34l6 2 1 4-5 2-4-4z"/>',
    '<path class="{mark}" d="M17 22l10-4 4 9-6 8-9-3z"/>',
)
# And this is worn straight.
WORN = (
    "",
    '<path class="{worn}" d="M17 16l12-11 16 4 4 9-16-3z"/>',
    '<path class="{worn}" d="M12 56l10-6 20 1 11 5-2 8H14z"/><path class="{worn}" d="M44 52l8 2 0 10-8 0z"/>',
    '<path class="ink-p" d="M44 8l3 5 6 0-4 4 2 6-6-3-5 3 1-6-4-4 6-1z"/>',
    '<path class="{worn}" d="M15 17l3-9 9-5 11 1 8 6 3 8z"/><path class="ink-p" d="M13 16l38 1-1 5-36-1zM29 3l4-3 4 3-3 4z"/>',
    '<path class="ink-k" d="M10 33V21L19 9l13-4 13 4 9 12v12h-4V22l-7-9-11-4-11 4-7 9v11z"/>'
    '<path class="{worn}" d="M7 28l7-1 1 12-7 0zM50 27l7 1-1 11-7 0z"/>',
    '<path class="{worn}" d="M14 18l5-10 13-4 12 4 5 7 12 4-2 3z"/>',
    '<path class="{worn}" d="M42 12l-7-6 0 13zM44 12l8-7 1 13z"/><path class="ink-p" d="M41 9l5 0 0 6-5 0z"/>',
    '<path class="{worn}" d="M48 20l4-14 8-6 0 9-8 12z"/>',
)
MUZZLE = '<path class="ink-p" d="M23 46l3-9 7-3 7 3 3 9-5 7h-9z"/><path class="ink-k" d="M29 36l4-2 4 2-2 4h-4zM30 44h3v5h-3zM34 44h3v5h-3z"/>'


def icon(name: str, label: str = "") -> str:
    """An inline SVG. Without a label it is hidden from readers: a word stands beside it, or the control has its own."""
    kind = "icon icon--full" if name in FULL else "icon"
    meaning = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return f'<svg class="{kind}" {meaning} viewBox="0 0 24 24"><path d="{ICONS[name]}"/></svg>'


@lru_cache(maxsize=4096)
def avatar(name: str) -> str:
    """An inline SVG, hidden from readers: the name always stands beside it. The same name, the same face."""
    lot = Lot(name)
    ground = lot.draw(INKS)
    coat = lot.draw(_beside(ground))
    worn, mark = (lot.draw([ink for ink in _beside(coat) if ink != ground]) for _ in range(2))
    parts = [
        f'<path class="{coat}" d="{lot.draw(HEADS)}"/>',
        lot.draw(MARKS).format(mark=mark),
        MUZZLE,
        lot.draw(EYES).format(eye="ink-p" if coat == DARK else "ink-k"),
    ]
    tilt = lot.draw(range(-9, 10))
    return (
        '<svg class="avatar" aria-hidden="true" viewBox="0 0 64 64">'
        f'<path class="{ground}" d="M0 0h64v64H0z"/>'
        f'<g transform="rotate({tilt} 32 36)">{"".join(parts)}</g>'
        f"{lot.draw(WORN).format(worn=worn)}</svg>"
    )


def _beside(ink: str) -> list[str]:
    """The inks that can be told from this one."""
    return [other for other in INKS if other != ink and {ink, other} not in TOO_CLOSE]
