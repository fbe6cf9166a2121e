"""What an index in tables leaves in the database when another takes its place."""

from __future__ import annotations

from .door import TABLES, Door
from .engines import Engine
from .fts5 import Fts5
from .generations import Generations
from .tsvector import Tsvector

ENGINES: dict[str, type[Engine]] = {"sqlite": Fts5, "postgresql": Tsvector}


def sweep_tables(door: Door) -> bool:
    """One short step towards a database without any index. True while there is more."""
    with door.reading() as connection:
        engine = ENGINES[connection.dialect.name]()
        if not engine.exist(connection, f"{TABLES}index"):
            return False
    with door.writing() as connection:
        generations = Generations(engine, connection)
        for one in generations.all():
            generations.set(one.number, stage="old")
            if not engine.sweep(connection, one.number):
                generations.forget(one.number)
            return True
        connection.exec_driver_sql(f"DROP TABLE {TABLES}index")
    return False
