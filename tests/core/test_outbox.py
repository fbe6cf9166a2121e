"""Facts are rows; what follows from them happens at least once, whoever fails or is killed."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from fansite.core.db import db, touch, transaction
from fansite.core.kept import SiteFact
from fansite.core.outbox import Event, Listener, Outbox, Routine, long_work, record, upkeep, worker
from fansite.core.outbox.delivering import deliver_all, deliver_due
from fansite.core.outbox.leases import MAX_TRIES, lease
from fansite.core.outbox.listening import BATCH, LEASE
from fansite.core.outbox.models import Delivery, Tick
from fansite.core.outbox.queries import owed
from fansite.core.outbox.routines import run_routines
from fansite.lib.times import now
from tests.core.broken import broken_off
from tests.core.forks import ended, together

pytestmark = pytest.mark.usefixtures("clock")


class Heard:
    """A listener that remembers each batch; it fails of events whose subject is in `fails`."""

    def __init__(self, name: str, names: tuple[str, ...], batch: int = BATCH) -> None:
        self.batches: list[list[str]] = []
        self.fails: set[str] = set()
        self.listener = Listener(name, self, names, batch)

    def __call__(self, events: Sequence[Event]) -> None:
        subjects = [event.subject for event in events]
        self.batches.append(subjects)
        if self.fails.intersection(subjects):
            raise RuntimeError("no paper in the printer")


@pytest.fixture
def box(app: Any, monkeypatch: pytest.MonkeyPatch) -> Outbox:
    """An outbox without the site's own listeners."""
    monkeypatch.setattr(app.extensions["fansite"], "outbox", Outbox())
    found: Outbox = app.extensions["fansite"].outbox
    return found


@pytest.fixture
def hears(box: Outbox) -> Any:
    def listening(name: str, *names: str, batch: int = BATCH) -> Heard:
        heard = Heard(name, names or ("gig.*",), batch)
        box.add(heard.listener)
        return heard

    return listening


def told(*subjects: str, name: str = "gig.published", **more: Any) -> None:
    with transaction():
        for subject in subjects or ("gig:1",):
            record(name, subject, **more)


def deliveries(listener: str | None = None) -> list[Delivery]:
    db.session.rollback()
    statement = sa.select(Delivery).order_by(Delivery.id)
    if listener is not None:
        statement = statement.where(Delivery.listener == listener)
    return list(db.session.scalars(statement))


# ---- facts --------------------------------------------------------------------------------------------------------------------


def test_a_fact_is_written_with_what_is_owed_for_it(hears):
    hears("index"), hears("mail", "gig.published"), hears("other", "news.*"), hears("all", "*")
    told("gig:1", where="Lisbon")
    event = db.session.scalars(sa.select(Event)).one()
    assert (event.name, event.subject, event.data) == ("gig.published", "gig:1", {"where": "Lisbon", "tags": []})
    assert {delivery.listener for delivery in deliveries()} == {"index", "mail", "all"}


def test_a_fact_and_its_deliveries_are_all_or_nothing(hears):
    hears("index")
    with broken_off() as session:
        session.add(SiteFact(name="a", value=""))
        record("gig.published", "gig:1")
    for model in (SiteFact, Event, Delivery):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(model)) == 0


def test_a_fact_nobody_waits_for_is_kept_all_the_same(box):
    told()
    assert db.session.scalars(sa.select(Event)).one().name == "gig.published"
    assert deliveries() == []


@pytest.mark.parametrize(
    ("names", "name", "heard"),
    [
        (("gig.published",), "gig.published", True),
        (("gig.published",), "gig.published_late", False),
        (("gig.*",), "gig.cancelled", True),
        (("gig.*",), "gigantic.cancelled", False),
        (("*",), "anything", True),
        ((), "gig.published", False),
    ],
)
def test_who_hears_what(names, name, heard):
    assert Listener("x", lambda _events: None, names).hears(name) is heard


def test_two_listeners_of_one_name_are_a_mistake(hears):
    hears("index")
    with pytest.raises(ValueError, match="two listeners are called index"):
        hears("index")


# ---- delivering -----------------------------------------------------------------------------------------------------------------


def test_a_batch_comes_in_order_and_once(hears):
    heard = hears("index")
    told("gig:1", "gig:2", "gig:3")
    assert deliver_all() == 1
    assert heard.batches == [["gig:1", "gig:2", "gig:3"]]
    assert deliver_all() == 0
    assert all(delivery.done_at is not None and delivery.leased_until is None for delivery in deliveries())


def test_a_long_queue_comes_in_batches(hears):
    heard = hears("index", batch=2)
    told(*(f"gig:{number}" for number in range(5)))
    deliver_all()
    assert [len(batch) for batch in heard.batches] == [2, 2, 1]


def test_events_are_read_once_for_their_batch_whatever_the_listener_does(box, count_queries):
    def look(events: Sequence[Event]) -> None:
        with transaction():
            db.session.execute(sa.select(sa.literal(1)))
        read.extend((event.name, event.subject, event.data["tags"], event.at) for event in events)

    read: list[Any] = []
    box.add(Listener("index", look, ("gig.*",)))
    told(*(f"gig:{number}" for number in range(30)))
    with count_queries() as counted:
        deliver_due()
    assert len(read) == 30
    assert len(counted) <= 6, "\n".join(counted)


def test_the_worker_waits_between_rounds_unless_more_than_a_batch_is_owed(app, hears):
    """What many visitors do within half a second is one batch, whose two transactions they wait for once."""
    index, letters = hears("index"), hears("mail", "letter.*", batch=1)
    waits: list[tuple[int, int]] = []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append((len(index.batches), len(letters.batches)))
            told(f"gig:{len(waits)}"), told("letter:1", "letter:2", "letter:3", name="letter.queued")
            return self.set() if len(waits) == 3 else False

    worker.work(app, Stop())
    assert waits == [(0, 0), (1, 3), (2, 6)]


def test_what_is_due_later_is_not_delivered_early(hears, clock):
    heard = hears("publish")
    told("gig:1", due=now() + timedelta(minutes=10))
    assert deliver_due() is False
    clock.shift(599)
    assert deliver_due() is False
    clock.shift(1)
    deliver_all()
    assert heard.batches == [["gig:1"]]


def test_what_is_owed_is_asked_as_of_now_however_old_the_question(hears, clock):
    hears("index")
    told("gig:1")
    told("gig:2", due=now() + timedelta(minutes=10))
    question = sa.union_all(owed("index", "gig"))
    assert db.session.scalars(question).all() == [1]
    clock.shift(600)
    assert sorted(db.session.scalars(question)) == [1, 2]
    deliver_all()
    assert db.session.scalars(question).all() == []


def test_one_that_fails_repeats_alone_and_holds_up_no_other(hears, clock):
    broken, fine = hears("broken"), hears("fine")
    broken.fails = {"gig:1"}
    told("gig:1")
    deliver_all()
    assert fine.batches == [["gig:1"]]
    (failed,) = deliveries("broken")
    assert failed.done_at is None and failed.tries == 1
    assert "no paper in the printer" in failed.error
    assert failed.due_at == now() + timedelta(seconds=2)
    broken.fails = set()
    clock.shift(2)
    deliver_all()
    assert broken.batches == [["gig:1"], ["gig:1"]]
    assert fine.batches == [["gig:1"]]
    (healed,) = deliveries("broken")
    assert healed.done_at is not None and healed.error is None


def test_failures_back_off_to_an_hour(hears, clock):
    broken = hears("broken", batch=1)
    broken.fails = {"gig:1"}
    told("gig:1")
    pauses = []
    for _ in range(MAX_TRIES - 1):
        deliver_all()
        pauses.append((deliveries()[0].due_at - now()).total_seconds())
        clock.shift(pauses[-1])
    assert pauses[:4] == [2, 4, 8, 16]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 3600


def test_what_fails_for_ever_is_given_up_and_stays_visible(hears, clock):
    broken = hears("broken", batch=1)
    broken.fails = {"gig:1"}
    told("gig:1")
    for _ in range(MAX_TRIES + 5):
        deliver_all()
        clock.shift(3600)
    assert len(broken.batches) == MAX_TRIES
    clock.shift(timedelta(days=30))
    upkeep.sweep()
    (left,) = deliveries()
    assert left.done_at is None and "no paper" in left.error
    assert left.event.subject == "gig:1"


def test_one_bad_fact_in_a_batch_is_found_by_trying_each(hears):
    heard = hears("index")
    heard.fails = {"gig:2"}
    told("gig:1", "gig:2", "gig:3")
    deliver_all()
    assert heard.batches == [["gig:1", "gig:2", "gig:3"], ["gig:1"], ["gig:2"], ["gig:3"]]
    assert [delivery.done_at is not None for delivery in deliveries()] == [True, False, True]


def test_a_listener_that_broke_the_session_harms_nobody(hears, box):
    def breaks(_events: Any) -> None:
        db.session.execute(sa.text("SELECT * FROM no_such_table"))

    box.add(Listener("broken", breaks, ("gig.*",)))
    fine = hears("fine")
    told()
    deliver_all()
    assert fine.batches == [["gig:1"]]
    assert "no_such_table" in deliveries("broken")[0].error


def test_what_is_owed_to_a_listener_of_an_older_version_is_forgotten(hears, box):
    hears("old"), hears("index")
    told()
    box.listeners.pop("old")
    deliver_all()
    assert [delivery.listener for delivery in deliveries()] == ["index"]


def test_what_a_listener_records_is_delivered_as_well(hears, box):
    box.add(Listener("first", lambda events: told(events[0].subject, name="mail.queued"), ("gig.*",)))
    second = hears("second", "mail.queued")
    told("gig:7")
    deliver_all()
    assert second.batches == [["gig:7"]]


def test_asked_to_stop_the_running_delivery_is_the_last(box):
    stop = threading.Event()
    ran: list[str] = []
    for name in ("a", "b"):
        box.add(Listener(name, lambda _events, name=name: (ran.append(name), stop.set()), ("gig.*",)))
    told()
    deliver_due(stop)
    assert ran == ["a"]
    assert [delivery.done_at is not None for delivery in deliveries()] == [True, False]


# ---- leases -------------------------------------------------------------------------------------------------------------------


def test_what_one_worker_holds_no_other_takes(hears):
    heard = hears("index")
    told()
    assert len(lease(heard.listener)) == 1
    assert deliver_due() is False
    assert heard.batches == []


def test_long_work_keeps_its_lease_and_lets_others_deliver_meanwhile(box, hears, clock):
    letters, inside = hears("mail", "letter.*"), hears("long.sibling", "letter.*")
    seen: list[tuple[list[list[str]], list[list[str]]]] = []

    def work_long(_events: Sequence[Event]) -> None:
        for number in range(3):
            told(f"letter:{number}", name="letter.written")
            clock.shift(LEASE * 0.8)
            long_work._here.pause_until = 0.0
            long_work.meanwhile(without="long.")
            assert lease(box.listeners["long.work"]) == []  # no second worker takes it up
        seen.append((list(letters.batches), list(inside.batches)))

    box.add(Listener("long.work", work_long, ("gig.*",)))
    told()
    deliver_all()
    assert seen == [([["letter:0"], ["letter:1"], ["letter:2"]], [])]
    assert inside.batches == [["letter:0", "letter:1", "letter:2"]]


def test_a_lease_that_ran_out_is_taken_again(hears, clock):
    heard = hears("index")
    told()
    lease(heard.listener)
    clock.shift(LEASE + timedelta(seconds=1))
    deliver_all()
    assert heard.batches == [["gig:1"]]
    assert deliveries()[0].tries == 2


def test_killed_between_doing_and_noting_it_is_done_again(box, clock, tmp_path):
    """At least once: what was done is not lost, and what was not noted is done a second time."""
    done = tmp_path / "done"

    def run(events: Sequence[Event]) -> None:
        with done.open("a") as file:
            file.write("".join(f"{event.subject}\n" for event in events))
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    parent = os.getpid()
    box.add(Listener("index", run, ("gig.*",)))
    told()
    assert ended(deliver_all) == [-9]
    assert deliver_due() is False  # the dead worker's lease still runs
    clock.shift(LEASE + timedelta(seconds=1))
    deliver_all()
    assert done.read_text() == "gig:1\ngig:1\n"
    assert deliver_due() is False


def test_two_workers_do_nothing_twice(box, tmp_path):
    done = tmp_path / "done"

    def run(events: Sequence[Event]) -> None:
        with done.open("a") as file:
            file.write("".join(f"{event.subject}\n" for event in events))

    box.add(Listener("index", run, ("gig.*",), batch=3))
    told(*(f"gig:{number}" for number in range(100)))
    together(deliver_all, deliver_all, deliver_all)
    lines = done.read_text().split()
    assert len(lines) == 100 == len(set(lines))


def test_the_worker_works_until_it_is_asked_to_stop(app, hears):
    stop = threading.Event()
    heard = hears("index")
    told()
    at_work = threading.Thread(target=worker.work, args=(app, stop))
    at_work.start()
    try:
        for _ in range(500):
            if heard.batches:
                break
            stop.wait(0.01)
    finally:
        stop.set()
        at_work.join(5)
    assert heard.batches == [["gig:1"]]
    assert not at_work.is_alive()


def test_before_a_fork_what_is_due_is_looked_for_and_left_alone(app, hears):
    heard = hears("index")
    told()
    db.session.remove()
    worker.look_round(app)
    assert db.engine.pool.checkedin() == 0
    assert not heard.batches
    deliver_all()
    assert heard.batches == [["gig:1"]]


def test_a_database_that_is_away_before_the_fork_is_left_for_the_worker_to_find(app, monkeypatch, capsys):
    def away() -> sa.Select[str]:
        raise sa.exc.OperationalError("SELECT", None, OSError("unable to open database file"))

    monkeypatch.setattr(worker, "owed_to", away)
    worker.look_round(app)
    assert "database-away" in capsys.readouterr().err


class Sizes(threading.Event):
    """A worker that holds so many MiB when it begins and each time it is looked at, which is after every round; asked to stop at last."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *mib: int, told_after: Sequence[int] = ()) -> None:
        super().__init__()
        self.sizes, self.told_after, self.waits = list(mib), told_after, 0
        monkeypatch.setattr(worker, "held", lambda: self.sizes.pop(0) * 1024**2)
        monkeypatch.setattr(worker, "GIVE_BACK_SECONDS", 0.0)

    def wait(self, timeout: float | None = None) -> bool:
        self.waits += 1
        if self.waits in self.told_after:
            told(f"gig:{self.waits}")
        return self.set() if not self.sizes else False


def test_a_worker_that_grew_large_makes_way_once_nothing_is_due(app, hears, monkeypatch):
    heard = hears("index", batch=2)
    told(*(f"gig:{number}" for number in range(5)))
    stop = Sizes(monkeypatch, 80, 80 + 25, 80)
    worker.work(app, stop)
    assert not stop.waits
    assert heard.batches == [["gig:0", "gig:1"], ["gig:2", "gig:3"], ["gig:4"]]


def test_a_worker_at_rest_makes_way_when_it_is_larger_than_at_its_first_rest(app, hears, monkeypatch):
    hears("index")
    stop = Sizes(monkeypatch, 80, 90, 93, 94, 80)
    worker.work(app, stop)
    assert stop.waits == 2
    busy = Sizes(monkeypatch, 80, 90, 95, 103, 93, 94, 80, told_after=[1, 2])
    worker.work(app, busy)
    assert busy.waits == 4


def test_a_worker_that_grew_little_goes_on(app, monkeypatch):
    stop = Sizes(monkeypatch, 80, 90, 92, 93, 93, 91)
    worker.work(app, stop)
    assert stop.waits == 5


def test_long_work_runs_inside_neither_itself_nor_what_it_lets_run_meanwhile(app, monkeypatch):
    monkeypatch.setattr(long_work, "IDLE_SECONDS", 0.0)
    monkeypatch.setattr(long_work._here, "pause_until", 0.0, raising=False)
    box, running, ran = app.extensions["fansite"].outbox, [], []

    def working_long(part: str) -> Callable[[Any], None]:
        def work(_events: Any) -> None:
            ran.append(f"{part} inside {' '.join(running)}".strip())
            running.append(part)
            long_work.meanwhile(without=f"{part}.")
            running.remove(part)

        return work

    for part in ("index", "cards"):
        box.add(Listener(f"{part}.all", working_long(part), ("gig.*",), batch=1))
    told("gig:1", "gig:2", "gig:3")
    deliver_all()
    assert len(ran) == 6
    assert set(ran) <= {"index inside", "cards inside", "index inside cards", "cards inside index"}
    assert {"index inside cards", "cards inside index"} & set(ran), "what is due is done meanwhile"


# ---- pages --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("told_of", ["before", "after", "never"])
def test_pages_of_a_writer_killed_before_its_bump_are_made_old_by_the_worker(app, box, monkeypatch, told_of):
    clock_file = app.extensions["fansite"].clock
    box.add(Listener("core.bump", upkeep.bump_again, ("*",)))

    def write() -> None:
        monkeypatch.setattr(clock_file, "bump", lambda _tags: os.kill(os.getpid(), signal.SIGKILL))
        with transaction() as session:
            session.add(SiteFact(name="a", value="new"))
            if told_of == "after":
                record("news.revised", "entry:12")
            touch("entry:12")
            if told_of == "before":
                record("news.revised", "entry:12")

    seen = clock_file.seen()
    assert ended(write) == [-9]
    assert db.session.get(SiteFact, "a") is not None  # acknowledged or not: it is written
    assert clock_file.fresh(seen, ["entry:12"])
    deliver_all()
    assert not clock_file.fresh(seen, ["entry:12"])
    assert clock_file.fresh(seen, ["entry:13"])


def test_tags_touched_before_the_fact_travel_with_it(box):
    with transaction():
        touch("entry:1", "list:news")
        record("news.revised", "entry:1")
    assert db.session.scalars(sa.select(Event)).one().data == {"tags": ["entry:1", "list:news"]}


def test_what_is_touched_and_told_by_nobody_is_a_fact_of_its_own(box):
    with transaction():
        touch("entry:1")
        record("news.revised", "entry:1")
        touch("list:news")
    assert [(event.name, event.data["tags"]) for event in db.session.scalars(sa.select(Event).order_by(Event.id))] == [
        ("news.revised", ["entry:1"]),
        ("pages.changed", ["entry:1", "list:news"]),
    ]
    with transaction():
        pass
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Event)) == 2


# ---- routines -----------------------------------------------------------------------------------------------------------------


def test_a_routine_runs_once_in_each_slot(box, clock):
    ran: list[Any] = []
    box.routines["sweep"] = Routine("sweep", lambda: ran.append(now()), timedelta(minutes=10))
    for _ in range(3):
        run_routines()
    assert len(ran) == 1
    clock.shift(599)
    run_routines()
    assert len(ran) == 1
    clock.shift(1)
    run_routines()
    assert len(ran) == 2
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Tick)) == 1


def test_a_routine_runs_once_over_all_processes(box, tmp_path):
    done = tmp_path / "done"

    def run() -> None:
        with done.open("a") as file:
            file.write("x")

    for number in range(5):
        box.routines[f"sweep-{number}"] = Routine(f"sweep-{number}", run, timedelta(minutes=10))
    together(*[lambda: [run_routines() for _ in range(5)]] * 3)
    assert done.read_text() == "xxxxx"


def test_a_routine_that_fails_stops_no_other(box):
    ran: list[int] = []
    box.routines["broken"] = Routine("broken", lambda: 1 // 0, timedelta(minutes=1))
    box.routines["fine"] = Routine("fine", lambda: ran.append(1), timedelta(minutes=1))
    run_routines()
    assert ran == [1]


# ---- forgetting ---------------------------------------------------------------------------------------------------------------


def test_what_was_delivered_long_ago_is_forgotten_and_what_is_owed_is_not(hears, clock):
    fine, broken = hears("fine"), hears("broken", "gig.published", batch=1)
    broken.fails = {"gig:2"}
    told("gig:1", "gig:2")
    told("gig:3", due=now() + timedelta(days=30))
    deliver_all()
    clock.shift(upkeep.KEEP_DONE - timedelta(minutes=1))
    upkeep.sweep()
    assert len(deliveries()) == 6
    clock.shift(timedelta(minutes=2))
    upkeep.sweep()
    owed = [(delivery.listener, delivery.event.subject) for delivery in deliveries()]
    assert owed == [("broken", "gig:2"), ("fine", "gig:3"), ("broken", "gig:3")]
    db.session.rollback()
    assert [event.subject for event in db.session.scalars(sa.select(Event))] == ["gig:2", "gig:3"]
    assert fine.batches == [["gig:1", "gig:2"]]
