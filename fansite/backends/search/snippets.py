"""Where a text answers a query: the passage to show, and the words to mark.

Cut from the text the database holds, not by Whoosh: its highlighter analyses each stored text again, three quarters of a query's time
(ENGINES §A.5). The work is bounded whatever the text: a word is looked at closely only when its first letters fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
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


def excerpt(text: str, query: str, length: int = LENGTH) -> Fragments:
    """The passage that holds most of the query's words, as fragments that match or not; the beginning when none does."""
    text = " ".join(composed(text).split())
    matches = _matches(text, query)
    start, end = _passage(text, matches, length)
    inside = [match for match in matches if start <= match.start and match.end <= end]
    fragments = _split(text, inside, start, end)
    if start > 0:
        fragments.insert(0, ("…", False))
    if end < len(text):
        fragments.append(("…", False))
    return _merged(fragments)


def marked(text: str, query: str) -> Fragments:
    """A whole title as fragments that match or not."""
    text = " ".join(composed(text).split())
    return _merged(_split(text, _matches(text, query), 0, len(text)))


def _matches(text: str, query: str) -> list[Match]:
    wanted = read_query(query)
    plain = text.translate(_PLAIN)
    found = _found(text, plain, {word.text: forms_of(word) for word in wanted.scored})
    if not found and wanted.beginning:
        opening = re.escape(wanted.beginning.text.translate(_PLAIN))
        found = [Match(*match.span(), 0) for match, _ in zip(_starting(plain, opening), range(MOST_MATCHES), strict=False)]
    return found


def _found(text: str, plain: str, wanted: Mapping[str, Mapping[str, tuple[str, ...]]]) -> list[Match]:
    openings = {re.escape(_opening(term)) for forms in wanted.values() for terms_ in forms.values() for term in terms_}
    if not openings:
        return []
    found: list[Match] = []
    known: dict[str, int | None] = {}
    for candidate in _starting(plain, "|".join(sorted(openings))):
        word = text[candidate.start() : candidate.end()].lower()[:LONGEST_WORD]
        if word not in known and len(known) < MOST_CANDIDATES:
            known[word] = _meant(word, wanted)
        number = known.get(word)
        if number is not None:
            found.append(Match(*candidate.span(), number))
            if len(found) == MOST_MATCHES:
                break
    return found


def _starting(plain: str, openings: str) -> Iterator[re.Match[str]]:
    return re.finditer(rf"(?<![^\W_])(?:{openings})[^\W_]*", plain)


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
    for last, match in enumerate(matches):
        while match.end - matches[first].start > length and first < last:
            first += 1
        inside = matches[first : last + 1]
        value = (len({match.word for match in inside}), len(inside))
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
