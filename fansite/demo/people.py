"""Who is at the demo band's site: its people as written, each known by the name the material gives them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from fansite.accounts import names
from fansite.accounts.models import Account
from fansite.accounts.passwords import hash_password
from fansite.core.db import db
from fansite.core.markup.names import NAME
from fansite.demo import material
from fansite.lib.times import now

PASSWORD = "paper marmots sing"
ORIGIN = "demo:"


class Fan(NamedTuple):
    """As much of one as bulk needs."""

    id: int
    joined_at: Any


def load() -> dict[str, Account]:
    """All of them, by the names of the material. Inside a transaction."""
    password, today, taken = hash_password(PASSWORD), now(), _taken()
    people = {}
    for person in material.people():
        name = _free_name(person["username"], taken)
        email = person["email"] if name == person["username"] else f"{name}@example.org"
        people[person["username"]] = Account(
            username=name,
            username_key=name,
            likeness=names.likeness(name),
            email=email,
            email_key=email,
            password_hash=password,
            role=person["role"],
            language=person["language"],
            joined_at=today - timedelta(days=person["joined_days_ago"]),
            disabled_at=today - timedelta(days=180) if person.get("banned") else None,
            disabled_reason=person.get("banned"),
            origin=f"{ORIGIN}{person['username']}",
        )
    db.session.add_all(people.values())
    db.session.flush()
    return people


def by_name() -> dict[str, Account]:
    found = db.session.scalars(sa.select(Account).where(Account.origin.like(f"{ORIGIN}%")).order_by(Account.id))
    return {str(account.origin).removeprefix(ORIGIN): account for account in found}


def fans() -> list[Fan]:
    """Those of the band's own who are no team, and still here."""
    here = (Account.disabled_at.is_(None), Account.erased_at.is_(None))
    own = sa.select(Account.id, Account.joined_at).where(Account.origin.like(f"{ORIGIN}%"), Account.role == "fan", *here)
    return [Fan(*row) for row in db.session.execute(own.order_by(Account.id))]


def called(text: str, people: Mapping[str, Account]) -> str:
    """The text, with those it names by "@" as they are called on this site."""

    def name(found: re.Match[str]) -> str:
        account = people.get(found[1])
        return found[0] if account is None else found[0].replace(found[1], account.username)

    return NAME.sub(name, text) if "@" in text else text


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _taken() -> set[str]:
    """The demo works beside an owner who may have one of its names or addresses."""
    rows = db.session.execute(sa.select(Account.username_key, Account.email_key))
    return {str(word) for row in rows for word in row}


def _free_name(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 1
    while name in taken or f"{name}@example.org" in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name
