"""Finding versions of the looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from fansite.appearance.models import Look, Wanted
from fansite.appearance.showing import current, digest_of
from fansite.core.db import db

# How far back an owner can go.
KEPT = 10


def draft() -> Look | None:
    return db.session.scalar(sa.select(Look).where(Look.published_at.is_(None)).order_by(Look.id.desc()).limit(1))


def published() -> Sequence[Look]:
    """What is shown now, then what was before, newest first."""
    statement = sa.select(Look).options(joinedload(Look.saved_by)).where(Look.published_at.is_not(None))
    return db.session.scalars(statement.order_by(Look.published_at.desc(), Look.id.desc()).limit(KEPT)).all()


def wanted_at(digest: str, text_of: Callable[[Wanted], str]) -> Wanted | None:
    """Whose sheet or mark an address names: what is shown, the draft, or a version that a page kept somewhere still asks for."""
    if digest_of(text_of(current())) == digest:
        return current()
    versions = (look.wanted for look in db.session.scalars(sa.select(Look)))
    return next((wanted for wanted in versions if digest_of(text_of(wanted)) == digest), None)
