"""One row for each person who is to be told: never two, never lost, and no more memory for many than for few."""

from __future__ import annotations

import os
import signal
import tracemalloc
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from fansite.core import mail
from fansite.core.db import db
from fansite.core.mail import Mail
from fansite.core.outbox import Event
from fansite.core.outbox.listening import outbox
from fansite.news import operations as news
from fansite.notifications import channels, planning, sending
from fansite.notifications.gigs.moments import HOLD
from fansite.notifications.models import Notice, Occasion
from fansite.tour import operations as tour
from tests.core.forks import ended
from tests.notifications.conftest import says

# `MANY_FANS=50000` for the whole of it.
MANY = int(os.environ.get("MANY_FANS", "6000"))
MANY_FOLLOWERS = int(os.environ.get("MANY_FANS", "2000"))


def fans(elsewhere: Callable[..., Any], gig_id: int, number: int) -> None:
    """So many who go there."""
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1001 UNION ALL SELECT i + 1 FROM n WHERE i < :last) "
    columns = (
        "id, username, username_key, likeness, email, email_key, role, language, joined_at, approved_comments, refused_comments"
    )
    values = "i, 'fan' || i, 'fan' || i, 'fan' || i, 'fan' || i || '@example.org', 'fan' || i || '@example.org', 'fan', 'en', '2026-01-01', 0, 0"
    elsewhere(f"INSERT INTO account ({columns}) {numbers} SELECT {values} FROM n", last=1000 + number)
    elsewhere(
        f"INSERT INTO attendance (gig_id, account_id, word, said_at) {numbers} SELECT :gig, i, 'going', '2026-01-01' FROM n",
        last=1000 + number,
        gig=gig_id,
    )


def told(way: str = "mail") -> list[tuple[int, str]]:
    db.session.rollback()
    return [
        tuple(row)
        for row in db.session.execute(
            sa.select(Notice.account_id, Notice.state).where(Notice.channel == way).order_by(Notice.account_id)
        )
    ]


def last_event(name: str = "gig.changed") -> Event:
    return db.session.scalars(sa.select(Event).where(Event.name == name).order_by(Event.id.desc())).first()


@pytest.fixture(autouse=True)
def _small_slices(request: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    if "many" not in request.node.name:
        monkeypatch.setattr(planning, "SLICE", 10)
        monkeypatch.setattr(sending, "SLICE", 10)


def test_a_listener_that_runs_twice_adds_nobody(cast, evening, worker, elsewhere, clock):
    fans(elsewhere, evening.id, 35)
    tour.cancel(evening.id, by=cast.eli)
    worker()
    assert told() == [(1001 + number, "waiting") for number in range(35)]
    clock.shift(HOLD.total_seconds())
    sending.send_due()
    before = told()
    planning.plan(last_event())
    assert told() == before == [(1001 + number, "sent") for number in range(35)]


def test_who_goes_since_is_not_told_by_a_second_run(cast, evening, worker, elsewhere):
    """They saw it as it is."""
    fans(elsewhere, evening.id, 3)
    tour.cancel(evening.id, by=cast.eli)
    worker()
    says(cast.fay, evening)
    planning.plan(last_event())
    assert len(told()) == 3


@pytest.mark.sqlite
@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_killed_while_it_plans_it_goes_on_where_it_was(cast, evening, worker, elsewhere, clock, monkeypatch, after):
    fans(elsewhere, evening.id, 35)
    tour.cancel(evening.id, by=cast.eli)

    def work_and_die() -> None:
        real, slices = planning._written, []

        def written(*given: Any) -> Any:
            if len(slices) == after:
                os.kill(os.getpid(), signal.SIGKILL)
            slices.append(real(*given))
            return slices[-1]

        monkeypatch.setattr(planning, "_written", written)
        worker()

    assert ended(work_and_die) == [-9]
    assert len(told()) == 10 * after
    clock.shift(outbox().listeners["notifications.plan"].lease.total_seconds() + 1)
    worker()
    assert told() == [(1001 + number, "waiting") for number in range(35)]


@pytest.mark.sqlite
@pytest.mark.parametrize("way", ["site", "mail"])
@pytest.mark.parametrize("before", [True, False])
def test_killed_while_it_sends_it_tells_each_once(cast, evening, worker, elsewhere, clock, monkeypatch, mails, before, way):
    """Before or after a slice was handed over: with it, or not at all."""
    fans(elsewhere, evening.id, 35)
    tour.cancel(evening.id, by=cast.eli)
    worker()
    clock.shift(HOLD.total_seconds())

    def work_and_die() -> None:
        tell, settle, handed, here = sending._tell, sending._settle, [], []

        def telling(channel: Any, people: Any) -> None:
            here.append(channel.name)
            tell(channel, people)

        def settling(*given: Any, **how: Any) -> None:
            settle(*given, **how)
            handed.extend(here[-1:] if here[-1] == way else ())
            if before and len(handed) == 15:
                os.kill(os.getpid(), signal.SIGKILL)

        def meanwhile(_without: str) -> None:
            if not before and here[-1] == way:
                os.kill(os.getpid(), signal.SIGKILL)

        monkeypatch.setattr(sending, "_tell", telling)
        monkeypatch.setattr(sending, "_settle", settling)
        monkeypatch.setattr(sending, "meanwhile", meanwhile)
        sending.send_due()

    assert ended(work_and_die) == [-9]
    assert Counter(state for _account, state in told(way)) == {"sent": 10, "waiting": 25}
    sending.send_due()
    worker()
    assert {name: len(theirs) for name, theirs in mails().items()} == {f"fan{1001 + number}": 1 for number in range(35)}
    assert elsewhere("SELECT account_id, count(*) FROM notice_line GROUP BY account_id") == [(1001 + n, 1) for n in range(35)]


def test_two_workers_that_send_at_once_send_once(cast, evening, worker, elsewhere, clock):
    fans(elsewhere, evening.id, 5)
    tour.cancel(evening.id, by=cast.eli)
    worker()
    clock.shift(HOLD.total_seconds())
    channel = channels.CHANNELS["mail"]
    written = channel.write

    def interrupted(*given: Any) -> Any:
        """Another worker is quicker."""
        hand_over = written(*given)
        if not db.session.scalar(sa.select(sa.func.count()).select_from(Mail)):
            object.__setattr__(channel, "write", written)
            sending.send_due()
        return hand_over

    object.__setattr__(channel, "write", interrupted)
    try:
        sending.send_due()
    finally:
        object.__setattr__(channel, "write", written)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Mail)) == 5


def test_behind_a_few_hundred_mails_nobody_waits_for_a_password(cast, evening, worker, elsewhere, clock, monkeypatch):
    """The post is given no more than it takes; the rest waits as notices, which stay true."""
    monkeypatch.setattr(channels, "MOST_UNTRIED", 12)
    monkeypatch.setattr(sending, "meanwhile", lambda _without: None)
    fans(elsewhere, evening.id, 35)
    tour.cancel(evening.id, by=cast.eli)
    worker()
    clock.shift(HOLD.total_seconds())
    sending.send_due()
    assert Counter(state for _account, state in told()) == {"sent": 12, "waiting": 23}
    sending.send_due()
    assert len(mail.in_the_post(100)) == 12
    for _round in range(2):
        worker()
        sending.send_due()
    assert Counter(state for _account, state in told()) == {"sent": 35}


def test_a_server_that_is_away_fills_no_disk(cast, evening, worker, elsewhere, clock, monkeypatch):
    monkeypatch.setattr(channels, "MOST_IN_THE_POST", 10)
    fans(elsewhere, evening.id, 35)
    elsewhere("UPDATE mail SET tries = 3")
    tour.cancel(evening.id, by=cast.eli)
    worker()
    clock.shift(HOLD.total_seconds())
    monkeypatch.setattr(mail, "send_queued", lambda _events: None)
    monkeypatch.setattr(sending, "meanwhile", lambda _without: elsewhere("UPDATE mail SET tries = 3"))
    sending.send_due()
    assert len(mail.in_the_post(100)) == 10


@pytest.mark.parametrize("number", [40, 80])
def test_a_slice_takes_the_same_few_statements_however_many_there_are(
    cast, evening, worker, elsewhere, clock, count_queries, monkeypatch, number
):
    monkeypatch.setattr(planning, "meanwhile", lambda _without: None)
    monkeypatch.setattr(sending, "meanwhile", lambda _without: None)
    fans(elsewhere, evening.id, number)
    tour.cancel(evening.id, by=cast.eli)
    event = last_event()
    with count_queries() as counted:
        planning.plan(event)
    slices = number // 10 + 1
    assert len(counted) <= 12 + 9 * slices
    clock.shift(HOLD.total_seconds())
    db.session.rollback()
    with count_queries() as counted:
        sending.send_due()
    assert len(counted) <= 12 + slices * 30 + number * 18


def who_go(cast, evening, elsewhere, number: int) -> str:
    fans(elsewhere, evening.id, number)
    tour.cancel(evening.id, by=cast.eli)
    return "gig.changed"


def who_follow(cast, evening, elsewhere, number: int) -> str:
    fans(elsewhere, evening.id, number)
    elsewhere(
        "INSERT INTO bond (account_id, kind, other_id, since) SELECT id, 'follow', :eli, '2026-01-01' FROM account WHERE id > 1000",
        eli=cast.eli.id,
    )
    post = news.draft(by=cast.eli, title="Porto", body="We play.", language="en")
    news.publish(post.id, by=cast.eli)
    return "news.published"


@pytest.mark.slow
@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("those", "kind", "number", "ways"),
    [(who_go, "gig.cancelled", MANY, 2), (who_follow, "people.wrote", MANY_FOLLOWERS, 1)],
    ids=["gig", "people"],
)
def test_many_are_planned_in_the_memory_of_few(cast, evening, worker, elsewhere, monkeypatch, those, kind, number, ways):
    """In slices: what one slice takes is free again before the next."""
    monkeypatch.setattr(planning, "meanwhile", lambda _without: None)
    event = last_event(those(cast, evening, elsewhere, number))
    tracemalloc.start()
    try:
        planning.plan(event)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8_000_000
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Notice)) == ways * number
    assert db.session.scalar(sa.select(Occasion.planned_at).where(Occasion.kind == kind)) is not None


@pytest.mark.slow
@pytest.mark.sqlite
def test_many_who_wait_are_read_a_few_at_a_time(cast, evening, worker, elsewhere, clock, monkeypatch):
    monkeypatch.setattr(planning, "meanwhile", lambda _without: None)
    fans(elsewhere, evening.id, MANY)
    tour.cancel(evening.id, by=cast.eli)
    planning.plan(last_event())
    clock.shift(HOLD.total_seconds())
    monkeypatch.setattr(sending, "meanwhile", lambda _without: None)
    monkeypatch.setattr(sending, "CHANNELS", {"mail": channels.CHANNELS["mail"]})
    monkeypatch.setattr(channels, "MOST_UNTRIED", 50)
    tracemalloc.start()
    try:
        sending.send_due()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8_000_000
    assert elsewhere("SELECT state, count(*) FROM notice WHERE channel = 'mail' GROUP BY state") == [
        ("sent", channels.MOST_UNTRIED),
        ("waiting", MANY - channels.MOST_UNTRIED),
    ]
