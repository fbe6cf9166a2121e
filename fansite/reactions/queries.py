"""What somebody reacted to, and who reacted to something."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.core.db import db
from fansite.reactions.models import Reaction

PER_PAGE = 60


class Given(NamedTuple):
    """Of what a page shows, the comments and the entries one person reacted to."""

    comments: frozenset[int] = frozenset()
    entries: frozenset[int] = frozenset()


NONE = Given()


class _OfReactor(NamedTuple):
    id: int
    username: str
    username_key: str
    face: str | None
    disabled_at: datetime | None
    erased_at: datetime | None


class Reactor(_OfReactor):
    """Of an account, what a list of people says of it."""

    active: Any = Account.active


def tag_of(entry_id: int) -> str:
    """What a page depends on that shows how many reacted to an entry, or to what is said below it."""
    return f"reacted:{entry_id}"


def column_of(subject: Any) -> Any:
    return {"comment": Reaction.comment_id, "entry": Reaction.entry_id}[subject.subject_kind]


def given_by(person: Any, *, comments: Iterable[Any], entry: Any) -> Given:
    """One question for a whole page; none for a stranger, nor where nobody reacted to anything."""
    ids = [one.id for one in comments if one.reactions_count] if person is not None else []
    if person is None or not (ids or entry.reactions_count):
        return NONE
    rows = db.session.execute(_GIVEN, {"account": person.id, "comments": ids, "entry": entry.id}).all()
    return Given(
        frozenset(row.comment_id for row in rows if row.comment_id is not None),
        frozenset(row.entry_id for row in rows if row.entry_id is not None),
    )


def count(subject: Any, *, without: Iterable[int] = ()) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Reaction).where(*_seen(subject, without))) or 0


def people(subject: Any, number: int, *, without: Iterable[int] = ()) -> list[Reactor]:
    """A page of those who reacted, the latest first."""
    chosen = sa.select(Reaction.id, Reaction.account_id).where(*_seen(subject, without)).order_by(Reaction.id.desc())
    page = chosen.limit(PER_PAGE).offset((number - 1) * PER_PAGE).subquery("chosen")
    account = Account.__table__.c
    statement = (
        sa.select(*(account[name] for name in Reactor._fields))
        .join_from(page, Account.__table__, account.id == page.c.account_id)
        .order_by(page.c.id.desc())
    )
    return [Reactor._make(row) for row in db.session.execute(statement)]


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _seen(subject: Any, without: Iterable[int]) -> tuple[sa.ColumnElement[bool], ...]:
    unheard = sorted(without)
    others = (Reaction.account_id.not_in(unheard),) if unheard else ()
    return column_of(subject) == subject.id, Reaction.counted.is_(True), *others


_ROW = Reaction.__table__.c
_BY = _ROW.account_id == sa.bindparam("account")
# Two questions in one, each with an index of its own.
_GIVEN = sa.union_all(
    sa.select(_ROW.comment_id, _ROW.entry_id).where(_BY, _ROW.comment_id.in_(sa.bindparam("comments", expanding=True))),
    sa.select(_ROW.comment_id, _ROW.entry_id).where(_BY, _ROW.entry_id == sa.bindparam("entry")),
)
