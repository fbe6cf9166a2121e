"""Names that are offered after an @."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.bonds.queries import ties_of
from fansite.comments.queries.rows import NEWEST, OF_ENTRY, ROW
from fansite.core.db import db

# Names that are offered, and how far back somebody spoke lately.
NAMES, SPOKE_LATELY = 8, 200


def names_for(person: Any, start: str, entry_id: int | None) -> list[str]:
    """A few names that begin so, in this order: of who spoke on this page lately, of whom this person follows, of all who were heard."""
    ties, start = ties_of(person), start.lower()
    spoke = set(db.session.scalars(_SPOKE, {"entry": entry_id})) if entry_id else set[int]()
    near = db.session.execute(_NAMES_OF, {"ids": [*spoke, *ties.following]}).all()
    others = db.session.execute(_NAMES_FROM, {"start": start, "end": start + chr(0x10FFFF)}).all()
    found = {id: name for id, name in (*near, *others) if name.lower().startswith(start)}
    ranked = sorted(found, key=lambda id: (id not in spoke, id not in ties.following, found[id].lower()))
    return [found[id] for id in ranked if id != person.id and id not in ties.unheard][:NAMES]


_LATELY = sa.select(ROW.author_id).where(
    OF_ENTRY,
    ROW.author_id.is_not(None),
    # What waits or was taken down names nobody. Told of the status, SQLite would rather read all published comments than those of one text.
    sa.func.coalesce(ROW.status, "") == "published",
)
_SPOKE = sa.select(_LATELY.order_by(*NEWEST).limit(SPOKE_LATELY).subquery().c.author_id).distinct()
_PEOPLE, _ACCOUNT = sa.select(Account.id, Account.username), Account.__table__.c
_MET = sa.and_(_ACCOUNT.disabled_at.is_(None), _ACCOUNT.erased_at.is_(None))
_NAMES_OF = _PEOPLE.where(Account.id.in_(sa.bindparam("ids", expanding=True)), _MET)
# As the index has them. Whoever never said anything is not called by strangers.
_BEGINS = _ACCOUNT.username_key.between(sa.bindparam("start"), sa.bindparam("end"))
_HEARD_OF = sa.or_(_ACCOUNT.approved_comments > 0, _ACCOUNT.role != "fan")
_NAMES_FROM = _PEOPLE.where(_BEGINS, _MET, _HEARD_OF).order_by(_ACCOUNT.username_key).limit(4 * NAMES)
