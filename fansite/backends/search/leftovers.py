"""What an index in tables leaves in the database when another takes its place."""

from __future__ import annotations

from .door import TABLES, Door
from .fts5 import Fts5
from .generations import Generations


def sweep_tables(door: Door) -> bool:
    """One short step towards a database without any index. True while there is more."""
    with door.reading() as connection:
        engine = Fts5()
        if connection.dialect.name != "sqlite" or not engine.exist(connection, f"{TABLES}index"):
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
