"""Alembic's entry: used by `fansite db upgrade` and by `fansite.core.db.upgrade`."""

from __future__ import annotations

import importlib
import pkgutil

import fansite
import sqlalchemy as sa
from alembic import context
from fansite.core.db import Base

for module in pkgutil.walk_packages(fansite.__path__, "fansite."):
    if module.name.endswith(".models") or module.name in (
        "fansite.core.content",
        "fansite.core.outbox",
        "fansite.core.mail",
        "fansite.core.limits",
        "fansite.core.kept",
    ):
        importlib.import_module(module.name)


def run() -> None:
    engine = sa.create_engine(context.config.attributes["uri"], poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()


run()
