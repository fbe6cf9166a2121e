"""What some fans of the demo say of themselves, and whom they follow."""

from __future__ import annotations

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.bonds import operations as bonds
from fansite.core.db import db
from fansite.demo import material
from fansite.fans import operations as fans
from fansite.fans.models import Profile
from fansite.fans.operations import Wanted


def load() -> int:
    """A second time adds nothing."""
    if db.session.scalar(sa.select(Profile.account_id).limit(1)) is not None:
        return 0
    told = material.profiles()
    for profile in told:
        said = {name: value for name, value in profile.items() if name not in ("username", "follows")}
        account = _fan(profile["username"])
        if account is not None:
            fans.save(Wanted(**said), by=account)
    for profile in told:
        for name in profile.get("follows", ()):
            _follow(profile["username"], name)
    return len(told)


def _follow(username: str, other: str) -> None:
    account, followed = _fan(username), _fan(other)
    if account is not None and followed is not None:
        bonds.tie("follow", followed.id, by=account)


def _fan(username: str) -> Account | None:
    return db.session.scalar(sa.select(Account).where(Account.origin == f"demo:{username}"))
