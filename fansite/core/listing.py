"""Long lists by pages: `?page=5000` costs what the first page costs, and a tag on three posts what one on thousands does.

Which entries a list has, in their order, is asked for once and kept for as long as the list stays the same: eight bytes for each. A page is
then a few rows by their numbers.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from fansite.core.content import Entry, listed
from fansite.core.db import db
from fansite.core.kept import kept


def page_of(
    name: str, tags: tuple[str, ...], ids: sa.Select[int], rows: sa.Select[Any], number: int, per_page: int
) -> tuple[Sequence[Any], int]:
    """The entries of one page, newest first, and the number of the last page. `ids` selects those of the whole list, in any order, and is
    asked anew when one of the `tags` was bumped; `rows` selects entities."""
    known = kept(name, tags, lambda: _newest_first(ids))
    last = max(1, -(-len(known) // per_page))
    here = known[(number - 1) * per_page : number * per_page]
    if not here:
        return [], last
    # What was withdrawn a moment ago is not shown, though the list may not know it yet.
    found = {entry.id: entry for entry in db.session.scalars(rows.where(Entry.id.in_(here.tolist()), listed()))}
    return [found[id] for id in here if id in found], last


def _newest_first(ids: sa.Select[int]) -> array[int]:
    return array("q", db.session.scalars(ids.order_by(Entry.published_at.desc(), Entry.id.desc())))
