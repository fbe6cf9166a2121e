"""What discussions follow elsewhere: what is said below them, and whether who wrote them stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.comments.models import Comment
from fansite.core.content import Entry
from fansite.core.db import db, touch, transaction
from fansite.core.outbox import Event
from fansite.talk import operations
from fansite.talk.models import Discussion

# Each is rendered again: so many in one go keep nobody waiting who writes.
AT_ONCE = 50


def follow(events: Sequence[Event]) -> None:
    """Looks at what was said last in the discussions these comments stand in, and puts each in its place."""
    below = sa.select(Comment.entry_id).where(Comment.id.in_(_ids(events))).distinct()
    for discussion_id in db.session.scalars(sa.select(Discussion.__table__.c.id).where(_OWN.id.in_(below))).all():
        _settle(discussion_id)


def follow_standing(events: Sequence[Event]) -> None:
    """Of who stands, and of who does not any more: their links and what search engines may have."""
    for account_id in sorted(_ids(events)):
        while _stand_as(account_id):
            pass


def _ids(events: Iterable[Event]) -> set[int]:
    return {int(number) for event in events if (number := event.subject.partition(":")[2]).isdigit()}


def _settle(discussion_id: int) -> None:
    with transaction() as session:
        discussion = session.get(Discussion, discussion_id)
        if discussion is None:
            return
        last = session.execute(_LAST, {"entry": discussion_id}).one_or_none()
        comment_id, at = (
            (last.id, last.posted_at) if last is not None else (None, discussion.published_at or discussion.created_at)
        )
        if (comment_id, at) != (discussion.last_comment_id, discussion.last_said_at):
            discussion.last_comment_id, discussion.last_said_at = comment_id, at
            touch("list:talk", f"entry:{discussion_id}")


def _stand_as(account_id: int) -> bool:
    """Some of theirs that say something else than their account; whether there may be more."""
    with transaction() as session:
        account = session.get(Account, account_id)
        if account is None or account.erased_at is not None:
            return False
        wrong = (Entry.author_id == account.id, Entry.kind == "talk", Discussion.author_stands != account.stands)
        found = session.scalars(sa.select(Discussion).where(*wrong).limit(AT_ONCE)).all()
        for discussion in found:
            discussion.author_stands = account.stands
            operations.write_anew(discussion)
            discussion.touch()
        return len(found) == AT_ONCE


_OWN, _REPLY = Discussion.__table__.c, Comment.__table__.c
# Told of the status, SQLite would rather read all published comments than those of one text.
_LAST = (
    sa.select(_REPLY.id, _REPLY.posted_at)
    .where(_REPLY.entry_id == sa.bindparam("entry"), sa.func.coalesce(_REPLY.status, "") == "published")
    .order_by(_REPLY.posted_at.desc(), _REPLY.id.desc())
    .limit(1)
)
