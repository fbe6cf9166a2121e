"""Becoming somebody here."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from flask import current_app
from flask_babel import lazy_gettext as _l

from fansite.accounts import emails, letters, names, queries
from fansite.accounts.models import Account, SignIn, SignUp
from fansite.accounts.operations.entering import Entered, add_session
from fansite.accounts.passwords import hash_password, require_strong
from fansite.accounts.sessions import hash_of, new_token
from fansite.core.db import db, touch, transaction
from fansite.core.errors import Gone, NotFound, Refused
from fansite.core.kept import site_name
from fansite.core.outbox import record
from fansite.core.policy import ROLES
from fansite.core.web.paths import current_language
from fansite.lib.times import now


def objections(*, email: str, username: str, password: str) -> list[Refused]:
    """All that is wrong with what a stranger wants to join with, at once. Whether the address is known here is never among it."""
    about = (email, username, site_name())
    checks: tuple[Callable[[], object], ...] = (
        lambda: emails.normal(email),
        lambda: _require_free_name(username),
        lambda: require_strong(password, about=about),
    )
    return [problem for check in checks for problem in _refusals(check)]


def join(*, email: str, username: str, password: str, draft: str | None = None) -> None:
    """Mails a link that makes the account; to who has one already, a letter that says so. Both take the same time and say the same here."""
    for problem in objections(email=email, username=username, password=password):
        raise problem
    address, language = emails.normal(email), current_language()
    password_hash = hash_password(password)
    token = new_token()
    with transaction() as session:
        account = queries.by_email(address)
        if account is not None:
            letters.already_here(account, draft=draft)
            return
        asked = SignUp(
            token_hash=hash_of(token),
            username=username,
            email=address,
            email_key=emails.key(address),
            password_hash=password_hash,
            language=language,
            draft=draft,
        )
        session.add(asked)
        letters.confirm(asked, token)


def confirm(token: str, *, username: str | None = None, agent: str = "", leaving: int | None = None) -> Entered:
    """The mailed link was used: makes the account and signs in, once. `username` is another choice when the first was taken meanwhile.

    `leaving` is the session this browser had before: it ends.
    """
    with transaction() as session:
        asked = _still_good(queries.sign_up(token))
        name = username or asked.username
        if name != asked.username:
            names.require_shape(name)
            names.require_unreserved(name, site_name())
        account = _make(asked, name)
        if leaving is not None:
            session.execute(sa.delete(SignIn).where(SignIn.id == leaving))
        return Entered(account.id, add_session(account.id, agent), asked.draft)


def confirm_by_hand(typed: str) -> Account:
    """For the operator when a mail was lost: the newest request to join with this address or name is taken as confirmed."""
    with transaction():
        waiting = [asked for asked in queries.waiting_sign_ups(typed) if asked.alive(now())]
        if not waiting:
            raise NotFound()
        return _make(_still_good(waiting[0]), waiting[0].username)


def create(*, email: str | None, username: str, password: str | None, role: str = "fan", language: str | None = None) -> Account:
    """An account made by the operator, confirmed at once. Reserved names are theirs to give."""
    if role not in ROLES:
        raise Refused(_l("A role is one of %(roles)s.", roles=", ".join(ROLES)), field="role")
    address = emails.normal(email) if email else None
    names.require_shape(username)
    if password is not None:
        require_strong(password, about=(address or "", username, site_name()))
    password_hash = hash_password(password) if password is not None else None
    with transaction():
        if address and queries.by_email(address) is not None:
            raise Refused(_l("There is an account with this address already."), field="email")
        account = _add(
            username=username, email=address, password_hash=password_hash, role=role, language=language or _default_language()
        )
        record("account.joined", account)
        return account


def _refusals(check: Callable[[], object]) -> list[Refused]:
    try:
        check()
    except Refused as problem:
        return [problem]
    return []


def _require_free_name(username: str) -> None:
    names.require_shape(username)
    names.require_unreserved(username, site_name())
    if queries.is_taken(username):
        raise _taken()


def _still_good(asked: SignUp | None) -> SignUp:
    if asked is None or not asked.alive(now()):
        raise Gone(_l("This link was used, or it is older than a week."))
    if queries.by_email(asked.email_key) is not None:
        raise Gone(_l("There is an account with this address already."))
    return asked


def _make(asked: SignUp, username: str) -> Account:
    """Other requests with this address are void from now on: somebody else may have made them, with another password."""
    account = _add(username=username, email=asked.email, password_hash=asked.password_hash, role="fan", language=asked.language)
    asked.password_hash = ""
    db.session.execute(sa.delete(SignUp).where(SignUp.email_key == asked.email_key, SignUp.id != asked.id))
    record("account.joined", account)
    return account


def _add(*, username: str, email: str | None, password_hash: str | None, role: str, language: str) -> Account:
    if queries.is_taken(username):
        raise _taken()
    account = Account(
        username=username,
        username_key=names.key(username),
        likeness=names.likeness(username),
        email=email,
        email_key=emails.key(email) if email else None,
        password_hash=password_hash,
        role=role,
        language=language,
    )
    db.session.add(account)
    db.session.flush()
    touch(*account.page_tags)
    return account


def _taken() -> Refused:
    return Refused(_l("Somebody has this name, or one that looks just like it. Choose another."), field="username")


def _default_language() -> str:
    return str(current_app.extensions["fansite"].settings.language)
