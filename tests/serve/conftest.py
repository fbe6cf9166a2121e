"""Databases on a real server, each at today's schema and a test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from fansite import settings
from fansite.core.db.schema import upgrade


@pytest.fixture(scope="session")
def on_server(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """`on_server()` is the URL of a new, empty database on PostgreSQL."""
    url = postgres.replace("/postgres?", "/pattern?")
    keys = sa.create_engine(postgres, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    numbers = count()

    def say(statement: str) -> None:
        with keys.connect() as connection:
            connection.exec_driver_sql(statement)

    def make() -> str:
        name = f"served_{next(numbers)}"
        say(f"CREATE DATABASE {name} TEMPLATE pattern")
        return postgres.replace("/postgres?", f"/{name}?")

    say("CREATE DATABASE pattern")
    folder: Path = tmp_path_factory.mktemp("pattern")
    upgrade(settings.load({"FANSITE_INSTANCE_PATH": str(folder), "FANSITE_DATABASE_URL": url}))
    yield make
    keys.dispose()
