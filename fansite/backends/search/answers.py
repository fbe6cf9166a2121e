"""From a ranked list to the page that was asked for, of a Whoosh index."""

from __future__ import annotations

from collections.abc import Iterable

from . import Answer, Hit, Query
from .language import Word, forms_of
from .postings import Postings
from .queries import Wanted
from .ranking import Among, frequencies, rank
from .schema import entry_of
from .suggestions import better_spelling

# Scores that are the same to so many digits are equal: the newest stands first.
CLOSE = 3


def answer(postings: Postings, wanted: Wanted, query: Query) -> Answer:
    among = Among(
        query.kind, query.year, frozenset(number for key in query.without for number, _ in postings.documents("key", key))
    )
    scores = rank(postings, wanted, among)
    if not scores:
        return Answer(suggestion=better_spelling(_Spelling(postings, among), wanted))
    return Answer(hits=_page(postings, scores, query), total=len(scores))


def _page(postings: Postings, scores: dict[int, float], query: Query) -> list[Hit]:
    """Best first, of equals the newest."""
    first = max(0, query.page - 1) * query.per_page
    best = _best(postings, scores, first + query.per_page)
    hits = []
    for number in best[first:]:
        stored = postings.reader.stored_fields(number)
        hits.append(Hit(key=stored["key"], kind=stored["kind"], score=scores[number]))
    return hits


def _best(postings: Postings, scores: dict[int, float], most: int) -> list[int]:
    """So many, in order; only those are compared that could stand among them."""
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
