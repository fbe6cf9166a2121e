"""The database of one file: copied as it is at one moment while others write on, and compared table by table."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from fansite.backup.archive import Advance, Table
from fansite.core.db.annexes import in_annex
from fansite.core.errors import Refused

FILE = "fansite.db"
PAGES_A_STEP = 2048
ROWS_A_STEP = 2000


def copy(source: Path, target: Path, advance: Advance) -> None:
    """One snapshot, without what back ends make of it for themselves. In WAL nobody who writes waits for us, and the file we read from
    stays as it was when we began."""
    with _open(source) as here, _open(target, write=True) as there:
        here.execute("BEGIN")
        here.execute("SELECT count(*) FROM sqlite_master").fetchone()
        size = here.execute("PRAGMA page_size").fetchone()[0]
        done = 0

        def tell(_status: int, remaining: int, total: int) -> None:
            nonlocal done
            advance((total - remaining - done) * size)
            done = total - remaining

        here.backup(there, pages=PAGES_A_STEP, progress=tell)
        there.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        _drop_annexes(there)


def _drop_annexes(connection: sqlite3.Connection) -> None:
    """A table of a full-text index takes those it is made of with it, so that they are not there when their turn comes."""
    found = connection.execute(
        "SELECT name, sql LIKE 'CREATE VIRTUAL%' AS virtual FROM sqlite_master WHERE type = 'table' ORDER BY virtual DESC"
    )
    names = [name for name, _virtual in found.fetchall() if in_annex(name)]
    for name in names:
        connection.execute(f"DROP TABLE IF EXISTS {_quoted(name)}")
    if names:
        connection.execute("VACUUM")


def schema_of(path: Path) -> str:
    with _open(path) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def faults(path: Path) -> list[str]:
    """What SQLite itself finds wrong with the file."""
    with _open(path) as connection:
        found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
        found += [
            f"{row[0]} {row[1]} refers to no {row[2]}" for row in connection.execute("PRAGMA foreign_key_check").fetchmany(20)
        ]
    return found


def contents(path: Path, advance: Advance) -> dict[str, Table]:
    """Each table's number of rows and the hash of all that stands in them. `advance` is told of bytes read."""
    with _open(path) as connection:
        names = [
            row[0]
            for row in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
                " AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
            )
        ]
        return {name: _contents_of(connection, name, advance) for name in names}


def _contents_of(connection: sqlite3.Connection, table: str, advance: Advance) -> Table:
    info = connection.execute(f"PRAGMA table_info({_quoted(table)})").fetchall()
    columns = [str(row[1]) for row in info]
    key = [str(row[1]) for row in sorted(info, key=lambda row: row[5]) if row[5]] or columns
    order = ", ".join(map(_quoted, key))
    cursor = connection.execute(f"SELECT {', '.join(map(_quoted, columns))} FROM {_quoted(table)} ORDER BY {order}")
    digest, count = sha256(json.dumps(columns).encode()), 0
    while rows := cursor.fetchmany(ROWS_A_STEP):
        count += len(rows)
        text = "".join(f"{json.dumps(row, default=bytes.hex)}\n" for row in rows).encode()
        digest.update(text)
        advance(len(text))
    return Table(count, digest.hexdigest())


def fold_in(path: Path, *, wipe: bool) -> None:
    """What stands in the log beside the file goes into it; wiped, no byte is left of what was deleted."""
    with _open(path, write=True) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")
        if wipe:
            connection.execute("VACUUM")


@contextmanager
def _open(path: Path, *, write: bool = False) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={'rwc' if write else 'rw'}", uri=True, isolation_level=None, timeout=20
    )
    try:
        # Whoever made the file may have put words into it that are run when it is read.
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA cell_size_check=ON")
        yield connection
    except sqlite3.DatabaseError as problem:
        raise Refused(f"The database {path.name} cannot be read: {problem}.") from None
    finally:
        connection.close()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
