"""What a page needs to know of the looks: artwork, one small style sheet, and the inks of the browser's own bar."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from flask import current_app, g
from markupsafe import Markup

from fansite.appearance import inks
from fansite.appearance.marks import mark_of
from fansite.appearance.models import Wanted
from fansite.appearance.palette import Palette
from fansite.appearance.themes import Theme, theme
from fansite.core.feature import HomeSection
from fansite.core.kept import facts, kept, last_known
from fansite.core.web import path_for
from fansite.core.web.parts import part
from fansite.lib.wordmark import wordmark
from fansite.media import queries as pictures
from fansite.media import showing
from fansite.media.showing import Shown as Picture
from fansite.reactions.showing import fact_of

# What drawings call their inks → tokens.
DRAWN = {
    **{str(number): f"ink-{number}" for number in range(1, 8)},
    "p": "ink-paper",
    "k": "ink-key",
    "c": "coat-dark",
    "d": "coat-deep",
}
# The fact that holds what is shown now.
FACT = "look"


@dataclass(frozen=True, eq=False)
class Shown:
    """The looks of the page that is being made. Each time they are read they are others: what was made for these is for these alone."""

    wanted: Wanted
    theme: Theme
    # The address of the sheet, None where the site's own sheets say it all.
    sheet: str | None
    # Of the browser's bar, by day and by night.
    bars: tuple[str, str]
    # Of the mark that the browser's tab and the home screen show; None for the site's own, which lie ready.
    mark: str | None = None
    logo: Picture | None = None
    hero: Picture | None = None

    def drawn_name(self, name: str, *, stacked: bool = False) -> Markup | None:
        """The name in cut capitals; None where it is set in type, or has a letter that was never cut."""
        drawn = wordmark(name, stacked) if self.wanted.logo == "theme" and self.theme.cuts_the_name else None
        return Markup(drawn) if drawn else None


def look() -> Shown:
    """What everybody sees; on the preview of a draft, the draft; on the page that may ask nothing, what this process saw last."""
    if "asks_nothing" in g:
        seen: Shown | None = last_known("look")
        return seen or shown(Wanted())
    if "previewed_facts" not in g:
        return kept("look", ("site",), lambda: shown(current()))
    if "previewed_look" not in g:
        g.previewed_look = shown(current())
    preview: Shown = g.previewed_look
    return preview


def art(name: str) -> Markup:
    """A drawing, inline, so that it takes the theme's inks: asleep, duo, letter, notice, peek, piano, string, ukulele, mark, ridge, scene."""
    return part(look().theme.drawing(name), ())


def current() -> Wanted:
    told = facts().get(FACT)
    return Wanted.read(json.loads(told)) if told else Wanted()


def facts_of(wanted: Wanted) -> dict[str, str]:
    """What is said about the site when it looks like this."""
    lines = {f"site_line.{language}": line for language, line in wanted.lines.items()}
    words = {fact_of(language): word for language, word in wanted.warm_words.items()}
    said = {"site_name": wanted.name, "site_links": json.dumps(wanted.links)}
    return {FACT: json.dumps(wanted.stored()), **said, **lines, **words}


def shown(wanted: Wanted) -> Shown:
    text = sheet_of(wanted)
    chosen = theme(wanted.theme)
    palette = Palette(chosen.tokens, inks.tokens_of(wanted.colours))
    bars = (palette.colour("scene-sky").hex, palette.colour("scene-sky", night=True).hex)
    return Shown(
        wanted,
        chosen,
        path_for("appearance.sheet", digest=digest_of(text)) if text else None,
        bars,
        mark=digest_of(mark_of(wanted)) if text else None,
        logo=_picture(wanted.logo_picture) if wanted.logo == "picture" else None,
        hero=_picture(wanted.hero_picture) if wanted.hero == "picture" else None,
    )


def _picture(number: int | None) -> Picture | None:
    """One that left the library since it was chosen gives way to the drawing."""
    found = pictures.in_library(number)
    return showing.shown(found) if found is not None else None


def drawing_inks() -> dict[str, str]:
    """The inks of what is drawn in pixels, by day: the letter of a class of `lib/scissors` → `#rrggbb`, or `#rrggbbaa` for a shade."""
    return inks_of(DRAWN)


def inks_of(tokens: Mapping[str, str], *, night: bool = False) -> dict[str, str]:
    """What a drawing calls its inks → their tokens becomes → their colours, and that of the shade with them."""
    wanted = current()
    palette = Palette(theme(wanted.theme).tokens, inks.tokens_of(wanted.colours))
    found = {name: palette.colour(token, night).hex for name, token in tokens.items()}
    return found | {"s": f"{palette.colour('ink-key').hex}2b"}


def site_line() -> str:
    """What the band says of itself, in the reader's language."""
    return facts().get(f"site_line.{g.language}", "")


def sections() -> list[HomeSection]:
    """All parts of the front page in their usual order."""
    found: list[HomeSection] = current_app.extensions["fansite"].home_sections
    return sorted(found, key=lambda section: section.order)


def chosen_sections() -> list[HomeSection]:
    order = look().wanted.sections
    if order is None:
        return sections()
    by_name = {section.name: section for section in sections()}
    return [by_name[name] for name in order if name in by_name]


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def sheet_of(wanted: Wanted) -> str:
    """The theme's tokens and artwork, and over them the chosen base values; empty where nothing was chosen."""
    return _sheet(wanted.theme, tuple(sorted(wanted.colours.items())))


@lru_cache(maxsize=64)
def _sheet(key: str, colours: tuple[tuple[str, str], ...]) -> str:
    chosen, tokens = theme(key), inks.tokens_of(dict(colours))
    if not chosen.sheet and not tokens:
        return ""
    parts = [chosen.sheet.strip()] if chosen.sheet else []
    if tokens:
        parts.append("@layer theme { :root { " + " ".join(f"--{name}: {value};" for name, value in tokens.items()) + " } }")
    parts.append(_for_old_browsers(Palette(chosen.tokens, tokens)))
    return "\n".join(parts) + "\n"


def _for_old_browsers(palette: Palette) -> str:
    """Browsers from before 2024 mix no colours: they get the day, mixed here."""
    plain = " ".join(f"--{name}: {palette.colour(name).hex};" for name in palette.colours if palette.colour(name).alpha == 1)
    return f"@layer theme {{ @supports not (color: light-dark(#000, #fff)) {{ :root {{ {plain} }} }} }}"
