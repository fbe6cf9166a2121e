"""The mails of this feature. Links start with the base address, names are written so that no program makes links of them."""

from __future__ import annotations

from typing import Any

from fansite.accounts.models import CONFIRM_WITHIN, LEAVE_AFTER, NEW_EMAIL_WITHIN, PARCEL_LIFE, RESET_WITHIN, Account, SignUp
from fansite.accounts.names import unlinked
from fansite.core import mail
from fansite.core.web import path_for, public_url


def confirm(asked: SignUp, token: str) -> None:
    url = _link("accounts.confirm", asked.language, token=token)
    mail.post("confirm", asked.email, asked.language, name=unlinked(asked.username), url=url, days=CONFIRM_WITHIN.days)


def already_here(account: Account, *, draft: str | None = None) -> None:
    """Somebody tried to join, or to move, with the address of an account."""
    if account.email is not None:
        urls = {
            "login_url": _link("accounts.login", account.language, draft=draft),
            "reset_url": _link("accounts.ask_reset", account.language, draft=draft),
        }
        _to(account, "already_here", account.email, **urls)


def reset(account: Account, token: str, *, draft: str | None = None) -> None:
    if account.email is not None:
        url = _link("accounts.reset", account.language, token=token, draft=draft)
        hours = int(RESET_WITHIN.total_seconds() // 3600)
        _to(account, "reset", account.email, url=url, hours=hours)


def password_changed(account: Account) -> None:
    if account.email is not None:
        _notice("password_changed", account, account.email)


def new_email(account: Account, address: str, token: str) -> None:
    url = _link("accounts.confirm_email", account.language, token=token)
    hours = int(NEW_EMAIL_WITHIN.total_seconds() // 3600)
    _to(account, "new_email", address, url=url, hours=hours)


def email_changed(account: Account, before: str) -> None:
    """To the address that was: whoever reads it may be the one the account was taken from."""
    _notice("email_changed", account, before)


def leaving(account: Account, token: str) -> None:
    """Says when it happens, and leads to the button that keeps the account."""
    if account.email is not None:
        hours = int(LEAVE_AFTER.total_seconds() // 3600)
        _to(account, "leaving", account.email, url=_link("accounts.staying", account.language, token=token), hours=hours)


def data_ready(account: Account) -> None:
    if account.email is not None:
        _to(account, "data_ready", account.email, url=_link("accounts.data", account.language), days=PARCEL_LIFE.days)


def _notice(kind: str, account: Account, to: str) -> None:
    _to(account, kind, to, reset_url=_link("accounts.ask_reset", account.language))


def _to(account: Account, kind: str, address: str, **values: Any) -> None:
    mail.post(kind, address, account.language, account_id=account.id, name=unlinked(account.username), **values)


def _link(endpoint: str, language: str, **values: Any) -> str:
    return public_url(path_for(endpoint, language=language, **values))
