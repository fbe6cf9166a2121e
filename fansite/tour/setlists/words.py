"""What is said of setlists in a few words, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from fansite.tour.setlists.models import PressLink, likeness_of
from fansite.tour.words import dated, language_name

TRADITIONAL = ("trad", "traditional", "traditionnel", "traditionnelle")


def is_traditional(artist: str) -> bool:
    return likeness_of(artist) in TRADITIONAL


def whose_words(artist: str) -> str:
    """Of a song of others."""
    return _("traditional") if is_traditional(artist) else _("%(artist)s cover", artist=artist)


def parts_of(lines: Iterable[Any]) -> list[tuple[str, list[Any]]]:
    """Each with its heading; what comes before the first encore has none."""
    parts = [(part, list(of)) for part, of in groupby(lines, attrgetter("part"))]
    encores = sum(1 for part, _of in parts if part)
    return [(_heading(part, encores), of) for part, of in parts]


def in_order(links: Iterable[PressLink]) -> list[PressLink]:
    """The last that was written first; what has no day comes after."""
    return sorted(links, key=lambda link: (link.day or date.min, link.id), reverse=True)


def count_songs(lines: Sequence[Any]) -> int:
    return sum(1 for line in lines if line.title and not line.tape)


def _heading(part: int, encores: int) -> str:
    if not part:
        return ""
    return (
        _("Encore")
        if encores == 1
        else {1: _("First encore"), 2: _("Second encore"), 3: _("Third encore")}.get(part, _("Encore %(number)s", number=part))
    )


def times_words(number: int) -> str:
    return ngettext("once", "%(num)s times", number)


NAMES: dict[str, Any] = {
    "setlist_parts": parts_of,
    "songs_in": count_songs,
    "whose_words": whose_words,
    "is_traditional": is_traditional,
    "times_words": times_words,
    "dated": dated,
    "language_of": language_name,
    "press_in_order": in_order,
}
