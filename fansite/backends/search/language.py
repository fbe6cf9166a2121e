"""From text to the terms that are compared: words, elisions, stems, accents.

A word is stemmed first and its accents are folded after, for a folded word misleads the stemmer ("tournée" gives "tourn", "tournee"
gives "tourne"). What is typed without accents must find what is written with them, so the other order is kept beside it where they differ.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from whoosh.lang import stemmer_for_language
from whoosh.lang.stopwords import stoplists

STEMMED = ("en", "fr")
# Documents in any other language: words are folded, not stemmed.
PLAIN = "xx"
BRANCHES = (*STEMMED, PLAIN)

# Longer "words" are noise or an attack: nobody types them, and each would be a term of the index.
LONGEST_WORD = 40

_CHUNK = re.compile(r"[^\W_]+(?:['’ʼ.&/‐‑-][^\W_]+)*")
_PART = re.compile(r"[^\W_]+")
_APOSTROPHES = "'’ʼ"
_ELISIONS = {"l", "d", "j", "n", "s", "c", "m", "t", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu"}
_WHOLE = {"aujourdhui", "quelquun"}
# "R.E.M.", "hip-hop", "Clermont-Ferrand" are also found as one word; a longer chain is an address or a list.
_LONGEST_CHAIN = 4

# Questions are typed into search boxes in full: their words say nothing about the answer.
_QUESTIONS = """
    auquel ce ceci cela celle celles celui cet cette ceux combien comment dont fait laquelle lequel leurs où pourquoi quand quel quelle
    quelles quels quoi si
"""
# Words of the stock lists that name things on a band's site: a summer, a sound.
_NAMES = {"été", "étés", "étée", "étées", "son", "don"}
_STOPS = (stoplists["en"] | stoplists["fr"] | set(_QUESTIONS.split())) - _NAMES

# Accents pile up in hostile text, and sorting a pile takes time by its square: 5 s for 100 KB.
_PILE = re.compile(r"[^\x00-\u02ff\w\s]{16,}")
_SPECIAL = {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i", "ŧ": "t"}


class Word(NamedTuple):
    """A word where it stands in the text, in lower case; `joined` is the whole of a hyphenated chain, on its first word."""

    text: str
    start: int
    end: int
    joined: str = ""


def branch_of(language: str) -> str:
    """The branch of the index a document's language belongs to ("fr", "fr-CA" to "fr")."""
    language = language.lower().replace("_", "-").partition("-")[0]
    return language if language in STEMMED else PLAIN


def composed(text: str) -> str:
    """Letters and their accents as one character, as `words` expects."""
    return unicodedata.normalize("NFC", _PILE.sub(lambda pile: _without_accents(pile.group()), text))


def words(text: str, start: int = 0, end: int | None = None) -> Iterator[Word]:
    """The words of composed text, elisions (l', d', qu') left out."""
    for chunk in _CHUNK.finditer(text, start, len(text) if end is None else end):
        found = chunk.group()
        if found.isalnum():
            yield Word(found.lower()[:LONGEST_WORD], chunk.start(), chunk.end())
        else:
            yield from _parts(found, chunk.start())


def spellings(text: str) -> Iterator[str]:
    """The words of composed text, as `words` finds them, only as they are written; behind the first of a chain "/" and all of it."""
    for found in _CHUNK.findall(text):
        if found.isalnum():
            yield found.lower()[:LONGEST_WORD]
        else:
            for part in _parts(found, 0):
                yield f"{part.text}/{part.joined}" if part.joined else part.text


def _parts(chunk: str, offset: int) -> Iterator[Word]:
    parts = [
        Word(match.group().lower()[:LONGEST_WORD], offset + match.start(), offset + match.end())
        for match in _PART.finditer(chunk)
        if not _elided(chunk, match)
    ]
    joined = "".join(part.text for part in parts) if 1 < len(parts) <= _LONGEST_CHAIN else ""
    if joined in _WHOLE:
        yield Word(joined, parts[0].start, parts[-1].end)
        return
    for number, part in enumerate(parts):
        yield part._replace(joined=joined) if number == 0 and len(joined) <= LONGEST_WORD else part


def _elided(chunk: str, part: re.Match[str]) -> bool:
    """True for the l of "l'album" and the s of "band's"."""
    if part.end() < len(chunk) and chunk[part.end()] in _APOSTROPHES:
        return part.group().lower() in _ELISIONS
    return part.end() == len(chunk) and part.group() in "sS" and chunk[part.start() - 1] in _APOSTROPHES


def forms_of(word: Word) -> dict[str, tuple[str, ...]]:
    """All terms a word stands for, by branch."""
    return {branch: forms(word, branch) for branch in BRANCHES}


def forms(word: Word, branch: str) -> tuple[str, ...]:
    """All terms a word stands for in one branch, the whole of its hyphenated chain among them."""
    found = terms(word.text, branch)
    return tuple(dict.fromkeys(found + terms(word.joined, branch))) if word.joined else found


@lru_cache(maxsize=1 << 16)
def terms(word: str, branch: str) -> tuple[str, ...]:
    """What stands in the index for a lower-case word: one term, or two when accents change its stem."""
    plain = fold(word)
    # What says nothing keeps its form: else "vous êtes" would be found by "été".
    if branch == PLAIN or stops(word):
        return (plain,)
    stem = stemmer_for_language(branch)
    return tuple(dict.fromkeys((fold(stem(word)), fold(stem(plain)))))


def fold(word: str) -> str:
    """Without accents: é to e, œ to oe."""
    if word.isascii():
        return word
    plain = "".join(_SPECIAL.get(letter, letter) for letter in word)
    return unicodedata.normalize("NFC", _without_accents(unicodedata.normalize("NFKD", plain)))


def _without_accents(text: str) -> str:
    return "".join(letter for letter in text if not unicodedata.combining(letter))


def stops(word: str) -> bool:
    """True for a word too common in either language to rank by; "thé" is tea though "the" is not."""
    return word in _STOPS or (word.isascii() and word in _FOLDED_STOPS)


_FOLDED_STOPS = frozenset(fold(word) for word in _STOPS)
