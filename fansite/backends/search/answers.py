"""From a ranked list to the page that was asked for, of a Whoosh index."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from . import Answer, Hit, Query
from .language import Word, forms_of
from .postings import Postings
from .queries import Wanted
from .ranking import Among, frequencies, rank
from .schema import entry_of
from .suggestions import better_spelling

# Scores that are the same to so many digits are equal: the newest stands first.
CLOSE = 3
# Answers that are kept, each with so many finds; some 10 KB.
MOST_ANSWERS = 200
AHEAD = 100


class Ranked(NamedTuple):
    total: int
    # Number and score of the first ones.
    best: list[tuple[int, float]]
    suggestion: str | None


def answer(postings: Postings, wanted: Wanted, query: Query) -> Answer:
    among = Among(
        query.kind, query.year, frozenset(number for key in query.without for number, _ in postings.documents("key", key))
    )
    first = max(0, query.page - 1) * query.per_page
    ranked = _known_or_ranked(postings, wanted, among, first + query.per_page)
    hits = [_hit(postings, number, score) for number, score in ranked.best[first : first + query.per_page]]
    return Answer(hits, ranked.total, ranked.suggestion)


def _known_or_ranked(postings: Postings, wanted: Wanted, among: Among, most: int) -> Ranked:
    """Who turns a page asks the same again, and what is on everybody's lips is asked by many: as long as the index is the same, so is
    the answer."""
    known: OrderedDict[tuple[str, Among], Ranked] = postings.answers
    asked = (wanted.text, among)
    found = known.pop(asked, None)
    if found is None or len(found.best) < min(most, found.total):
        found = _ranked(postings, wanted, among, max(most, AHEAD))
    known[asked] = found
    if len(known) > MOST_ANSWERS:
        known.popitem(last=False)
    return found


def _ranked(postings: Postings, wanted: Wanted, among: Among, most: int) -> Ranked:
    scores = rank(postings, wanted, among)
    if not scores:
        return Ranked(0, [], better_spelling(_Spelling(postings, among), wanted))
    return Ranked(len(scores), [(number, scores[number]) for number in _best(postings, scores, most)], None)


def _hit(postings: Postings, number: int, score: float) -> Hit:
    stored = postings.reader.stored_fields(number)
    return Hit(key=stored["key"], kind=stored["kind"], score=score)


def _best(postings: Postings, scores: dict[int, float], most: int) -> list[int]:
    """So many, the best first, of equals the newest; only those are compared that could stand among them."""
    lowest = sorted(scores.values(), reverse=True)[:most][-1] - 2 * 10**-CLOSE
    near = [number for number, score in scores.items() if score > lowest]
    dates = dict(zip(near, postings.published(near), strict=True))
    return sorted(near, key=lambda number: (-round(scores[number], CLOSE), -dates[number]))[:most]


class _Spelling:
    def __init__(self, postings: Postings, among: Among) -> None:
        self.postings, self.among = postings, among

    def unknown(self, word: Word) -> bool:
        return self.among.without.issuperset(frequencies(self.postings, forms_of(word)))

    def near(self, _typed: str, _slips: int) -> Iterable[tuple[str, str]]:
        return self.postings.vocabulary()

    def holders(self, written: str) -> int:
        # Counted one by one: the vocabulary still has the words of documents that were dropped.
        numbers = self.postings.documents("vocabulary", entry_of(written))
        return sum(number not in self.among.without for number, _ in numbers)

    def finds(self, wanted: Wanted) -> bool:
        return bool(rank(self.postings, wanted, self.among))
