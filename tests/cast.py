"""The people of all tests. A cast, not factories of strangers."""

from __future__ import annotations

from types import SimpleNamespace

from fansite.accounts.models import Account
from fansite.core.db import db, transaction
from fansite.lib.times import now

PASSWORD = "three volcanoes and a ukulele"
ROLES = {"fay": "fan", "nora": "fan", "milo": "moderator", "eli": "editor", "ada": "owner", "ben": "fan"}


def make_cast() -> SimpleNamespace:
    with transaction() as session:
        for name, role in ROLES.items():
            session.add(
                Account(
                    username=name.title() if name == "fay" else name,
                    username_key=name,
                    likeness=name,
                    email=f"{name}@example.org",
                    email_key=f"{name}@example.org",
                    password_hash=password_hash(),
                    role=role,
                    approved_comments=3 if name == "fay" else 0,
                    disabled_at=now() if name == "ben" else None,
                    disabled_reason="sold fake tickets" if name == "ben" else None,
                )
            )
    return the_cast()


def the_cast() -> SimpleNamespace:
    """Those that are there."""
    return SimpleNamespace(**{person.username_key: person for person in db.session.query(Account).all()})


def password_hash() -> str:
    from fansite.accounts.passwords import hash_password

    if not _HASH:
        _HASH.append(hash_password(PASSWORD))
    return _HASH[0]


_HASH: list[str] = []
