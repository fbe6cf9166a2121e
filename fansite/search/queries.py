"""What was found, as far as everyone may see it now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, partial

import sqlalchemy as sa
from flask import current_app

from fansite.backends.search import Hit, Query, Search
from fansite.core.db import db
from fansite.core.feature import Findable, Result
from fansite.core.outbox.queries import owed

PER_PAGE = 20
# Deeper pages help nobody and cost the most.
LAST_PAGE = 20
MAX_QUERY = 200
LISTENER = "search.index"


@dataclass(frozen=True)
class Find:
    kind: str
    result: Result


@dataclass(frozen=True)
class Found:
    finds: list[Find]
    total: int
    suggestion: str | None
    more: bool
    # The index is being made anew: there may be more than this.
    ready: bool


def index() -> Search:
    search: Search = current_app.extensions["fansite"].search
    return search


def findables() -> dict[str, Findable]:
    known: dict[str, Findable] = current_app.extensions["fansite"].findables
    return known


def find(text: str, kind: str | None, year: int | None, page: int, *, without: frozenset[int] = frozenset()) -> Found:
    """One page. What the index still holds but nobody may see any more is neither shown nor counted, nor are words of those `without` whom
    the reader wants to read."""
    gone = _gone()  # before the index is asked: what it was told of meanwhile it no longer holds
    answer = index().find(Query(text[:MAX_QUERY], kind, year, page, PER_PAGE, gone))
    results = present(answer.hits)
    seen = {key: result for key, result in results.items() if result.by not in without}
    finds = [Find(hit.kind, seen[hit.key]) for hit in answer.hits if hit.key in seen]
    return Found(
        finds,
        answer.total - (len(answer.hits) - len(finds)),
        answer.suggestion if not finds else None,
        page * PER_PAGE < answer.total and page < LAST_PAGE,
        answer.ready,
    )


def _gone() -> frozenset[str]:
    """The keys of what changed a moment ago, so that the index has not heard of it yet, and may not be seen any more."""
    hidden = _hidden(tuple(findable.hidden for findable in findables().values()))
    return frozenset(f"{kind}:{number}" for kind, number in db.session.execute(hidden))


@lru_cache(maxsize=16)
def _hidden(of_kinds: tuple[Callable[..., sa.Select[str, int]], ...]) -> sa.CompoundSelect[str, int]:
    """Put together once: that takes longer than the answer."""
    return sa.union_all(*(hidden(partial(owed, LISTENER)) for hidden in of_kinds))


def present(hits: Iterable[Hit]) -> dict[str, Result]:
    """Key → result, in one query for each kind that was hit."""
    ids: dict[str, list[int]] = {}
    for hit in hits:
        ids.setdefault(hit.kind, []).append(int(hit.key.partition(":")[2]))
    results: dict[str, Result] = {}
    for kind, wanted in ids.items():
        findable = findables().get(kind)
        if findable is not None:
            results.update({f"{findable.subject_kind}:{number}": result for number, result in findable.present(wanted).items()})
    return results


def kinds() -> Iterable[Findable]:
    return findables().values()
