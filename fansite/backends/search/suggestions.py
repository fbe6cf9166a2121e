"""A better spelling for words nobody wrote, from the words somebody did. Asked only when nothing was found."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol

from .language import Word, fold, stops
from .queries import Wanted, read_query

# A slip in a short word makes another word ("tour", "four"): only longer ones are guessed at, twice wrong only when long.
SHORTEST = 4
SHORTEST_FOR_TWO = 7
MOST_WORDS = 4


class Spelling(Protocol):
    """What an index knows of words; what is gone though it may not know it yet counts for nothing."""

    def unknown(self, word: Word) -> bool:
        """Whether it stands in no document."""

    def near(self, typed: str, slips: int) -> Iterable[tuple[str, str]]:
        """(without accents, as written) of words that may be no more than so many slips away."""

    def holders(self, written: str) -> int:
        """In how many documents it stands."""

    def finds(self, wanted: Wanted) -> bool: ...


def better_spelling(spelling: Spelling, wanted: Wanted) -> str | None:
    """The query with its unknown words replaced by near ones, if that finds something."""
    unknown = [word for word in wanted.scored if spelling.unknown(word)][:MOST_WORDS]
    text = wanted.text
    for word in sorted(unknown, key=lambda word: word.start, reverse=True):
        nearest = _nearest(spelling, word)
        if nearest:
            written = nearest.capitalize() if text[word.start].isupper() else nearest
            text = text[: word.start] + written + text[word.end :]
    if text == wanted.text or not spelling.finds(read_query(text)):
        return None
    return " ".join(text.split())


def _nearest(spelling: Spelling, word: Word) -> str | None:
    typed = fold(word.text)
    if len(typed) < SHORTEST:
        return None
    slips = 2 if len(typed) >= SHORTEST_FOR_TWO else 1
    letters = letters_of(typed)
    found: list[tuple[int, bool, int, str]] = []
    for plain, written in spelling.near(typed, slips):
        if abs(len(plain) - len(typed)) > slips or (letters ^ letters_of(plain)).bit_count() > 2 * slips or stops(written):
            continue
        distance = slips_between(typed, plain)
        holders = spelling.holders(written) if distance <= slips else 0
        if holders:
            found.append((distance, plain[0] != typed[0], -holders, written))
    return min(found)[3] if found else None


@lru_cache(maxsize=1 << 16)
def letters_of(word: str) -> int:
    """The letters a word has, a bit each: two words a slip apart differ in two at most."""
    letters = 0
    for letter in word:
        letters |= 1 << (ord(letter) & 31)
    return letters


def slips_between(typed: str, meant: str) -> int:
    """Letters missing, too many, wrong, or swapped with their neighbour."""
    before: list[int] = []
    above = list(range(len(meant) + 1))
    for row, letter in enumerate(typed, start=1):
        here = [row]
        for column, other in enumerate(meant, start=1):
            cost = min(above[column] + 1, here[column - 1] + 1, above[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == meant[column - 2] and typed[row - 2] == other:
                cost = min(cost, before[column - 2] + 1)
            here.append(cost)
        before, above = above, here
    return above[-1]
