"""Who is tied to whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import has_request_context, request

from fansite.accounts.models import Account
from fansite.bonds.models import KINDS, Bond
from fansite.core.db import db

NOBODY: frozenset[int] = frozenset()
KNOWN = "fansite.ties"


class Ties(NamedTuple):
    """Of one person: the accounts they follow, mute and block, and those who block them."""

    following: frozenset[int] = NOBODY
    muted: frozenset[int] = NOBODY
    blocked: frozenset[int] = NOBODY
    blocked_by: frozenset[int] = NOBODY

    @property
    def unheard(self) -> frozenset[int]:
        """Whose words this person does not want, or shall not have, before their eyes."""
        return self.muted | self.blocked | self.blocked_by

    @property
    def apart(self) -> frozenset[int]:
        """With whom they have nothing to do, whichever of the two wanted it."""
        return self.blocked | self.blocked_by


NONE = Ties()


class _OfOther(NamedTuple):
    id: int
    username: str
    username_key: str
    face: str | None
    disabled_at: datetime | None
    erased_at: datetime | None
    since: datetime


class Other(_OfOther):
    """Of an account, what a list of people says of it, and since when."""

    active: Any = Account.active


def ties_of(person: Any) -> Ties:
    """Asked once a request; a stranger has none."""
    if person is None:
        return NONE
    if not has_request_context():
        return _ties(person.id)
    known: dict[int, Ties] = request.environ.setdefault(KNOWN, {})
    if person.id not in known:
        known[person.id] = _ties(person.id)
    return known[person.id]


def hears_everybody(person: Any) -> str | None:
    """Of who neither mutes nor blocks anybody all see the same (`HomeSection.alike`)."""
    return None if ties_of(person).unheard else ""


def strangers(person: Any) -> str | None:
    """Only who is not signed in sees the same as others."""
    return "" if person is None else None


def followers(account_id: int, after: int, most: int) -> tuple[list[int], int | None]:
    """Accounts that follow one, upwards from the one after the given; and how far that was, None at the end."""
    found = list(db.session.scalars(_FOLLOWERS, {"other": account_id, "after": after, "most": most}))
    return found, found[-1] if len(found) == most else None


def count_followers(account_id: int) -> int:
    return int(db.session.scalar(_COUNT, {"other": account_id}) or 0)


def followed_by(account_id: int) -> list[int]:
    return list(db.session.scalars(sa.select(_ROW.other_id).where(_ROW.account_id == account_id, _ROW.kind == "follow")))


def counts_of(account_id: int) -> dict[str, int]:
    """How many somebody follows, mutes and blocks."""
    return dict.fromkeys(KINDS, 0) | dict(db.session.execute(_COUNTS_OF, {"account": account_id}).all())


def people_of(account_id: int, kind: str, most: int, *, after: int) -> list[Other]:
    """Whom somebody follows, mutes or blocks, the last one first."""
    facts = {"account": account_id, "kind": kind, "most": most, "after": after}
    return [Other._make(row) for row in db.session.execute(_PEOPLE_OF, facts)]


def deaf_to(actor_id: int, ids: Iterable[int]) -> set[int]:
    """Of these accounts, those who are to hear nothing of what an actor did: who mute or block them, or are blocked by them."""
    found = db.session.execute(_DEAF, {"actor": actor_id, "ids": list(ids)})
    return {account for (account,) in found}


def followers_tag(account_id: int) -> str:
    """What a page depends on that shows who follows somebody, or whom they follow."""
    return f"ties:{account_id}"


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _ties(account_id: int) -> Ties:
    found: dict[str, set[int]] = {"follow": set(), "mute": set(), "block": set(), "blocked": set()}
    for kind, other in db.session.execute(_TIES, {"account": account_id}):
        found[kind].add(other)
    return Ties(*(frozenset(found[kind]) for kind in ("follow", "mute", "block", "blocked")))


_ROW = Bond.__table__.c
_TIES = sa.union_all(
    sa.select(_ROW.kind, _ROW.other_id).where(_ROW.account_id == sa.bindparam("account")),
    sa.select(sa.literal_column("'blocked'"), _ROW.account_id).where(
        _ROW.other_id == sa.bindparam("account"), _ROW.kind == sa.literal_column("'block'")
    ),
)
_FOLLOWED = sa.and_(_ROW.other_id == sa.bindparam("other"), _ROW.kind == sa.literal_column("'follow'"))
_FOLLOWERS = (
    sa.select(_ROW.account_id)
    .where(_FOLLOWED, _ROW.account_id > sa.bindparam("after"))
    .order_by(_ROW.account_id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
# Closed accounts are few and read off an index of their own: all are counted, and those subtracted again.
_CLOSED = (
    sa.select(sa.func.count())
    .select_from(Account.__table__)
    .where(
        Account.__table__.c.disabled_at.is_not(None),
        sa.exists().where(_FOLLOWED, _ROW.account_id == Account.__table__.c.id).correlate(Account.__table__),
    )
)
_COUNT = sa.select(
    sa.select(sa.func.count()).select_from(Bond.__table__).where(_FOLLOWED).scalar_subquery() - _CLOSED.scalar_subquery()
)
_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_DEAF = sa.union(
    sa.select(_ROW.account_id).where(
        _ROW.other_id == sa.bindparam("actor"), _ROW.kind.in_(["mute", "block"]), _ROW.account_id.in_(_IDS)
    ),
    sa.select(_ROW.other_id).where(
        _ROW.account_id == sa.bindparam("actor"), _ROW.kind == sa.literal_column("'block'"), _ROW.other_id.in_(_IDS)
    ),
)
_THEIR = _ROW.account_id == sa.bindparam("account")
_COUNTS_OF = sa.select(_ROW.kind, sa.func.count()).where(_THEIR).group_by(_ROW.kind)
_PEOPLE_OF = (
    sa.select(*(Account.__table__.c[name] for name in Other._fields[:-1]), _ROW.since)
    .join_from(Bond.__table__, Account.__table__, Account.__table__.c.id == _ROW.other_id)
    .where(_THEIR, _ROW.kind == sa.bindparam("kind"))
    .order_by(_ROW.since.desc(), _ROW.other_id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
    .offset(sa.bindparam("after", type_=sa.Integer))
)
