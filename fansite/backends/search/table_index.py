"""An index in the tables of the site's own database: written in short transactions of its own, read in one view of them.

A rebuild fills the tables of another generation beside those that answer, batch by batch, and then takes their place. Whatever changes
meanwhile is written to both and noted, so that what the rebuild read before never overwrites it. Broken off, it goes on where it was.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from . import Answer, Document, Place, Query, SearchBusy, SearchNotReady, State
from .door import Door
from .engines import Engine
from .finding import find
from .generations import TABLES, Generation, Generations
from .queries import read_query
from .schema import make_of_index
from .sequences import COLUMNS, FIELDS, Kept, kept, placed, terms_of
from .vocabulary import Vocabulary

log = logging.getLogger(__name__)

# Raised when the tables change.
NUMBER = 1
# A batch holds the write lock for some fifty milliseconds.
BATCH = 250
BATCH_LETTERS = 200_000
KEYS_AT_ONCE = 2_000
# A long work in short steps gives others their turn after so long.
SLICE_SECONDS = 0.5


class TableIndex:
    """Safe to share between threads and processes: it keeps nothing but its names."""

    changes_while_rebuilding = True

    def __init__(self, engine: Engine, door: Door, files: Path) -> None:
        self.engine, self.door = engine, door
        # Where the embedded index would be: of one that was in use before, nothing stays.
        self.files = files
        self.make = f"{NUMBER}-{make_of_index()}"

    # Reading

    def find(self, query: Query) -> Answer:
        wanted = read_query(query.text)
        if not wanted.sequence:
            return Answer()
        return self._ask(lambda connection, number: find(self.engine, connection, number, wanted, query), Answer(ready=False))

    def years(self) -> list[int]:
        def look(connection: sa.Connection, number: int) -> list[int]:
            statement = f"SELECT name FROM search_tally_{number} WHERE name >= 'year:' AND name < 'year;' AND number > 0"
            return sorted((int(name.partition(":")[2]) for name in connection.scalars(sa.text(statement))), reverse=True)

        return self._ask(look, [])

    def size(self) -> int:
        def look(connection: sa.Connection, number: int) -> int:
            statement = f"SELECT number FROM search_tally_{number} WHERE name = 'documents'"
            return int(connection.scalar(sa.text(statement)) or 0)

        return self._ask(look, 0)

    def _ask(self, question: Callable[[sa.Connection, int], Any], nothing: Any) -> Any:
        """A damaged index answers nothing until the worker, who is told here, has rebuilt it."""
        asked: int | None = None
        try:
            with self.door.reading() as connection:
                current = self._whole(connection)
                if current is None:
                    return nothing
                asked = current.number
                return question(connection, asked)
        except sa.exc.DBAPIError as problem:
            if asked is not None and self._current() not in (asked, None):
                return self._ask(question, nothing)  # another took its place in between
            log.exception("the search index could not be read")
            if asked is not None and self.engine.is_damage(problem):
                with self.door.writing() as connection:
                    Generations(self.engine, connection).set(asked, torn=1)
            return nothing

    def _current(self) -> int | None:
        with self.door.reading() as connection:
            current = Generations(self.engine, connection).current()
            return current.number if current is not None else None

    def keys(self) -> Iterator[str]:
        last = -(1 << 62)
        while True:
            with self.door.reading() as connection:
                current = self._whole(connection)
                if current is None:
                    return
                statement = f"SELECT id, key FROM search_document_{current.number} WHERE id > :last ORDER BY id LIMIT :most"
                rows = connection.execute(sa.text(statement), {"last": last, "most": KEYS_AT_ONCE}).all()
            yield from (key for _id, key in rows)
            if len(rows) < KEYS_AT_ONCE:
                return
            last = rows[-1][0]

    def state(self) -> State:
        with self.door.reading() as connection:
            if Generations(self.engine, connection).current() is None:
                return "missing"
            return "ready" if self._whole(connection) is not None else "broken"

    def _whole(self, connection: sa.Connection) -> Generation | None:
        """The one that answers, if it is of our make and all there."""
        current = Generations(self.engine, connection).current()
        if current is None or current.torn or current.make != self.make:
            return None
        return current if self.engine.exist(connection, *(f"search_{name}_{current.number}" for name in TABLES)) else None

    def broken_off(self) -> Place | None:
        with self.door.reading() as connection:
            found = Generations(self.engine, connection).building()
            return found.place if found is not None and found.silent and found.make == self.make else None

    def close(self) -> None:
        """Connections are the database's own."""

    # Writing

    def apply(self, put: Iterable[Document], drop: Iterable[str] = ()) -> None:
        gone = set(drop)
        documents = [kept(document) for document in {one.key: one for one in put}.values() if document.key not in gone]
        with self.door.writing() as connection:
            generations = Generations(self.engine, connection)
            current, building = self._whole(connection), generations.building()
            if current is None and (building is None or building.make != self.make):
                raise SearchNotReady("rebuild the search index first")
            if current is not None:
                self._change(connection, current.number, documents, gone)
            if building is not None and building.make == self.make:
                self._tell(connection, building.number, [*gone, *(document.key for document in documents)])
                self._change(connection, building.number, documents, gone)

    def purge(self) -> None:
        with self.door.writing() as connection:
            generations = Generations(self.engine, connection)
            for one in generations.all():
                if one.stage != "old":
                    generations.set(one.number, unclean=1)

    def tidy(self) -> bool:
        until = time.monotonic() + SLICE_SECONDS
        shutil.rmtree(self.files, ignore_errors=True)
        while self._tidy_a_little():
            if time.monotonic() > until:
                return True
        return False

    def _tidy_a_little(self) -> bool:
        with self.door.writing() as connection:
            generations = Generations(self.engine, connection)
            ready = self._whole(connection) is not None
            for one in generations.all():
                if one.stage == "old" or (one.stage == "building" and one.silent and (ready or one.make != self.make)):
                    generations.set(one.number, stage="old")
                    if not self.engine.sweep(connection, one.number):
                        generations.forget(one.number)
                    return True
                if one.stage == "current" and ready and one.unclean:
                    more = self.engine.purge(connection, one.number, begin=one.unclean == 1)
                    generations.set(one.number, unclean=2 if more else 0)
                    return more
        return False

    def rebuild(
        self,
        documents: Iterator[Document],
        progress: Callable[[int], None] | None = None,
        after: Place | None = None,
    ) -> None:
        mine = self._begin(after)
        done = 0
        try:
            while batch := [kept(document) for document in _batch(documents)]:
                with self.door.writing() as connection:
                    generations = Generations(self.engine, connection)
                    generations.sign(mine)
                    self._fill(connection, mine.number, batch)
                    generations.set(mine.number, kind=batch[-1].kind, key=batch[-1].key)
                done += len(batch)
                if progress:
                    progress(done)
        except SearchBusy:
            raise
        except BaseException:
            self._break_off(mine)
            raise
        self._take_its_place(mine)
        while self.tidy():
            if progress:
                progress(done)

    def _begin(self, after: Place | None) -> Generation:
        with self.door.writing() as connection:
            generations = Generations(self.engine, connection)
            generations.create()
            found = generations.building()
            if found is not None and not found.silent:
                raise SearchBusy("another process builds the search index")
            if after is None:
                new = generations.begin(self.make)
                self._create(connection, new.number)
                return new
            if found is None or found.make != self.make or found.place != after:
                raise SearchBusy("another process went on with the search index")
            mine = replace(found, builder=uuid4().hex, signed_at=time.time())
            generations.set(mine.number, builder=mine.builder, signed_at=mine.signed_at)
            return mine

    def _create(self, connection: sa.Connection, number: int) -> None:
        text, whole = self.engine.text, self.engine.number
        connection.exec_driver_sql(
            f"CREATE TABLE search_document_{number} (id {whole} PRIMARY KEY, key {text} NOT NULL UNIQUE, kind {text} NOT NULL,"
            f" letter {text} NOT NULL, year INTEGER NOT NULL, published {whole} NOT NULL, title {text} NOT NULL,"
            f" tags {text} NOT NULL, body {text} NOT NULL)"
        )
        connection.exec_driver_sql(f"CREATE TABLE search_tally_{number} (name {text} PRIMARY KEY, number {whole} NOT NULL)")
        connection.exec_driver_sql(f"CREATE TABLE search_told_{number} (key {text} PRIMARY KEY)")
        Vocabulary(self.engine, connection, number).create()
        self.engine.create(connection, number)

    def _break_off(self, mine: Generation) -> None:
        """Whoever comes next need not wait until I am silent for long."""
        with self.door.writing() as connection:
            generations = Generations(self.engine, connection)
            generations.sign(mine)
            generations.set(mine.number, signed_at=0.0)

    def _take_its_place(self, mine: Generation) -> None:
        with self.door.writing() as connection:
            generations = Generations(self.engine, connection)
            generations.sign(mine)
            for one in generations.all():
                if one.stage == "current":
                    generations.set(one.number, stage="old")
            generations.set(mine.number, stage="current")
            connection.exec_driver_sql(f"DROP TABLE search_told_{mine.number}")

    def _tell(self, connection: sa.Connection, number: int, keys: Iterable[str]) -> None:
        statement = f"INSERT INTO search_told_{number} (key) VALUES (:key) ON CONFLICT (key) DO NOTHING"
        rows = [{"key": key} for key in sorted(keys)]
        if rows:
            connection.execute(sa.text(statement), rows)

    def _fill(self, connection: sa.Connection, number: int, documents: list[Kept]) -> None:
        """Adds what the index does not know yet, and was not told of since: that was read later than this."""
        by_key = {document.key: document for document in reversed(documents)}
        keys = {"keys": self.engine.listed(by_key)}
        for table in ("document", "told"):
            statement = f"SELECT key FROM search_{table}_{number} WHERE {self.engine.among('key', 'keys')}"
            for key in connection.scalars(sa.text(statement), keys):
                by_key.pop(key, None)
        self._exchange(connection, number, [], list(by_key.values()))

    def _change(self, connection: sa.Connection, number: int, put: list[Kept], drop: set[str]) -> None:
        keys = {"keys": self.engine.listed({*drop, *(document.key for document in put)})}
        statement = f"SELECT {COLUMNS} FROM search_document_{number} WHERE {self.engine.among('key', 'keys')}"
        there = {row.key: Kept(*row) for row in connection.execute(sa.text(statement), keys)}
        put = [document for document in put if not _same(document, there.get(document.key))]
        changed = {document.key for document in put} | drop
        self._exchange(connection, number, [document for key, document in there.items() if key in changed], put)

    def _exchange(self, connection: sa.Connection, number: int, remove: list[Kept], add: list[Kept]) -> None:
        if remove:
            statement = f"DELETE FROM search_document_{number} WHERE {self.engine.among('id', 'ids')}"
            connection.execute(sa.text(statement), {"ids": self.engine.listed([document.id for document in remove])})
        add = placed(add, lambda places: self._occupied(connection, number, places))
        if add:
            values = ", ".join([self.engine.mark] * len(Kept._fields))
            statement = f"INSERT INTO search_document_{number} ({COLUMNS}) VALUES ({values})"
            connection.exec_driver_sql(statement, [tuple(document) for document in add])
        stems = Vocabulary(self.engine, connection, number).change(remove, add)
        self._tally(connection, number, remove, add)
        self.engine.change(
            connection,
            number,
            [(document.id, terms_of(document, stems)) for document in remove],
            [(document.id, terms_of(document, stems)) for document in add],
        )

    def _occupied(self, connection: sa.Connection, number: int, places: list[int]) -> set[int]:
        statement = f"SELECT id FROM search_document_{number} WHERE {self.engine.among('id', 'ids')}"
        return set(connection.scalars(sa.text(statement), {"ids": self.engine.listed(places)}))

    def _tally(self, connection: sa.Connection, number: int, remove: list[Kept], add: list[Kept]) -> None:
        changes: Counter[str] = Counter()
        for documents, sign in ((remove, -1), (add, 1)):
            for document in documents:
                for name, amount in _tallied(document):
                    changes[name] += sign * amount
        rows = [{"name": name, "number": change} for name, change in sorted(changes.items()) if change]
        if rows:
            connection.execute(
                sa.text(
                    f"INSERT INTO search_tally_{number} (name, number) VALUES (:name, :number)"
                    f" ON CONFLICT (name) DO UPDATE SET number = search_tally_{number}.number + excluded.number"
                ),
                rows,
            )


def _batch(documents: Iterator[Document]) -> list[Document]:
    found: list[Document] = []
    letters = 0
    for document in islice(documents, BATCH):
        found.append(document)
        letters += len(document.body)
        if letters > BATCH_LETTERS:
            break
    return found


def _same(document: Kept, there: Kept | None) -> bool:
    return there is not None and document._replace(id=there.id) == there


def _tallied(document: Kept) -> Iterator[tuple[str, int]]:
    yield "documents", 1
    yield f"year:{document.year}", 1
    for field in FIELDS:
        length = document.length_of(field)
        if length:
            yield f"filled:{field}_{document.branch}", 1
            yield f"words:{field}_{document.branch}", length
