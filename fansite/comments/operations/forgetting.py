"""What becomes of the words of somebody who leaves. Written for thousands of them: by statement, not by comment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from fansite.comments.models import Comment, Mention, Revision
from fansite.comments.operations.renewing import BY_NONE
from fansite.comments.quoting import unnamed
from fansite.core.content import Entry
from fansite.core.db import db, touch
from fansite.core.outbox import record
from fansite.lib.times import now
from fansite.moderation.models import Review

AT_ONCE = 500


def forget_words(author_id: int, *, keep: bool) -> None:
    """Inside the erasing transaction. What is public stays when `keep`; what nobody else ever read goes in any case, and so do earlier
    wordings. Where a text stood, an empty place holds the answers of others together."""
    rows = db.session.execute(
        sa.select(Comment.id, Comment.entry_id, Comment.status, Comment.parent_id, Comment.path).where(
            Comment.author_id == author_id
        )
    ).all()
    gone = [row for row in rows if not (keep and row.status == "published")]
    _uncount([row for row in gone if row.status == "published"])
    db.session.execute(
        sa.delete(Revision).where(Revision.comment_id.in_(sa.select(Comment.id).where(Comment.author_id == author_id)))
    )
    for ids in _batches([row.id for row in gone]):
        _empty(ids)
    db.session.execute(sa.update(Comment).where(Comment.author_id == author_id).values(nonce=None, origin=None))
    touch("list:comments", *(f"entry:{row.entry_id}" for row in rows), *(f"comment:{row.id}" for row in rows))
    _touch_lists({row.entry_id for row in rows})
    for row in gone:
        if row.status == "published":
            record("comment.withdrawn", f"comment:{row.id}")


def forget_name_in_quotes(author_id: int) -> None:
    """Over what others quoted of them in an answer stands no name: that line is the site's. The worker makes the text anew."""
    theirs = sa.select(Comment.id).where(Comment.author_id == author_id)
    quoting = sa.select(Comment.id, Comment.entry_id, Comment.parent_id, Comment.body).where(
        Comment.parent_id.in_(theirs), Comment.body.contains("](/comments/")
    )
    for row in db.session.execute(quoting).all():
        body = unnamed(row.body, row.parent_id)
        if body != row.body:
            db.session.execute(sa.update(Comment).where(Comment.id == row.id).values(body=body, renderer=BY_NONE))
            touch("list:comments", f"entry:{row.entry_id}", f"comment:{row.id}")


def _empty(ids: Sequence[int]) -> None:
    """No word is left; what waited or was public reads as taken back."""
    mine = Comment.id.in_(ids)
    taken_back = sa.case((Comment.status.in_(("published", "pending")), "withdrawn"), else_=Comment.status)
    db.session.execute(sa.update(Comment).where(mine).values(body="", html="", reason=None, status=taken_back))
    db.session.execute(sa.delete(Mention).where(Mention.comment_id.in_(ids)))
    waiting = sa.and_(Review.subject_kind == "comment", Review.subject_id.in_(ids), Review.decided_at.is_(None))
    db.session.execute(sa.update(Review).where(waiting).values(decided_at=now(), version=Review.version + 1))


def _uncount(rows: Sequence[Any]) -> None:
    """Entries and threads no longer count them."""
    entries: dict[int, int] = {}
    roots: dict[int, int] = {}
    for row in rows:
        entries[row.entry_id] = entries.get(row.entry_id, 0) + 1
        if row.parent_id is not None:
            root = int(row.path.partition("/")[0])
            roots[root] = roots.get(root, 0) + 1
    for entry_id, fewer in sorted(entries.items()):
        db.session.execute(sa.update(Entry).where(Entry.id == entry_id).values(comments_count=Entry.comments_count - fewer))
    for root_id, fewer in sorted(roots.items()):
        db.session.execute(sa.update(Comment).where(Comment.id == root_id).values(replies_count=Comment.replies_count - fewer))


def _touch_lists(entry_ids: set[int]) -> None:
    """Lists show how many comments an entry has."""
    for ids in _batches(sorted(entry_ids)):
        touch(*(f"list:{kind}" for kind in db.session.scalars(sa.select(Entry.kind).where(Entry.id.in_(ids)).distinct())))


def _batches(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]
