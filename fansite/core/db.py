"""The database and its one way to write.

`transaction()` on SQLite: rollback (ends the view's snapshot, which cannot be upgraded) → write lock → BEGIN IMMEDIATE → load again,
require, change → COMMIT → bump the page clock. On PostgreSQL the same, with an advisory lock of the database in place of the host's file:
what is counted, numbered or claimed is so by one writer at a time, however many hosts there are.
"""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql.functions import GenericFunction

from fansite.core.errors import NotFound, WrongSchema
from fansite.lib.processes import taken, tried_until
from fansite.settings import ROOT, Settings

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# Long enough for the slowest of many waiting writers (ENGINES: 3 s seen), short enough to answer the visitor.
BUSY_TIMEOUT_MS = 8000
LOCK_PATIENCE_SECONDS = 2.0
_SCHEMA = sa.text("SELECT version_num FROM alembic_version")
# Of all that may be locked in a PostgreSQL database by a number, this one is the site's writer. Given back at the end of its transaction.
_ONE_WRITER = sa.text("SELECT pg_advisory_xact_lock(4661)")
# And this one whoever writes to an annex: nobody who writes to the site waits for that.
_ONE_BUILDER = sa.text("SELECT pg_advisory_xact_lock(4662)")
_NO_OTHER_WRITER = sa.text("SELECT pg_try_advisory_xact_lock(4661)")
# PostgreSQL's word for a transaction in which nothing may be written.
READ_ONLY = "25006"
# What a session's present view knows of changes in lists (`changes`).
NEWEST = "newest-change"
# Whoever writes waits as long as the log waits for who reads.
LOG_PATIENCE_MS = 300
# Pages of the database each connection keeps. They are forgotten with every commit of another; the system keeps them all.
CACHE_KIB = 256


def _moment_of(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text is not None else None


class Moment(sa.types.TypeDecorator[datetime]):
    """Aware UTC on every database: SQLite keeps no zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("moments are aware: this one has no zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return value if value is None or value.tzinfo is UTC else value.astimezone(UTC)

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Any:
        """SQLite's text is read in one step: a page with many comments has a thousand of them."""
        return _moment_of if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


class w3c_text(GenericFunction[str]):
    """A moment as `fansite.lib.times.w3c` writes it, written by the database: of a million rows, that takes half as long."""

    type = sa.String()
    inherit_cache = True


@compiles(w3c_text)
def _w3c_on_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    """SQLite keeps a moment as text: "2026-11-19 17:30:00.000000"."""
    column = compiler.process(element.clauses, **kw)
    return f"(substr({column}, 1, 10) || 'T' || substr({column}, 12, 8) || '+00:00')"


@compiles(w3c_text, "postgresql")
def _w3c_on_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    column = compiler.process(element.clauses, **kw)
    return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')"""


class microseconds(GenericFunction[int]):
    """A moment as a whole number: microseconds since 1970, which a list of a hundred thousand keeps in eight bytes each."""

    type = sa.BigInteger()
    inherit_cache = True


@compiles(microseconds)
def _microseconds_on_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    column = compiler.process(element.clauses, **kw)
    return f"(CAST(strftime('%s', {column}) AS INTEGER) * 1000000 + CAST(substr({column}, 21, 6) AS INTEGER))"


@compiles(microseconds, "postgresql")
def _microseconds_on_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"CAST(extract(epoch FROM {compiler.process(element.clauses, **kw)}) * 1000000 AS BIGINT)"


class Base(DeclarativeBase):
    registry = registry(
        metadata=sa.MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: Moment(), dict[str, Any]: sa.JSON(), list[str]: sa.JSON()},
    )
    metadata = registry.metadata


db = SQLAlchemy(model_class=Base, disable_autonaming=True)
if TYPE_CHECKING:
    Model = Base  # what the extension makes of it is only known at run time
else:
    Model = db.Model
M = TypeVar("M")


def index_of_some(name: str, *columns: str, where: str | sa.TextClause, unique: bool = False) -> sa.Index:
    """An index of those rows only that fulfil `where`. Migrations make it so on every database; here the condition is told to SQLite alone,
    since to name it for PostgreSQL would load that dialect, a fifteenth of the site's start, in every site on SQLite."""
    return sa.Index(name, *columns, unique=unique, sqlite_where=sa.text(where) if isinstance(where, str) else where)


def database_uri(settings: Settings) -> str:
    if settings.database_url == "sqlite:":
        return f"sqlite:///{settings.instance_path / 'fansite.db'}"
    return settings.database_url


def engine_options(settings: Settings) -> dict[str, Any]:
    always = {"pool_size": 10, "hide_parameters": True}  # what people wrote is not for the log
    if not settings.sqlite:
        return {**always, "max_overflow": 6, "pool_pre_ping": True}
    # Threads of one process each need their own connection; waiting is done at the write lock.
    # The one used last first: what it kept is what is wanted, and the others keep nothing.
    return {
        **always,
        "pool_use_lifo": True,
        "max_overflow": 10,
        "connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
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


@contextmanager
def transaction() -> Iterator[Session]:
    """All or nothing. Inside another transaction it joins that one; pages are bumped once, after the outermost COMMIT."""
    session: Session = db.session()
    if session.info.get("writing"):
        yield session
        return
    session.rollback()
    with _write_lock():
        session.info.update(writing=True, touched=set(), told=set(), kept=[])
        try:
            session.connection(execution_options={"writing": True})
            if session.get_bind().dialect.name == "postgresql":
                session.execute(_ONE_WRITER)
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


# Tables whose names begin so are a back end's own, and follow from the others: no migration makes them, and no backup carries them.
ANNEXES = ("search_",)


def in_annex(table: str) -> bool:
    return table.startswith(ANNEXES)


class Annex:
    """How a back end that keeps tables of its own beside ours comes to them: by connections and in transactions of its own, so that
    whatever fails there is no trouble of the site's."""

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        with db.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        if db.session().info.get("writing"):
            raise RuntimeError("whoever writes to an annex would wait here for itself: end the transaction first")
        with _write_lock(), db.engine.connect().execution_options(writing=True) as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(_ONE_BUILDER)
            yield connection


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


def upsert(model: Any) -> Any:
    """An INSERT of the database's own kind, which knows `on_conflict_do_update`."""
    if db.engine.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
    return insert(model)


def get(model: type[M], key: Any, *, lock: bool = True) -> M:
    """The row, or `NotFound`. Inside a transaction on PostgreSQL the row is locked."""
    statement: Any = _by_key(model, lock and bool(db.session().info.get("writing")))  # type: ignore[arg-type]
    found: M | None = db.session().execute(statement, {"key": key}).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


@cache
def _by_key(model: Any, lock: bool) -> Any:
    """Put together once for each: that takes longer than the answer."""
    statement = sa.select(model).where(sa.inspect(model).primary_key[0] == sa.bindparam("key"))
    if lock:
        statement = statement.with_for_update(of=model)
    return statement.execution_options(populate_existing=True)


def insert(thing: Any) -> None:
    """Writes a new row with the one statement it takes, for what is written often: a flush looks through all that its session holds, and
    takes three times as long. The key is known, and nothing is written by its relationships."""
    session, mapper = db.session(), sa.inspect(type(thing))
    known = {name: value for name, value in vars(thing).items() if name in mapper.columns}
    session.execute(sa.insert(mapper.local_table), known)
    sa.orm.make_transient_to_detached(thing)
    session.add(thing)


def grow(model: type[M], key: int, **by: int) -> Any:
    """Adds to counters where they stand; returns what they are now. An object of the session that stands for the row says the same."""
    session = db.session()
    grown = session.execute(_growing(model, *by), {"key": key, **{f"by_{name}": number for name, number in by.items()}}).one()  # type: ignore[arg-type]
    thing = session.identity_map.get(sa.orm.util.identity_key(model, key))
    if thing is not None:
        for name, number in grown._mapping.items():
            set_committed_value(thing, name, number)
    return grown


@cache
def _growing(model: Any, *names: str) -> Any:
    """Put together once for each."""
    row = model.__table__.c
    more = {name: row[name] + sa.bindparam(f"by_{name}", type_=sa.Integer) for name in names}
    return sa.update(model.__table__).where(row.id == sa.bindparam("key")).values(more).returning(*(row[name] for name in names))


@contextmanager
def _write_lock() -> Iterator[None]:
    """One writer at a time on this host: waiting here is fair and cheap, waiting inside SQLite is neither.

    The file is opened anew each time: one descriptor shared by threads or forks excludes neither.
    """
    settings: Settings = current_app.extensions["fansite"].settings
    if not settings.sqlite:
        yield
        return
    descriptor = _lock_file(settings)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _lock_file(settings: Settings) -> int:
    return os.open(settings.instance_path / "write.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)


def what_is_missing() -> str | None:
    """One line while this process could not serve a visitor who reads and writes, else None."""
    settings: Settings = current_app.extensions["fansite"].settings
    try:
        if db.session.scalar(_SCHEMA) != schemas()[0]:
            return "another schema"
        if not _lock_is_passed_on(settings):
            return "the write lock is held"
    except (sa.exc.SQLAlchemyError, OSError):
        return "the database does not answer"
    finally:
        db.session.rollback()
    return None


def _lock_is_passed_on(settings: Settings) -> bool:
    """Writers come and go within milliseconds; one who holds the lock for this long holds up everybody."""
    if not settings.sqlite:
        return tried_until(lambda: bool(db.session.scalar(_NO_OTHER_WRITER)), patience=LOCK_PATIENCE_SECONDS)
    descriptor = _lock_file(settings)
    try:
        return tried_until(lambda: taken(descriptor), patience=LOCK_PATIENCE_SECONDS)
    finally:
        os.close(descriptor)


# ---- migrations ---------------------------------------------------------------------------------------------------------


EMPTY = "The database is empty: run `fansite init` (or `fansite db upgrade`) first."
NEWER = "The database was made by a newer version of this program: install that one."


def alembic_config(settings: Settings) -> Any:
    from alembic.config import Config  # dear to import: only the command line needs it

    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["uri"] = database_uri(settings)
    return config


def upgrade(settings: Settings, schema: str = "head") -> None:
    """Brings the database to today's schema, or to an earlier one that a backup has."""
    from alembic import command
    from alembic.util import CommandError

    settings.instance_path.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        if _present_schema(settings) not in (None, *schemas()):
            raise WrongSchema(NEWER)
        command.upgrade(alembic_config(settings), schema)
    except (CommandError, sa.exc.DatabaseError) as problem:
        raise WrongSchema(f"The database cannot be upgraded: {_in_one_line(problem)}") from problem


def schema_problem(settings: Settings) -> str | None:
    """One line when the database is not at today's schema, else None. Opens and closes its own connection."""
    if _no_file(settings):
        return EMPTY
    try:
        current = _present_schema(settings)
    except sa.exc.DatabaseError as problem:  # not there, locked, or no database at all
        return f"The database does not answer: {_in_one_line(problem)}"
    known = schemas()
    if current is None:
        return EMPTY
    if current not in known:
        return NEWER
    if current != known[0]:
        return f"The database has schema {current}, this version needs {known[0]}: run `fansite db upgrade` first."
    return None


def is_older(settings: Settings) -> bool:
    """Whether the database has a schema that an earlier version made: to be backed up before it is upgraded."""
    try:
        return not _no_file(settings) and _present_schema(settings) in schemas()[1:]
    except sa.exc.DatabaseError:
        return False


def _no_file(settings: Settings) -> bool:
    """To look into a database that is not there would make one."""
    return settings.sqlite and not Path(settings.instance_path / "fansite.db").exists()


@cache
def schemas() -> list[str]:
    """All this version knows, today's first. Each migration names the one before it; Alembic itself is dear to import, and every start asks."""
    after = {before or "": name for name, before in map(_named_in, (ROOT / "migrations" / "versions").glob("*.py"))}
    known = [after[""]]
    while known[0] in after:
        known.insert(0, after[known[0]])
    return known


def _named_in(migration: Path) -> tuple[str, str | None]:
    found = _MIGRATION.search(migration.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{migration} does not say which schema it makes, and of which")
    return found[1], found[2]


# Its own name and that of the one before it, one line after the other.
_MIGRATION = re.compile(r'^revision = "(\w+)"\ndown_revision = (?:None|"(\w+)")$', re.MULTILINE)


def _present_schema(settings: Settings) -> str | None:
    engine = sa.create_engine(database_uri(settings), poolclass=sa.pool.NullPool)
    try:
        with engine.connect() as connection:
            return connection.scalar(_SCHEMA) if sa.inspect(connection).has_table("alembic_version") else None
    finally:
        engine.dispose()


def _in_one_line(problem: Exception) -> str:
    return str(getattr(problem, "orig", problem)).splitlines()[0]
