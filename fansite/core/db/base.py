"""What every table of the site is made from."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, registry

from .moments import Moment

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    registry = registry(
        metadata=sa.MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: Moment(), dict[str, Any]: sa.JSON(), list[str]: sa.JSON()},
    )
    metadata = registry.metadata


db = SQLAlchemy(model_class=Base, disable_autonaming=True)
if TYPE_CHECKING:
    Model = Base  # what the extension makes of it is only known at run time
else:
    Model = db.Model


def index_of_some(name: str, *columns: str, where: str | sa.TextClause, unique: bool = False) -> sa.Index:
    """An index of those rows only that fulfil `where`. Migrations make it so on every database; here the condition is told to SQLite alone,
    since to name it for PostgreSQL would load that dialect, a fifteenth of the site's start, in every site on SQLite."""
    return sa.Index(name, *columns, unique=unique, sqlite_where=sa.text(where) if isinstance(where, str) else where)
