"""What one person said, for everybody or for themselves."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.comments.models import Comment
from fansite.comments.queries.rows import BEFORE, HEARD, NEWEST, OLDEST, Heard, read_heard
from fansite.core.content import contents, hidden_with_words
from fansite.core.db import db
from fansite.core.kept import kept

# To count a hundred comments takes a hundredth of a millisecond.
SAID_MUCH = 500


def own_of(account_id: int, page: int, per_page: int, *, total: int) -> Sequence[Comment]:
    """One's own comments, whatever became of them, newest first. `total` is how many those are in all."""
    forwards, facts = _nearer_end(page, per_page, total)
    return db.session.scalars(_own(forwards), {"account": account_id, **facts}).all()


def public_of(account_id: int, page: int, per_page: int, *, total: int) -> list[Heard]:
    """Of one person's comments what everyone may read, newest first. `total` is how many those are in all."""
    forwards, facts = _nearer_end(page, per_page, total)
    return read_heard(_public(forwards), {"account": account_id, **facts})


def count_own(account_id: int) -> int:
    return db.session.scalar(_count(public=False), {"account": account_id}) or 0


def of_authors(account_ids: Sequence[int]) -> Sequence[tuple[int, int, str]]:
    """(account, number, status) of all they said and did not take back."""
    theirs = (Comment.author_id.in_(account_ids), Comment.status != "withdrawn")
    statement = sa.select(Comment.author_id, Comment.id, Comment.status).where(*theirs)
    rows = db.session.execute(statement.order_by(Comment.author_id, Comment.posted_at))
    return [(account or 0, id, status) for account, id, status in rows]


def count_public(account: Account) -> int:
    """How many of their comments everyone may read. Of who said very much it is kept in the process while it is true."""

    def ask() -> int:
        return db.session.scalar(_count(public=True), {"account": account.id}) or 0

    if account.approved_comments < SAID_MUCH:
        return ask()
    return kept(f"comments.public.{account.id}", tags_of_public(account), ask)


def tags_of_public(account: Account) -> tuple[str, ...]:
    """What was added or taken down of theirs alone or by many at once, and every text that came or went."""
    return (f"by:{account.id}", "list:fans", *(f"list:{kind}" for kind in contents()))


def _nearer_end(page: int, per_page: int, total: int) -> tuple[bool, dict[str, int]]:
    """Whether a page is counted from the newest, how many are on it, and how many stand before it from there."""
    before, here = (page - 1) * per_page, max(0, min(per_page, total - (page - 1) * per_page))
    after = total - before - here
    return before <= after, {"here": here, "before": min(before, after)}


# Put together once for each: that takes longer than the answer.


@cache
def _own(forwards: bool) -> Any:
    statement = sa.select(Comment).join(Comment.entry).options(sa.orm.contains_eager(Comment.entry))
    return statement.where(_on_page_of(False, forwards)).order_by(*NEWEST)


@cache
def _public(forwards: bool) -> Any:
    return HEARD.where(_on_page_of(True, forwards)).order_by(*NEWEST)


@cache
def _count(public: bool) -> Any:
    return sa.select(sa.func.count()).select_from(Comment).where(*_by(public))


def _on_page_of(public: bool, forwards: bool) -> sa.ColumnElement[bool]:
    """Which they are is read off the index."""
    ids = sa.select(Comment.id).where(*_by(public)).order_by(*(NEWEST if forwards else OLDEST))
    return Comment.id.in_(ids.limit(sa.bindparam("here", type_=sa.Integer)).offset(BEFORE).subquery().select())


def _by(public: bool) -> tuple[sa.ColumnElement[bool], ...]:
    # What the public does not see is little: no entry is looked up for each comment. Told of the status, SQLite would rather read all
    # published comments than those of one person.
    published = (sa.func.coalesce(Comment.status, "") == "published", Comment.entry_id.not_in(hidden_with_words()))
    return Comment.author_id == sa.bindparam("account", type_=sa.Integer), *(published if public else ())
