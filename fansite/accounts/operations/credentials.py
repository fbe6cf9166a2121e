"""Passwords and addresses: proving it is you, and changing what proves it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fansite.accounts import emails, letters, queries
from fansite.accounts.models import Account, MailedKey
from fansite.accounts.operations.entering import add_session, end_keys, end_sessions, wrong_password
from fansite.accounts.passwords import hash_password, require_strong, verify_password
from fansite.accounts.sessions import hash_of, new_token
from fansite.core.db import get, transaction
from fansite.core.errors import Gone, NotFound, Refused
from fansite.core.kept import site_name
from fansite.core.outbox import record


def ask_reset(typed: str, *, draft: str | None = None) -> None:
    """Somebody forgot their password. Known or not, the same row is written here; the worker finds out whether there is anybody to write to."""
    account = queries.by_either(typed)
    subject = f"account:{account.id if account is not None else 0}"
    with transaction():
        record("reset.asked", subject, draft=draft)


def send_reset(account_id: int, *, draft: str | None = None) -> None:
    """Mails a link to a new password, if there is an open account with an address."""
    with transaction() as session:
        try:
            account = get(Account, account_id)
        except NotFound:
            return
        if not account.active or account.email is None:
            return
        token = new_token()
        session.add(MailedKey(account_id=account.id, token_hash=hash_of(token), purpose="reset"))
        letters.reset(account, token, draft=draft)


def reset(token: str, password: str) -> None:
    """The link works once, ends every session, signs nobody in, and is told to the owner of the account."""
    account = _live(token, "reset").account
    require_strong(password, about=_about(account))
    password_hash = hash_password(password)
    with transaction():
        _new_password(_live(token, "reset").account, password_hash)


def change_password(account_id: int, *, current: str, new: str, agent: str = "") -> str:
    """Ends every session; returns the token of a new one for this browser, so that a stolen copy of the old cookie is dead too."""
    known = require_password(account_id, current)
    require_strong(new, about=_about(get(Account, account_id)), field="new_password")
    password_hash = hash_password(new)
    with transaction():
        account = _unchanged(account_id, known)
        _new_password(account, password_hash)
        return add_session(account_id, agent)


def set_password(account_id: int, password: str) -> None:
    """By the operator, for somebody who is locked out."""
    require_strong(password, about=_about(get(Account, account_id)))
    password_hash = hash_password(password)
    with transaction():
        _new_password(get(Account, account_id), password_hash)


def change_email(account_id: int, *, password: str, email: str) -> None:
    """Mails a link to the new address; nothing changes until it is used. Whether somebody else has that address is not told here."""
    address = emails.normal(email)
    known = require_password(account_id, password)
    token = new_token()
    with transaction() as session:
        account = _unchanged(account_id, known)
        if emails.key(address) == account.email_key and address == account.email:
            raise Refused(_l("That is your address already."), field="email")
        holder = queries.by_email(address)
        if holder is not None and holder.id != account.id:
            letters.already_here(holder)
            return
        session.add(MailedKey(account_id=account.id, token_hash=hash_of(token), purpose="email", new_email=address))
        letters.new_email(account, address, token)


def confirm_email(token: str) -> None:
    """The new address proved itself. The old one is told, and links that were mailed there lead nowhere."""
    with transaction():
        key = _live(token, "email")
        account, address = key.account, key.new_email or ""
        holder = queries.by_email(address)
        if holder is not None and holder.id != account.id:
            raise Gone(_l("There is an account with this address already."))
        before = account.email
        account.email, account.email_key = address, emails.key(address)
        end_keys(account.id)
        if before and before != address:
            letters.email_changed(account, before)
        record("account.email_changed", account)


def require_password(account_id: int, password: str, *, field: str = "password") -> str:
    """Asked once more before what proves an account changes; returns the hash it was compared with."""
    account = get(Account, account_id)
    known = account.password_hash
    if not verify_password(known, password) or known is None or not account.active:
        raise Refused(_l("That is not your present password."), field=field)
    return known


def _live(token: str, purpose: str) -> MailedKey:
    key = queries.live_key(token, purpose)
    if key is None:
        raise Gone(_l("This link was used, or it is too old."))
    return key


def _unchanged(account_id: int, known: str) -> Account:
    account = get(Account, account_id)
    if account.password_hash != known or not account.active:
        raise wrong_password()  # while we compared, somebody was quicker
    return account


def _new_password(account: Account, password_hash: str) -> None:
    account.password_hash = password_hash
    end_sessions(account.id)
    end_keys(account.id)
    letters.password_changed(account)
    record("account.password_changed", account)


def _about(account: Account) -> tuple[str, ...]:
    return (account.email or "", account.username, site_name())
