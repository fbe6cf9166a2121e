"""Finding comments: a page of threads is one query, not one per reply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from fansite.comments.models import COMMENTS_A_PAGE, COMMENTS_A_THREAD_PAGE, THREADS_A_PAGE, Comment, Revision
from fansite.core.content import Entry, hidden_ids, listed
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
    return rows, {root: there - shown for root, (there, shown) in shares.items() if there > shown}


def last_page_of_thread(root: Comment) -> int:
    return page_of_rank(root.replies_count + int(root.visible) - 1)


def page_of_rank(rank: int) -> int:
    """The page of the thread where the published comment with so many before it stands."""
    return 1 + max(0, rank) // COMMENTS_A_THREAD_PAGE


def page_of_one_thread(root: Comment, page: int, person: Any) -> Sequence[Comment]:
    """A long thread by itself. What somebody has waiting stands among its neighbours and moves nobody to another page."""
    of_thread = sa.and_(Comment.entry_id == root.entry_id, Comment.thread == root.thread)
    statement = sa.select(Comment).where(of_thread, Comment.status == "published").order_by(Comment.path)
    first = (page - 1) * COMMENTS_A_THREAD_PAGE
    rows = _read(statement.limit(COMMENTS_A_THREAD_PAGE + 1).offset(first))
    following, rows = rows[COMMENTS_A_THREAD_PAGE:], rows[:COMMENTS_A_THREAD_PAGE]
    if person is None:
        return rows
    mine = sa.select(Comment).where(of_thread, Comment.author_id == person.id, Comment.status == "pending")
    if page > 1 and rows:
        mine = mine.where(Comment.path > rows[0].path)
    if following:
        mine = mine.where(Comment.path < following[0].path)
    return sorted([*rows, *_read(mine)], key=lambda comment: comment.path)


def missing(rows: Sequence[Comment]) -> Sequence[Comment]:
    """Those above the shown ones that are not among them: hidden, or on a page before."""
    here = {comment.id for comment in rows}
    above = {int(part) for comment in rows for part in comment.path.split("/")} | {c.parent_id for c in rows if c.parent_id}
    absent = sorted(above - here)
    return _read(sa.select(Comment).where(Comment.id.in_(absent))) if absent else []


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
    return shares[comment.root_id][1] if comment.root_id in shares else None


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


def earlier_wordings(ids: Sequence[int]) -> dict[int, list[Revision]]:
    """What stood in these comments before they were edited, oldest first."""
    found: dict[int, list[Revision]] = {}
    for revision in db.session.scalars(sa.select(Revision).where(Revision.comment_id.in_(ids)).order_by(Revision.id)):
        found.setdefault(revision.comment_id, []).append(revision)
    return found


def public_ones(ids: Sequence[int]) -> list[Comment]:
    """Those of the ids that everyone may read now, with author and entry."""
    statement = sa.select(Comment).join(Comment.entry).options(sa.orm.contains_eager(Comment.entry), joinedload(Comment.author))
    # Hidden ones are left out here: told of the status, SQLite would rather read all published comments than some by their ids.
    return [
        comment
        for comment in db.session.scalars(statement.where(Comment.id.in_(ids)))
        if comment.visible and comment.entry.public
    ]


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
    if not public:
        return db.session.scalar(statement) or 0
    # Those below what the public does not see are few: they are taken off, and no entry is looked up for each of the others.
    published = statement.where(Comment.status == "published")
    away = published.where(Comment.entry_id.in_(hidden_ids()))
    return db.session.scalar(sa.select(published.scalar_subquery() - away.scalar_subquery())) or 0


def latest(limit: int, *wanted: sa.ColumnElement[bool]) -> Sequence[Comment]:
    """What was said last, on the whole site or where it is `wanted`."""
    # Told of the status, SQLite would rather read all published comments than those of one text.
    published = (sa.func.coalesce(Comment.status, "") if wanted else Comment.status) == "published"
    statement = (
        sa.select(Comment)
        .join(Comment.entry)
        .options(sa.orm.contains_eager(Comment.entry), joinedload(Comment.author))
        .where(published, listed(), *wanted)
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
    most = max(shown for _there, shown in shares.values())
    shown = sa.select(ranked.c.id).where(ranked.c.rank <= most).limit(COMMENTS_A_PAGE).subquery()
    return sa.select(shown.c.id)  # a limit may not stand inside a union


def _shares(of_page: sa.ColumnElement[bool]) -> dict[int, tuple[int, int]]:
    """Thread's first comment → (published comments, those shown): all threads of the page get the same highest number that keeps
    the page within its limit."""
    roots = sa.select(Comment.id, Comment.replies_count, Comment.status).where(of_page, Comment.parent_id.is_(None))
    there = {root: replies + int(status == "published") for root, replies, status in db.session.execute(roots)}
    most = 1
    while most < max(there.values(), default=0) and sum(min(number, most + 1) for number in there.values()) <= COMMENTS_A_PAGE:
        most += 1
    return {root: (number, min(number, most)) for root, number in there.items()}
