"""Which indexes stand in the database: the one that answers, one that is being built, and what is left of earlier ones.

The table `search_index` has a row for each generation; the other tables of a generation have its number in their names. Whoever builds one
signs each batch: who was silent for too long is taken for dead, and another goes on where it stopped.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, fields
from typing import Literal
from uuid import uuid4

import sqlalchemy as sa

from . import Place, SearchBusy
from .engines import Engine

TABLE = "search_index"
# What a generation is made of; `told` too while it is built.
TABLES = ("document", "word", "tally", "terms")
# Between two batches of a rebuild whatever else is due is done, which may take a while; a killed one is taken up again this much later.
SILENCE_SECONDS = 30.0

Stage = Literal["building", "current", "old"]


@dataclass(frozen=True)
class Generation:
    number: int
    make: str
    stage: Stage
    # Where a build has come to.
    kind: str
    key: str
    builder: str
    signed_at: float
    # 1: something was dropped that has to leave the files too; 2: that is under way.
    unclean: int
    torn: int

    @property
    def place(self) -> Place | None:
        return Place(self.kind, self.key) if self.key else None

    @property
    def silent(self) -> bool:
        return time.time() - self.signed_at > SILENCE_SECONDS


class Generations:
    def __init__(self, engine: Engine, connection: sa.Connection) -> None:
        self.engine, self.connection = engine, connection

    def create(self) -> None:
        self.connection.exec_driver_sql(
            f"CREATE TABLE IF NOT EXISTS {TABLE} (number INTEGER PRIMARY KEY, make TEXT NOT NULL, stage TEXT NOT NULL, kind TEXT NOT NULL,"
            " key TEXT NOT NULL, builder TEXT NOT NULL, signed_at DOUBLE PRECISION NOT NULL, unclean INTEGER NOT NULL, torn INTEGER NOT NULL)"
        )

    def all(self) -> list[Generation]:
        if not self.engine.exist(self.connection, TABLE):
            return []
        rows = self.connection.execute(
            sa.text(f"SELECT number, make, stage, kind, key, builder, signed_at, unclean, torn FROM {TABLE} ORDER BY number")
        )
        return [Generation(*row) for row in rows]

    def current(self) -> Generation | None:
        return next((one for one in self.all() if one.stage == "current"), None)

    def building(self) -> Generation | None:
        return next((one for one in self.all() if one.stage == "building"), None)

    def begin(self, make: str) -> Generation:
        """A new one; what was begun before is left."""
        self.create()
        before = self.all()
        for one in before:
            if one.stage == "building":
                self.set(one.number, stage="old")
        number = max((one.number for one in before), default=0) + 1
        while any(self.engine.exist(self.connection, f"search_{name}_{number}") for name in TABLES):
            self._add(Generation(number, make, "old", "", "", "", 0.0, 0, 0))  # whoever lost our list left them
            number += 1
        new = Generation(number, make, "building", "", "", uuid4().hex, time.time(), 0, 0)
        self._add(new)
        return new

    def _add(self, one: Generation) -> None:
        columns = [field.name for field in fields(Generation)]
        values = ", ".join(f":{name}" for name in columns)
        self.connection.execute(sa.text(f"INSERT INTO {TABLE} ({', '.join(columns)}) VALUES ({values})"), asdict(one))

    def sign(self, mine: Generation) -> Generation:
        """Nobody else goes on with what I build for a while. Refused when somebody does already."""
        found = self.building()
        if found is None or (found.number, found.builder) != (mine.number, mine.builder):
            raise SearchBusy("another process builds the search index")
        self.set(mine.number, signed_at=time.time())
        return found

    def set(self, number: int, **values: object) -> None:
        columns = ", ".join(f"{name} = :{name}" for name in values)
        self.connection.execute(sa.text(f"UPDATE {TABLE} SET {columns} WHERE number = :number"), {**values, "number": number})

    def forget(self, number: int) -> None:
        self.connection.execute(sa.text(f"DELETE FROM {TABLE} WHERE number = :number"), {"number": number})
