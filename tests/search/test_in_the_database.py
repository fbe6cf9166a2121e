"""Search with its index in the site's own database: what the worker, the pages, the backup and the doctor make of it."""

from __future__ import annotations

import json
import re
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.backends.search import SearchBusy, open_search, table_index
from fansite.comments import operations as comments
from fansite.core.db import db, transaction
from fansite.core.db.annexes import Annex, in_annex
from fansite.core.db.engine import empty_log
from fansite.core.outbox import long_work
from fansite.core.outbox.models import Delivery
from fansite.moderation import operations as moderation
from fansite.search import listeners, queries
from tests.backup.conftest import fansite, told
from tests.databases import ON_POSTGRESQL
from tests.search.test_pages import everything_hidden, found, total
from tests.texts import many_comments, news_post, say

URL = "postgres:" if ON_POSTGRESQL else "sqlite:"


@pytest.fixture
def site(app, cast, monkeypatch):
    """A site whose search stands in its database."""
    site = app.extensions["fansite"]
    folder = site.settings.instance_path
    monkeypatch.setattr(site, "search", open_search(URL, folder / "search", Annex()))
    monkeypatch.setattr(site, "settings", replace(site.settings, search_url=URL))
    return site


@pytest.fixture
def lisbon(site, cast):
    post = news_post(cast.eli, slug="lisbon", title="Fado in Lisbon", body="We learn to sing slowly.")
    return post, say(post, cast.fay, "My grandmother sang fado too").id


@pytest.fixture
def index(site, worker):
    def bring_up_to_date() -> None:
        listeners.mend_index()
        worker()

    return bring_up_to_date


def test_it_finds_and_hides_as_any_other(cast, lisbon, index, stranger):
    post, comment = lisbon
    stranger.get("/search", query_string={"q": "fado"})
    assert "looking through everything anew" in stranger.text
    index()
    assert found(stranger, q="fado") == [("news", "/news/lisbon"), ("comment", f"/news/lisbon#comment-{comment}")]
    assert found(stranger, q="granmother") == []
    assert stranger.page.xpath('//main//a[@href="/search?q=grandmother"]/text()') == ["grandmother"]
    moderation.decide(moderation.take_up("comment", comment, by=cast.milo), "remove", by=cast.milo)
    everything_hidden(stranger, "grandmother")
    assert found(stranger, q="granmother") == [] and "grandmother" not in stranger.text
    assert found(stranger, q="fado") and total(stranger) == 1
    index()
    everything_hidden(stranger, "grandmother")
    assert [key for key in queries.index().keys()] == [f"entry:{post.id}"]  # noqa: C416, SIM118


def test_while_it_is_made_changes_arrive_and_others_get_their_turn(cast, lisbon, index, monkeypatch, stranger):
    """Also what changes in what was indexed already."""
    post, comment = lisbon
    many_comments(post.id, cast.fay.id, 30)
    index()
    monkeypatch.setattr(table_index, "BATCH", 4)
    turns = []

    def next_turn() -> None:
        if not turns:
            comments.edit(comment, by=cast.fay, body="My grandmother sang in Porto")
        long_work._here.pause_until = 0.0
        listeners._others_first()
        turns.append(db.session.scalar(sa.select(sa.func.count()).where(Delivery.done_at.is_(None))))
        db.session.rollback()

    queries.index().rebuild(listeners.all_documents(next_turn))

    assert turns and not any(turns)
    assert found(stranger, q="porto") == [("comment", f"/news/lisbon#comment-{comment}")]
    assert total(stranger) == 1


def test_one_that_was_broken_off_is_gone_on_with_by_the_worker(app, cast, lisbon, index, monkeypatch, stranger):
    post, _comment = lisbon
    many_comments(post.id, cast.fay.id, 30)
    monkeypatch.setattr(table_index, "BATCH", 10)
    read, read_again = [], []

    def broken(documents):
        for number, one in enumerate(documents):
            if number == 25:
                raise RuntimeError("the power failed")
            read.append(one.key)
            yield one

    with pytest.raises(RuntimeError):
        queries.index().rebuild(broken(listeners.all_documents()))
    every = listeners.all_documents

    def watched(*how):
        for one in every(*how):
            read_again.append(one.key)
            yield one

    monkeypatch.setattr(listeners, "all_documents", watched)
    index()
    assert read_again == [key for key in read_again if key not in read[:20]]
    assert len(read_again) == 12
    assert len(found(stranger, q="fado")) == 2
    assert set(queries.index().keys()) == {*read[:20], *read_again}


def test_who_finds_another_at_it_comes_back_later(site, cast, lisbon, index, stranger):
    def reading():
        listeners.mend_index()
        assert queries.index().state() == "missing"
        with pytest.raises(SearchBusy):
            listeners.rebuild([])
        yield from listeners.all_documents()

    queries.index().rebuild(reading())
    assert len(found(stranger, q="fado")) == 2


def test_nobody_waits_there_for_themselves(site):
    with pytest.raises(RuntimeError, match="wait here for itself"), transaction():
        queries.index().apply([], ["entry:1"])


@pytest.mark.sqlite  # of PostgreSQL's dead rows nobody but the server reads, until it clears them away
def test_of_who_is_erased_no_word_stays_in_the_file(site, cast, lisbon, index, worker):
    post, _comment = lisbon
    person = accounts.create(email="gus@example.org", username="gustaf", password=None)
    with transaction():
        db.session.get(type(person), person.id).approved_comments = 3
    say(post, db.session.get(type(person), person.id), "Quite a xylofomaniac, this drummer")
    index()

    def traces() -> bool:
        db.session.rollback()
        empty_log()
        return any(b"lofomaniac" in path.read_bytes() for path in site.settings.instance_path.glob("fansite.db*"))

    assert traces()
    accounts.erase(person.id, keep_words=False)
    worker()
    listeners.mend_index()
    assert not traces()


@pytest.mark.sqlite  # plans of SQLite
def test_no_search_reads_a_whole_table(site, cast, lisbon, index):
    many_comments(lisbon[0].id, cast.fay.id, 30)
    listeners.index().rebuild(listeners.all_documents())
    plans = {}

    def note(_connection, cursor, statement, parameters, *_rest):
        if "search_" in statement and statement.startswith("SELECT"):
            plans[statement] = [row[3] for row in cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        for text in ("fado", "word", '"sang fado"', "word -fado", "gran", "granmother", "grandmohter"):
            queries.find(text, None, None, 1)
            queries.find(text, "comment", 2026, 1)
        queries.index().years()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert len(plans) > 6
    # The list of generations and the tallies have a handful of rows.
    whole = re.compile(r"SCAN search_(document|word|terms)_\d+(?! VIRTUAL TABLE INDEX \d+:.*M\d)")
    assert not {statement: plan for statement, plan in plans.items() if any(whole.search(step) for step in plan)}


def test_a_backup_leaves_it_out_and_the_restored_site_makes_it_anew(site, lisbon, index, tmp_path):
    index()
    folder = site.settings.instance_path
    db.session.rollback()
    (folder / "backups.jsonl").unlink(missing_ok=True)
    more = {"FANSITE_SEARCH_URL": URL, **({"FANSITE_DATABASE_URL": site.settings.database_url} if ON_POSTGRESQL else {})}
    file = tmp_path / "site.zip"
    made = told(fansite(folder, "backup", "create", file, "--json", **more))
    assert made
    told(fansite(folder, "backup", "verify", file, "--json", **more))
    with zipfile.ZipFile(file) as archive:
        assert b"search_" not in archive.read("manifest.json")
        if not ON_POSTGRESQL:
            archive.extract("database/fansite.db", tmp_path)
            with closing(sqlite3.connect(tmp_path / "database/fansite.db")) as connection:
                names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
                assert not [name for name in names if in_annex(name)]
                assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)


def test_the_doctor_and_the_command_know_it(site, lisbon, index):
    index()
    folder = site.settings.instance_path
    db.session.rollback()
    more = {"FANSITE_SEARCH_URL": URL, **({"FANSITE_DATABASE_URL": site.settings.database_url} if ON_POSTGRESQL else {})}
    assert told(fansite(folder, "rebuild", "search", "--json", **more)) == {"documents": 2}
    words = [row["text"] for row in json.loads(fansite(folder, "doctor", "--json", **more).stdout)["findings"]]
    assert "The search index holds what the tables show: 2 things." in words


def test_a_large_site_is_advised_to_take_it(app, cast, monkeypatch, worker):
    from fansite.search import checks

    listeners.mend_index()
    monkeypatch.setattr(checks, "MANY", 1)
    for slug in ("a", "b"):
        news_post(cast.eli, slug=slug)
    listeners.index().rebuild(listeners.all_documents())
    (advice,) = [finding for finding in checks.present() if finding.level == "warning"]
    assert "2 texts and comments" in advice.text
    assert URL in advice.todo
