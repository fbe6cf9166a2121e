"""Finding versions of the looks."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from fansite.appearance.models import Look
from fansite.appearance.showing import current, digest_of, sheet_of
from fansite.core.db import db

# How far back an owner can go.
KEPT = 10


def draft() -> Look | None:
    return db.session.scalar(sa.select(Look).where(Look.published_at.is_(None)).order_by(Look.id.desc()).limit(1))


def published() -> Sequence[Look]:
    """What is shown now, then what was before, newest first."""
    statement = sa.select(Look).options(joinedload(Look.saved_by)).where(Look.published_at.is_not(None))
    return db.session.scalars(statement.order_by(Look.published_at.desc(), Look.id.desc()).limit(KEPT)).all()


def sheet_at(digest: str) -> str | None:
    """The sheet of an address: of what is shown, of the draft, or of a version that a page kept somewhere still asks for."""
    now_shown = sheet_of(current())
    if digest_of(now_shown) == digest:
        return now_shown
    sheets = (sheet_of(look.wanted) for look in db.session.scalars(sa.select(Look)))
    return next((sheet for sheet in sheets if sheet and digest_of(sheet) == digest), None)
