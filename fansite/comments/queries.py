"""Finding comments: a page of threads is one query, not one per reply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from fansite.comments.models import COMMENTS_A_PAGE, THREADS_A_PAGE, Comment
from fansite.core.content import Entry, listed
from fansite.core.db import db


def last_page(entry: Entry) -> int:
    return max(1, -(-entry.threads_count // THREADS_A_PAGE))


def page_of_threads(entry: Entry, page: int, person: Any) -> tuple[Sequence[Comment], dict[int, int]]:
    """The published comments of a page in reading order, with what this person has waiting there; and how many replies of
    which thread did not fit: `{root id: replies left out}`."""
    first = (page - 1) * THREADS_A_PAGE + 1
    of_page = sa.and_(Comment.entry_id == entry.id, Comment.thread.between(first, first + THREADS_A_PAGE - 1))
    shares = _shares(of_page) if entry.comments_count > COMMENTS_A_PAGE else {}
    wanted = [_published_ids(of_page, shares)]
    if person is not None:
        mine = sa.and_(Comment.author_id == person.id, Comment.status == "pending")
        wanted.append(sa.select(Comment.id).where(of_page, mine))
        if page == last_page(entry):
            waiting_threads = sa.and_(Comment.entry_id == entry.id, Comment.thread.is_(None), mine)
            wanted.append(sa.select(Comment.id).where(waiting_threads))
    rows = _read(sa.select(Comment).where(Comment.id.in_(sa.union_all(*wanted))))
    rows.sort(key=lambda comment: (comment.thread is None, comment.thread or 0, comment.path))
    return rows, {root: replies - share for root, (replies, share) in shares.items() if replies > share}


def page_of_one_thread(root: Comment, page: int, person: Any) -> Sequence[Comment]:
    """A long thread by itself, 200 comments a page."""
    seen = Comment.status == "published"
    if person is not None:
        seen = sa.or_(seen, sa.and_(Comment.author_id == person.id, Comment.status == "pending"))
    statement = (
        sa.select(Comment)
        .where(Comment.entry_id == root.entry_id, Comment.thread == root.thread, seen)
        .order_by(Comment.path)
        .limit(COMMENTS_A_PAGE)
        .offset((page - 1) * COMMENTS_A_PAGE)
    )
    return _read(statement)


def missing(rows: Sequence[Comment]) -> Sequence[Comment]:
    """Those above the shown ones that are out of sight: they keep the thread's shape as empty places."""
    here = {comment.id for comment in rows}
    above = {int(part) for comment in rows for part in comment.path.split("/")} | {c.parent_id for c in rows if c.parent_id}
    gone = sorted(above - here)
    return _read(sa.select(Comment).where(Comment.id.in_(gone))) if gone else []


def rank_in_thread(comment: Comment) -> int:
    """How many published comments stand before this one in its thread."""
    return (
        db.session.scalar(
            sa.select(sa.func.count()).where(
                Comment.entry_id == comment.entry_id,
                Comment.thread == comment.thread,
                Comment.status == "published",
                Comment.path < comment.path,
            )
        )
        or 0
    )


def share_of_thread(comment: Comment, entry: Entry) -> int | None:
    """How many comments of its thread the entry's page shows; None when all."""
    if entry.comments_count <= COMMENTS_A_PAGE:
        return None
    first = (comment.page_of_thread() - 1) * THREADS_A_PAGE + 1
    shares = _shares(sa.and_(Comment.entry_id == entry.id, Comment.thread.between(first, first + THREADS_A_PAGE - 1)))
    return 1 + shares[comment.root_id][1] if comment.root_id in shares else None


def with_context(comment_id: int) -> Comment | None:
    statement = sa.select(Comment).options(joinedload(Comment.entry), joinedload(Comment.author)).where(Comment.id == comment_id)
    return db.session.execute(statement).scalar_one_or_none()


def many_with_context(ids: Sequence[int]) -> list[Comment]:
    """With author, entry, parent and parent's author, in one query."""
    statement = (
        sa.select(Comment)
        .options(
            joinedload(Comment.entry),
            joinedload(Comment.author),
            joinedload(Comment.parent).joinedload(Comment.author),
        )
        .where(Comment.id.in_(ids))
    )
    return list(db.session.scalars(statement).unique())


def public_ones(ids: Sequence[int]) -> list[Comment]:
    """Those of the ids that everyone may read now, with author and entry."""
    statement = sa.select(Comment).join(Comment.entry).options(sa.orm.contains_eager(Comment.entry), joinedload(Comment.author))
    return list(db.session.scalars(statement.where(Comment.id.in_(ids), Comment.status == "published", listed())))


def written_by(account_id: int, page: int, per_page: int, *, public: bool) -> Sequence[Comment]:
    """One person's comments, newest first; `public` only what everyone may read."""
    statement = (
        sa.select(Comment)
        .join(Comment.entry)
        .options(sa.orm.contains_eager(Comment.entry))
        .where(Comment.author_id == account_id)
    )
    if public:
        statement = statement.where(Comment.status == "published", listed())
    statement = statement.order_by(Comment.posted_at.desc(), Comment.id.desc()).limit(per_page).offset((page - 1) * per_page)
    return db.session.scalars(statement).all()


def count_by(account_id: int, *, public: bool) -> int:
    statement = sa.select(sa.func.count()).select_from(Comment).where(Comment.author_id == account_id)
    if public:
        statement = statement.join(Comment.entry).where(Comment.status == "published", listed())
    return db.session.scalar(statement) or 0


def latest(limit: int) -> Sequence[Comment]:
    """What was said last on the whole site."""
    statement = (
        sa.select(Comment)
        .join(Comment.entry)
        .options(sa.orm.contains_eager(Comment.entry), joinedload(Comment.author))
        .where(Comment.status == "published", listed())
        .order_by(Comment.posted_at.desc(), Comment.id.desc())
        .limit(limit)
    )
    return db.session.scalars(statement).all()


def _read(statement: sa.Select[Any]) -> list[Comment]:
    return list(db.session.scalars(statement.options(joinedload(Comment.author))))


def _published_ids(of_page: sa.ColumnElement[bool], shares: dict[int, tuple[int, int]]) -> sa.Select[Any]:
    published = sa.select(Comment.id).where(of_page, Comment.status == "published")
    if not shares:
        return published
    rank = sa.func.row_number().over(partition_by=Comment.thread, order_by=Comment.path)
    ranked = sa.select(Comment.id, rank.label("rank")).where(of_page, Comment.status == "published").subquery()
    most = 1 + max(share for _replies, share in shares.values())
    shown = sa.select(ranked.c.id).where(ranked.c.rank <= most).limit(COMMENTS_A_PAGE).subquery()
    return sa.select(shown.c.id)  # a limit may not stand inside a union


def _shares(of_page: sa.ColumnElement[bool]) -> dict[int, tuple[int, int]]:
    """(replies, replies shown) of each thread of the page: all get the same highest number that keeps the page within its limit."""
    rows = db.session.execute(sa.select(Comment.id, Comment.replies_count).where(of_page, Comment.parent_id.is_(None))).all()
    room, level = COMMENTS_A_PAGE - len(rows), 0
    while sum(min(replies, level + 1) for _id, replies in rows) <= room and any(replies > level for _id, replies in rows):
        level += 1
    return {root: (replies, min(replies, level)) for root, replies in rows}
