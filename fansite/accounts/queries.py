"""How accounts are found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from fansite.accounts import emails, names
from fansite.accounts.models import Account, FormerName, Leaving, MailedKey, Parcel, SignIn, SignUp
from fansite.accounts.sessions import hash_of
from fansite.core.db import db
from fansite.lib.times import now


def by_username(username: str) -> Account | None:
    return db.session.scalar(sa.select(Account).where(Account.username_key == names.key(username)))


def by_email(email: str) -> Account | None:
    return db.session.scalar(sa.select(Account).where(Account.email_key == emails.key(email)))


def by_either(typed: str) -> Account | None:
    """What people type to say who they are: the address or the name."""
    return by_email(typed) if "@" in typed else by_username(typed)


def once_called(username: str) -> Account | None:
    """Who had this name before."""
    statement = (
        sa.select(Account)
        .join(FormerName, FormerName.account_id == Account.id)
        .where(FormerName.username_key == names.key(username))
    )
    return db.session.scalar(statement)


def is_taken(username: str, *, own_id: int | None = None) -> bool:
    """Somebody else has or had the name, or has one that looks like it."""
    look = sa.or_(Account.username_key == names.key(username), Account.likeness == names.likeness(username))
    if db.session.scalar(sa.select(Account.id).where(look, Account.id != (own_id or 0)).limit(1)) is not None:
        return True
    before = sa.select(FormerName.account_id).where(
        FormerName.username_key == names.key(username), FormerName.account_id != (own_id or 0)
    )
    return db.session.scalar(before) is not None


def sign_up(token: str) -> SignUp | None:
    return db.session.scalar(sa.select(SignUp).where(SignUp.token_hash == hash_of(token)))


def live_key(token: str, purpose: str) -> MailedKey | None:
    """The mailed link, while it works: not used, not too old, and its account open."""
    statement = sa.select(MailedKey).options(sa.orm.joinedload(MailedKey.account, innerjoin=True))
    key = db.session.scalar(statement.where(MailedKey.token_hash == hash_of(token), MailedKey.purpose == purpose))
    return key if key is not None and key.alive(now()) and key.account.active else None


def waiting_sign_ups(typed: str) -> Sequence[SignUp]:
    """Who asked to join with this address or name and has not confirmed, newest first."""
    mine = SignUp.email_key == emails.key(typed) if "@" in typed else sa.func.lower(SignUp.username) == names.key(typed)
    return db.session.scalars(sa.select(SignUp).where(mine, SignUp.password_hash != "").order_by(SignUp.id.desc())).all()


def sessions_of(account_id: int) -> Sequence[SignIn]:
    return db.session.scalars(
        sa.select(SignIn).where(SignIn.account_id == account_id).order_by(SignIn.seen_at.desc(), SignIn.id.desc())
    ).all()


def former_names(account_id: int) -> Sequence[FormerName]:
    return db.session.scalars(sa.select(FormerName).where(FormerName.account_id == account_id).order_by(FormerName.at)).all()


def leaving_of(account_id: int, *, lock: bool = False) -> Leaving | None:
    return db.session.get(Leaving, account_id, with_for_update=lock or None)


def leaving_by(token: str) -> Leaving | None:
    """By the mailed link."""
    statement = sa.select(Leaving).options(sa.orm.joinedload(Leaving.account, innerjoin=True))
    return db.session.scalar(statement.where(Leaving.token_hash == hash_of(token)))


def due_to_leave(at: datetime) -> list[int]:
    """The accounts whose day is over."""
    return list(db.session.scalars(sa.select(Leaving.account_id).where(Leaving.due_at <= at).order_by(Leaving.due_at)))


def last_parcel(account_id: int) -> Parcel | None:
    return db.session.scalar(sa.select(Parcel).where(Parcel.account_id == account_id).order_by(Parcel.id.desc()).limit(1))


def owners() -> sa.Select[int]:
    """Those who can still run the site."""
    return sa.select(Account.id).where(Account.role == "owner", Account.disabled_at.is_(None), Account.erased_at.is_(None))


def all_accounts(role: str | None = None) -> Sequence[Account]:
    statement = sa.select(Account).where(Account.erased_at.is_(None)).order_by(Account.id)
    return db.session.scalars(statement.where(Account.role == role) if role else statement).all()
