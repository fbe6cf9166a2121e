"""What came, went or moved in long lists, written down by the database itself with the change: so a list that a process keeps follows at the
cost of the change, whoever made it and by whatever way (migration 0013 says of which tables).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from fansite.core.db import Model, db, transaction
from fansite.core.db.moments import microseconds
from fansite.core.db.transactions import NEWEST

# Half a day of a busy site. Who looks again after more has changed reads its list anew.
KEPT = 50_000
# More than that at once is quicker read anew, too.
MOST = 1000
AT_ONCE = 10_000


class ListChange(Model):
    """A row of another table, as it stood before; who reads this looks at how it stands now. Numbers rise and are never used again."""

    __tablename__ = "list_change"
    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True)
    topic: Mapped[str] = mapped_column(sa.String(10))
    row_id: Mapped[int]
    # Of an entry the text it was a translation of; of an entry and its tag, the tag.
    related_id: Mapped[int | None]
    # What lists were sorted by: of an entry `published_at` and `updated_at`, of a review `opened_at` and `decided_at`, of a letter
    # `received_at`. None of what had no place yet.
    first: Mapped[datetime | None]
    second: Mapped[datetime | None]

    __table_args__ = (sa.Index("ix_list_change_topic", "topic", "id"), {"sqlite_autoincrement": True})


@dataclass(frozen=True)
class Change:
    """`first` and `second` in microseconds since 1970, None where there was none."""

    topic: str
    row_id: int
    related_id: int | None
    first: int | None
    second: int | None


def newest() -> int:
    """The number of the last change this session's view of the tables knows; read it before the list itself."""
    session = db.session()
    if session.info.get("writing"):
        return session.connection().scalar(_NEWEST) or 0
    connection = session.connection()  # a view that begins now forgets what the one before knew
    if NEWEST not in session.info:
        session.info[NEWEST] = connection.scalar(_NEWEST) or 0
    return int(session.info[NEWEST])


def since(number: int, topics: Iterable[str]) -> tuple[int, list[Change]] | None:
    """The last number now, and what changed after `number`, oldest first; None when that is not known any more, or too much."""
    last = newest()
    if last <= number:  # an older view than the list's own knows nothing that the list does not
        return number, []
    facts = {"number": number, "topics": list(topics), "most": MOST + 2}
    rows = db.session.connection().execute(_SINCE, facts).all()
    # While the one before them is there, none of those after it was swept away.
    if not rows or rows[0][0] != number or len(rows) > MOST + 1:
        return None
    return last, [Change(*row[1:]) for row in rows[1:]]


_NUMBER = sa.bindparam("number", type_=sa.BigInteger())
_NEWEST: Any = sa.select(sa.func.max(ListChange.id))
_SINCE = (
    sa.select(
        ListChange.id,
        ListChange.topic,
        ListChange.row_id,
        ListChange.related_id,
        microseconds(ListChange.first),
        microseconds(ListChange.second),
    )
    .where(
        sa.or_(
            ListChange.id == _NUMBER,
            sa.and_(ListChange.topic.in_(sa.bindparam("topics", expanding=True)), ListChange.id > _NUMBER),
        )
    )
    .order_by(ListChange.id)
    .limit(sa.bindparam("most", type_=sa.Integer()))
)


def sweep() -> None:
    """Routine: the oldest go; the last stays, so that everybody sees whether they missed any."""
    while True:
        with transaction() as session:
            last, first = session.execute(sa.select(sa.func.max(ListChange.id), sa.func.min(ListChange.id))).one()
            if last is None or last - KEPT <= first:
                return
            session.execute(sa.delete(ListChange).where(ListChange.id < min(last - KEPT, first + AT_ONCE)))


def rows_of(changes: Sequence[Change]) -> list[int]:
    return sorted({change.row_id for change in changes})
