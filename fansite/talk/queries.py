"""Finding discussions: lists by what was said last, when they began, and what nobody answered yet; of a tag, of a fan, for the desk of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from fansite.accounts.models import Account
from fansite.bonds.queries import ties_of
from fansite.comments.models import Comment
from fansite.comments.queries import Writer
from fansite.core import listing, markup
from fansite.core.content import Entry, listed
from fansite.core.db import db
from fansite.core.db.moments import microseconds
from fansite.core.kept import kept
from fansite.core.listing import Listing
from fansite.moderation.queries import Record
from fansite.tags import queries as tags
from fansite.tags.listing import TaggedListing
from fansite.tags.models import Tag
from fansite.talk.models import REFUSED, Discussion, Revision
from fansite.talk.polls.models import Poll

PER_PAGE = 30
OWN_A_PAGE = 30
IN_CLOUD = 20
OF_FAN = 5
EXCERPT = 220
# More than the pace lets anybody start in a few minutes.
LATEST = 40


class _OfRow(NamedTuple):
    id: int
    kind: str
    language: str
    slug: str
    title: str
    published_at: datetime
    comments_count: int
    comments_open: bool
    author_id: int | None
    pinned_at: datetime | None
    solved_comment_id: int | None
    last_said_at: datetime
    # Of the newest reply: who wrote it, None where there is none.
    speaker_id: int | None
    poll_id: int | None
    author: Writer | None
    speaker: Writer | None


class Row(_OfRow):
    """Of a discussion, what a list says of it: no object of the mapper, so that two that say the same are the same."""

    @property
    def tags(self) -> tuple[str, ...]:
        """What a page depends on that shows it."""
        people = (account for account in (self.author_id, self.speaker_id) if account)
        return (f"entry:{self.id}", *(f"account:{account}" for account in people))


class Solution(NamedTuple):
    """The reply that answered a discussion."""

    id: int
    excerpt: str
    by: str | None
    account_id: int | None


# ---- lists ------------------------------------------------------------------------------------------------------------------


def page_of_latest(number: int) -> tuple[Sequence[Row], int]:
    """Those something was said in last; the pinned ones, on the first page, before all others."""
    rows, last = listing.page_of(_BY_ACTIVITY.order, _by_ids, number, PER_PAGE)
    pinned = _rows(_PINNED, {}) if number == 1 else []
    return [*pinned, *(row for row in rows if row.pinned_at is None)], last


def page_of_newest(number: int) -> tuple[Sequence[Row], int]:
    return listing.page_of(_BY_BEGINNING.order, _by_ids, number, PER_PAGE)


def page_of_unanswered(number: int) -> tuple[Sequence[Row], int]:
    """Those nobody said anything in, the newest first."""
    rows, last = listing.page_of(_UNANSWERED.order, _by_ids, number, PER_PAGE)
    return [row for row in rows if not row.comments_count], last


def page_of_tag(tag: Tag, number: int) -> tuple[Sequence[Row], int]:
    return listing.page_of(_BY_ACTIVITY.carrying(tag.id), _by_ids, number, PER_PAGE)


def heard_by(person: Any, rows: Sequence[Row]) -> list[Row]:
    """Without what those began whom this reader does not read."""
    unheard = ties_of(person).unheard
    return [row for row in rows if row.author_id not in unheard]


def total() -> int:
    return len(_BY_ACTIVITY.order)


def total_unanswered() -> int:
    return len(_UNANSWERED.order)


def latest(number: int) -> list[Row]:
    """The few something was said in last, off the index: the front page need not know all there are."""
    return _rows(_LATEST, {"number": number})


def begun_last(number: int) -> list[Discussion]:
    """The newest, with their authors."""
    return listing.chosen(_BY_BEGINNING.order.downwards(1, number), _DISCUSSIONS)


def cloud() -> list[tuple[str, str, int]]:
    """(slug, name, discussions) of the tags used most, by name."""
    return kept("talk.cloud", ("list:talk", "list:tag"), lambda: tags.named(_BY_ACTIVITY.most_used(IN_CLOUD)))


def started_by(account_id: int) -> list[Row]:
    """The last few discussions somebody started."""
    return _rows(_OF_FAN, {"account": account_id})


# ---- one discussion -----------------------------------------------------------------------------------------------------------


def solution_of(discussion: Discussion) -> Solution | None:
    """None while there is none, or while nobody may read it."""
    if discussion.solved_comment_id is None:
        return None
    row = db.session.execute(_SOLUTION, {"id": discussion.solved_comment_id}).one_or_none()
    if row is None:
        return None
    name = row.username if row.erased_at is None else None
    return Solution(row.id, markup.summary_of(row.html, EXCERPT), name or row.author_name or None, row.author_id)


def many(ids: Sequence[int]) -> list[Discussion]:
    """With their authors and tags, in two queries."""
    return list(db.session.scalars(_with_author().options(sa.orm.selectinload(Discussion.tags)).where(Discussion.id.in_(ids))))


def earlier_wordings(ids: Sequence[int]) -> dict[int, list[Revision]]:
    """What stood in these before they were edited, oldest first."""
    found: dict[int, list[Revision]] = {}
    for revision in db.session.scalars(sa.select(Revision).where(Revision.discussion_id.in_(ids)).order_by(Revision.id)):
        found.setdefault(revision.discussion_id, []).append(revision)
    return found


# ---- of somebody --------------------------------------------------------------------------------------------------------------


def own_of(account_id: int, page: int) -> Sequence[Discussion]:
    """One's own, whatever became of them, newest first."""
    statement = sa.select(Discussion).where(*_by(account_id)).order_by(Entry.id.desc())
    return db.session.scalars(statement.limit(OWN_A_PAGE).offset((page - 1) * OWN_A_PAGE)).all()


def count_own(account_id: int) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Entry).where(*_by(account_id))) or 0


def all_of(account_id: int) -> Sequence[Discussion]:
    return db.session.scalars(sa.select(Discussion).where(*_by(account_id)).order_by(Entry.id)).all()


def records_of(account_ids: Sequence[int]) -> dict[int, Record]:
    """For many in one query."""
    statement = (
        sa.select(Entry.author_id, sa.func.count(Entry.published_at), sa.func.count(sa.case((Discussion.state.in_(REFUSED), 1))))
        .select_from(Discussion)
        .where(Entry.author_id.in_(account_ids), Entry.kind == "talk")
        .group_by(Entry.author_id)
    )
    # What was public and then removed counts as refused alone.
    return {id: Record(max(0, public - refused), refused) for id, public, refused in db.session.execute(statement) if id}


def record_of(account_id: int) -> Record:
    return records_of([account_id]).get(account_id, Record())


def of_authors(account_ids: Sequence[int]) -> Sequence[tuple[int, int, str]]:
    """(account, number, state) of all they started and did not take back."""
    theirs = (Entry.author_id.in_(account_ids), Entry.kind == "talk", Discussion.state != "withdrawn")
    statement = sa.select(Entry.author_id, Discussion.id, Discussion.state).where(*theirs)
    rows = db.session.execute(statement.order_by(Entry.author_id, Discussion.id))
    return [(account or 0, id, state) for account, id, state in rows]


def latest_of(account_id: int, *, since: datetime) -> Sequence[Any]:
    """What they started in the last minutes, newest first."""
    statement = sa.select(Discussion.id, Discussion.title, Discussion.body, Discussion.state, Discussion.created_at)
    recent = statement.where(*_by(account_id), Entry.created_at > since)
    return db.session.execute(recent.order_by(Entry.id.desc()).limit(LATEST)).all()


def with_nonce(nonce: str) -> int | None:
    return db.session.scalar(sa.select(Discussion.__table__.c.id).where(Discussion.__table__.c.nonce == nonce))


# ---- the parts ----------------------------------------------------------------------------------------------------------------


@cache
def _with_author() -> Any:
    return sa.select(Discussion).options(joinedload(Discussion.author))


def _by(account_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return Entry.author_id == account_id, Entry.kind == "talk"


def _by_ids(ids: Sequence[int]) -> list[Row]:
    return _rows(_BY_IDS, {"ids": ids})


def _rows(statement: Any, facts: dict[str, Any]) -> list[Row]:
    own, person = len(Row._fields) - 2, len(Writer._fields)
    return [
        Row._make([*row[:own], _writer(row[own : own + person]), _writer(row[own + person :])])
        for row in db.session.execute(statement, facts)
    ]


def _writer(columns: Sequence[Any]) -> Writer | None:
    return Writer._make(columns) if columns[0] is not None else None


_PUBLIC = (Entry.kind == "talk", listed())
_BY_ACTIVITY = TaggedListing(
    "talk.activity", ("entry", "tag", "talk"), Discussion.id, microseconds(Discussion.last_said_at), _PUBLIC, tags=("list:talk",)
)
_BY_BEGINNING = Listing("talk.newest", ("entry",), Entry.id, microseconds(Entry.published_at), _PUBLIC, tags=("list:talk",))
_UNANSWERED = Listing(
    "talk.unanswered",
    ("entry", "talk"),
    Discussion.id,
    microseconds(Discussion.published_at),
    (*_PUBLIC, Discussion.last_comment_id.is_(None)),
    tags=("list:talk",),
)

# Put together once: that takes longer than the answer.
_ENTRY, _OWN, _ACCOUNT = Entry.__table__.c, Discussion.__table__.c, Account.__table__
_SPEAKER, _REPLY = _ACCOUNT.alias("speaker"), Comment.__table__
_ROWS = (
    sa.select(
        *(_ENTRY[name] for name in Row._fields[:9]),
        *(_OWN[name] for name in Row._fields[9:12]),
        _SPEAKER.c.id,
        Poll.__table__.c.id,
        *(_ACCOUNT.c[name] for name in Writer._fields),
        *(_SPEAKER.c[name] for name in Writer._fields),
    )
    .select_from(
        sa.join(Entry.__table__, Discussion.__table__, _OWN.id == _ENTRY.id)
        .outerjoin(_ACCOUNT, _ACCOUNT.c.id == _ENTRY.author_id)
        .outerjoin(_REPLY, sa.and_(_REPLY.c.id == _OWN.last_comment_id, sa.func.coalesce(_REPLY.c.status, "") == "published"))
        .outerjoin(_SPEAKER, _SPEAKER.c.id == _REPLY.c.author_id)
        .outerjoin(Poll.__table__, Poll.__table__.c.entry_id == _ENTRY.id)
    )
    .where(_ENTRY.status == "published", _ENTRY.visibility == "public")
)
_BY_IDS = _ROWS.where(_ENTRY.id.in_(listing.IDS))
_PINNED = _ROWS.where(_OWN.pinned_at.is_not(None)).order_by(_OWN.pinned_at.desc())
_LATEST = _ROWS.order_by(_OWN.last_said_at.desc()).limit(sa.bindparam("number", type_=sa.Integer))
_OF_FAN = (
    _ROWS.where(_ENTRY.author_id == sa.bindparam("account"), _ENTRY.kind == "talk")
    .order_by(_ENTRY.published_at.desc(), _ENTRY.id.desc())
    .limit(OF_FAN)
)
_SOLUTION = (
    sa.select(_REPLY.c.id, _REPLY.c.html, _REPLY.c.author_id, _REPLY.c.author_name, _ACCOUNT.c.username, _ACCOUNT.c.erased_at)
    .select_from(_REPLY.outerjoin(_ACCOUNT, _ACCOUNT.c.id == _REPLY.c.author_id))
    .where(_REPLY.c.id == sa.bindparam("id"), sa.func.coalesce(_REPLY.c.status, "") == "published")
)
_DISCUSSIONS = listing.entities(lambda: _with_author().where(listed()))
