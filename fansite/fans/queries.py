"""Finding the people here."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.core.db import db


def here() -> sa.ColumnElement[bool]:
    return sa.and_(Account.disabled_at.is_(None), Account.erased_at.is_(None))


def heard() -> sa.ColumnElement[bool]:
    """Who is here and has said something that stayed, by an index of their own: its condition word for word."""
    return sa.and_(here(), Account.approved_comments > sa.literal_column("0"))


def newest(limit: int) -> Sequence[Account]:
    return db.session.scalars(sa.select(Account).where(heard()).order_by(Account.id.desc()).limit(limit)).all()
