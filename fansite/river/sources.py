"""Where lines come from: of each sort of act, the rows that say it was done. One list, for what happens now and for what was loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.bonds.models import Bond
from fansite.comments.models import Comment
from fansite.core.content import Entry
from fansite.core.outbox import Event
from fansite.tour.going.models import Attendance
from fansite.tour.photos.models import FanPhoto

Condition = sa.ColumnElement[bool]
COMMENT, ENTRY, ACCOUNT = Comment.__table__.c, Entry.__table__.c, Account.__table__.c
ATTENDANCE, PHOTO, BOND = Attendance.__table__.c, FanPhoto.__table__.c, Bond.__table__.c
# What people publish that others may want to read.
WRITTEN = ("news", "talk")


@dataclass(frozen=True)
class Source:
    verb: str
    subject_kind: str
    # account, subject, entry, moment.
    rows: sa.Select[Any]
    # After which events some of them may be new, and which ones those are.
    events: tuple[str, ...]
    of: Callable[[Sequence[Event]], Condition]
    # The number all of them are gone through by.
    number: Any


def number_of(event: Event) -> int:
    return int(event.subject.partition(":")[2])


def _subjects(column: Any) -> Callable[[Sequence[Event]], Condition]:
    return lambda events: column.in_([number_of(event) for event in events])


def _pairs(subject: Any, account: Any) -> Callable[[Sequence[Event]], Condition]:
    """Of one thing with many: only what this one person did. Of who was erased, an event says nothing any more."""
    return lambda events: sa.or_(
        sa.false(),
        *(sa.and_(subject == number_of(event), account == event.data["by"]) for event in events if "by" in event.data),
    )


def _authors(events: Sequence[Event]) -> Condition:
    """Who wrote these comments."""
    return ACCOUNT.id.in_(sa.select(COMMENT.author_id).where(COMMENT.id.in_([number_of(event) for event in events])))


def _rows(account: Any, subject: Any, entry: Any, at: Any, *conditions: Condition) -> sa.Select[Any]:
    return sa.select(account, subject, entry, at.label("at")).where(account.is_not(None), *conditions)


_NO_ENTRY = sa.cast(sa.null(), sa.Integer)
# Of one person, by an index that begins with them; the first thing that stayed.
_FIRST = (
    sa.select(sa.func.coalesce(COMMENT.shown_at, COMMENT.posted_at))
    .where(COMMENT.author_id == ACCOUNT.id, sa.func.coalesce(COMMENT.status, "") == "published")
    .order_by(COMMENT.posted_at, COMMENT.id)
    .limit(1)
    .correlate(Account.__table__)
    .scalar_subquery()
)
SOURCES = (
    Source(
        "said",
        "comment",
        _rows(
            COMMENT.author_id,
            COMMENT.id,
            COMMENT.entry_id,
            sa.func.coalesce(COMMENT.shown_at, COMMENT.posted_at),
            # Told of the status, SQLite would rather read all published comments than some by their ids.
            sa.func.coalesce(COMMENT.status, "") == "published",
        ),
        ("comment.published",),
        _subjects(COMMENT.id),
        COMMENT.id,
    ),
    Source(
        "wrote",
        "entry",
        _rows(
            ENTRY.author_id,
            ENTRY.id,
            ENTRY.id,
            ENTRY.published_at,
            sa.func.coalesce(ENTRY.kind, "").in_(WRITTEN),
            sa.func.coalesce(ENTRY.status, "") == "published",
            ENTRY.translation_of_id.is_(None),
        ),
        tuple(f"{kind}.published" for kind in WRITTEN),
        _subjects(ENTRY.id),
        ENTRY.id,
    ),
    *(
        Source(
            verb,
            "gig",
            _rows(ATTENDANCE.account_id, ATTENDANCE.gig_id, ATTENDANCE.gig_id, ATTENDANCE.said_at, ATTENDANCE.word == word),
            ("attendance.said",),
            _pairs(ATTENDANCE.gig_id, ATTENDANCE.account_id),
            ATTENDANCE.id,
        )
        for verb, word in (("goes", "going"), ("was", "there"))
    ),
    Source(
        "showed",
        "photo",
        _rows(
            PHOTO.account_id,
            PHOTO.id,
            PHOTO.gig_id,
            sa.func.coalesce(PHOTO.shown_at, PHOTO.sent_at),
            PHOTO.status == "published",
        ),
        ("photo.published",),
        _subjects(PHOTO.id),
        PHOTO.id,
    ),
    Source(
        "follows",
        "account",
        _rows(BOND.account_id, BOND.other_id, _NO_ENTRY, BOND.since, BOND.kind == "follow"),
        ("bond.follow",),
        _pairs(BOND.other_id, BOND.account_id),
        BOND.account_id,
    ),
    Source(
        "came",
        "account",
        _rows(ACCOUNT.id, ACCOUNT.id, _NO_ENTRY, _FIRST, ACCOUNT.approved_comments > 0, _FIRST.is_not(None)),
        ("comment.published",),
        _authors,
        ACCOUNT.id,
    ),
)
EVENTS = tuple(dict.fromkeys(name for source in SOURCES for name in source.events))
