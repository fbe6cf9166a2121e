"""A fact and what is owed for it, written with what it tells of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fansite.core.db import db, transaction
from fansite.core.db.transactions import note_told, touched, untold
from fansite.lib.times import now

from .listening import outbox
from .models import Delivery, Event


def record(name: str, subject: Any, *, due: datetime | None = None, **data: Any) -> None:
    """Writes the fact and what is owed for it, inside the running transaction. The page tags touched so far travel along."""
    with transaction() as session:
        session.flush()
        at, tags = now(), sorted(touched())
        about = subject if isinstance(subject, str) else subject_of(subject)
        fact = {"name": name, "subject": about, "data": {**data, "tags": tags}, "at": at}
        rows = session.connection()
        event_id = rows.execute(_EVENT, fact).inserted_primary_key[0]  # type: ignore[index]
        owed_to = [{"event_id": event_id, "listener": one, "due_at": due or at, "tries": 0} for one in outbox().heard_by(name)]
        if owed_to:
            rows.execute(_DELIVERY, owed_to)
        note_told(tags)


def subject_of(thing: Any) -> str:
    return f"{thing.subject_kind}:{thing.id}"


# Rows without objects: every act on the site writes them, and nobody looks at them again in its request.
_EVENT = sa.insert(Event.__table__)  # type: ignore[arg-type]
_DELIVERY = sa.insert(Delivery.__table__)  # type: ignore[arg-type]


@sa.event.listens_for(db.session, "before_commit")
def _tell_of_the_rest(_session: Any) -> None:
    """Pages that were touched after the last fact, or without any: would this process be killed before it bumps them, nobody else did."""
    if untold():
        record("pages.changed", "site:1")
