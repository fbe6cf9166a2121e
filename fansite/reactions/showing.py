"""The button of the one warm word, as a page shows it."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import force_locale
from flask_babel import gettext as _

from fansite.core.kept import facts
from fansite.core.web.language import locale_of
from fansite.core.web.paths import current_language


class Warmth(NamedTuple):
    """The word, how many gave it, and whether the reader did. Two that say the same are the same."""

    word: str
    number: int
    given: bool = False


def fact_of(language: str) -> str:
    """The fact that holds the owner's own word."""
    return f"reaction_word.{language}"


def word() -> str:
    """What it means to react on this site, in the reader's language: the owner's word, else ours."""
    return facts().get(fact_of(current_language())) or str(_("Warms me"))


def our_word(language: str) -> str:
    """What stands where the owner chose none."""
    with force_locale(locale_of(language)):
        return str(_("Warms me"))
