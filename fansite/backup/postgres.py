"""PostgreSQL, table by table through `COPY` over our own connection.

Not `pg_dump`: it must be there, in the server's version or a later one, and is told its password by files or its environment. `COPY` is
the same stream, all of it in one snapshot that holds no writer up; the tables themselves are made by our own migrations.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from fansite.backup.archive import Advance, Archive, Table, Writer
from fansite.core.db.annexes import in_annex
from fansite.core.db.engine import database_uri
from fansite.core.db.schema import upgrade
from fansite.core.errors import Refused
from fansite.settings import Settings

SCHEMA_TABLE = "alembic_version"
# What a text looks like must not depend on who asks.
PLAIN = (
    "SET LOCAL timezone = 'UTC'",
    "SET LOCAL datestyle = 'ISO, YMD'",
    "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL extra_float_digits = 1",
)
# Rows that only come back are no news: what lists were told of them stands in the backup.
QUIETLY = "SET LOCAL fansite.filling = 'on'"


@contextmanager
def reading(settings: Settings) -> Iterator[sa.Connection]:
    """One snapshot of everything, from the first question on."""
    with _connected(settings) as connection:
        connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            for line in PLAIN:
                connection.exec_driver_sql(line)
            yield connection


def schema_of(connection: sa.Connection) -> str:
    return str(connection.scalar(sa.text(f"SELECT version_num FROM {SCHEMA_TABLE}")))


def dump(connection: sa.Connection, writer: Writer) -> None:
    """Every table into a part of its own."""
    for name, columns in _tables(connection).items():
        with writer.part(f"database/{name}.copy") as write:
            rows = 0
            for piece in _copied(connection, name, columns):
                rows += piece.count(b"\n")
                write(piece)
                writer.advance(len(piece))
        writer.manifest.tables[name] = Table(rows, writer.manifest.parts[f"database/{name}.copy"].sha256, columns)


def contents(connection: sa.Connection, tables: Sequence[str]) -> dict[str, Table]:
    found = {}
    for name, columns in _tables(connection).items():
        if name in tables:
            digest, rows = sha256(), 0
            for piece in _copied(connection, name, columns):
                digest.update(piece)
                rows += piece.count(b"\n")
            found[name] = Table(rows, digest.hexdigest(), columns)
    return found


def is_empty(settings: Settings) -> bool:
    with _connected(settings) as connection:
        return not sa.inspect(connection).get_table_names()


def fill(settings: Settings, archive: Archive, advance: Advance) -> None:
    """Our own migrations make the tables as they were, and all rows come in one transaction.

    The mark of the schema is the caller's to set (`mark`), when all that belongs to the restored site is done: nobody can serve it before.
    """
    manifest = archive.manifest
    upgrade(settings, manifest.schema)
    with _connected(settings) as connection, connection.begin():
        for line in (*PLAIN, QUIETLY):
            connection.exec_driver_sql(line)
        known = _tables(connection)
        if {name: set(table.columns) for name, table in manifest.tables.items()} != {name: set(c) for name, c in known.items()}:
            raise Refused("The tables of this backup are not those of its schema.")
        connection.exec_driver_sql(f"TRUNCATE {', '.join(_quoted(name) for name in known)}")
        for name in _in_order(connection):
            _load(connection, archive, name, manifest.tables[name].columns, advance)
        differing = [name for name, table in contents(connection, list(known)).items() if table != manifest.tables[name]]
        if differing:
            raise Refused(f"After loading them these tables differ from the backup: {', '.join(differing)}.")
        _set_sequences(connection)
        connection.exec_driver_sql(f"DELETE FROM {SCHEMA_TABLE}")


def mark(settings: Settings, schema: str | None) -> None:
    """Says of which schema the tables are. Without that word nobody can serve them."""
    with _connected(settings) as connection, connection.begin():
        connection.exec_driver_sql(f"DELETE FROM {SCHEMA_TABLE}")
        if schema:
            connection.execute(sa.text(f"INSERT INTO {SCHEMA_TABLE} VALUES (:schema)"), {"schema": schema})


def noted(settings: Settings) -> Callable[[], None]:
    """Remembers what is in a database without tables, and returns the way back to it for a restore that failed."""
    before = _functions_of(settings)

    def back() -> None:
        with _connected(settings) as connection, connection.begin():
            for name in sa.inspect(connection).get_table_names():
                connection.exec_driver_sql(f"DROP TABLE {_quoted(name)} CASCADE")
        new = _functions_of(settings) - before
        with _connected(settings) as connection, connection.begin():
            for signature in sorted(new):
                connection.exec_driver_sql(f"DROP FUNCTION {signature} CASCADE")

    return back


def _functions_of(settings: Settings) -> set[str]:
    statement = "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
    with _connected(settings) as connection:
        return set(connection.scalars(sa.text(statement)))


@contextmanager
def aside(settings: Settings) -> Iterator[Settings]:
    """The same server, in a schema of its own that is gone afterwards."""
    name = f"verify_{secrets.token_hex(6)}"
    with _connected(settings) as connection, connection.begin():
        connection.exec_driver_sql(f"CREATE SCHEMA {name}")
    try:
        url = sa.make_url(settings.database_url).update_query_dict({"options": f"-csearch_path={name}"})
        yield replace(settings, database_url=url.render_as_string(hide_password=False))
    finally:
        with _connected(settings) as connection, connection.begin():
            connection.exec_driver_sql(f"DROP SCHEMA {name} CASCADE")


@contextmanager
def _connected(settings: Settings) -> Iterator[sa.Connection]:
    engine = sa.create_engine(database_uri(settings), poolclass=sa.pool.NullPool, hide_parameters=True)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _tables(connection: sa.Connection) -> dict[str, tuple[str, ...]]:
    """Table → its columns, without those the database works out itself, and without tables that back ends make for themselves."""
    inspector = sa.inspect(connection)
    return {
        name: tuple(column["name"] for column in inspector.get_columns(name) if "computed" not in column)
        for name in sorted(inspector.get_table_names())
        if not in_annex(name)
    }


def _in_order(connection: sa.Connection) -> list[str]:
    """What others refer to first."""
    metadata = sa.MetaData()
    metadata.reflect(connection)
    return [table.name for table in metadata.sorted_tables]


def _copied(connection: sa.Connection, name: str, columns: Sequence[str]) -> Iterator[bytes]:
    key = sa.inspect(connection).get_pk_constraint(name)["constrained_columns"]
    order = ", ".join(map(_quoted, key)) or f"{_quoted(name)}.*::text"
    statement = f"COPY (SELECT {', '.join(map(_quoted, columns))} FROM {_quoted(name)} ORDER BY {order}) TO STDOUT"
    with _driver(connection).cursor() as cursor, cursor.copy(statement) as stream:
        for piece in stream:
            yield bytes(piece)


def _load(connection: sa.Connection, archive: Archive, name: str, columns: Sequence[str], advance: Advance) -> None:
    statement = f"COPY {_quoted(name)} ({', '.join(map(_quoted, columns))}) FROM STDIN"
    with _driver(connection).cursor() as cursor, cursor.copy(statement) as stream:
        archive.take(f"database/{name}.copy", stream.write, advance)


def _set_sequences(connection: sa.Connection) -> None:
    """The next row of each table gets a number nobody has."""
    for name, columns in _tables(connection).items():
        if "id" not in columns:
            continue
        sequence = connection.scalar(sa.text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": _quoted(name)})
        if sequence:
            connection.execute(
                sa.text(f"SELECT setval(:sequence, coalesce(max(id), 0) + 1, false) FROM {_quoted(name)}"), {"sequence": sequence}
            )


def _driver(connection: sa.Connection) -> Any:
    return connection.connection.driver_connection


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
