"""Long lists by pages: `?page=5000` costs what the first page costs.

How long a list is and where in it every so-manieth entry stands is asked for once, and kept for as long as the list stays the same;
a page then begins at the mark before it and reads on by key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fansite.core.content import Entry
from fansite.core.db import db
from fansite.core.kept import kept

# Entries between two marks; no page reads over more than these.
STEP = 200


@dataclass(frozen=True)
class Marks:
    """The number of entries, and (published_at, id) of the 1st, the 201st, the 401st …, newest first."""

    total: int
    keys: tuple[tuple[datetime, int], ...]

    def last_page(self, per_page: int) -> int:
        return max(1, -(-self.total // per_page))


def page_of(name: str, tags: tuple[str, ...], statement: sa.Select[Any], number: int, per_page: int) -> tuple[Sequence[Any], int]:
    """The entries of one page, newest first, and the number of the last page. `statement` selects entities of a kind of entry and is not
    ordered; `name` and `tags` are those of what is `kept` of it."""
    marks = kept(name, tags, lambda: _marks(statement))
    last, first = marks.last_page(per_page), (number - 1) * per_page
    if first >= marks.total:
        return [], last
    published_at, id = marks.keys[first // STEP]
    place = sa.tuple_(Entry.published_at, Entry.id)
    here = sa.tuple_(sa.bindparam(None, published_at, Entry.published_at.type), sa.bindparam(None, id))
    newest = statement.where(place <= here).order_by(Entry.published_at.desc(), Entry.id.desc())
    return db.session.scalars(newest.limit(per_page).offset(first % STEP)).all(), last


def _marks(statement: sa.Select[Any]) -> Marks:
    newest = (Entry.published_at.desc(), Entry.id.desc())
    rank, total = sa.func.row_number().over(order_by=newest), sa.func.count().over()
    columns = (Entry.published_at, Entry.id, rank.label("rank"), total.label("total"))
    ranked = statement.with_only_columns(*columns, maintain_column_froms=True).subquery()
    marked = sa.select(ranked.c.published_at, ranked.c.id, ranked.c.total).where(ranked.c.rank % STEP == 1)
    rows = db.session.execute(marked.order_by(ranked.c.rank)).all()
    return Marks(rows[0].total if rows else 0, tuple((row.published_at, row.id) for row in rows))
