"""Moments as every database keeps them, and as a query may have them written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class Moment(sa.types.TypeDecorator[datetime]):
    """Aware UTC on every database: SQLite keeps no zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("moments are aware: this one has no zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return value if value is None or value.tzinfo is UTC else value.astimezone(UTC)

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Any:
        """SQLite's text is read in one step: a page with many comments has a thousand of them."""
        return _moment_of if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _moment_of(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text is not None else None


class w3c_text(GenericFunction[str]):
    """A moment as `fansite.lib.times.w3c` writes it, written by the database: of a million rows, that takes half as long."""

    type = sa.String()
    inherit_cache = True


@compiles(w3c_text)
def _w3c_on_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    """SQLite keeps a moment as text: "2026-11-19 17:30:00.000000"."""
    column = compiler.process(element.clauses, **kw)
    return f"(substr({column}, 1, 10) || 'T' || substr({column}, 12, 8) || '+00:00')"


@compiles(w3c_text, "postgresql")
def _w3c_on_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    column = compiler.process(element.clauses, **kw)
    return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')"""


class microseconds(GenericFunction[int]):
    """A moment as a whole number: microseconds since 1970, which a list of a hundred thousand keeps in eight bytes each."""

    type = sa.BigInteger()
    inherit_cache = True


@compiles(microseconds)
def _microseconds_on_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    column = compiler.process(element.clauses, **kw)
    return f"(CAST(strftime('%s', {column}) AS INTEGER) * 1000000 + CAST(substr({column}, 21, 6) AS INTEGER))"


@compiles(microseconds, "postgresql")
def _microseconds_on_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"CAST(extract(epoch FROM {compiler.process(element.clauses, **kw)}) * 1000000 AS BIGINT)"
