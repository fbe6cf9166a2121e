"""A page of threads, and a page of one long thread: one query, not one per reply."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from fansite.comments.models import COMMENTS_A_PAGE, COMMENTS_A_THREAD_PAGE, THREADS_A_PAGE, Comment, Place
from fansite.comments.queries.rows import BEFORE, BY_IDS, OF_ENTRY, OF_THREAD, ROW, Said, read, said_where
from fansite.core.content import Entry
from fansite.core.db import db


def last_page(entry: Entry | Place) -> int:
    return max(1, -(-entry.threads_count // THREADS_A_PAGE))


def page_of_threads(entry: Entry, page: int, person: Any) -> tuple[list[Said], dict[int, int]]:
    """The published comments of a page in reading order, with what this person has waiting there; and how many replies of
    which thread did not fit: `{root id: replies left out}`."""
    first = (page - 1) * THREADS_A_PAGE + 1
    facts = {"entry": entry.id, "first": first, "last": first + THREADS_A_PAGE - 1}
    shares: dict[int, tuple[int, int]] = _shares(facts) if entry.comments_count > COMMENTS_A_PAGE else {}
    if person is not None:
        facts["person"] = person.id
    if shares:
        facts["most"] = max(shown for _there, shown in shares.values())
    rows = read(_page(bool(shares), person is not None, page == last_page(entry)), facts)
    rows.sort(key=lambda said: (said.thread is None, said.thread or 0, said.path))
    return rows, {root: there - shown for root, (there, shown) in shares.items() if there > shown}


@cache
def _page(shared: bool, signed_in: bool, last: bool) -> Any:
    """Put together once for each: that takes longer than the answer."""
    # Told of the status once more, SQLite would rather read all published comments than those of the share.
    wanted = [said_where(ROW.id.in_(_in_their_share())) if shared else said_where(_PUBLISHED, _OF_PAGE)]
    if signed_in:
        wanted.append(said_where(_OF_PAGE, _MINE))
        if last:
            wanted.append(said_where(OF_ENTRY, ROW.thread.is_(None), _MINE))
    return sa.union_all(*wanted)


def last_page_of_thread(root: Comment) -> int:
    return page_of_rank(root.replies_count + int(root.visible) - 1)


def page_of_rank(rank: int) -> int:
    """The page of the thread where the published comment with so many before it stands."""
    return 1 + max(0, rank) // COMMENTS_A_THREAD_PAGE


def page_of_one_thread(root: Comment, page: int, person: Any) -> list[Said]:
    """A long thread by itself. What somebody has waiting stands among its neighbours and moves nobody to another page."""
    first = (page - 1) * COMMENTS_A_THREAD_PAGE
    facts = {"entry": root.entry_id, "thread": root.thread}
    rows = read(_PAGE_OF_THREAD, {**facts, "most": COMMENTS_A_THREAD_PAGE + 1, "before": first})
    following, rows = rows[COMMENTS_A_THREAD_PAGE:], rows[:COMMENTS_A_THREAD_PAGE]
    if person is None:
        return rows
    mine = read(_MINE_IN_THREAD, {**facts, "person": person.id})
    begins, ends = rows[0].path if page > 1 and rows else "", following[0].path if following else None
    return sorted(
        [*rows, *(said for said in mine if begins < said.path and (ends is None or said.path < ends))], key=lambda said: said.path
    )


def on_path(rows: Sequence[Said]) -> set[int]:
    """These comments and all they hang on."""
    return {int(part) for part in set("/".join([said.path for said in rows]).split("/")) if part}


def missing(rows: Sequence[Said], on_path: set[int]) -> list[Said]:
    """Those above the shown ones that are not among them: hidden, or on a page before."""
    above = on_path.union(said.parent_id for said in rows if said.parent_id)
    absent = sorted(above.difference([said.id for said in rows]))
    return read(BY_IDS, {"ids": absent}) if absent else []


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


def share_of_thread(comment: Comment, entry: Entry | Place) -> int | None:
    """How many comments of its thread the entry's page shows; None when all."""
    if entry.comments_count <= COMMENTS_A_PAGE:
        return None
    first = (comment.page_of_thread() - 1) * THREADS_A_PAGE + 1
    shares = _shares({"entry": entry.id, "first": first, "last": first + THREADS_A_PAGE - 1})
    return shares[comment.root_id][1] if comment.root_id in shares else None


# ---- the statements ---------------------------------------------------------------------------------------------------------


_FIRST, _LAST = sa.bindparam("first", type_=sa.Integer), sa.bindparam("last", type_=sa.Integer)
_OF_PAGE = sa.and_(OF_ENTRY, ROW.thread.between(_FIRST, _LAST))
_PUBLISHED = ROW.status == "published"
_MOST = sa.bindparam("most", type_=sa.Integer)
_MINE = sa.and_(ROW.author_id == sa.bindparam("person", type_=sa.Integer), ROW.status == "pending")
_MINE_IN_THREAD = said_where(OF_THREAD, _MINE)
# The ids alone, off the index: those before the page are passed over without being read.
_ON_PAGE = sa.select(ROW.id).where(OF_THREAD, _PUBLISHED).order_by(ROW.path).limit(_MOST).offset(BEFORE)
_PAGE_OF_THREAD = said_where(ROW.id.in_(_ON_PAGE)).order_by(ROW.path)
_ROOTS = sa.select(ROW.id, ROW.replies_count, ROW.status).where(_OF_PAGE, ROW.parent_id.is_(None))


def _in_their_share() -> sa.Select[Any]:
    """The ids of a page's published comments, of each thread the first so many."""
    rank = sa.func.row_number().over(partition_by=ROW.thread, order_by=ROW.path)
    ranked = sa.select(ROW.id, rank.label("rank")).where(_OF_PAGE, _PUBLISHED).subquery()
    return sa.select(ranked.c.id).where(ranked.c.rank <= _MOST).limit(COMMENTS_A_PAGE)


def _shares(of_page: dict[str, int]) -> dict[int, tuple[int, int]]:
    """Thread's first comment → (published comments, those shown): all threads of the page get the same highest number that keeps
    the page within its limit."""
    there = {root: replies + int(status == "published") for root, replies, status in db.session.execute(_ROOTS, of_page)}
    most = 1
    while most < max(there.values(), default=0) and sum(min(number, most + 1) for number in there.values()) <= COMMENTS_A_PAGE:
        most += 1
    return {root: (number, min(number, most)) for root, number in there.items()}
