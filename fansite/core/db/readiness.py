"""Asked by whoever sends visitors here, or watches the site."""

from __future__ import annotations

import sqlalchemy as sa
from flask import current_app

from fansite.settings import Settings

from .base import db
from .locks import lock_is_passed_on
from .schema import PRESENT_SCHEMA, schemas


def what_is_missing() -> str | None:
    """One line while this process could not serve a visitor who reads and writes, else None."""
    settings: Settings = current_app.extensions["fansite"].settings
    try:
        if db.session.scalar(PRESENT_SCHEMA) != schemas()[0]:
            return "another schema"
        if not lock_is_passed_on(settings):
            return "the write lock is held"
    except (sa.exc.SQLAlchemyError, OSError):
        return "the database does not answer"
    finally:
        db.session.rollback()
    return None
