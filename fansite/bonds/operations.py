"""Following, muting and blocking, and taking it back. Each counts once, however often it is pressed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.accounts.models import Account
from fansite.bonds import policy
from fansite.bonds.models import KINDS, MOST, Bond
from fansite.bonds.queries import followers_tag
from fansite.core import limits
from fansite.core.db import db, get, touch, transaction
from fansite.core.errors import NotFound, Refused
from fansite.core.outbox import record
from fansite.core.policy import require, signed_in

# Who finds all their friends here at once is quick; a machine is quicker.
PACE = "60 per hour"


def tie(kind: str, other_id: int, *, by: Any) -> None:
    """Follows, mutes or blocks. The same once more changes nothing, but makes the pages old again: the first answer may have died before
    it did so."""
    account_id = by.id
    with transaction() as session:
        account, other = _both(account_id, other_id)
        require(_rule(kind), account, other)
        touch(followers_tag(account.id), followers_tag(other.id))
        if session.get(Bond, (account.id, kind, other.id)) is not None:
            return
        if kind == "follow" and session.get(Bond, (other.id, "block", account.id)) is not None:
            raise Refused(_l("This person cannot be followed."))
        _require_room(account.id, kind)
        limits.spend("bond", PACE, str(account.id))
        if kind == "block":
            _unfollow_each_other(account.id, other.id)
        session.add(Bond(account_id=account.id, kind=kind, other_id=other.id))
        record(f"bond.{kind}", f"account:{other.id}", by=account.id)


def untie(kind: str, other_id: int, *, by: Any) -> None:
    """Whoever the other is by now: what somebody decided is theirs to take back."""
    account_id = by.id
    _rule(kind)
    with transaction() as session:
        require(signed_in, get(Account, account_id))
        touch(followers_tag(account_id), followers_tag(other_id))
        session.execute(sa.delete(Bond).where(Bond.account_id == account_id, Bond.kind == kind, Bond.other_id == other_id))


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _rule(kind: str) -> Any:
    if kind not in KINDS:
        raise NotFound()
    return policy.RULES[kind]


def _both(account_id: int, other_id: int) -> tuple[Account, Account]:
    """Locked, always in the same order: two who act on each other at once do not wait in a ring."""
    found = {id: get(Account, id) for id in sorted({account_id, other_id})}
    if found[other_id].erased_at is not None:
        raise NotFound()
    return found[account_id], found[other_id]


def _require_room(account_id: int, kind: str) -> None:
    statement = sa.select(sa.func.count()).select_from(Bond).where(Bond.account_id == account_id, Bond.kind == kind)
    if (db.session.scalar(statement) or 0) >= MOST:
        raise Refused(_l("%(most)s people are as many as one can keep up with.", most=MOST))


def _unfollow_each_other(one: int, other: int) -> None:
    for who, whom in ((one, other), (other, one)):
        db.session.execute(sa.delete(Bond).where(Bond.account_id == who, Bond.kind == "follow", Bond.other_id == whom))
