"""One way to write: all or nothing, one writer at a time, and no page made old before the new one can be read."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa

from fansite.core.db import db, get, touch, transaction
from fansite.core.db.engine import CACHE_KIB
from fansite.core.db.transactions import keep, seen, touched
from fansite.core.errors import NotFound
from fansite.core.kept import SiteFact
from fansite.core.limits import Tally
from fansite.core.outbox import Event
from fansite.core.outbox.models import Tick
from tests.core.broken import broken_off
from tests.core.forks import ended, together


@pytest.fixture
def clock_file(app: Any) -> Any:
    return app.extensions["fansite"].clock


@pytest.fixture
def bumps(clock_file: Any, monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """The tags of each bump so far."""
    heard: list[set[str]] = []
    real = clock_file.bump
    monkeypatch.setattr(clock_file, "bump", lambda tags: (heard.append(set(tags)), real(tags))[1])
    return heard


def fact(name: str, value: str = "x") -> None:
    with transaction() as session:
        session.add(SiteFact(name=name, value=value))


def facts() -> dict[str, str]:
    db.session.rollback()
    return {row.name: row.value for row in db.session.scalars(sa.select(SiteFact))}


@pytest.fixture
def statements(app: Any) -> Any:
    heard: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        heard.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    yield heard
    sa.event.remove(sa.Engine, "before_cursor_execute", note)


# ---- all or nothing -----------------------------------------------------------------------------------------------------------


def test_everything_in_a_transaction_is_kept(app):
    with transaction() as session:
        session.add(SiteFact(name="a", value="1"))
        session.add(SiteFact(name="b", value="2"))
    assert facts() == {"a": "1", "b": "2"}


def test_nothing_of_a_failed_transaction_is_kept(app):
    with broken_off() as session:
        session.add(SiteFact(name="a", value="1"))
        session.flush()
    assert facts() == {}


def test_what_the_database_refuses_at_the_end_takes_all_with_it(app, bumps):
    fact("a", "first")

    def write() -> None:
        with transaction() as session:
            session.add(SiteFact(name="b", value="2"))
            session.add(SiteFact(name="a", value="again"))
            touch("site")

    with pytest.raises(sa.exc.IntegrityError):
        write()
    assert facts() == {"a": "first"}
    assert bumps == []


def test_a_transaction_within_joins_the_one_around_it(app, elsewhere, bumps):
    with transaction() as outer:
        with transaction() as inner:
            assert inner is outer
            inner.add(SiteFact(name="a", value="1"))
            touch("inner")
        assert elsewhere("SELECT count(*) FROM site_fact") == [(0,)]
        assert bumps == []
        touch("outer")
    assert elsewhere("SELECT name FROM site_fact") == [("a",)]
    assert bumps == [{"inner", "outer"}]


def test_a_failure_around_takes_back_what_was_done_within(app, bumps):
    with broken_off():
        fact("a")
    assert facts() == {}
    assert bumps == []


def test_after_a_failure_the_next_transaction_starts_clean(app, bumps):
    with broken_off():
        touch("lost")
    assert touched() == set()
    fact("a")
    assert bumps == []


# ---- fresh rows ---------------------------------------------------------------------------------------------------------------


def test_rows_read_before_are_read_again(app, elsewhere):
    fact("a", "old")
    row = db.session.get(SiteFact, "a")
    assert row.value == "old"
    elsewhere("UPDATE site_fact SET value = 'new'")
    assert db.session.get(SiteFact, "a").value == "old"
    with transaction():
        assert get(SiteFact, "a").value == "new"
        assert row.value == "new"


def test_what_is_kept_for_the_answer_is_not_read_again_and_all_else_is(app, elsewhere, statements):
    fact("ours"), fact("theirs", "old")
    with transaction():
        ours, theirs = get(SiteFact, "ours"), get(SiteFact, "theirs")
        ours.value = "said"
        keep(ours)
    elsewhere("UPDATE site_fact SET value = 'new'")
    statements.clear()
    assert ours.value == "said"
    assert statements == []
    assert theirs.value == "new"
    with transaction():
        assert ours.value == "new"


def test_nothing_is_kept_of_what_failed(app):
    fact("a", "true")
    row = get(SiteFact, "a")
    with broken_off():
        row.value = "untrue"
        keep(row)
    assert row.value == "true"


def test_who_read_before_another_wrote_can_still_write(app, elsewhere):
    """SQLite would refuse to upgrade such a view with "database is locked", however long one waits."""
    db.session.execute(sa.text("SELECT * FROM site_fact")).all()
    elsewhere("INSERT INTO site_fact VALUES ('theirs', '1')")
    fact("ours")
    assert set(facts()) == {"theirs", "ours"}


def test_what_is_not_there_is_not_found(app):
    with pytest.raises(NotFound):
        get(SiteFact, "nobody")


# ---- the lock -----------------------------------------------------------------------------------------------------------------


# How a writer begins, and a reader.
BEGINNINGS = {"sqlite": ["BEGIN IMMEDIATE", "BEGIN"], "postgresql": ["SELECT pg_advisory_xact_lock(4661)"]}
# What an acknowledged row may rely on.
PROMISES = {
    "sqlite": {"PRAGMA journal_mode": "wal", "PRAGMA synchronous": 2, "PRAGMA foreign_keys": 1},
    "postgresql": {"SHOW synchronous_commit": "on", "SHOW session_replication_role": "origin"},
}


def test_writing_begins_at_once_and_reading_does_not(app, statements):
    db.session.rollback()
    fact("a")
    facts()
    begun = [statement for statement in statements if statement.startswith(("BEGIN", "SELECT pg_advisory"))]
    assert begun == BEGINNINGS[db.engine.dialect.name]


def test_every_connection_is_as_safe_as_promised(app):
    promised = PROMISES[db.engine.dialect.name]
    assert {question: db.session.scalar(sa.text(question)) for question in promised} == promised


@pytest.mark.sqlite
def test_the_connection_used_last_is_used_next_and_none_keeps_much(app):
    """Else each of many that were opened once would keep its own pages of the same database."""
    first, second = db.engine.connect(), db.engine.connect()
    used_last = first.connection.dbapi_connection
    assert used_last is not second.connection.dbapi_connection
    second.close(), first.close()
    for _ in range(3):
        with db.engine.connect() as again:
            assert again.connection.dbapi_connection is used_last
            assert again.exec_driver_sql("PRAGMA cache_size").scalar() == -CACHE_KIB


def test_one_thread_writes_at_a_time(app):
    inside: list[int] = []
    most: list[int] = []

    def write(name: str) -> None:
        with app.app_context():
            for number in range(5):
                with transaction() as session:
                    inside.append(1)
                    most.append(len(inside))
                    session.add(SiteFact(name=f"{name}{number}", value=""))
                    time.sleep(0.002)
                    inside.pop()

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1
    assert len(facts()) == 20


def test_who_is_killed_while_writing_holds_up_nobody(app):
    def die() -> None:
        import os
        import signal

        with transaction() as session:
            session.add(SiteFact(name="half", value=""))
            session.flush()
            os.kill(os.getpid(), signal.SIGKILL)

    assert ended(die) == [-9]
    began = time.monotonic()
    fact("whole")
    assert time.monotonic() - began < 1
    assert set(facts()) == {"whole"}


PROCESSES, THREADS, SECONDS = 4, 2, 2.0


def test_four_processes_of_two_threads_write_without_one_refusal(app, elsewhere):
    """Each adds one to the same row and reads what it wrote; at the end no addition is lost and nobody met "database is locked"."""
    with transaction() as session:
        session.add(Tally(key="sum", count=0, expires=0))

    def add_up(own: str) -> None:
        written, until = 0, time.monotonic() + SECONDS
        while time.monotonic() < until:
            db.session.scalar(sa.select(sa.func.count()).select_from(Tally))  # a view that is older than the write
            with transaction() as session:
                before = get(Tally, "sum").count
                session.execute(sa.update(Tally).where(Tally.key == "sum").values(count=before + 1))
            written += 1
        with transaction() as session:
            session.add(Tally(key=own, count=written, expires=0))

    def process(number: int) -> None:
        failed: list[BaseException] = []

        def thread(own: str) -> None:
            try:
                with app.app_context():
                    add_up(own)
            except BaseException as problem:
                failed.append(problem)

        threads = [threading.Thread(target=thread, args=(f"{number}-{n}",)) for n in range(THREADS)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        if failed:
            raise failed[0]

    together(*(lambda number=number: process(number) for number in range(PROCESSES)))
    counts = dict(db.session.execute(sa.select(Tally.key, Tally.count)).all())
    total = counts.pop("sum")
    assert len(counts) == PROCESSES * THREADS
    assert total == sum(counts.values())
    assert min(counts.values()) > 0
    if db.engine.dialect.name == "sqlite":
        assert elsewhere("PRAGMA integrity_check") == [("ok",)]


# ---- the page clock -----------------------------------------------------------------------------------------------------------


def test_the_row_can_be_read_by_all_before_a_page_is_made_old(app, clock_file, elsewhere, monkeypatch):
    visible: list[Any] = []
    real = clock_file.bump
    monkeypatch.setattr(clock_file, "bump", lambda tags: (visible.append(elsewhere("SELECT name FROM site_fact")), real(tags))[1])
    with transaction() as session:
        session.add(SiteFact(name="a", value="1"))
        touch("site")
        session.flush()
        assert visible == []
    assert visible == [[("a",)]]


def test_the_next_writer_need_not_wait_for_the_bump(app, clock_file, monkeypatch):
    """The lock is for the database: were the clock's file slow, nobody else would have to wait for it."""
    real = clock_file.bump

    def bump(tags: Any) -> int:
        monkeypatch.setattr(clock_file, "bump", real)
        together(lambda: fact("in the meantime"), seconds=5)
        return int(real(tags))

    monkeypatch.setattr(clock_file, "bump", bump)
    with transaction():
        touch("site")
    assert set(facts()) == {"in the meantime"}


def test_no_process_sees_the_clock_ahead_of_the_row(app, clock_file):
    """One process counts a row up and touches it; the clock others see is never ahead of the row they then read."""
    rounds = 150
    with transaction() as session:
        session.add(Tally(key="row", count=0, expires=0))
    start = clock_file.seen()

    def write() -> None:
        with app.app_context():
            for number in range(1, rounds + 1):
                with transaction() as session:
                    session.execute(sa.update(Tally).where(Tally.key == "row").values(count=number))
                    touch("row")

    def read() -> None:
        with app.app_context():
            bumped = 0
            while bumped < rounds:
                bumped = clock_file.seen() - start
                row = db.session.scalar(sa.select(Tally.count).where(Tally.key == "row"))
                db.session.rollback()
                assert row >= bumped, f"the clock says {bumped}, the row {row}"

    together(write, read, read)


def test_pages_are_bumped_once_with_all_tags(app, bumps):
    with transaction():
        touch("entry:1")
        touch("list:news", "entry:1")
    assert bumps == [{"entry:1", "list:news"}]


def test_who_reads_within_a_view_knows_how_old_it_is(app, clock_file):
    db.session.scalar(sa.select(sa.func.count()).select_from(SiteFact))
    began = clock_file.seen()
    clock_file.bump(["site"])
    db.session.scalar(sa.select(sa.func.count()).select_from(SiteFact))
    assert seen() == began
    db.session.rollback()
    db.session.scalar(sa.select(sa.func.count()).select_from(SiteFact))
    assert seen() == began + 1


# ---- moments ------------------------------------------------------------------------------------------------------------------


def test_a_moment_comes_back_aware_and_in_utc(app):
    paris = datetime(2026, 11, 24, 21, 30, 15, 123456, tzinfo=timezone(timedelta(hours=1)))
    with transaction() as session:
        session.add(Event(name="x", subject="x:1", data={}, at=paris))
    db.session.expire_all()
    found = db.session.scalars(sa.select(Event)).one().at
    assert found == paris
    assert found.tzinfo is UTC


def test_a_moment_without_zone_is_refused(app):
    with pytest.raises(sa.exc.StatementError, match="no zone"), transaction() as session:
        session.add(Tick(name="x", due_at=datetime(2026, 11, 24)))
