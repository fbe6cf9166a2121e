"""What pages show of a comment, as rows: the statements all lists of comments are made of."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.comments.models import Comment
from fansite.core.content import Entry
from fansite.core.db import db


class _OfWriter(NamedTuple):
    username: str
    username_key: str
    role: str
    face: str | None
    disabled_at: datetime | None
    erased_at: datetime | None


class Writer(_OfWriter):
    """Of an account, what a page says of who wrote."""

    active: Any = Account.active
    keeps_order: Any = Account.keeps_order
    is_staff: Any = Account.is_staff


class _Row(NamedTuple):
    id: int
    parent_id: int | None
    thread: int | None
    path: str
    depth: int
    status: str
    html: str
    posted_at: datetime
    edited_at: datetime | None
    reactions_count: int
    author_id: int | None
    author_name: str
    # Of its author's account, as in `Writer`; None without one.
    username: str | None
    username_key: str | None
    role: str | None
    face: str | None
    disabled_at: datetime | None
    erased_at: datetime | None


class Said(_Row):
    """Of a comment, what a page says of it. A page has up to two hundred: rows that are no objects of the mapper take a third of its
    time, and two that say the same are the same."""

    visible: Any = Comment.visible
    still_editable: Any = Comment.still_editable
    page_of_thread: Any = Comment.page_of_thread

    @property
    def author(self) -> Writer | None:
        return Writer._make(self[-len(Writer._fields) :]) if self.username is not None else None


class About(NamedTuple):
    """Of an entry, what is said of it beside a comment."""

    id: int
    kind: str
    language: str
    slug: str
    title: str


class Heard(NamedTuple):
    """A comment away from its place, and what it is about."""

    said: Said
    entry: About


ROW = Comment.__table__.c
_OF_COMMENT = [getattr(ROW, name) for name in Said._fields[: -len(Writer._fields)]]
_OF_WRITER = [getattr(Account.__table__.c, name) for name in Writer._fields]
_WITH_WRITER = sa.outerjoin(Comment.__table__, Account.__table__)
_ABOUT = [Entry.__table__.c[name] for name in About._fields]
HEARD = sa.select(*_OF_COMMENT, *_OF_WRITER, *_ABOUT).select_from(
    _WITH_WRITER.join(Entry.__table__, Entry.__table__.c.id == ROW.entry_id)
)


def said_where(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(*_OF_COMMENT, *_OF_WRITER).select_from(_WITH_WRITER).where(*conditions)


def read(statement: Any, facts: dict[str, Any] | None = None) -> list[Said]:
    return [Said._make(row) for row in db.session.execute(statement, facts).all()]


def read_heard(statement: Any, facts: dict[str, Any] | None = None) -> list[Heard]:
    ends = len(Said._fields)
    return [Heard(Said._make(row[:ends]), About._make(row[ends:])) for row in db.session.execute(statement, facts).all()]


# Names of parameters, and what several statements ask.
BEFORE = sa.bindparam("before", type_=sa.Integer)
OF_ENTRY = ROW.entry_id == sa.bindparam("entry", type_=sa.Integer)
OF_THREAD = sa.and_(OF_ENTRY, ROW.thread == sa.bindparam("thread", type_=sa.Integer))
BY_IDS = said_where(ROW.id.in_(sa.bindparam("ids", expanding=True)))
NEWEST, OLDEST = (Comment.posted_at.desc(), Comment.id.desc()), (Comment.posted_at, Comment.id)
