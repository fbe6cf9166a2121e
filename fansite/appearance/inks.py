"""The colours an owner may choose, and whether people can read what is printed in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from fansite.appearance.palette import Palette
from fansite.lib.colours import Colour, contrast, from_hex

# Text, and the least that WCAG 2.2 asks of it (1.4.3, 1.4.11).
TEXT, EDGE = 4.5, 3.0


@dataclass(frozen=True)
class Ink:
    """One base value: its chroma in tokens.css, by day, and what it is printed on."""

    name: str
    label: Any
    hint: Any
    chroma: float


INKS = (
    Ink("paper", _l("Paper"), _l("The ground of every page."), 0.016),
    Ink("ink", _l("Ink"), _l("Text, and the night."), 0.085),
    Ink("first", _l("First ink"), _l("The sky, and the one main button of a page."), 0.15),
    Ink("second", _l("Second ink"), _l("Links and second buttons."), 0.14),
    Ink("third", _l("Third ink"), _l("Dates, stamps, alarms and handwriting."), 0.18),
    Ink("fourth", _l("Fourth ink"), _l("Good news only."), 0.085),
)


@dataclass(frozen=True)
class Pair:
    """What is read on what."""

    front: str
    back: str
    label: Any
    least: float = TEXT


PAIRS = (
    Pair("color-ink", "color-paper", _l("text on paper")),
    Pair("color-ink-soft", "color-paper", _l("small print on paper")),
    Pair("color-ink-soft", "color-well", _l("small print in a hollow")),
    Pair("color-ink-soft", "color-first-pale", _l("small print on a sheet of the first ink")),
    Pair("color-ink-soft", "color-second-pale", _l("small print on a sheet of the second ink")),
    Pair("color-edge", "color-sheet", _l("the edge of a box to fill in"), EDGE),
    Pair("color-on-first", "color-first", _l("words on the main button")),
    Pair("color-on-scene", "scene-sky", _l("the menu on the sky")),
    Pair("color-on-scene", "scene-1", _l("the logo on the far hills")),
    Pair("color-bright", "color-night", _l("the first ink on night")),
    Pair("color-on-night", "color-night", _l("words at the foot of the page")),
    Pair("color-on-second", "color-second", _l("words on a second button")),
    Pair("color-link", "color-paper", _l("links on paper")),
    Pair("color-link", "color-sheet", _l("links on a sheet")),
    Pair("color-link", "color-first-pale", _l("links on a sheet of the first ink")),
    Pair("color-focus", "color-paper", _l("the ring around what is chosen by key"), EDGE),
    Pair("color-third", "color-paper", _l("words in the third ink on paper")),
    Pair("color-third", "color-third-pale", _l("words in the third ink on its own pale")),
    Pair("color-on-third", "color-third", _l("words on the third ink")),
    Pair("color-fourth", "color-fourth-pale", _l("good news on its own pale")),
    Pair("color-on-fourth", "color-fourth", _l("words on the fourth ink")),
)


@dataclass(frozen=True)
class Fault:
    """A colour people could not read, and the nearest one they can."""

    ink: Ink
    pair: Pair
    night: bool
    ratio: float
    instead: str | None


def tokens_of(colours: Mapping[str, str]) -> dict[str, str]:
    """The base values behind chosen colours; hills are mixed from the inks that were chosen, as litho printers do."""
    tokens: dict[str, str] = {}
    for ink in INKS:
        colour = from_hex(colours.get(ink.name, ""))
        if colour is not None:
            tokens |= _base(ink, colour)
    return tokens | (HILLS if any(colours.get(name) for name in ("first", "second", "fourth")) else {})


HILLS = {
    "scene-1": "light-dark(color-mix(in oklab, var(--scene-sky) 70%, var(--color-fourth)), oklch(.36 calc(.1 * var(--chroma-ink)) var(--hue-ink)))",
    "scene-2": "light-dark(color-mix(in oklab, var(--color-fourth) 62%, var(--color-paper)), oklch(.315 calc(.095 * var(--chroma-ink)) var(--hue-ink)))",
    "scene-3": "light-dark(color-mix(in oklab, var(--color-second) 62%, var(--scene-2)), oklch(.27 calc(.085 * var(--chroma-ink)) var(--hue-ink)))",
}


def _base(ink: Ink, colour: Colour) -> dict[str, str]:
    return {
        f"hue-{ink.name}": f"{colour.hue:.1f}",
        f"chroma-{ink.name}": f"{colour.chroma / ink.chroma:.3f}",
        f"depth-{ink.name}": f"{colour.lightness:.4f}",
    }


def own_colour(ink: Ink, theme: Mapping[str, str]) -> str:
    """What a theme prints this ink in, by day."""
    return Palette(theme).colour(f"color-{ink.name}").hex


def faults(theme: Mapping[str, str], colours: Mapping[str, str]) -> list[Fault]:
    """One for each chosen colour that fails, judged beside those before it. A theme as it was delivered has none."""
    found, settled = [], dict[str, str]()
    for ink in INKS:
        wanted = from_hex(colours.get(ink.name, ""))
        if wanted is None:
            continue
        tried = {**settled, ink.name: wanted.hex}
        unread = list(failing(_palette(theme, tried)))
        if not unread:
            settled = tried
            continue
        pair, night, ratio = min(unread, key=lambda one: one[2] / one[0].least)
        instead = _nearest(theme, settled, ink, wanted)
        found.append(Fault(ink, pair, night, ratio, instead))
        if instead:
            settled[ink.name] = instead
    return found


def failing(palette: Palette) -> Iterator[tuple[Pair, bool, float]]:
    """(pair, by night, ratio) of what cannot be read."""
    for pair in PAIRS:
        for night in (False, True):
            ratio = _ratio(palette, pair, night)
            if ratio < pair.least:
                yield pair, night, ratio


def _ratio(palette: Palette, pair: Pair, night: bool) -> float:
    return contrast(palette.colour(pair.front, night), palette.colour(pair.back, night))


def _palette(theme: Mapping[str, str], colours: Mapping[str, str]) -> Palette:
    return Palette(theme, tokens_of(colours))


def _nearest(theme: Mapping[str, str], settled: Mapping[str, str], ink: Ink, wanted: Colour) -> str | None:
    """Of all depths and strengths of the same hue that pass, the one that looks most like what was wanted."""
    depths = [step / 100 for step in range(101)]
    strengths = [step / 10 for step in range(10, -1, -1)]
    candidates = [Colour(depth, wanted.chroma * strength, wanted.hue) for depth in depths for strength in strengths]
    worst: tuple[Pair, bool] | None = None
    for candidate in sorted(filter(lambda one: one.on_screens, candidates), key=wanted.far_from):
        palette = _palette(theme, {**settled, ink.name: candidate.hex})
        # What the one before failed of, its neighbour mostly fails of too: all the rest need not be looked at.
        if worst is not None and _ratio(palette, *worst) < worst[0].least:
            continue
        unread = next(failing(palette), None)
        if unread is None:
            return candidate.hex
        worst = unread[:2]
    return None
