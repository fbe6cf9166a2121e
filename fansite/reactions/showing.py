"""The button of the one warm word, as a page shows it."""

from __future__ import annotations

from typing import NamedTuple

from fansite.core.kept import facts
from fansite.core.web.language import words_in
from fansite.core.web.paths import current_language
from fansite.core.web.templating import N_

OURS = N_("Warms me")


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
    language = current_language()
    return facts().get(fact_of(language)) or our_word(language)


def our_word(language: str) -> str:
    """What stands where the owner chose none."""
    return str(words_in(language).ugettext(OURS))
