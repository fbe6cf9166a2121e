"""In which inks posters are printed: the theme's by day and by night, and black on white for copy machines."""

from __future__ import annotations

from fansite.appearance import DRAWN, inks_of
from fansite.posters.printing import Look

# A3 with 150 dots an inch on screens, 212 for copy machines; paper takes the SVG.
ON_SCREEN, ON_PAPER = 1754, 2480
# What stands on the page: sharp on dense screens at half its width.
SMALL = 520
TOKENS = {
    **DRAWN,
    "sky": "scene-sky",
    "sun": "ink-paper",
    "far": "scene-1",
    "middle": "scene-3",
    "near": "scene-4",
    "name": "color-on-scene",
    "ground": "color-paper",
    "words": "color-ink",
    "soft": "color-ink-soft",
    "red": "color-third",
    "line": "color-edge",
}
BLACK, WHITE = "#000000", "#ffffff"
IN_BLACK = {**dict.fromkeys(("k", "name", "words", "soft", "red", "line"), BLACK), "s": f"{BLACK}00"}
ON_WHITE = dict.fromkeys(
    ("1", "2", "3", "4", "5", "6", "7", "p", "c", "d", "sky", "sun", "far", "middle", "near", "ground"), WHITE
)


def looks() -> list[Look]:
    return [
        Look("light", inks_of(TOKENS), ON_SCREEN),
        Look("dark", inks_of(TOKENS, night=True), ON_SCREEN),
        Look("print", {**ON_WHITE, **IN_BLACK}, ON_PAPER, lined=True),
    ]
