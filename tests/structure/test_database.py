"""Models and migrations agree, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from fansite import settings
from fansite.core.db import Base, schema, transaction


def test_models_and_migrations_agree(empty_database):
    from alembic import command

    loaded = settings.load({"FANSITE_INSTANCE_PATH": str(empty_database.parent)})
    command.check(schema.alembic_config(loaded))
    assert schema.schema_problem(loaded) is None


def test_migrations_are_read_as_alembic_reads_them(tmp_path):
    from alembic.script import ScriptDirectory

    loaded = settings.load({"FANSITE_INSTANCE_PATH": str(tmp_path)})
    walked = ScriptDirectory.from_config(schema.alembic_config(loaded)).walk_revisions()
    assert schema.schemas() == [migration.revision for migration in walked]


def test_an_empty_folder_is_told_to_upgrade(tmp_path):
    loaded = settings.load({"FANSITE_INSTANCE_PATH": str(tmp_path)})
    assert "fansite init" in schema.schema_problem(loaded)


def test_every_foreign_key_is_indexed(empty_database):
    """Else deleting or joining reads the whole table."""
    inspector = sa.inspect(sa.create_engine(f"sqlite:///{empty_database}", poolclass=sa.pool.NullPool))
    for table in inspector.get_table_names():
        leading = {tuple(index["column_names"])[:1] for index in inspector.get_indexes(table)}
        leading |= {tuple(unique["column_names"])[:1] for unique in inspector.get_unique_constraints(table)}
        leading.add(tuple(inspector.get_pk_constraint(table)["constrained_columns"])[:1])
        for key in inspector.get_foreign_keys(table):
            column = tuple(key["constrained_columns"])
            if (table, column[0]) == ("comment_draft", "parent_id") or (table, column[0]) == ("comment_draft", "comment_id"):
                continue  # small, swept, never searched by these
            assert column in leading, f"{table}.{column[0]} has no index"


def test_migrations_are_valid_for_postgresql(postgres, tmp_path):
    from alembic import command

    loaded = settings.load({"FANSITE_INSTANCE_PATH": str(tmp_path), "FANSITE_DATABASE_URL": postgres})
    schema.upgrade(loaded)
    command.check(schema.alembic_config(loaded))
    assert schema.schema_problem(loaded) is None
    inspector = sa.inspect(sa.create_engine(postgres.replace("postgresql:", "postgresql+psycopg:"), poolclass=sa.pool.NullPool))
    made = {index["name"]: index for table in inspector.get_table_names() for index in inspector.get_indexes(table)}
    of_some = [index for table in Base.metadata.tables.values() for index in table.indexes if index.dialect_kwargs]
    assert len(of_some) > 5
    for index in of_some:
        assert made[index.name]["dialect_options"].get("postgresql_where"), f"{index.name} is one of all rows"


@pytest.mark.parametrize("statement", ["UPDATE moderation_log SET reason = 'x'", "DELETE FROM moderation_log"])
def test_the_moderation_log_only_grows(app, statement):
    with transaction() as session:
        session.execute(
            sa.text("INSERT INTO moderation_log (at, act, subject, reason) VALUES ('2026-01-01', 'approve', 'comment:1', '')")
        )
    with pytest.raises(sa.exc.IntegrityError, match="append-only"), transaction() as session:
        session.execute(sa.text(statement))
