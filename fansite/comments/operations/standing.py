"""Where a comment stands. Its thread's number, all counts and its author's record move with its status, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.comments.models import REFUSED, Comment
from fansite.core.content import Entry
from fansite.core.db import db, get, touch, transaction
from fansite.core.db.rows import grow
from fansite.core.outbox import record
from fansite.lib.times import now

HIGHEST = sa.select(sa.func.max(Comment.__table__.c.id))
FROM_SEQUENCE = sa.text("SELECT nextval(pg_get_serial_sequence('comment', 'id')) FROM generate_series(1, :number)")


def new_ids(number: int) -> Sequence[int]:
    """Rising numbers nobody else takes: under SQLite's write lock the next ones, from PostgreSQL its sequence's. A comment whose number
    is known has its place before it is written."""
    if db.session.get_bind().dialect.name == "postgresql":
        return sorted(db.session.scalars(FROM_SEQUENCE, {"number": number}))
    first = (db.session.scalar(HIGHEST) or 0) + 1
    return range(first, first + number)


def claim(comment_id: int) -> Comment:
    """The comment, locked with all that moves with it; in the order in which writing one locks them, so that nobody waits in a ring."""
    comment = get(Comment, comment_id, lock=False)
    if comment.author_id is not None:
        get(Account, comment.author_id)
    get(Entry, comment.entry_id)
    return get(Comment, comment_id)


def stand(comment: Comment, status: str, *, never_shown: bool = False, refused: bool | None = None) -> None:
    """The only way a status changes. `refused` says whether a moderator's no stands, where the status does not tell."""
    was_visible, counted_as = comment.visible, comment.counts_as
    comment.status = status
    if comment.visible:
        comment.shown_at = comment.shown_at or now()
    elif never_shown:
        comment.shown_at = None
    _note_refusal(comment, refused)
    _count(comment, int(comment.visible) - int(was_visible))
    _keep_record(comment, counted_as, comment.counts_as)
    touch_pages(comment)


def _note_refusal(comment: Comment, refused: bool | None) -> None:
    """A no stands until a moderator says yes, whatever its author does with the text."""
    stands = comment.status in REFUSED if refused is None else refused
    if comment.visible or refused is False:
        comment.refused_at = None
    elif stands:
        comment.refused_at = comment.refused_at or now()


def touch_pages(comment: Comment) -> None:
    """Everything that shows this comment or counts it. Lists that show an entry's count carry the entry's own tag: a word below one text
    makes no page of another old."""
    touch(*comment.page_tags)


def once_more(comment_id: int) -> Comment:
    """What was done already is not done again, but its pages are made old again: the first answer may have died before it did so."""
    with transaction():
        comment = get(Comment, comment_id)
        touch_pages(comment)
        return comment


def _count(comment: Comment, change: int) -> None:
    """A thread has its number from the moment it is first published."""
    if not change:
        return
    opens = comment.visible and comment.thread is None
    entry = grow(Entry, comment.entry_id, comments_count=change, threads_count=int(opens))
    if opens:
        comment.thread = entry.threads_count
    if comment.parent_id is not None:
        grow(Comment, comment.root_id, replies_count=change)


def _keep_record(comment: Comment, before: str | None, after: str | None) -> None:
    if before == after or comment.author_id is None:
        return
    approved = int(after == "approved") - int(before == "approved")
    refused = int(after == "refused") - int(before == "refused")
    author = grow(Account, comment.author_id, approved_comments=approved, refused_comments=refused)
    if (author.approved_comments > 0) != (author.approved_comments - approved > 0):
        _tell_of_standing(db.session.get_one(Account, comment.author_id))


def _tell_of_standing(account: Account) -> None:
    """The first approved comment gives it, the last one takes it along; what a moderator took back neither touches."""
    touch(*account.page_tags)
    if not account.keeps_order and account.standing_lost_at is None:
        record("standing.changed", account)
