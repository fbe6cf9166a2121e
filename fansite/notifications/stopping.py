"""The key in the link that stops mails (RFC 8058): whose, and which kinds. Signed, so that nothing is kept and it works for as long as
the site has its secret. It is all hexadecimal digits, which the log leaves out."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256

from flask import current_app

SALT = b"fansite.notifications.stop"
# Of the signature: 160 bits.
DIGITS = 40
# More than any mail has.
LONGEST = 2000
# Whoever has the link may take back for so long what was stopped.
A_SLIP = timedelta(hours=1)
# A mail that tells of more kinds than a link has room for is stopped with all others.
ALL, MOST_NAMED = "*", 10


def token_for(account_id: int, kinds: Sequence[str]) -> str:
    named = kinds if len(kinds) <= MOST_NAMED else [ALL]
    said = f"{account_id}:{','.join(named)}".encode()
    return said.hex() + _signed(said)


def read(token: str) -> tuple[int, list[str]] | None:
    """The account and the kinds; None for what we never wrote."""
    if len(token) > LONGEST or not token.isascii():
        return None
    try:
        said = bytes.fromhex(token[:-DIGITS])
    except ValueError:
        return None
    if not hmac.compare_digest(_signed(said), token[-DIGITS:]) or said.hex() != token[:-DIGITS]:
        return None
    account_id, _colon, kinds = said.decode().partition(":")
    return int(account_id), kinds.split(",")


def _signed(said: bytes) -> str:
    key = str(current_app.secret_key).encode()
    return hmac.new(key, SALT + said, sha256).hexdigest()[:DIGITS]
