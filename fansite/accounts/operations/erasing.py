"""The end of an account. Asked for by its owner, who has a day to change their mind; or at once, by who runs the site."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
import structlog
from flask import current_app

from fansite.accounts import letters, policy, queries
from fansite.accounts.models import ERASED, LEAVE_AFTER, Account, Leaving
from fansite.accounts.operations.credentials import require_password
from fansite.accounts.operations.entering import end_keys, end_sessions
from fansite.accounts.operations.standing import allowed, require_other_owner
from fansite.accounts.policy import OPERATOR
from fansite.accounts.sessions import hash_of, new_token
from fansite.core.db import db, get, touch, transaction
from fansite.core.errors import Gone, Refused
from fansite.core.feature import Leaver, Personal
from fansite.core.outbox import Event, record
from fansite.lib.times import now

log = structlog.get_logger("accounts")


def ask_to_leave(account_id: int, *, password: str, keep_words: bool) -> None:
    """With the password as the last word. The worker erases the account a day later; the mailed link keeps it."""
    require_password(account_id, password)
    token = new_token()
    with transaction() as session:
        account = get(Account, account_id)
        require_other_owner(account)
        session.execute(sa.delete(Leaving).where(Leaving.account_id == account_id))
        leaving = Leaving(account_id=account_id, token_hash=hash_of(token), keep_words=keep_words, due_at=now() + LEAVE_AFTER)
        session.add(leaving)
        letters.leaving(account, token)
        record("account.leaving", account)


def stay(account_id: int) -> None:
    """Who changed their mind; pressed twice it is as true."""
    with transaction() as session:
        session.execute(sa.delete(Leaving).where(Leaving.account_id == account_id))


def stay_by_mail(token: str) -> None:
    leaving = queries.leaving_by(token)
    if leaving is None:
        raise Gone()
    stay(leaving.account_id)


def erase_due() -> None:
    """Those whose day is over. Who became the last owner meanwhile is told so on their page, and tried again."""
    for account_id in queries.due_to_leave(now()):
        try:
            with transaction():
                leaving = queries.leaving_of(account_id, lock=True)
                # Who said meanwhile that they stay was told so.
                if leaving is not None and leaving.due_at <= now():
                    erase(account_id, keep_words=leaving.keep_words)
        except Refused:
            log.warning("leaving-refused", account=account_id)


def erase(account_id: int, *, by: Any = OPERATOR, keep_words: bool = True) -> None:
    """The person goes, the threads stay whole. Every feature forgets what it knows of them, in this one transaction.

    By id, without a request and as often as anybody likes: what came back with a restored backup is erased again.
    """
    with transaction():
        account = allowed(policy.erase, by, account_id)
        if account.erased_at is None:
            require_other_owner(account)
        leaver = Leaver(account.id, account.username, account.email, keep_words)
        for personal in _everyone_who_knows():
            personal.erase(leaver)
        if account.erased_at is None:
            _become_nobody(account)
            record("account.erased", account, keep_words=keep_words)


def _become_nobody(account: Account) -> None:
    """What is left is a number that what stays can hang on."""
    end_sessions(account.id)
    end_keys(account.id)
    db.session.execute(sa.update(Event).where(Event.subject == f"account:{account.id}").values(data={}))
    touch(*account.page_tags)
    nobody = f"deleted-{account.id}"  # a key of its own: the name itself is free again
    account.username, account.username_key, account.likeness = ERASED, nobody, nobody
    account.email = account.email_key = account.password_hash = account.disabled_reason = account.origin = None
    account.approved_comments = account.refused_comments = 0
    account.standing_lost_at = None
    account.role, account.erased_at = "fan", now()


def _everyone_who_knows() -> list[Personal]:
    found: list[Personal] = current_app.extensions["fansite"].personal
    return found
