"""What a visitor typed, read word by word: plain words, "quoted phrases", -excluded words. Nothing else has a meaning here.

There is no query language on purpose: brackets, wildcards, fields and operators are text, so no query can cost more than its words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .language import Word, composed, stops, words

LONGEST_QUERY = 200
# A question asked in a full sentence has some ten words that say anything (Cranfield: 8 in the median, 16 at most in nine of ten).
MOST_WORDS = 16
MOST_PHRASE_WORDS = 10
# "pa" would be the beginning of half the dictionary.
SHORTEST_BEGINNING = 3

_QUOTES = str.maketrans("“”„‟«»″＂", '""""""""')
_PIECE = re.compile(r'(?<!\S)(?P<minus>[-−]?)"(?P<phrase>[^"]*)"|(?P<plain>\S+)')

Phrase = tuple[Word, ...]


@dataclass(frozen=True)
class Wanted:
    """`sequence` are all wanted words as they stood, those of phrases too; `scored` the ones to rank by."""

    text: str
    sequence: Phrase = ()
    scored: Phrase = ()
    phrases: tuple[Phrase, ...] = ()
    excluded: tuple[Phrase, ...] = ()
    beginning: Word | None = None  # the last word, perhaps still being typed


def read_query(text: str) -> Wanted:
    text = composed(text[:LONGEST_QUERY]).translate(_QUOTES)
    sequence: list[Word] = []
    phrases: list[Phrase] = []
    excluded: list[Phrase] = []
    for piece in _PIECE.finditer(text):
        group = "plain" if piece["phrase"] is None else "phrase"
        found = tuple(words(text, piece.start(group), piece.end(group)))[: MOST_PHRASE_WORDS if group == "phrase" else None]
        if not found:
            continue
        if piece["minus"] or (group == "plain" and piece[group][0] in "-−"):
            excluded.append(found[:MOST_PHRASE_WORDS])
            continue
        sequence.extend(found)
        if group == "phrase":
            phrases.append(found)
    return Wanted(
        text=text,
        sequence=tuple(sequence[: 2 * MOST_WORDS]),
        scored=_scored(sequence),
        phrases=tuple(phrases[:MOST_WORDS]),
        excluded=tuple(excluded[:MOST_WORDS]),
        beginning=_beginning(text, sequence),
    )


def _scored(sequence: list[Word]) -> Phrase:
    """The words that say something; all of them when none does ("The Who", "Où sont")."""
    telling = [word for word in sequence if not stops(word.text)] or sequence
    unique: dict[str, Word] = {}
    for word in telling:
        unique.setdefault(word.text, word)
    return tuple(unique.values())[:MOST_WORDS]


def _beginning(text: str, sequence: list[Word]) -> Word | None:
    last = sequence[-1] if sequence else None
    return last if last and last.end == len(text) and len(last.text) >= SHORTEST_BEGINNING else None
