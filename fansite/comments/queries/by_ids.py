"""Comments by their numbers, with what they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from fansite.comments.models import Comment, Place, Revision
from fansite.comments.queries.rows import BY_IDS, ROW, Said
from fansite.core.content import Entry
from fansite.core.db import db


def with_context(comment_id: int) -> Comment | None:
    return db.session.execute(_with_context(), {"id": comment_id}).scalar_one_or_none()  # type: ignore[no-any-return]


@cache
def _with_context() -> Any:
    of_both = joinedload(Comment.entry), joinedload(Comment.author)
    return sa.select(Comment).options(*of_both).where(Comment.id == sa.bindparam("id"))


def many_with_context(ids: Sequence[int]) -> list[Comment]:
    """With author, entry, parent and parent's author, in one query."""
    statement = (
        sa.select(Comment)
        .options(
            joinedload(Comment.entry),
            joinedload(Comment.author),
            joinedload(Comment.parent).joinedload(Comment.author),
        )
        .where(Comment.id.in_(ids))
    )
    return list(db.session.scalars(statement).unique())


def earlier_wordings(ids: Sequence[int]) -> dict[int, list[Revision]]:
    """What stood in these comments before they were edited, oldest first."""
    found: dict[int, list[Revision]] = {}
    for revision in db.session.scalars(sa.select(Revision).where(Revision.comment_id.in_(ids)).order_by(Revision.id)):
        found.setdefault(revision.comment_id, []).append(revision)
    return found


def public_ones(ids: Sequence[int]) -> list[tuple[Said, Place, str]]:
    """Those of the ids that everyone may read now, with the entry they stand below and its title."""
    rows = [
        (Said._make(row[:_SAID]), Place._make(row[_SAID:-1]), row[-1]) for row in db.session.execute(_WITH_PLACE, {"ids": ids})
    ]
    return [(said, place, title) for said, place, title in rows if said.visible and place.public]


# Hidden ones are left out after: told of the status, SQLite would rather read all published comments than some by their ids.
_WITH_PLACE = BY_IDS.add_columns(*(getattr(Entry.__table__.c, name) for name in (*Place._fields, "title"))).join(
    Entry.__table__, Entry.__table__.c.id == ROW.entry_id
)
_SAID = len(Said._fields)
