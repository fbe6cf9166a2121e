"""What an event means to people: somebody answered, named, liked or follows them, wrote something, or a moderator decided."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from fansite.comments.models import Comment
from fansite.core.content import Entry
from fansite.core.db import db
from fansite.core.notices import Happening
from fansite.core.outbox import Event
from fansite.lib.times import now
from fansite.moderation.models import Review
from fansite.moderation.operations import reviewable

# Long enough to take back a slip; and so long it may wait for what else happens to the same person.
HOLD = timedelta(minutes=5)
PATIENCE = timedelta(minutes=20)


def answered(event: Event) -> Happening | None:
    """To who is answered, and to who began the discussion."""
    row = db.session.execute(_ANSWERED, {"comment": _number(event.subject)}).one_or_none()
    if row is None:
        return None
    author, answered_author, starter, kind = row
    return _to({answered_author, starter if kind == "talk" else None}, author, event.subject, "answer")


def mentioned(event: Event) -> Happening | None:
    return _to(set(event.data.get("to", ())), _author(event.subject), event.subject, "mention")


def reacted(event: Event) -> Happening | None:
    by = event.data.get("by")
    return _to({_author(event.subject)}, by, event.subject, f"by:{by}")


def followed(event: Event) -> Happening | None:
    by = event.data.get("by")
    return _to({_number(event.subject)}, by, event.subject, f"by:{by}")


def wrote(event: Event) -> Happening | None:
    """A text and its translations are one thing, told once."""
    found = _published(event)
    return _held(found[0], "wrote", {"by": found[1]}) if found is not None and found[1] is not None else None


def published(event: Event) -> Happening | None:
    found = _published(event)
    return _held(found[0], "news", {"by": found[1]}) if found is not None else None


def decided(event: Event) -> Happening | None:
    """Of what was held back, what became of it; of what was taken down, why. Who complained in vain was told nothing of it either."""
    review = db.session.get(Review, event.data.get("review"))
    if review is None or review.decision is None or (review.decision == "approve" and review.queue != "pending"):
        return None
    author = reviewable(review.subject_kind).author(review.subject_id)
    happening = _to({author}, review.decided_by_id, review.subject, f"review:{review.id}")
    return happening and _held(happening.subject, happening.key, {"to": happening.facts["to"], "review": review.id})


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _to(people: set[int | None], by: int | None, subject: str, key: str) -> Happening | None:
    """Nobody is told of what they did themselves; nor of what somebody did who is nobody any more."""
    concerned = sorted(one for one in people if one is not None and one != by)
    return _held(subject, key, {"by": by, "to": concerned}) if concerned and by is not None else None


def _held(subject: str, key: str, facts: dict[str, Any]) -> Happening:
    return Happening(subject, key, now() + HOLD, now() + HOLD + PATIENCE, facts)


def _author(subject: str) -> int | None:
    """Of a comment or of an entry."""
    thing = Comment if subject.startswith("comment:") else Entry
    return db.session.scalar(sa.select(thing.author_id).where(thing.id == _number(subject)))


def _published(event: Event) -> tuple[str, int | None] | None:
    """The subject all versions of a text have, and who wrote it."""
    columns = (Entry.id, Entry.translation_of_id, Entry.author_id)
    row = db.session.execute(sa.select(*columns).where(Entry.id == _number(event.subject))).one_or_none()
    return (f"entry:{row.translation_of_id or row.id}", row.author_id) if row is not None else None


def _number(subject: str) -> int:
    return int(subject.partition(":")[2])


# Put together once: every comment asks it.
_SAID, _PARENT, _ENTRY = Comment.__table__, Comment.__table__.alias(), Entry.__table__
_ANSWERED = (
    sa.select(_SAID.c.author_id, _PARENT.c.author_id, _ENTRY.c.author_id, _ENTRY.c.kind)
    .join_from(_SAID, _ENTRY, _ENTRY.c.id == _SAID.c.entry_id)
    .outerjoin(_PARENT, _PARENT.c.id == _SAID.c.parent_id)
    .where(_SAID.c.id == sa.bindparam("comment"))
)
