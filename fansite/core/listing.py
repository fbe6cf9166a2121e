"""Long lists by pages: `?page=5000` costs what the first page costs, and a tag on three posts what one on thousands does.

Which entries a list has, in their order, is asked for once and kept for as long as the list stays the same: eight bytes for each. A page is
then a few rows by their numbers.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from fansite.core.db import db
from fansite.core.kept import kept


def page_of(
    name: str, tags: tuple[str, ...], ids: sa.Select[int], rows: sa.Select[Any], number: int, per_page: int
) -> tuple[Sequence[Any], int]:
    """What stands on one page, and the number of the last page. `ids` selects the whole list in its order, and is asked anew when one of
    the `tags` was bumped; `rows` selects entities, those that belong on such a list at this moment."""
    known = kept_ids(name, tags, ids)
    last = max(1, -(-len(known) // per_page))
    here = known[(number - 1) * per_page : number * per_page].tolist()
    if not here:
        return [], last
    # What was withdrawn a moment ago is not shown, though the list may not know it yet.
    model: Any = rows.column_descriptions[0]["entity"]
    found = {one.id: one for one in db.session.scalars(rows.where(model.id.in_(here)))}
    return [found[id] for id in here if id in found], last


def kept_ids(name: str, tags: tuple[str, ...], ids: sa.Select[int]) -> array[int]:
    # Plain rows: the session would look at each of a hundred thousand.
    return kept(name, tags, lambda: array("q", (id for (id,) in db.session.connection().execute(ids))))
