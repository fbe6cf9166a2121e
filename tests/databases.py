"""The database of the application under test: a file that is copied for each test, or (`FANSITE_TEST_DATABASE=postgresql`) a database on a
real server, of which what a test wrote is emptied before the next."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import sqlalchemy as sa

ON_POSTGRESQL = os.environ.get("FANSITE_TEST_DATABASE") == "postgresql"
OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)


class File:
    """SQLite."""

    def __init__(self, folder: Path, empty: Path) -> None:
        self.folder, self.empty = folder, empty

    @property
    def settings(self) -> dict[str, str]:
        return {}

    def fresh(self) -> None:
        for leftover in self.folder.glob("fansite.db*"):
            leftover.unlink()
        shutil.copy(self.empty, self.folder / "fansite.db")


class OnServer:
    """A database of its own on a PostgreSQL server, at today's schema."""

    folder: Path

    def __init__(self, server: str, name: str, upgrade: Any) -> None:
        self.url = server.replace("/postgres?", f"/{name}?")
        self.written: set[str] = set()
        self.keys = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
        with self.keys.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name}"))
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        upgrade(self.settings)
        self.own = sa.create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
        tables = set(sa.inspect(self.own).get_table_names()) - {"alembic_version"}
        self.with_rows = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in sorted(tables))
        sa.event.listen(sa.Engine, "before_cursor_execute", self._note)

    @property
    def settings(self) -> dict[str, str]:
        return {"FANSITE_DATABASE_URL": self.url}

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        written = WRITES.match(statement)
        if written:
            self.written.add(written[1])

    def fresh(self) -> None:
        """Whoever still holds something of the test before is sent away; what other processes wrote is found by looking."""
        with self.own.connect() as connection:
            connection.execute(sa.text(OTHERS))
            written = self.written | set(connection.scalars(sa.text(self.with_rows)))
            if written:
                connection.execute(sa.text(f"TRUNCATE {', '.join(sorted(written))} RESTART IDENTITY CASCADE"))
        self.written.clear()
