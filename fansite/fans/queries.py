"""Finding the people here."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.core import listing
from fansite.core.db import db

PER_PAGE = 60


def here() -> sa.ColumnElement[bool]:
    return sa.and_(Account.disabled_at.is_(None), Account.erased_at.is_(None))


def heard() -> sa.ColumnElement[bool]:
    """Who is here and has said something that stayed, by an index of their own: its condition word for word."""
    return sa.and_(here(), Account.approved_comments > sa.literal_column("0"))


def newest(limit: int) -> Sequence[Account]:
    return db.session.scalars(_NEWEST, {"limit": limit}).all()


def page_of_heard(number: int) -> tuple[Sequence[Account], int, int]:
    """Those of one page, the newest first, the number of the last page, and how many there are in all."""
    everybody = _EVERYBODY.order
    people, last = listing.page_of(everybody, sa.select(Account).where(heard()), number, PER_PAGE)
    return people, last, len(everybody)


_NEWEST = sa.select(Account).where(heard()).order_by(Account.id.desc()).limit(sa.bindparam("limit", type_=sa.Integer))
_EVERYBODY = listing.Listing(
    "fans.heard", ("fan",), Account.id, sa.literal_column("0", sa.Integer), (heard(),), tags=("list:fans",)
)
