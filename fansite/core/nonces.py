"""What a form brings back so that a double click counts once. It tells when its page was made, signed: who answers within a moment did not
write by hand."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from flask import current_app

from fansite.lib.times import from_microseconds, in_microseconds, now

SALT = b"nonce:"
DIGITS = 16


def fresh() -> str:
    said = f"{secrets.token_urlsafe(12)}.{in_microseconds(now()):x}"
    return f"{said}.{_signed(said)}"


def age_of(nonce: str | None) -> timedelta | None:
    """How long ago it was made; None of what is not ours, or says nothing."""
    said, _dot, signature = (nonce or "").rpartition(".")
    if not said or not hmac.compare_digest(_signed(said).encode(), signature.encode()):
        return None
    return now() - _made(said)


def _made(said: str) -> datetime:
    return from_microseconds(int(said.rpartition(".")[2], 16))


def _signed(said: str) -> str:
    key = current_app.config["SECRET_KEY"]
    return hmac.new(key if isinstance(key, bytes) else key.encode(), SALT + said.encode(), sha256).hexdigest()[:DIGITS]
