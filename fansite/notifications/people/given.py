"""Whether a reaction still stands when it is told of."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from fansite.core.db import db
from fansite.reactions.models import Reaction

COLUMNS = {"comment": Reaction.comment_id, "entry": Reaction.entry_id}


def still_given(pairs: Collection[tuple[str, int]]) -> set[tuple[str, int]]:
    """Of these (subject, who gave it), those that were not taken back, by people who count."""
    givers, found = {giver for _subject, giver in pairs}, set()
    for kind, column in COLUMNS.items():
        ids = {int(subject.partition(":")[2]) for subject, _giver in pairs if subject.startswith(f"{kind}:")}
        which = (column.in_(ids), Reaction.account_id.in_(givers), Reaction.counted.is_(True))
        if ids:
            found |= {
                (f"{kind}:{id}", giver) for id, giver in db.session.execute(sa.select(column, Reaction.account_id).where(*which))
            }
    return found & set(pairs)
