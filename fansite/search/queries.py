"""What was found, as far as everyone may see it now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import current_app

from fansite.backends.search import Answer, Query, Search
from fansite.core.content import Entry, listed
from fansite.core.db import db
from fansite.core.feature import Findable, Result
from fansite.core.kept import kept
from fansite.lib.times import now

PER_PAGE = 20
# Deeper pages help nobody and cost the most.
LAST_PAGE = 20
MAX_QUERY = 200


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


def index() -> Search:
    search: Search = current_app.extensions["fansite"].search
    return search


def findables() -> dict[str, Findable]:
    known: dict[str, Findable] = current_app.extensions["fansite"].findables
    return known


def find(text: str, kind: str | None, year: int | None, page: int) -> Found:
    """One page. What the index still holds but nobody may see any more is neither shown nor counted."""
    answer = index().find(Query(text[:MAX_QUERY], kind, year, page, PER_PAGE))
    results = present(answer)
    finds = [Find(hit.kind, results[hit.key]) for hit in answer.hits if hit.key in results]
    hidden = len(answer.hits) - len(finds)
    return Found(
        finds,
        answer.total - hidden,
        answer.suggestion if not finds else None,
        page * PER_PAGE < answer.total and page < LAST_PAGE,
    )


def present(answer: Answer) -> dict[str, Result]:
    """Key → result, in one query for each kind that was hit."""
    ids: dict[str, list[int]] = {}
    for hit in answer.hits:
        ids.setdefault(hit.kind, []).append(int(hit.key.partition(":")[2]))
    results: dict[str, Result] = {}
    for kind, wanted in ids.items():
        findable = findables().get(kind)
        if findable is not None:
            results.update({f"{findable.subject_kind}:{number}": result for number, result in findable.present(wanted).items()})
    return results


def years() -> list[int]:
    """The years something was published in, newest first."""

    def ask() -> list[int]:
        first = db.session.scalar(sa.select(sa.func.min(Entry.published_at)).where(listed()))
        return list(range(now().year, _year(first) - 1, -1)) if first is not None else []

    return kept("search.years", ("list:news", "list:page"), ask)


def kinds() -> Iterable[Findable]:
    return findables().values()


def _year(moment: datetime | str) -> int:
    return moment.year if isinstance(moment, datetime) else int(str(moment)[:4])
