"""One row, by the shortest way there is to it."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from fansite.core.errors import NotFound

from .base import db

M = TypeVar("M")


def get(model: type[M], key: Any, *, lock: bool = True) -> M:
    """The row, or `NotFound`. Inside a transaction on PostgreSQL the row is locked."""
    statement: Any = _by_key(model, lock and bool(db.session().info.get("writing")))  # type: ignore[arg-type]
    found: M | None = db.session().execute(statement, {"key": key}).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


@cache
def _by_key(model: Any, lock: bool) -> Any:
    """Put together once for each: that takes longer than the answer."""
    statement = sa.select(model).where(sa.inspect(model).primary_key[0] == sa.bindparam("key"))
    if lock:
        statement = statement.with_for_update(of=model)
    return statement.execution_options(populate_existing=True)


def insert(thing: Any) -> None:
    """Writes a new row with the one statement it takes, for what is written often: a flush looks through all that its session holds, and
    takes three times as long. The key is known, and nothing is written by its relationships."""
    session = db.session()
    names, statement = _inserting(type(thing))  # type: ignore[arg-type]
    session.connection().execute(statement, {name: value for name, value in vars(thing).items() if name in names})
    sa.orm.make_transient_to_detached(thing)
    session.add(thing)


@cache
def _inserting(model: Any) -> tuple[frozenset[str], Any]:
    """The names of its columns, and the statement: put together once for each."""
    mapper = sa.inspect(model)
    return frozenset(mapper.columns.keys()), sa.insert(mapper.local_table)


def upsert(model: Any) -> Any:
    """An INSERT of the database's own kind, which knows `on_conflict_do_update`."""
    if db.engine.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
    return insert(model)


def grow(model: type[M], key: int, **by: int) -> Any:
    """Adds to counters where they stand; returns what they are now. An object of the session that stands for the row says the same."""
    session = db.session()
    facts = {"key": key, **{f"by_{name}": number for name, number in by.items()}}
    grown = session.connection().execute(_growing(model, *by), facts).one()  # type: ignore[arg-type]
    thing = session.identity_map.get(sa.orm.util.identity_key(model, key))
    if thing is not None:
        for name, number in grown._mapping.items():
            set_committed_value(thing, name, number)
    return grown


@cache
def _growing(model: Any, *names: str) -> Any:
    """Put together once for each."""
    row = model.__table__.c
    more = {name: row[name] + sa.bindparam(f"by_{name}", type_=sa.Integer) for name in names}
    return sa.update(model.__table__).where(row.id == sa.bindparam("key")).values(more).returning(*(row[name] for name in names))
