"""Which database, and how each connection to it is opened. What PostgreSQL does otherwise than SQLite is made the same here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy import event

from fansite.settings import Settings

from .base import db

# Long enough for the slowest of many waiting writers (ENGINES: 3 s seen), short enough to answer the visitor.
BUSY_TIMEOUT_MS = 8000
# Pages of the database each connection keeps. They are forgotten with every commit of another; the system keeps them all.
CACHE_KIB = 256
# Each connection holds the schema and what it kept: two megabytes, if all statements there are were kept ready by all.
CONNECTIONS_KEPT, STATEMENTS_KEPT = 4, 32
# Whoever writes waits as long as the log waits for who reads.
LOG_PATIENCE_MS = 300
# PostgreSQL's word for a transaction in which nothing may be written.
READ_ONLY = "25006"


def database_uri(settings: Settings) -> str:
    if settings.database_url == "sqlite:":
        return f"sqlite:///{settings.instance_path / 'fansite.db'}"
    return settings.database_url


@contextmanager
def connected(app: Flask) -> Iterator[None]:
    """Within the application for one piece of work. No connection is left open."""
    with app.app_context():
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()


def engine_options(settings: Settings) -> dict[str, Any]:
    always = {"hide_parameters": True}  # what people wrote is not for the log
    if not settings.sqlite:
        return {**always, "pool_size": 10, "max_overflow": 6, "pool_pre_ping": True}
    # Threads of one process each need their own connection; waiting is done at the write lock.
    # The one used last first: what it kept is what is wanted, and the others keep nothing.
    return {
        **always,
        "pool_use_lifo": True,
        "pool_size": CONNECTIONS_KEPT,
        "max_overflow": 20 - CONNECTIONS_KEPT,
        "connect_args": {
            "timeout": BUSY_TIMEOUT_MS / 1000,
            "check_same_thread": False,
            "cached_statements": STATEMENTS_KEPT,
        },
    }


@event.listens_for(sa.Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # BEGIN is ours: see _begin
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        f"cache_size=-{CACHE_KIB}",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "secure_delete=ON",  # some builds only forget where a deleted row stood
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(sa.Engine, "begin")
def _begin(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        writing = connection.get_execution_options().get("writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@event.listens_for(sa.Engine, "before_cursor_execute", retval=True)
def _without_nul(connection: sa.Connection, _cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
    """PostgreSQL has no text with a NUL in it, and no row that would be found by one. Forms are cleaned of them; addresses are not."""
    if connection.dialect.name == "postgresql" and "\\x00" in repr(parameters):
        parameters = _cleared(parameters)
    return statement, parameters


def _cleared(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, dict):
        return {name: _cleared(one) for name, one in value.items()}
    return type(value)(_cleared(one) for one in value) if isinstance(value, list | tuple) else value


@event.listens_for(sa.Engine, "handle_error")
def _only_to_be_read(context: Any) -> None:
    """A server that became a standby answers, and stores nothing: it is away as one that does not answer, though the driver files it elsewhere."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        problem = context.original_exception
        raise sa.exc.OperationalError(context.statement, None, problem, hide_parameters=True) from problem


def empty_log() -> None:
    """Routine: SQLite's log holds pages as they were before something in them was deleted, until it is written over. What stands in it
    is folded into the database, and it is cut to nothing; while somebody still reads there, the next time does it."""
    settings: Settings = current_app.extensions["fansite"].settings
    if not settings.sqlite:
        return
    db.session.rollback()
    with closing(db.engine.raw_connection()) as connection:
        cursor = connection.cursor()
        try:
            cursor.execute(f"PRAGMA busy_timeout={LOG_PATIENCE_MS}")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
