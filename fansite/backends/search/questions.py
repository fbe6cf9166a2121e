"""What an index of a database is asked: terms, put together; each engine writes it in its own words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import NamedTuple

from .sequences import HEAD

# A phrase of words with several stems each is looked for in so many ways at most.
MOST_WAYS = 24


class Phrase(NamedTuple):
    """Terms side by side, in this order."""

    terms: tuple[str, ...]


class Either(NamedTuple):
    parts: tuple[Question, ...]


class Every(NamedTuple):
    parts: tuple[Question, ...]


class Except(NamedTuple):
    wanted: Question
    unwanted: Question


Question = str | Phrase | Either | Every | Except
Stems = Sequence[str]


def written(question: Question, *, phrase: Callable[[Sequence[str]], str], both: str, either: str, without: str) -> str:
    """In the words of an engine; a term is a phrase of one."""

    def write(part: Question) -> str:
        if isinstance(part, str):
            return phrase((part,))
        if isinstance(part, Phrase):
            return phrase(part.terms)
        if isinstance(part, Except):
            return f"({write(part.wanted)}{without}{write(part.unwanted)})"
        return f"({(either if isinstance(part, Either) else both).join(map(write, part.parts))})"

    return write(question)


def any_of(parts: Iterable[Question]) -> Question | None:
    different = tuple(dict.fromkeys(parts))
    return (different[0] if len(different) == 1 else Either(different)) if different else None


def all_of(parts: Iterable[Question]) -> Question:
    all_parts = tuple(parts)
    return all_parts[0] if len(all_parts) == 1 else Every(all_parts)


def in_head(stems: Stems) -> Question | None:
    """In a title or among the tags."""
    return any_of(HEAD + stem for stem in stems)


def anywhere(stems: Stems) -> Question | None:
    return any_of([*stems, *(HEAD + stem for stem in stems)])


def side_by_side(words: Sequence[Stems]) -> Question | None:
    """Words of one language with these stems, one after the other; None when one of them is written nowhere."""
    ways = [way for _, way in zip(range(MOST_WAYS), product(*words), strict=False)]
    return any_of(Phrase(tuple(before + stem for stem in way)) for way in ways for before in ("", HEAD))
