"""Alembic's entry: used by `fansite db upgrade` and by `fansite.core.db.schema.upgrade`."""

from __future__ import annotations

import importlib
from pathlib import Path

import sqlalchemy as sa
from alembic import context

import fansite
from fansite.core.db import Base
from fansite.core.db.annexes import in_annex

for path in sorted(Path(fansite.__file__).parent.glob("*/models.py")):
    importlib.import_module(f"fansite.{path.parent.name}.models")
for name in ("content", "changes", "outbox", "mail", "limits", "kept", "readership"):
    importlib.import_module(f"fansite.core.{name}")


def run() -> None:
    engine = sa.create_engine(context.config.attributes["uri"], poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            include_name=lambda name, kind, _parents: kind != "table" or not in_annex(name),
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()


run()
