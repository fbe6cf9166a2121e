"""The drill: a backup is taken while people write, becomes another site, and that one is served and answers."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fansite import settings
from fansite.accounts import operations as accounts
from fansite.accounts.models import Account
from fansite.app import create_app
from fansite.backup import sqlite
from fansite.backup.archive import opened
from fansite.comments.models import Comment
from fansite.core.db import db, get, transaction
from fansite.core.db.schema import upgrade
from tests.backup.conftest import contents, fansite, told
from tests.cast import PASSWORD
from tests.journeys.test_crash import Site, Writer, rows
from tests.serve.served import free_port, until
from tests.texts import many_comments, news_post, say

WRITERS = 3
# What an erasure changes, and nothing else differs from the backup.
ERASED = {"account", "event", "delivery", "sign_in", "mail", "list_change"}


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[tuple[Site, Site, int]]:
    """The site that is saved, the one to be, and the number of nora, who will leave."""
    folder = tmp_path / "first"
    loaded = settings.load({"FANSITE_INSTANCE_PATH": str(folder)})
    upgrade(loaded)
    with create_app(loaded).app_context():
        fay = accounts.create(email="fay@example.org", username="fay", password=PASSWORD, role="fan").id
        nora = accounts.create(email="nora@example.org", username="nora", password=PASSWORD, role="fan").id
        with transaction():
            get(Account, fay).approved_comments = 3
        cookie, entry_id, other = accounts.open_session(fay), news_post(slug="lisbon").id, news_post(slug="porto").id
        many_comments(other, nora, 2000)
        db.session.remove()
        db.engine.dispose()
    made = [Site(tmp_path / name, free_port(), cookie, entry_id) for name in ("first", "second")]
    yield made[0], made[1], nora
    for site in made:
        if site.served is not None:
            site.served.end()


@pytest.mark.slow
def test_taken_while_people_write_it_becomes_the_same_site_without_who_left(sites, tmp_path):
    first, second, nora = sites
    (tmp_path / "backups").mkdir()
    file = tmp_path / "backups" / "site.zip"
    first.start()
    token = re.search(r'name="csrf_token" value="([^"]+)"', first.ask("GET", "/news/lisbon")[2])[1]
    writers = [Writer(first, number, token) for number in range(WRITERS)]
    stop = threading.Event()
    threads = [threading.Thread(target=writer.write_until, args=(stop,), daemon=True) for writer in writers]
    for thread in threads:
        thread.start()
    until(lambda: all(len(writer.acknowledged) >= 5 for writer in writers), 20)
    before = {nonce for writer in writers for nonce in dict(writer.acknowledged)}
    made = told(fansite(first.folder, "backup", "create", file, "--json"))
    written_meanwhile = {nonce for writer in writers for nonce in dict(writer.acknowledged)} - before
    stop.set()
    for thread in threads:
        thread.join(20)
    assert [fault for writer in writers for fault in writer.faults] == []
    assert written_meanwhile  # nobody was held up

    told(fansite(first.folder, "user", "erase", "nora", "--yes", "--json"))
    until((tmp_path / "backups" / "fansite-erasures.jsonl").exists, 20)
    first.served.end()
    assert told(fansite(first.folder, "backup", "verify", file, "--json"))["equal"]
    answer = told(fansite(second.folder, "backup", "restore", file, "--json"))
    assert answer["tables"] == made["tables"] and answer["erased"] == 1

    found = sqlite.contents(second.folder / "fansite.db", lambda _bytes: None)
    with opened(file) as archive:
        assert {name for name, table in archive.manifest.tables.items() if found[name] != table} <= ERASED
    there = {nonce for (nonce,) in rows(second.folder, "SELECT nonce FROM comment WHERE nonce IS NOT NULL")}
    acknowledged = {nonce: where for writer in writers for nonce, where in writer.acknowledged.items()}
    assert before <= there <= acknowledged.keys()
    assert rows(second.folder, f"SELECT username, email FROM account WHERE id = {nora}") == [("[deleted]", None)]

    second.start()
    assert second.ask("GET", "/account/")[0] == 200  # still signed in
    assert second.ask("GET", "/fans/nora")[0] == 404
    last = acknowledged[sorted(before)[-1]]
    assert f'id="{last.partition("#")[2]}"' in second.ask("GET", last.partition("#")[0])[2]
    status, where, _text = second.ask(
        "POST", f"/comments/on/{second.entry_id}", {"body": "Back again", "nonce": "after", "parent": "", "csrf_token": token}
    )
    assert status == 303 and "#comment-" in where


# ---- PostgreSQL -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def databases(postgres: str) -> Iterator[list[str]]:
    """Two empty databases."""
    names = ["saved_site", "new_site"]
    server = sa.create_engine(
        postgres.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool
    )
    with server.connect() as connection:
        for name in names:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield [postgres.replace("/postgres?", f"/{name}?") for name in names]
    with server.connect() as connection:
        for name in names:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    server.dispose()


def test_on_postgresql_too(databases, tmp_path):
    old, new = databases
    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "site.zip"
    loaded = settings.load({"FANSITE_INSTANCE_PATH": str(here), "FANSITE_DATABASE_URL": old, "FANSITE_LIMITS": "off"})
    upgrade(loaded)
    app = create_app(loaded)
    with app.app_context():
        fay = accounts.create(email="fay@example.org", username="fay", password=PASSWORD, role="fan")
        nora = accounts.create(email="nora@example.org", username="nora", password=PASSWORD, role="fan").id
        post = news_post(fay, body="Tab\there, a \\ backslash,\nand été 🎸")
        for text in ("One", "Two"):
            say(post, fay, text)
        entry_id, before = post.id, db.session.scalar(sa.select(sa.func.count(Comment.id)))
        db.session.remove()
    stop = threading.Event()
    writer = threading.Thread(target=_write, args=(app, entry_id, fay_id := _id(app, "fay"), stop), daemon=True)
    writer.start()
    try:
        made = told(fansite(here, "backup", "create", file, "--json", FANSITE_DATABASE_URL=old))
    finally:
        stop.set()
        writer.join(20)
    assert made["tables"]["comment"] >= before

    verified = told(fansite(here, "backup", "verify", file, "--json", FANSITE_DATABASE_URL=old))
    assert verified["equal"] and any("loaded aside" in line for line in verified["compared"])
    with app.app_context():
        accounts.erase(nora)
        assert db.session.scalars(sa.text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'verify%'")).all() == []
        from fansite.backup import listeners
        from fansite.core.outbox import Event

        listeners.keep_ledger([Event(name="account.erased", subject=f"account:{nora}", data={})])
        db.session.remove()
        db.engine.dispose()
    assert "only restored into an empty one" in fansite(there, "backup", "restore", file, FANSITE_DATABASE_URL=old).stderr
    answer = told(fansite(there, "backup", "restore", file, "--json", FANSITE_DATABASE_URL=new))
    assert answer["erased"] == 1 and answer["tables"] == made["tables"]
    again = create_app(settings.load({"FANSITE_INSTANCE_PATH": str(there), "FANSITE_DATABASE_URL": new, "FANSITE_LIMITS": "off"}))
    with again.app_context():
        assert contents(db.engine)["comment"][0][0] == 1
        assert get(Account, nora).email is None
        said = say(db.session.get(type(post), entry_id), get(Account, fay_id), "Three")
        assert said.id > made["tables"]["comment"]  # the sequences go on
        db.session.remove()
        db.engine.dispose()


def test_a_restore_that_fails_on_postgresql_leaves_an_empty_database(databases, tmp_path):
    from tests.backup.test_hostile import rebuilt

    here = tmp_path / "here"
    loaded = settings.load({"FANSITE_INSTANCE_PATH": str(here), "FANSITE_DATABASE_URL": databases[0]})
    upgrade(loaded)
    told(fansite(here, "backup", "create", tmp_path / "site.zip", "--json", FANSITE_DATABASE_URL=databases[0]))

    def other(_parts: Any, manifest: Any) -> None:
        manifest["tables"]["account"]["rows"] = 7

    file = rebuilt(tmp_path / "site.zip", tmp_path / "other.zip", other)
    for _ in range(2):
        answer = fansite(tmp_path / "there", "backup", "restore", file, FANSITE_DATABASE_URL=databases[1])
        assert answer.returncode == 1 and "differ from the backup: account" in answer.stderr
    shutil.rmtree(tmp_path / "there")
    told(fansite(tmp_path / "there", "backup", "restore", tmp_path / "site.zip", "--json", FANSITE_DATABASE_URL=databases[1]))


def _id(app: Any, name: str) -> int:
    with app.app_context():
        found: int = db.session.scalar(sa.select(Account.id).where(Account.username_key == name))
        db.session.remove()
    return found


def _write(app: Any, entry_id: int, fan: int, stop: threading.Event) -> None:
    from fansite.news.models import NewsPost

    with app.app_context():
        number = 0
        while not stop.is_set():
            number += 1
            say(db.session.get(NewsPost, entry_id), get(Account, fan), f"Meanwhile {number}")
        db.session.remove()
