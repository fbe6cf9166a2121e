"""Where a text answers a query: the passage to show, and the words to mark.

Cut from the text the database holds, not by Whoosh: its highlighter analyses each stored text again, three quarters of a query's time
(ENGINES §A.5). The work is bounded whatever the text: a word is looked at closely only when its first letters fit.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from itertools import islice
from typing import NamedTuple

from .language import BRANCHES, LONGEST_WORD, composed, fold, forms_of, terms
from .queries import read_query

Fragments = list[tuple[str, bool]]

LENGTH = 240
# More matches than these cannot change which passage is best by much.
MOST_MATCHES = 200
# Different words looked at closely; 300 take some 10 ms.
MOST_CANDIDATES = 300
# A cut moves to a space within so many letters; a longer word is cut through.
LONGEST_STEP = 30

_LATIN = (*range(0x41, 0x530), *range(0x1E00, 0x2000))
# One letter for one, so that places in the plain text are places in the text: œ is only an o here.
_PLAIN = {number: (fold(chr(number).lower()) or " ")[0] for number in _LATIN}


class Match(NamedTuple):
    start: int
    end: int
    word: int  # which of the query's words


class Readable(NamedTuple):
    """A text to look through: on one line, and the same letter by letter, small and without accents."""

    text: str
    plain: str


def readable(text: str) -> Readable:
    text = " ".join(composed(text).split())
    return Readable(text, text.translate(_PLAIN))


class Answering:
    """Texts against one query, which is read once for all of them."""

    def __init__(self, query: str) -> None:
        wanted = read_query(query)
        self._wanted = {word.text: forms_of(word) for word in wanted.scored}
        self._openings = _starting(
            {_opening(term) for forms in self._wanted.values() for found in forms.values() for term in found}
        )
        self._beginning = _starting({wanted.beginning.text.translate(_PLAIN)} if wanted.beginning else ())
        self._known: dict[str, int | None] = {}

    def excerpt(self, readable: Readable, length: int = LENGTH) -> Fragments:
        """The passage that holds most of the query's words, as fragments that match or not; the beginning when none does."""
        text = readable.text
        matches = self._matches(readable)
        start, end = _passage(text, matches, length)
        inside = [match for match in matches if start <= match.start and match.end <= end]
        fragments = _split(text, inside, start, end)
        if start > 0:
            fragments.insert(0, ("…", False))
        if end < len(text):
            fragments.append(("…", False))
        return _merged(fragments)

    def marked(self, readable: Readable) -> Fragments:
        """A whole title as fragments that match or not."""
        return _merged(_split(readable.text, self._matches(readable), 0, len(readable.text)))

    def _matches(self, readable: Readable) -> list[Match]:
        found = self._found(readable)
        if not found and self._beginning:
            found = [Match(*match.span(), 0) for match in islice(self._beginning.finditer(readable.plain), MOST_MATCHES)]
        return found

    def _found(self, readable: Readable) -> list[Match]:
        found: list[Match] = []
        most = len(self._known) + MOST_CANDIDATES
        for candidate in self._openings.finditer(readable.plain) if self._openings else ():
            start, end = candidate.span()
            word = readable.text[start:end].lower()[:LONGEST_WORD]
            if word not in self._known and len(self._known) < most:
                self._known[word] = _meant(word, self._wanted)
            number = self._known.get(word)
            if number is not None:
                found.append(Match(start, end, number))
                if len(found) == MOST_MATCHES:
                    break
        return found


def _starting(openings: Collection[str]) -> re.Pattern[str] | None:
    """Words that begin so. That nothing stands before is looked at last: two letters are soon found, and seldom begin a word."""
    found = "|".join(rf"{opening}(?<![^\W_]{opening})" for opening in sorted(map(re.escape, openings)))
    return re.compile(rf"(?:{found})[^\W_]*") if found else None


def _opening(term: str) -> str:
    """The letters every form of a word begins with; œ and æ are one letter in the plain text."""
    return term[:1] if term.startswith(("oe", "ae")) else term[:2]


def _meant(word: str, wanted: Mapping[str, Mapping[str, tuple[str, ...]]]) -> int | None:
    own = {branch: terms(word, branch) for branch in BRANCHES}
    for number, forms in enumerate(wanted.values()):
        if any(term in forms[branch] for branch in BRANCHES for term in own[branch]):
            return number
    return None


def _passage(text: str, matches: list[Match], length: int) -> tuple[int, int]:
    if len(text) <= length:
        return 0, len(text)
    first, last = _densest(matches, length)
    start = max(0, first - (length - (last - first)) // 3)
    if start + length >= len(text):
        start = len(text) - length
    if start > 0:
        space = text.find(" ", start, min(start + LONGEST_STEP, max(first, start + 1)))
        start = space + 1 if space >= 0 else start
    end = min(start + length, len(text))
    if end < len(text):
        space = text.rfind(" ", max(last, end - LONGEST_STEP), end)
        end = space if space > start else end
    return start, end


def _densest(matches: list[Match], length: int) -> tuple[int, int]:
    """Start and end of the matches within one passage that name most of the words, then most often."""
    best, worth = (0, 0), (0, 0)
    first = 0
    inside: Counter[int] = Counter()
    for last, match in enumerate(matches):
        inside[match.word] += 1
        while match.end - matches[first].start > length and first < last:
            word = matches[first].word
            inside[word] -= 1
            if not inside[word]:
                del inside[word]
            first += 1
        value = (len(inside), last - first + 1)
        if value > worth:
            best, worth = (matches[first].start, min(match.end, matches[first].start + length)), value
    return best


def _split(text: str, matches: list[Match], start: int, end: int) -> Fragments:
    fragments: Fragments = []
    for match in matches:
        fragments.append((text[start : match.start], False))
        fragments.append((text[match.start : match.end], True))
        start = match.end
    fragments.append((text[start:end], False))
    return fragments


def _merged(fragments: Fragments) -> Fragments:
    merged: Fragments = []
    for fragment, matches in fragments:
        if not fragment:
            continue
        if merged and merged[-1][1] is matches is False:
            fragment = merged.pop()[0] + fragment
        merged.append((fragment, matches))
    return merged
