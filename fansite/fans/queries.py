"""Finding the people here."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.core import listing
from fansite.core.content import Entry, listed
from fansite.core.db import db, microseconds

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


def published_by(account_id: int, page: int, per_page: int) -> tuple[Sequence[Entry], int]:
    """A page of the news somebody signed, the newest first, and how many there are in all. Few sign any: only for them a list is kept."""
    signed = (Entry.author_id == account_id, Entry.kind == "news", listed())
    if db.session.scalar(sa.select(Entry.id).where(*signed).limit(1)) is None:
        return [], 0
    key = microseconds(Entry.published_at)
    order = listing.Listing(f"fans.posts.{account_id}", ("entry",), Entry.id, key, signed, tags=("list:news",)).order
    return listing.page_of(order, sa.select(Entry).where(listed()), page, per_page)[0], len(order)


_NEWEST = sa.select(Account).where(heard()).order_by(Account.id.desc()).limit(sa.bindparam("limit", type_=sa.Integer))
_EVERYBODY = listing.Listing(
    "fans.heard", ("fan",), Account.id, sa.literal_column("0", sa.Integer), (heard(),), tags=("list:fans",)
)
