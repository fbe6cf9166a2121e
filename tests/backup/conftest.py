"""A small site with something of everything, and the command as an operator types it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import current_app

from fansite.cli import main
from fansite.core.db import Base, db

Typed = Callable[..., "subprocess.CompletedProcess[str]"]


def fansite(folder: Path, *words: object, **more: str) -> subprocess.CompletedProcess[str]:
    """`fansite …` for the site of a folder, within this process; the site under test keeps its rows where it always does."""
    env = {"FANSITE_INSTANCE_PATH": str(folder), **rows_of(folder), **more}
    answer = CliRunner().invoke(main, [str(word) for word in words], env=env)
    assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exc_info
    return subprocess.CompletedProcess(words, answer.exit_code, answer.stdout, answer.stderr)


def rows_of(folder: Path) -> dict[str, str]:
    site = current_app.extensions["fansite"].settings if current_app else None
    ours = site is not None and site.instance_path == folder and not site.sqlite
    return {"FANSITE_DATABASE_URL": site.database_url} if ours else {}


def told(answer: subprocess.CompletedProcess[str], status: int = 0) -> dict[str, Any]:
    assert answer.returncode == status, answer.stderr + answer.stdout
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


@pytest.fixture
def instance(app: Any, cast: Any, worker: Any) -> Path:
    """A site with a text, words below it, a picture and a letter."""
    from email.message import EmailMessage

    from tests.texts import news_post, say

    site = app.extensions["fansite"]
    post = news_post(cast.eli)
    say(post, cast.fay, "See you there")
    site.storage.put("ab12cd.jpg", b"\xff\xd8 a picture \x00\xff")
    letter = EmailMessage()
    letter["To"], letter["Subject"] = "fay@example.org", "Come"
    letter.set_content("Come to Lisbon.")
    site.mailer.send(letter)
    worker()
    db.session.rollback()
    folder: Path = site.settings.instance_path
    for name in ("backups.jsonl", "erasures.jsonl"):
        (folder / name).unlink(missing_ok=True)
    return folder


@pytest.fixture
def saved(instance: Path, tmp_path: Path) -> Path:
    """A backup of it."""
    file = tmp_path / "saved" / "site.zip"
    file.parent.mkdir()
    told(fansite(instance, "backup", "create", file, "--json"))
    return file


def contents(engine: sa.Engine) -> dict[str, list[Any]]:
    """Every row of every table."""
    with engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
        }


def contents_of(folder: Path) -> dict[str, list[Any]]:
    engine = sa.create_engine(f"sqlite:///{folder / 'fansite.db'}", poolclass=sa.pool.NullPool)
    try:
        return contents(engine)
    finally:
        engine.dispose()
