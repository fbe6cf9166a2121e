"""All or nothing, and which pages are old afterwards.

`transaction()` on SQLite: rollback (ends the view's snapshot, which cannot be upgraded) → write lock → BEGIN IMMEDIATE → load again,
require, change → COMMIT → bump the page clock. On PostgreSQL the same, with an advisory lock of the database in place of the host's file:
what is counted, numbered or claimed is so by one writer at a time, however many hosts there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app
from sqlalchemy import event
from sqlalchemy.orm import Session

from .base import db
from .locks import ONE_WRITER, write_lock

# What a session's present view knows of changes in lists (`changes`).
NEWEST = "newest-change"


@contextmanager
def transaction() -> Iterator[Session]:
    """All or nothing. Inside another transaction it joins that one; pages are bumped once, after the outermost COMMIT."""
    session: Session = db.session()
    if session.info.get("writing"):
        yield session
        return
    session.rollback()
    with write_lock():
        session.info.update(writing=True, touched=set(), told=set(), kept=[])
        try:
            session.connection(execution_options={"writing": True})
            if session.get_bind().dialect.name == "postgresql":
                session.execute(ONE_WRITER)
            yield session
            _commit(session)
        except BaseException:
            session.rollback()
            raise
        finally:
            touched = session.info.pop("touched", set())
            session.info.pop("writing", None)
    if touched:
        current_app.extensions["fansite"].clock.bump(touched)


def keep(*things: Any) -> None:
    """What is known of these at COMMIT need not be read again for the answer; of all else a later look sees what others did since."""
    db.session().info["kept"].extend(things)


def _commit(session: Session) -> None:
    kept = session.info["kept"]  # stays there: the session itself holds nothing that nobody else does
    session.expire_on_commit = not kept
    try:
        session.commit()
    finally:
        session.expire_on_commit = True
    for thing in [one for one in session.identity_map.values() if one not in kept] if kept else ():
        session.expire(thing)


def touch(*tags: str) -> None:
    """Pages that show any of these tags are old once the running transaction is committed."""
    db.session().info.setdefault("touched", set()).update(tags)


def touched() -> set[str]:
    return set(db.session().info.get("touched", ()))


def untold() -> set[str]:
    """Of what the running transaction touched, what no fact tells of yet."""
    return touched() - db.session().info.get("told", set())


def note_told(tags: Iterable[str]) -> None:
    db.session().info["told"].update(tags)


@event.listens_for(db.session, "after_begin")
def _note_the_clock(session: Session, *_: Any) -> None:
    session.info["seen"] = current_app.extensions["fansite"].clock.seen()
    session.info.pop(NEWEST, None)


def seen() -> int:
    """The page clock when the session's present view of the tables began, before its first query."""
    return int(db.session().info.get("seen", 0))
