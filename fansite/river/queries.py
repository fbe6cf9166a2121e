"""The last lines, of a few sorts or of a few people: at a million of them a page costs what it costs at a hundred."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.core.db import Moment, db
from fansite.lib.times import from_microseconds, in_microseconds, now
from fansite.river.models import VERBS, Activity

# What shows any line depends on.
TAG = "list:river"
# Rows of one page; those of a day that tell the same become one line.
PER_PAGE = 60
# Of those one follows, no older ones are looked for: two thousand people do much in a year.
LOOK_BACK = timedelta(days=60)
MODERATORS = ("moderator", "editor", "owner")


class _OfDoer(NamedTuple):
    id: int
    username: str
    username_key: str
    face: str | None
    disabled_at: datetime | None
    erased_at: datetime | None


class Doer(_OfDoer):
    """Of an account, what a line says of it."""

    active: Any = Account.active


class _OfAct(NamedTuple):
    id: int
    verb: str
    subject_id: int
    entry_id: int | None
    at: datetime


class Act(NamedTuple):
    """A row, and who did it."""

    id: int
    verb: str
    subject_id: int
    entry_id: int | None
    at: datetime
    doer: Doer


class Place(NamedTuple):
    """Before which row a page begins; in addresses, microseconds and number."""

    at: datetime
    id: int

    def __str__(self) -> str:
        return f"{in_microseconds(self.at)}-{self.id}"


START = Place(datetime(9999, 1, 1, tzinfo=UTC), 0)
LONGEST = 18


def place_of(text: str) -> Place | None:
    """As `str` of one has it; None for what no page ever said."""
    at, _dash, number = text.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) <= LONGEST for part in (at, number)):
        return None
    if int(at) >= in_microseconds(START.at) or int(number) >= 2**31 or text != f"{int(at)}-{int(number)}":
        return None
    return Place(from_microseconds(int(at)), int(number))


def acts(verbs: tuple[str, ...] = VERBS, *, before: Place = START, most: int = PER_PAGE) -> list[Act]:
    """The last of these sorts."""
    return _read(_of_sorts(verbs), {"at": before.at, "id": before.id, "most": most})


def acts_of(account_ids: Collection[int], *, before: Place = START, most: int = PER_PAGE) -> list[Act]:
    """The last of these people."""
    facts = {"at": before.at, "id": before.id, "most": most, "ids": sorted(account_ids), "since": now() - LOOK_BACK}
    return _read(_of_people(), facts) if account_ids else []


def own(activity_id: int, account_id: int) -> Activity | None:
    return db.session.scalar(sa.select(Activity).where(Activity.id == activity_id, Activity.account_id == account_id))


def known() -> sa.ColumnElement[bool]:
    """Who is here and stands: `Account.stands`, as the database asks it. What others do is nobody's business yet."""
    here = sa.and_(_ACCOUNT.disabled_at.is_(None), _ACCOUNT.erased_at.is_(None))
    heard = sa.and_(_ACCOUNT.approved_comments > 0, _ACCOUNT.standing_lost_at.is_(None))
    return sa.and_(here, sa.or_(heard, _ACCOUNT.role.in_(MODERATORS)))


def doer_columns() -> list[Any]:
    return [_ACCOUNT[name] for name in Doer._fields]


# ---- the parts --------------------------------------------------------------------------------------------------------------


_ROW, _ACCOUNT = Activity.__table__.c, Account.__table__.c
_MOST = sa.bindparam("most", type_=sa.Integer)
_BEFORE = sa.tuple_(_ROW.at, _ROW.id) < sa.tuple_(sa.bindparam("at", type_=Moment), sa.bindparam("id", type_=sa.Integer))
_NEWEST = (_ROW.at.desc(), _ROW.id.desc())
_ACTS = (
    sa.select(*(_ROW[name] for name in _OfAct._fields), *(column.label(f"doer_{column.name}") for column in doer_columns()))
    .join_from(Activity.__table__, Account.__table__, _ACCOUNT.id == _ROW.account_id)
    .where(_ROW.hidden_at.is_(None), known())
)


@cache
def _of_sorts(verbs: tuple[str, ...]) -> Any:
    """The last of each sort off its own stretch of the index, and of these the last. Put together once for each."""
    stretches = [_last(_ACTS.where(_ROW.verb == sa.literal_column(f"'{verb}'"), _BEFORE)) for verb in verbs]
    together = sa.union_all(*(sa.select(one.subquery()) for one in stretches)).subquery()
    return sa.select(together).order_by(together.c.at.desc(), together.c.id.desc()).limit(_MOST)


@cache
def _of_people() -> Any:
    return _last(_ACTS.where(_ROW.account_id.in_(sa.bindparam("ids", expanding=True)), _ROW.at > sa.bindparam("since"), _BEFORE))


def _last(statement: sa.Select[Any]) -> sa.Select[Any]:
    return statement.order_by(*_NEWEST).limit(_MOST)


def _read(statement: Any, facts: dict[str, Any]) -> list[Act]:
    ends = len(_OfAct._fields)
    return [Act._make([*row[:ends], Doer._make(row[ends:])]) for row in db.session.execute(statement, facts)]
