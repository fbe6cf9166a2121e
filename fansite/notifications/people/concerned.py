"""Whom it concerns: those an event names, the followers of somebody, or everybody."""

from __future__ import annotations

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.bonds import queries as bonds
from fansite.core.db import db
from fansite.core.notices import Happening

Found = tuple[list[int], int | None]


def named(happening: Happening, after: int, most: int) -> Found:
    found = [account for account in sorted(happening.facts["to"]) if account > after][:most]
    return found, found[-1] if len(found) == most else None


def followers(happening: Happening, after: int, most: int) -> Found:
    return bonds.followers(happening.facts["by"], after, most)


def everybody(happening: Happening, after: int, most: int) -> Found:
    """But who did it. Who does not want to know is left out by who plans it."""
    found = list(db.session.scalars(_ACCOUNTS, {"after": after, "most": most}))
    reached = found[-1] if len(found) == most else None
    return [account for account in found if account != happening.facts["by"]], reached


_ACCOUNTS = (
    sa.select(Account.id)
    .where(Account.id > sa.bindparam("after"))
    .order_by(Account.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
