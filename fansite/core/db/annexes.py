"""Tables that a back end keeps beside the site's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from .base import db
from .locks import ONE_BUILDER, write_lock

# Tables whose names begin so are a back end's own, and follow from the others: no migration makes them, and no backup carries them.
ANNEXES = ("search_",)


def in_annex(table: str) -> bool:
    return table.startswith(ANNEXES)


class Annex:
    """How a back end that keeps tables of its own beside ours comes to them: by connections and in transactions of its own, so that
    whatever fails there is no trouble of the site's."""

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        with db.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        if db.session().info.get("writing"):
            raise RuntimeError("whoever writes to an annex would wait here for itself: end the transaction first")
        with write_lock(), db.engine.connect().execution_options(writing=True) as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(ONE_BUILDER)
            yield connection
