"""Pages are counted: which, how often, on which day, and nothing about who read them."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from fansite.appearance import operations as looks
from fansite.core import readership
from fansite.core.db import db, transaction
from fansite.core.readership import PageViews, Readership, add, is_machine, sweep, views
from tests.texts import news_post

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
TODAY = date(2026, 11, 24)


@pytest.fixture
def read(app: Any, clock: Any) -> Any:
    """`read(path, …)`, and what was counted is handed in."""

    def read(path: str, agent: str = FIREFOX, client: Any = None, **more: Any) -> int:
        answer = (client or app.test_client()).open(path, headers={"User-Agent": agent}, **more)
        app.extensions["fansite"].readership.close()
        return int(answer.status_code)

    return read


def counted() -> dict[str, int]:
    db.session.rollback()
    return {row.path: row.number for row in db.session.scalars(sa.select(PageViews))}


def test_a_page_counts_each_time_it_is_read_kept_or_not(app, cast, read):
    news_post(cast.eli)
    news_post(cast.eli, slug="lisbonne", language="fr")
    for path in ("/", "/", "/news/lisbon", "/news/lisbon?utm_source=letter", "/news/lisbon?page=1", "/fr/news/lisbonne"):
        assert read(path) == 200
    assert counted() == {"/": 2, "/news/lisbon": 3, "/fr/news/lisbonne": 1}
    assert views("/news/lisbon", since=TODAY) == 3
    assert views("/news/lisbon", since=TODAY + timedelta(days=1)) == 0


def test_those_who_are_signed_in_are_readers_too(app, cast, browser_as, read):
    news_post(cast.eli)
    read("/news/lisbon", client=browser_as(cast.fay).client)
    assert counted() == {"/news/lisbon": 1}


@pytest.mark.parametrize(
    "path",
    ["/feed.xml", "/sitemap.xml", "/robots.txt", "/login", "/search", "/healthz", "/nowhere", "/news/nothing", "/account/"],
)
def test_what_is_no_page_of_the_site_does_not_count(app, cast, read, path):
    news_post(cast.eli)
    read(path)
    assert counted() == {}


def test_looking_at_a_draft_of_the_looks_is_not_reading(app, cast, browser_as, read):
    looks.save_draft(looks.as_it_is(), by=cast.ada)
    assert read("/staff/appearance/preview/home", client=browser_as(cast.ada).client) == 200
    assert counted() == {}


def test_asking_for_the_head_is_not_reading(app, cast, read):
    news_post(cast.eli)
    read("/news/lisbon", method="HEAD")
    assert counted() == {}


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0)",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php) LinkPreview",
        "curl/8.4.0",
        "python-requests/2.32",
    ],
)
def test_machines_do_not_count(app, cast, read, agent):
    read("/", agent)
    assert counted() == {}
    assert is_machine(agent)
    assert not is_machine(FIREFOX)


def test_each_day_has_its_own_number_and_old_days_are_forgotten(app, clock):
    add({"/": 3})
    clock.shift(timedelta(days=1))
    add({"/": 4, "/news/": 1})
    add({"/": 1})
    db.session.rollback()
    rows = {(row.day, row.path): row.number for row in db.session.scalars(sa.select(PageViews))}
    assert rows == {(TODAY, "/"): 3, (TODAY + timedelta(days=1), "/"): 5, (TODAY + timedelta(days=1), "/news/"): 1}
    assert views("/", since=TODAY) == 8
    clock.shift(readership.KEEP)
    sweep()
    assert db.session.scalars(sa.select(PageViews.day).distinct()).all() == [TODAY + timedelta(days=1)]


def test_many_processes_add_to_one_number(app):
    def hand_in() -> None:
        with app.app_context():
            add({"/": 1, "/news/": 2})

    threads = [threading.Thread(target=hand_in) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted() == {"/": 8, "/news/": 16}


def test_it_hands_in_now_and_then_by_itself():
    handed, done = [], threading.Event()

    def hand_in(numbers: dict[str, int]) -> None:
        handed.append(numbers)
        done.set()

    counter = Readership(hand_in, every=0.05)
    for _ in range(3):
        counter.count("/", FIREFOX)
    assert done.wait(10)
    assert handed == [{"/": 3}]
    counter.close()
    assert len(handed) == 1


def test_who_reads_everything_does_not_fill_the_memory():
    handed: list[dict[str, int]] = []
    counter = Readership(handed.append)
    for number in range(readership.MOST_PATHS + 50):
        counter.count(f"/{number}", FIREFOX)
    counter.count("/0", FIREFOX)
    counter.count("/" + "x" * 600, FIREFOX)
    counter.close()
    assert len(handed[0]) == readership.MOST_PATHS and handed[0]["/0"] == 2


def test_a_database_that_is_away_costs_the_numbers_and_nothing_else(capsys):
    def away(_numbers: dict[str, int]) -> None:
        raise sa.exc.OperationalError("INSERT", {}, Exception("database is locked"))

    counter = Readership(away)
    counter.count("/", FIREFOX)
    counter.close()
    assert "views-lost" in capsys.readouterr().err


def test_nothing_of_a_reader_is_kept(app, cast, read):
    read("/")
    with transaction() as session:
        assert set(PageViews.__table__.columns.keys()) == {"day", "path", "number"}
        assert session.scalar(sa.select(sa.func.count()).select_from(PageViews)) == 1
