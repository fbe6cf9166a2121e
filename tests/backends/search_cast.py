"""A handful of documents to search in, and the index filled with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import fansite.core.db  # how a database is opened  # noqa: F401
from fansite.backends.search import Document, Query, Search, open_search

FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)


def document(key: str, title: str = "", body: str = "", **rest: Any) -> Document:
    defaults = {"kind": "news", "language": "en", "published_at": FIRST_DAY, "year": 2024, "tags": ()}
    return Document(key=key, title=title, body=body, **{**defaults, **rest})


def french(key: str, title: str = "", body: str = "", **rest: Any) -> Document:
    return document(key, title, body, language="fr", **rest)


def emptied(server: str) -> str:
    """A database for indexes on a real server, without any."""
    url = server.replace("/postgres?", "/searching?")
    keys = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with keys.connect() as connection:
        if not connection.scalar(sa.text("SELECT 1 FROM pg_database WHERE datname = 'searching'")):
            connection.execute(sa.text("CREATE DATABASE searching"))
    own = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with own.connect() as connection:
        for table in sa.inspect(connection).get_table_names():
            connection.execute(sa.text(f"DROP TABLE {table}"))
    return url


class Aside:
    """A database beside the folder of the index, or wherever the address leads."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.url = url or f"sqlite:///{folder.with_suffix('.db')}"
        self.engine = sa.create_engine(self.url)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        with self.engine.connect().execution_options(writing=True) as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(1)"))
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def opened(folder: Path, url: str = "whoosh:", database: str = "") -> Search:
    """Its connections go with the index."""
    aside = Aside(folder, database)
    search = open_search(url, folder, aside)
    close = search.close

    def close_all() -> None:
        close()
        aside.close()

    search.close = close_all  # type: ignore[method-assign]
    return search


def filled(folder: Path, documents: Iterable[Document], url: str = "whoosh:", database: str = "") -> Search:
    search = opened(folder, url, database)
    search.rebuild(iter(list(documents)))
    return search


def many(number: int, *, start: int = 0) -> Iterable[Document]:
    """Short posts that all mention the marmots, each with a word of its own."""
    for n in range(start, start + number):
        yield document(
            f"entry:{n}", f"Post {n}", f"The marmots played song word{n} again.", published_at=FIRST_DAY + timedelta(hours=n)
        )


def found(search: Search, text: str, **filters: Any) -> list[str]:
    return [hit.key for hit in search.find(Query(text, **filters)).hits]
