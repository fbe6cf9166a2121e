"""SQLite's full-text search as the engine: one column of terms, which keeps no text of its own.

The tokenizer only parts at spaces: what a word stands for was decided before. `bm25` looks at every match at a microsecond each, so it is
asked for few thousand at most; the newest come for nothing, since FTS5 reads from the end as well.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from .engines import Part
from .questions import Question, written

# Four kilobytes each: a step of them takes some twenty milliseconds.
PAGES_A_STEP = 200
ROWS_A_STEP = 4_000
CORRUPT = 11
# What FTS5 keeps of all parts of an index; its other rows hold the parts.
STRUCTURE = 10


class Fts5:
    number = "INTEGER"
    text = "TEXT"
    mark = "?"

    def exist(self, connection: sa.Connection, *tables: str) -> bool:
        statement = sa.text(f"SELECT count(*) FROM sqlite_master WHERE type = 'table' AND {self.among('name', 'names')}")
        return connection.scalar(statement, {"names": self.listed(tables)}) == len(tables)

    def among(self, column: str, parameter: str) -> str:
        return f"{column} IN (SELECT value FROM json_each(:{parameter}))"

    def listed(self, values: Collection[Any]) -> str:
        return json.dumps(list(values))

    def create(self, connection: sa.Connection, generation: int) -> None:
        how = "content='', tokenize=\"ascii tokenchars '_'\""
        connection.exec_driver_sql(f"CREATE VIRTUAL TABLE search_terms_{generation} USING fts5(terms, {how})")

    def change(
        self,
        connection: sa.Connection,
        generation: int,
        remove: Iterable[tuple[int, Sequence[str]]],
        add: Iterable[tuple[int, Sequence[str]]],
    ) -> None:
        table = f"search_terms_{generation}"
        changes = [(number, 0, " ".join(terms)) for number, terms in remove] + [
            (number, 1, " ".join(terms)) for number, terms in add
        ]
        # Upwards: each step back would begin a part of the index of its own.
        for adding, rows in groupby(sorted(changes), key=itemgetter(1)):
            columns = "(rowid, terms) VALUES (?, ?)" if adding else f"({table}, rowid, terms) VALUES ('delete', ?, ?)"
            connection.exec_driver_sql(f"INSERT INTO {table} {columns}", [(number, terms) for number, _adding, terms in rows])

    def count(self, connection: sa.Connection, generation: int, question: Question, among: Collection[int] | None = None) -> int:
        table = f"search_terms_{generation}"
        statement = f"SELECT count(*) FROM {table} WHERE {table} MATCH :question"
        if among is None:
            return int(connection.scalar(sa.text(statement), {"question": _match(question)}) or 0)
        statement += f" AND {self.among('rowid', 'numbers')}"
        return int(connection.scalar(sa.text(statement), {"question": _match(question), "numbers": self.listed(among)}) or 0)

    def newest(
        self,
        connection: sa.Connection,
        generation: int,
        question: Question,
        most: int,
        without: Collection[int],
        share: float,
    ) -> list[int]:
        return self._asked(connection, generation, question, most, without, "rowid DESC")

    def best(
        self,
        connection: sa.Connection,
        generation: int,
        question: Question,
        parts: Sequence[Part],
        most: int,
        without: Collection[int],
    ) -> list[int]:
        return self._asked(connection, generation, question, most, without, f"bm25(search_terms_{generation}), rowid DESC")

    def _asked(
        self,
        connection: sa.Connection,
        generation: int,
        question: Question,
        most: int,
        without: Collection[int],
        order: str,
    ) -> list[int]:
        table = f"search_terms_{generation}"
        unwanted = f" AND NOT {self.among('rowid', 'numbers')}" if without else ""
        statement = f"SELECT rowid FROM {table} WHERE {table} MATCH :question{unwanted} ORDER BY {order} LIMIT :most"
        values = {"question": _match(question), "most": most, **({"numbers": self.listed(without)} if without else {})}
        return list(connection.scalars(sa.text(statement), values))

    def purge(self, connection: sa.Connection, generation: int, begin: bool) -> bool:
        """What is removed is only noted beside what was there, until all parts of the index are merged into one."""
        table = f"search_terms_{generation}"
        driver = connection.connection.driver_connection
        assert driver is not None
        before = driver.total_changes
        pages = -PAGES_A_STEP if begin else PAGES_A_STEP
        connection.exec_driver_sql(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)", (pages,))
        return bool(begin or driver.total_changes - before >= 2)

    def sweep(self, connection: sa.Connection, generation: int) -> bool:
        """Emptied step by step first: a large table dropped at once holds up everybody who writes, since every page of it is wiped."""
        parts = [(f"search_{name}_{generation}", "rowid", "rowid > 0", ROWS_A_STEP) for name in ("document", "word", "told")]
        parts += [(f"search_terms_{generation}_docsize", "id", "id > 0", ROWS_A_STEP)]
        parts += [(f"search_terms_{generation}_data", "id", f"id > {STRUCTURE}", PAGES_A_STEP)]
        for table, key, which, most in parts:
            if self.exist(connection, table):
                rows = f"SELECT {key} FROM {table} WHERE {which} LIMIT {most}"
                if connection.exec_driver_sql(f"DELETE FROM {table} WHERE {key} IN ({rows})").rowcount:
                    return True
        if self.exist(connection, f"search_terms_{generation}_data"):
            # FTS5 opens a table before it drops it, and opens none that is damaged: so this is one of an empty index, as it makes them.
            empty = f"INSERT OR REPLACE INTO search_terms_{generation}_data (id, block) VALUES (1, x''), ({STRUCTURE}, x'00000000000000')"
            connection.exec_driver_sql(empty)
        for name in ("terms", "document", "word", "tally", "told"):
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS search_{name}_{generation}")
        return False

    def is_damage(self, problem: sa.exc.DBAPIError) -> bool:
        return getattr(problem.orig, "sqlite_errorcode", 0) & 0xFF == CORRUPT


def _match(question: Question) -> str:
    return written(question, phrase=lambda terms: f'"{" ".join(terms)}"', both=" AND ", either=" OR ", without=" NOT ")
