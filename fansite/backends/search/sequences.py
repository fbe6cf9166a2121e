"""A document as it is kept beside the index of a database: its words in order, as they were written, and the terms they stand for.

Of a text only its words are kept, in lower case, side by side: "l'Olympia de Clermont-Ferrand" is `olympia de clermont/clermontferrand
ferrand`, behind the stroke the whole of a hyphenated chain. The index holds terms: a word's stem behind a letter for its language, and
another letter before those of titles and tags. So a word in a title is a term of its own, and no look at columns is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple
from zlib import crc32

from . import Document
from .language import BRANCHES, branch_of, composed, fold, spellings, terms

LETTERS = dict(zip(BRANCHES, "efx", strict=True))
BRANCH_OF = {letter: branch for branch, letter in LETTERS.items()}
# What stands in a title or a tag; nothing else begins so.
HEAD = "h"
# Between two tags, and wherever one text ends and another begins, so that the end of one and the start of the next are no phrase.
GAP = "_"
FIELDS = ("title", "tags", "body")
# Words of fewer letters are not worth suggesting.
SHORTEST_SUGGESTION = 3
# A place in time: the second, with room for as many documents of the same one.
PLACES_A_SECOND = 16


class Kept(NamedTuple):
    """`id` grows with the time of publication: the newest are found first without sorting any."""

    id: int
    key: str
    kind: str
    letter: str
    year: int
    published: int  # seconds since 1970
    title: str
    tags: str
    body: str

    def vocabulary(self) -> set[tuple[str, bool]]:
        """Every different word, whether it is a whole chain beside it; its language's letter before it."""
        found = set()
        for item in {*self.title.split(), *self.tags.split(), *self.body.split()} - {GAP}:
            if "/" in item:
                item, _stroke, chain = item.partition("/")
                found.add((self.letter + chain, True))
            found.add((self.letter + item, False))
        return found

    @property
    def branch(self) -> str:
        return BRANCH_OF[self.letter]

    def length_of(self, field: str) -> int:
        text: str = getattr(self, field)
        return text.count(" ") + 1 if text else 0


COLUMNS = ", ".join(Kept._fields)


class Entry(NamedTuple):
    """A word of the vocabulary. `stem` and `bare` are terms: of the word as it is written, and without its accents if that is another.
    `plain`, `back` (from its end) and `core` (the letters in its middle) find it by a part, if it is worth suggesting."""

    word: str
    chain: int
    stem: str
    bare: str | None
    plain: str | None
    back: str | None
    core: str | None


def kept(document: Document) -> Kept:
    """As it will stand there; `id` is where it would like to stand."""
    published = int(document.published_at.timestamp())
    return Kept(
        published * PLACES_A_SECOND,
        document.key,
        document.kind,
        LETTERS[branch_of(document.language)],
        document.year,
        published,
        _sequence(document.title),
        f" {GAP} ".join(filter(None, map(_sequence, document.tags))),
        _sequence(document.body),
    )


def entry(word: str, chain: bool) -> Entry:
    letter, written = word[0], word[1:]
    stem, *others = terms(written, BRANCH_OF[letter])
    plain = fold(written) if not chain and len(written) >= SHORTEST_SUGGESTION and written.isalpha() else None
    return Entry(
        word,
        int(chain),
        letter + stem,
        letter + others[0] if others else None,
        plain,
        plain and plain[::-1],
        plain and core_of(plain),
    )


def core_of(plain: str) -> str:
    """The three letters in the middle."""
    start = max(0, (len(plain) - 3) // 2)
    return plain[start : start + 3]


def terms_of(document: Kept, stems: Mapping[tuple[str, bool], str]) -> list[str]:
    """What the index holds of it, in order: title, tags, text, chains, and what it is filtered by."""
    found: list[str] = []
    chains: list[str] = []
    letter = document.letter
    for text, before in ((document.title, HEAD), (document.tags, HEAD), (document.body, "")):
        for item in text.split():
            if "/" in item:
                item, _stroke, chain = item.partition("/")
                chains += [GAP, before + stems[letter + chain, True]]
            found.append(GAP if item == GAP else before + stems[letter + item, False])
        found.append(GAP)
    return [*found, *chains, GAP, of_kind(document.kind), GAP, of_year(document.year)]


def of_kind(kind: str) -> str:
    return f"k{''.join(filter(str.isalnum, kind))}"


def of_year(year: int) -> str:
    return f"y{year}"


def placed(documents: Iterable[Kept], occupied: Callable[[list[int]], set[int]]) -> list[Kept]:
    """Each at a place of its own: at the one it would like, or at a free one near by; each attempt looks twice as far as the one before."""
    found: list[Kept] = []
    taken: set[int] = set()
    waiting = [(document, document.id, PLACES_A_SECOND) for document in documents]
    while waiting:
        full = occupied([place for _document, place, _room in waiting])
        again = []
        for document, place, room in waiting:
            if place in full or place in taken:
                again.append((document, document.id + crc32(f"{room} {document.key}".encode()) % room, room * 2))
            else:
                taken.add(place)
                found.append(document._replace(id=place))
        waiting = again
    return found


def _sequence(text: str) -> str:
    return " ".join(spellings(composed(text)))
