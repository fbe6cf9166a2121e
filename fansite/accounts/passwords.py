"""Passwords: argon2id, at most two hashings at a time, and what is too easy to guess."""

from __future__ import annotations

import base64
import threading
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import lazy_gettext as _l

from fansite.core.errors import Refused

MIN_LENGTH = 8
MAX_LENGTH = 128
# Of 4: about a hundred million guesses, which is more than a limited sign-in form will ever answer.
MIN_SCORE = 2
# What comes after does not make a password weaker, and zxcvbn takes 5 seconds for 72 well-chosen signs; so, less than 0.1.
MEASURED = 32
# Signs that stand for letters ("p@$$w0rd"), all but the usual ones: zxcvbn tries every reading of them together.
_RARELY_LETTERS = str.maketrans(dict.fromkeys("({[<|+%", "#"))

# OWASP's numbers. 19 MiB a hash: two at a time keep a wave of sign-ins from eating the machine.
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, type=Type.ID)
_at_a_time = threading.BoundedSemaphore(2)
# zxcvbn keeps the words of the person who asks in a table that all threads share.
_measuring = threading.Lock()


def hash_password(password: str) -> str:
    with _at_a_time:
        return _hasher.hash(_bytes(password))


def verify_password(password_hash: str | None, password: str) -> bool:
    """Takes as long for an account that does not exist, has no password, or is asked with a whole book."""
    possible = bool(password_hash) and len(password) <= MAX_LENGTH
    try:
        with _at_a_time:
            return (
                _hasher.verify(password_hash if possible and password_hash else _NOBODY, _bytes(password[:MAX_LENGTH]))
                and possible
            )
    except (VerificationError, InvalidHashError):
        return False


def outdated(password_hash: str) -> bool:
    """Made with other numbers than today's: hashed anew at the next sign-in."""
    return _hasher.check_needs_rehash(password_hash)


def require_strong(password: str, *, about: Iterable[str] = (), field: str = "password") -> None:
    """Refuses what is short, common, or made of what everyone knows `about` this person: name, address, the band."""
    password = unicodedata.normalize("NFC", password)
    if len(password) < MIN_LENGTH:
        raise Refused(
            _l("A password has %(least)d characters or more. Three odd words beat one clever one.", least=MIN_LENGTH), field=field
        )
    if len(password) > MAX_LENGTH:
        raise Refused(_l("A password has at most %(most)d characters.", most=MAX_LENGTH), field=field)
    if password.casefold() in COMMON:
        raise Refused(_l("This one is on a list of passwords that many people use. Choose another."), field=field)
    if _score(password, about) < MIN_SCORE:
        raise Refused(_l("This one is too easy to guess. Three odd words beat one clever one."), field=field)


def _score(password: str, about: Iterable[str]) -> int:
    words = [word[:MEASURED] for text in about for word in (text, *text.replace("@", " ").replace(".", " ").split()) if word]
    with _measuring:
        return int(_measure()(password[:MEASURED].translate(_RARELY_LETTERS), user_inputs=words)["score"])


@cache
def _measure() -> Any:
    """Its dictionaries take 12 MB, which a process holds once somebody chooses a password in it. Knows our list too, so that `choupette31`
    counts as a common word and two digits."""
    from zxcvbn import matching, zxcvbn

    matching.add_frequency_lists({"fansite": sorted(COMMON)})
    return zxcvbn


def _bytes(password: str) -> bytes:
    """Exactly what was typed, in one spelling: keyboards write é in two ways."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _common() -> list[str]:
    lines = (Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]


def _of_nobody() -> str:
    """A hash with today's numbers that no password fits."""
    salt, digest = (base64.b64encode(bytes(length)).decode().rstrip("=") for length in (16, 32))
    return f"$argon2id$v=19$m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}${salt}${digest}"


_NOBODY = _of_nobody()
COMMON = frozenset(_common())
