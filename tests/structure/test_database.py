"""Models and migrations agree, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import getpass
import glob
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from fansite import settings
from fansite.core import db


def test_models_and_migrations_agree(empty_database):
    from alembic import command

    loaded = settings.load({"FANSITE_INSTANCE_PATH": str(empty_database.parent)})
    command.check(db.alembic_config(loaded))
    assert db.schema_problem(loaded) is None


def test_an_empty_folder_is_told_to_upgrade(tmp_path):
    loaded = settings.load({"FANSITE_INSTANCE_PATH": str(tmp_path)})
    assert "fansite init" in db.schema_problem(loaded)


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


@pytest.fixture(scope="session")
def postgres():
    """A private PostgreSQL on a socket of its own, run by a user without rights."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb")) or [shutil.which("initdb") or ""]
    if not found[-1]:
        pytest.skip("PostgreSQL is not installed")
    binaries = Path(found[-1]).parent
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    as_user = []
    if getpass.getuser() == "root":
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        as_user = ["runuser", "-u", "postgres", "--"]
    data = folder / "data"
    subprocess.run(
        [*as_user, binaries / "initdb", "-D", data, "-U", "site", "-A", "trust", "-E", "UTF8", "--locale", "C.UTF-8"],
        check=True,
        capture_output=True,
        cwd="/",
    )
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    subprocess.run(
        [*as_user, binaries / "pg_ctl", "-D", data, "-o", options, "-w", "-l", folder / "log", "start"],
        check=True,
        capture_output=True,
        cwd="/",
    )
    yield f"postgresql:///postgres?host={folder}&user=site"
    subprocess.run(
        [*as_user, binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"], check=False, capture_output=True, cwd="/"
    )
    shutil.rmtree(folder, ignore_errors=True)


def test_migrations_are_valid_for_postgresql(postgres, tmp_path):
    from alembic import command

    loaded = settings.load({"FANSITE_INSTANCE_PATH": str(tmp_path), "FANSITE_DATABASE_URL": postgres})
    db.upgrade(loaded)
    command.check(db.alembic_config(loaded))
    assert db.schema_problem(loaded) is None


@pytest.mark.parametrize("statement", ["UPDATE moderation_log SET reason = 'x'", "DELETE FROM moderation_log"])
def test_the_moderation_log_only_grows(app, statement):
    with db.transaction() as session:
        session.execute(
            sa.text("INSERT INTO moderation_log (at, act, subject, reason) VALUES ('2026-01-01', 'approve', 'comment:1', '')")
        )
    with pytest.raises(sa.exc.IntegrityError, match="append-only"), db.transaction() as session:
        session.execute(sa.text(statement))
