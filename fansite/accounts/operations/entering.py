"""Coming in and going out."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.accounts import queries
from fansite.accounts.agents import described
from fansite.accounts.models import Account, MailedKey, SignIn
from fansite.accounts.passwords import hash_password, outdated, verify_password
from fansite.accounts.sessions import hash_of, new_token
from fansite.core.db import db, get, transaction
from fansite.core.errors import Forbidden, NotFound, Refused
from fansite.core.outbox import record
from fansite.core.web import clean

MAX_AGENT = 200


@dataclass(frozen=True)
class Entered:
    """Somebody came in: who, and the token for their browser's cookie. `draft` is what they wrote before."""

    account_id: int
    token: str
    draft: str | None = None


def sign_in(typed: str, password: str, *, agent: str = "", leaving: int | None = None) -> Entered:
    """By address or name. The answer to a wrong password, an unknown name and an account without password is the same, and as slow.

    `leaving` is the session this browser had before: it ends.
    """
    account = queries.by_either(typed)
    known = account.password_hash if account else None
    if not verify_password(known, password) or account is None or known is None:
        raise wrong_password()
    account_id = account.id
    _require_active(account)
    fresh = hash_password(password) if outdated(known) else known
    with transaction():
        account = get(Account, account_id)
        if account.password_hash != known:
            raise wrong_password()  # it was changed while we compared
        _require_active(account)
        account.password_hash = fresh
        if leaving is not None:
            _make_room(leaving, account_id)
        return Entered(account_id, add_session(account_id, agent))


def open_session(account_id: int, *, agent: str = "") -> str:
    """A new session for somebody who proved who they are; returns the token for the cookie."""
    with transaction():
        return add_session(get(Account, account_id).id, agent)


def close_session(session_id: int, *, of: int, device: str = "") -> None:
    """Ends one browser's session; only one's own is found. `device` is what that browser's script said of it, if it said anything."""
    with transaction() as session:
        row = session.get(SignIn, session_id)
        if row is None or row.account_id != of:
            raise NotFound()
        _end(row, device=device)


def close_all_sessions(account_id: int) -> None:
    """Everywhere, this browser included."""
    with transaction():
        end_sessions(account_id)
        record("sessions.closed", f"account:{account_id}")


# ---- for the other operations, inside their transactions -------------------------------------------------------------------


def add_session(account_id: int, agent: str) -> str:
    token = new_token()
    row = SignIn(
        account_id=account_id, token_hash=hash_of(token), csrf=secrets.token_hex(20), agent=str(clean(agent))[:MAX_AGENT]
    )
    db.session.add(row)
    db.session.flush()
    return token


def _make_room(session_id: int, account_id: int) -> None:
    """Of whoever sat here before. Who comes once more went nowhere."""
    row = db.session.get(SignIn, session_id)
    if row is not None and row.account_id != account_id:
        _end(row)
    elif row is not None:
        db.session.delete(row)


def _end(row: SignIn, *, device: str = "") -> None:
    db.session.execute(sa.delete(SignIn).where(SignIn.id == row.id))
    record("session.closed", f"account:{row.account_id}", browser=described(row.agent), device=device)


def end_sessions(account_id: int) -> None:
    db.session.execute(sa.delete(SignIn).where(SignIn.account_id == account_id))


def end_keys(account_id: int) -> None:
    """Links in mails that are still on their way lead nowhere from now on."""
    db.session.execute(sa.delete(MailedKey).where(MailedKey.account_id == account_id))


def wrong_password() -> Refused:
    return Refused(_l("The address and the password do not go together. Try again, or ask for a new password."))


def _require_active(account: Account) -> None:
    """Said only to who knows the password."""
    if account.active:
        return
    if account.disabled_reason:
        raise Forbidden(_l("This account is closed. The reason we noted: %(reason)s", reason=account.disabled_reason))
    raise Forbidden(_l("This account is closed. Write to the band if you think that is a mistake."))
