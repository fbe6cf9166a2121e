"""The database of the application under test: a file that is copied for each test, or (`TEST_DATABASE=postgresql`) a database on a
real server, of which what a test wrote is emptied before the next.

Both can be laid aside under a name and taken up again (`keep`, `back_to`), once the application has let go of them.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fansite.core.db.annexes import in_annex

ON_POSTGRESQL = os.environ.get("TEST_DATABASE") == "postgresql"
OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"
# Whoever holds nothing may stay: a new connection has to learn of every table anew, which takes longer than many a test.
BUSY = f"{OTHERS} AND state <> 'idle'"
COUNTERS = """
SELECT owner.relname, counter.relname FROM pg_class counter JOIN pg_depend ON objid = counter.oid AND deptype IN ('a', 'i')
JOIN pg_class owner ON owner.oid = refobjid WHERE counter.relkind = 'S'
"""
WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)
SCHEMA = re.compile(r"\s*(?:CREATE|DROP|ALTER)\s+|.*\balembic_version\b", re.IGNORECASE)
READS = re.compile(r"\s*SELECT\b", re.IGNORECASE)


class File:
    """SQLite."""

    def __init__(self, folder: Path, empty: Path) -> None:
        self.folder, self.empty = folder, empty
        self.own = sa.create_engine(f"sqlite:///{folder / 'fansite.db'}", poolclass=sa.pool.NullPool)

    @property
    def settings(self) -> dict[str, str]:
        return {}

    def fresh(self) -> None:
        self._take_up(self.empty)

    def keep(self, name: str) -> None:
        shutil.copy(self.folder / "fansite.db", self._aside(name))

    def kept(self, name: str) -> bool:
        return self._aside(name).exists()

    def back_to(self, name: str) -> None:
        self._take_up(self._aside(name))

    def _aside(self, name: str) -> Path:
        return self.empty.with_name(f"{name}.db")

    def _take_up(self, file: Path) -> None:
        for leftover in self.folder.glob("fansite.db*"):
            leftover.unlink()
        shutil.copy(file, self.folder / "fansite.db")


class OnServer:
    """A database of its own on a PostgreSQL server, at today's schema."""

    folder: Path

    def __init__(self, server: str, name: str, upgrade: Any) -> None:
        self.name, self.url = name, server.replace("/postgres?", f"/{name}?")
        self.written: set[str] = set()
        self.other_schema = False
        self.names: set[str] = set()
        self.keys = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
        self._say(f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
        upgrade(self.settings)
        self.own = sa.create_engine(self.url, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
        tables = set(sa.inspect(self.own).get_table_names()) - {"alembic_version"}
        self.with_rows = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in sorted(tables))
        with self.own.connect() as connection:
            self.counters = dict(tuple(row) for row in connection.execute(sa.text(COUNTERS)))
        self.keep("empty")
        sa.event.listen(sa.Engine, "before_cursor_execute", self._note)

    @property
    def settings(self) -> dict[str, str]:
        return {"FANSITE_DATABASE_URL": self.url}

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        written = WRITES.match(statement)
        if written:
            self.written.add(written[1])
        if SCHEMA.match(statement) and not READS.match(statement):
            self.other_schema = True

    def fresh(self) -> None:
        """Whoever still holds something of the test before is sent away; what other processes wrote is found by looking."""
        if self.other_schema:
            self.back_to("empty")
            return
        with self.own.connect() as connection:
            connection.execute(sa.text(BUSY), {"name": self.name})
            written = {name for name in self.written if not in_annex(name)} | set(connection.scalars(sa.text(self.with_rows)))
            if written:
                connection.exec_driver_sql(self._emptied(written))
        self.written.clear()

    def _emptied(self, tables: set[str]) -> str:
        """Every row of them, and the numbers begin anew. TRUNCATE makes new files for each table: with a handful of rows that takes ten times as long."""
        rows = [f"DELETE FROM {name}" for name in sorted(tables)]
        numbers = [f"SELECT setval('{self.counters[name]}', 1, false)" for name in sorted(tables & self.counters.keys())]
        return "; ".join(["SET session_replication_role = replica", *rows, *numbers, "SET session_replication_role = DEFAULT"])

    def keep(self, name: str) -> None:
        self._say(f"DROP DATABASE IF EXISTS {self.name}_{name}", f"CREATE DATABASE {self.name}_{name} TEMPLATE {self.name}")
        self.names.add(name)

    def kept(self, name: str) -> bool:
        return name in self.names

    def back_to(self, name: str) -> None:
        self._say(f"DROP DATABASE {self.name}", f"CREATE DATABASE {self.name} TEMPLATE {self.name}_{name}")
        self.written.clear()
        self.other_schema = False

    def _say(self, *statements: str) -> None:
        """To the server, once nobody is left in the database."""
        with self.keys.connect() as connection:
            connection.execute(sa.text(OTHERS), {"name": self.name})
            for statement in statements:
                connection.execute(sa.text(statement))
