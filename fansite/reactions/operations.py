"""Reacting, and taking it back. Each counts once, however often it is pressed.

The caller hands in a comment or an entry that this person sees: inside a transaction, its row locked.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.bonds.queries import ties_of
from fansite.core import limits
from fansite.core.db import Base, db, touch
from fansite.core.db.rows import grow
from fansite.core.errors import Refused
from fansite.core.outbox import record
from fansite.core.policy import require, signed_in
from fansite.reactions import policy
from fansite.reactions.models import Reaction
from fansite.reactions.queries import column_of, tag_of

# Who reads a long thread with a warm heart is quick; a machine is quicker.
PACE = "40 per minute"
AT_ONCE = 500


def give(subject: Any, *, by: Any) -> None:
    """The same once more changes nothing, but makes the pages old again: the first answer may have died before it did so."""
    require(policy.react, by, subject)
    if subject.author_id is not None and subject.author_id in ties_of(by).apart:
        raise Refused(_l("You cannot react to this."))
    touch(_page_tag(subject))
    if _given(subject, by) is not None:
        return
    limits.spend("reaction", PACE, str(by.id))
    db.session.add(Reaction(account_id=by.id, **{column_of(subject).key: subject.id}))
    db.session.flush()
    _count(subject, 1)
    record("reaction.given", subject, by=by.id)


def take_back(subject: Any, *, by: Any) -> None:
    """Whatever became of the subject meanwhile: what somebody said is theirs to take back."""
    require(signed_in, by)
    touch(_page_tag(subject))
    given = _given(subject, by)
    if given is None:
        return
    db.session.delete(given)
    db.session.flush()
    if given.counted:
        _count(subject, -1)


def count_those_of(account_id: int, *, counted: bool) -> None:
    """All that one account gave counts from now on, or no longer. A second time does no harm."""
    other = sa.and_(Reaction.account_id == account_id, Reaction.counted.is_(not counted))
    _count_all(other, 1 if counted else -1)
    db.session.execute(sa.update(Reaction).where(other).values(counted=counted))


def forget_those_of(account_id: int) -> None:
    """Inside the erasing transaction: no count and no list knows of them any more."""
    _count_all(sa.and_(Reaction.account_id == account_id, Reaction.counted.is_(True)), -1)
    db.session.execute(sa.delete(Reaction).where(Reaction.account_id == account_id))


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _given(subject: Any, by: Any) -> Reaction | None:
    return db.session.scalar(sa.select(Reaction).where(Reaction.account_id == by.id, column_of(subject) == subject.id))


def _count(subject: Any, change: int) -> None:
    grow(sa.inspect(type(subject)).base_mapper.class_, subject.id, reactions_count=change)


def _page_tag(subject: Any) -> str:
    return tag_of(getattr(subject, "entry_id", subject.id))


def _count_all(of: sa.ColumnElement[bool], change: int) -> None:
    """Written for thousands: by statement. Each of them is another text's, for nobody gives twice."""
    rows = db.session.execute(sa.select(Reaction.entry_id, Reaction.comment_id).where(of)).all()
    entries = {row.entry_id for row in rows if row.entry_id is not None}
    comments = {row.comment_id for row in rows if row.comment_id is not None}
    for name, ids in (("entry", entries), ("comment", comments)):
        table = Base.metadata.tables[name]
        for some in _batches(ids):
            more = {"reactions_count": table.c.reactions_count + change}
            db.session.execute(sa.update(table).where(table.c.id.in_(some)).values(more))
    above = Base.metadata.tables["comment"].c
    for some in _batches(comments):
        entries.update(db.session.scalars(sa.select(above.entry_id).where(above.id.in_(some)).distinct()))
    touch(*map(tag_of, entries))


def _batches(ids: Iterable[int]) -> list[list[int]]:
    ordered = sorted(ids)
    return [ordered[start : start + AT_ONCE] for start in range(0, len(ordered), AT_ONCE)]
