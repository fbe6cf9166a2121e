"""PostgreSQL's full-text search as the engine: a `tsvector` for each document, with a GIN index.

Its own dictionaries are left out, and so are the extensions for accents and likeness: what a word stands for was decided before, as for
any other index. GIN knows no order, so of what nearly everything holds the newest are looked for among the newest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from .engines import Part
from .questions import Question, written
from .sequences import GAP

# Of a longer text PostgreSQL only knows that a term stands somewhere behind here.
LAST_PLACE = 16_383
MOST_PLACES = 255
# One of more than a megabyte is refused; nobody looks for what stands so far behind.
MOST_BYTES = 900_000
# The newest are read one by one, half a microsecond each; of what is rarer than that the index tells all.
LOOKED_THROUGH = 20_000
# A word in a title is worth so much more.
HEAD_WORTH = 1.5
DAMAGE = ("XX001", "XX002")


class Tsvector:
    number = "BIGINT"
    text = 'TEXT COLLATE "C"'
    mark = "%s"

    def exist(self, connection: sa.Connection, *tables: str) -> bool:
        statement = sa.text("SELECT count(*) FROM unnest(CAST(:names AS TEXT[])) AS name WHERE to_regclass(name) IS NOT NULL")
        return connection.scalar(statement, {"names": list(tables)}) == len(tables)

    def among(self, column: str, parameter: str) -> str:
        return f"{column} = ANY(:{parameter})"

    def listed(self, values: Collection[Any]) -> list[Any]:
        return list(values)

    def create(self, connection: sa.Connection, generation: int) -> None:
        table = f"search_terms_{generation}"
        connection.exec_driver_sql(f"CREATE TABLE {table} (id BIGINT PRIMARY KEY, terms TSVECTOR NOT NULL)")
        connection.exec_driver_sql(f"CREATE INDEX {table}_terms ON {table} USING GIN (terms)")

    def change(
        self,
        connection: sa.Connection,
        generation: int,
        remove: Iterable[tuple[int, Sequence[str]]],
        add: Iterable[tuple[int, Sequence[str]]],
    ) -> None:
        table = f"search_terms_{generation}"
        gone = [number for number, _terms in remove]
        if gone:
            connection.execute(sa.text(f"DELETE FROM {table} WHERE id = ANY(:numbers)"), {"numbers": gone})
        rows = [(number, _vector(terms)) for number, terms in add]
        if rows:
            connection.exec_driver_sql(f"INSERT INTO {table} (id, terms) VALUES (%s, CAST(%s AS TSVECTOR))", rows)

    def count(self, connection: sa.Connection, generation: int, question: Question, among: Collection[int] | None = None) -> int:
        statement = f"SELECT count(*) FROM search_terms_{generation} WHERE {_MATCHES}"
        values: dict[str, Any] = {"question": _match(question)}
        if among is not None:
            statement, values = f"{statement} AND id = ANY(:numbers)", {**values, "numbers": list(among)}
        return int(connection.scalar(sa.text(statement), values) or 0)

    def newest(
        self,
        connection: sa.Connection,
        generation: int,
        question: Question,
        most: int,
        without: Collection[int],
        share: float,
    ) -> list[int]:
        values = {"question": _match(question), "most": most, "numbers": list(without)}
        # Twice as many as should do.
        enough = int(2 * (most + len(without)) / share) if share else LOOKED_THROUGH + 1
        table, order = f"search_terms_{generation}", "ORDER BY id DESC LIMIT"
        if enough <= LOOKED_THROUGH:
            recent = f"SELECT id, terms FROM {table} {order} :enough"
            statement = f"SELECT id FROM ({recent}) AS recent WHERE {_MATCHES} AND NOT id = ANY(:numbers) {order} :most"
            found = list(connection.scalars(sa.text(statement), {**values, "enough": enough}))
            if len(found) == most:
                return found
        # Apart, so that nobody comes to think that the first few will soon be met on the way down.
        matching = f"WITH matching AS MATERIALIZED (SELECT id FROM {table} WHERE {_MATCHES})"
        statement = f"{matching} SELECT id FROM matching WHERE NOT id = ANY(:numbers) {order} :most"
        return list(connection.scalars(sa.text(statement), values))

    def best(
        self,
        connection: sa.Connection,
        generation: int,
        question: Question,
        parts: Sequence[Part],
        most: int,
        without: Collection[int],
    ) -> list[int]:
        """Who holds more of the telling words comes first, of these who holds them often. Its own ranking knows no rare words."""
        values: dict[str, Any] = {"question": _match(question), "most": most, "numbers": list(without)}
        worth = []
        for number, part in enumerate(parts):
            for name, one, amount in (("part", part.question, part.worth), ("head", part.head, part.worth * HEAD_WORTH)):
                values[f"{name}{number}"] = _match(one)
                worth.append(f"CASE WHEN terms @@ CAST(:{name}{number} AS TSQUERY) THEN {amount:.4f} ELSE 0 END")
        order = f"{' + '.join(worth)} + ts_rank(terms, CAST(:question AS TSQUERY), 1)"
        statement = (
            f"SELECT id FROM search_terms_{generation} WHERE {_MATCHES} AND NOT id = ANY(:numbers)"
            f" ORDER BY {order} DESC, id DESC LIMIT :most"
        )
        return list(connection.scalars(sa.text(statement), values))

    def purge(self, connection: sa.Connection, generation: int, begin: bool) -> bool:
        """A deleted row is the server's to clear away, here as in any other table."""
        return False

    def sweep(self, connection: sa.Connection, generation: int) -> bool:
        """One table a time: whoever still reads there takes them one by one as well, and each would wait for the other."""
        for name in ("terms", "document", "word", "tally", "told"):
            if self.exist(connection, f"search_{name}_{generation}"):
                connection.exec_driver_sql(f"DROP TABLE search_{name}_{generation}")
                return True
        return False

    def is_damage(self, problem: sa.exc.DBAPIError) -> bool:
        return getattr(problem.orig, "sqlstate", "") in DAMAGE


_MATCHES = "terms @@ CAST(:question AS TSQUERY)"


def _vector(terms: Sequence[str]) -> str:
    places: dict[str, list[int]] = {}
    for place, term in enumerate(terms, start=1):
        if term != GAP:
            places.setdefault(term, []).append(min(place, LAST_PLACE))
    found, room = [], MOST_BYTES
    for term, at in places.items():
        room -= len(term.encode()) + 2 * len(at[:MOST_PLACES]) + 8
        if room < 0:
            break
        found.append(f"'{term}':{','.join(map(str, at[:MOST_PLACES]))}")
    return " ".join(found)


def _match(question: Question) -> str:
    def phrase(terms: Sequence[str]) -> str:
        side_by_side = " <-> ".join(f"'{term}'" for term in terms)
        return f"({side_by_side})" if len(terms) > 1 else side_by_side

    return written(question, phrase=phrase, both=" & ", either=" | ", without=" & !")
