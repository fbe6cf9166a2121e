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
    dates = postings.reader.column_reader("published")
    best = sorted(scores, key=lambda number: (-round(scores[number], 3), -dates[number]))
    hits = []
    for number in best[first : first + query.per_page]:
        stored = postings.reader.stored_fields(number)
        hits.append(Hit(key=stored["key"], kind=stored["kind"], score=scores[number]))
    return hits


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
