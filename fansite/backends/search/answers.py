"""From a ranked list to the page that was asked for."""

from __future__ import annotations

from . import Answer, Hit, Query
from .postings import Postings
from .queries import Wanted
from .ranking import Among, rank
from .suggestions import better_spelling


def answer(postings: Postings, wanted: Wanted, query: Query) -> Answer:
    among = Among(
        query.kind, query.year, frozenset(number for key in query.without for number, _ in postings.documents("key", key))
    )
    scores = rank(postings, wanted, among)
    if not scores:
        return Answer(suggestion=better_spelling(postings, wanted, among))
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
