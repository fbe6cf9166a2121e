"""What people change about themselves."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask import current_app
from flask_babel import lazy_gettext as _l

from fansite.accounts import names, queries
from fansite.accounts.models import RENAME_EVERY, Account, FormerName
from fansite.core.db import db, get, touch, transaction
from fansite.core.errors import Refused
from fansite.core.kept import site_name
from fansite.core.outbox import record
from fansite.core.web.templating import day
from fansite.lib.times import now


def change_username(account_id: int, username: str) -> None:
    """The old name's address answers 301, and nobody else may take it. Another spelling of the same name is free at any time."""
    names.require_shape(username)
    with transaction():
        account = get(Account, account_id)
        if username == account.username:
            return
        if names.key(username) != account.username_key:
            _leave_name(account, username)
        account.username, account.username_key, account.likeness = username, names.key(username), names.likeness(username)
        touch(*account.page_tags)
        record("account.renamed", account)


def change_language(account_id: int, language: str) -> None:
    """The language of the mails somebody gets."""
    if language not in current_app.extensions["fansite"].settings.languages:
        raise Refused(_l("We do not speak that one yet."), field="language")
    with transaction():
        get(Account, account_id).language = language


def renamable_from(account_id: int) -> datetime | None:
    """From when on this account may change its name again; None: now."""
    last = db.session.scalar(sa.select(sa.func.max(FormerName.at)).where(FormerName.account_id == account_id))
    return last + RENAME_EVERY if last is not None and now() - last < RENAME_EVERY else None


def _leave_name(account: Account, username: str) -> None:
    wait_until = renamable_from(account.id)
    if wait_until is not None:
        raise Refused(
            _l("You changed your name lately. From %(day)s you can do it again.", day=day(wait_until, "long")),
            field="username",
        )
    if not account.is_staff:
        names.require_unreserved(username, site_name())
    if queries.is_taken(username, own_id=account.id):
        raise Refused(_l("Somebody has this name, or one that looks just like it. Choose another."), field="username")
    db.session.execute(sa.delete(FormerName).where(FormerName.username_key == names.key(username)))
    db.session.add(FormerName(username_key=account.username_key, account_id=account.id, at=now()))
