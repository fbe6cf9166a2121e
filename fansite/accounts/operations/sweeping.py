"""What nobody can use any more is forgotten."""

from __future__ import annotations

import sqlalchemy as sa

from fansite.accounts.models import (
    CONFIRM_WITHIN,
    NEW_EMAIL_WITHIN,
    RESET_WITHIN,
    SESSION_IDLE,
    SESSION_LIFE,
    MailedKey,
    SignIn,
    SignUp,
)
from fansite.accounts.operations.parcels import sweep_parcels
from fansite.core.db import transaction
from fansite.lib.times import now


def sweep() -> None:
    """Requests, links and sessions whose time is over."""
    at = now()
    sweep_parcels()
    with transaction() as session:
        session.execute(sa.delete(SignUp).where(SignUp.created_at < at - CONFIRM_WITHIN))
        session.execute(sa.delete(MailedKey).where(MailedKey.purpose == "reset", MailedKey.created_at < at - RESET_WITHIN))
        session.execute(sa.delete(MailedKey).where(MailedKey.purpose == "email", MailedKey.created_at < at - NEW_EMAIL_WITHIN))
        session.execute(
            sa.delete(SignIn).where(sa.or_(SignIn.seen_at < at - SESSION_IDLE, SignIn.created_at < at - SESSION_LIFE))
        )
