"""How often one may knock: counted by the visitor's address and by the account that is meant. What a visitor claims of itself counts for nothing."""

from __future__ import annotations

import hashlib

from flask_babel import ngettext

from fansite.accounts import emails, names
from fansite.core import limits
from fansite.core.errors import TooMany

LOGIN_BY_ADDRESS = "20 per 5 minutes"
LOGIN_BY_ACCOUNT = "10 per 15 minutes"
JOIN_BY_ADDRESS = "5 per 30 minutes"
JOIN_BY_EMAIL = "5 per 30 minutes"
RESET_BY_ADDRESS = "5 per 30 minutes"
RESET_BY_EMAIL = "5 per 30 minutes"
# A stolen session must not be a place to guess the password.
ASKED_AGAIN = "10 per 15 minutes"
NEW_EMAIL = "5 per 30 minutes"


def sign_in(typed: str) -> None:
    _spend("login-address", LOGIN_BY_ADDRESS, limits.visitor_key())
    _spend("login-account", LOGIN_BY_ACCOUNT, _key(typed))


def signed_in(typed: str) -> None:
    """The right password: mistyping before is forgiven."""
    limits.forgive("login-account", LOGIN_BY_ACCOUNT, _key(typed))


def join(email: str) -> None:
    _spend("join-address", JOIN_BY_ADDRESS, limits.visitor_key())
    _spend("join-email", JOIN_BY_EMAIL, _key(email))


def ask_reset(typed: str) -> None:
    """Known or not: the count is of what was typed."""
    _spend("reset-address", RESET_BY_ADDRESS, limits.visitor_key())
    _spend("reset-email", RESET_BY_EMAIL, _key(typed))


def password_again(account_id: int) -> None:
    _spend("password-again", ASKED_AGAIN, str(account_id))


def change_email(account_id: int) -> None:
    _spend("new-email", NEW_EMAIL, str(account_id))


def _spend(name: str, rate: str, key: str) -> None:
    try:
        limits.spend(name, rate, key)
    except TooMany as problem:
        minutes = -(-problem.retry_after // 60)
        text = ngettext(
            "Too many tries. Wait a minute, then try again.", "Too many tries. Wait %(num)d minutes, then try again.", minutes
        )
        raise TooMany(text, retry_after=problem.retry_after) from None


def _key(typed: str) -> str:
    """Case and spelling do not make another account; the table of counts holds no addresses."""
    same = emails.key(typed) if "@" in typed else names.key(typed)
    return hashlib.sha256(same.casefold().encode("utf-8", "surrogatepass")).hexdigest()[:32]
