"""What was said last: on the site, below a text, in a thread."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

import sqlalchemy as sa

from fansite.comments.models import Comment
from fansite.comments.queries.rows import HEARD, NEWEST, OF_ENTRY, OF_THREAD, Heard, read_heard
from fansite.core.content import listed


def latest(limit: int) -> list[Heard]:
    """What was said last on the whole site."""
    return read_heard(_latest("site"), {"limit": limit})


def latest_below(entry_id: int, limit: int, *, thread: int | None = None) -> list[Heard]:
    """What was said last below an entry, or in one of its threads."""
    where: Literal["entry", "thread"] = "entry" if thread is None else "thread"
    return read_heard(_latest(where), {"limit": limit, "entry": entry_id, "thread": thread})


@cache
def _latest(where: Literal["site", "entry", "thread"]) -> Any:
    """Put together once for each. Its parameters are `limit`, `entry` and `thread`."""
    # Told of the status, SQLite would rather read all published comments than those of one text.
    status = Comment.status if where == "site" else sa.func.coalesce(Comment.status, "")
    places = {"site": sa.true(), "entry": OF_ENTRY, "thread": OF_THREAD}
    found = HEARD.where(status == "published", listed(), places[where])
    return found.order_by(*NEWEST).limit(sa.bindparam("limit", type_=sa.Integer))
