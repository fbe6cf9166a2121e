"""Facts are rows, and what follows from them is delivered at least once.

An operation writes its rows, one `event` and one `delivery` per listener in one transaction. A worker takes deliveries by a lease, runs
the listener, marks them done; a lease that runs out is taken again. Listeners make it true now: repeatable, free of order.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from flask import Flask, current_app
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fansite.core.db import Model, db, index_of_some, transaction
from fansite.core.db.transactions import note_told, touched, untold
from fansite.lib.memory import give_back, held
from fansite.lib.times import now

log = structlog.get_logger("outbox")

# Longer than a batch takes, short enough that what a killed worker held is found by search within a minute.
LEASE = timedelta(seconds=30)
BATCH = 200
# Between two rounds: what many visitors do in it is one batch, and costs them the write lock once.
IDLE_SECONDS = 0.5
# Index, pictures and cards take memory by the handful: what is free again goes back to the system this often.
GIVE_BACK_SECONDS = 5.0
# What it keeps all the same, in pieces too small to go back: a worker that grew by this much makes way for a fresh one once nothing is due;
# and one that has rested for as long as stands above, already when it is by this much larger than at its first rest.
MOST_GROWTH = 24 * 1024 * 1024
MOST_AT_REST = 3 * 1024 * 1024
# Between two looks at a database that does not answer: a full disk must not be filled by the log about it.
LONGEST_PAUSE_SECONDS = 30.0
# Failures back off to an hour and stay visible; after these tries a person has to look.
MAX_TRIES = 20
KEEP_DONE = timedelta(days=7)


class Event(Model):
    """A fact in the past tense: `comment.published` about `comment:12`."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(60), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime] = mapped_column(index=True)


class Delivery(Model):
    """One event owed to one listener."""

    __tablename__ = "delivery"
    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    listener: Mapped[str] = mapped_column(sa.String(80))
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(sa.Text)
    done_at: Mapped[datetime | None]

    event: Mapped[Event] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        sa.UniqueConstraint("event_id", "listener"),
        index_of_some("ix_delivery_open", "due_at", where="done_at IS NULL"),
    )


class Tick(Model):
    """Timed work, once per name and due time, whoever gets there first."""

    __tablename__ = "tick"
    name: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)


@dataclass(frozen=True)
class Listener:
    """`run` is given the events of one batch, oldest first. `names` are exact, or end in `*`. After `lease` another worker may try."""

    name: str
    run: Callable[[Sequence[Event]], None]
    names: tuple[str, ...]
    batch: int = BATCH
    lease: timedelta = LEASE

    def hears(self, name: str) -> bool:
        return any(name == wanted or (wanted.endswith("*") and name.startswith(wanted[:-1])) for wanted in self.names)


@dataclass(frozen=True)
class Routine:
    """Work that returns by itself: `run` is called once in every `every`."""

    name: str
    run: Callable[[], None]
    every: timedelta


@dataclass
class Outbox:
    """Who listens. Filled by `create_app` from the features' declarations."""

    listeners: dict[str, Listener] = field(default_factory=dict)
    routines: dict[str, Routine] = field(default_factory=dict)

    def add(self, listener: Listener) -> None:
        if listener.name in self.listeners:
            raise ValueError(f"two listeners are called {listener.name}")
        self.listeners[listener.name] = listener

    def heard_by(self, name: str) -> list[str]:
        """The names of those an event of this name is owed to."""
        return [listener.name for listener in self.listeners.values() if listener.hears(name)]


def outbox() -> Outbox:
    found: Outbox = current_app.extensions["fansite"].outbox
    return found


def subject_of(thing: Any) -> str:
    return f"{thing.subject_kind}:{thing.id}"


def record(name: str, subject: Any, *, due: datetime | None = None, **data: Any) -> None:
    """Writes the fact and what is owed for it, inside the running transaction. The page tags touched so far travel along."""
    with transaction() as session:
        session.flush()
        at, tags = now(), sorted(touched())
        about = subject if isinstance(subject, str) else subject_of(subject)
        fact = {"name": name, "subject": about, "data": {**data, "tags": tags}, "at": at}
        event_id = session.execute(_EVENT, fact).inserted_primary_key[0]  # type: ignore[attr-defined]
        owed_to = [{"event_id": event_id, "listener": one, "due_at": due or at, "tries": 0} for one in outbox().heard_by(name)]
        if owed_to:
            session.execute(_DELIVERY, owed_to)
        note_told(tags)


@sa.event.listens_for(db.session, "before_commit")
def _tell_of_the_rest(_session: Any) -> None:
    """Pages that were touched after the last fact, or without any: would this process be killed before it bumps them, nobody else did."""
    if untold():
        record("pages.changed", "site:1")


# Rows without objects: every act on the site writes them, and nobody looks at them again in its request.
_EVENT = sa.insert(Event.__table__)  # type: ignore[arg-type]
_DELIVERY = sa.insert(Delivery.__table__)  # type: ignore[arg-type]


def owed(listener: str, subject_kind: str) -> sa.Select[Any]:
    """The ids of what a listener has not dealt with yet, what it failed of included; not of what is still to come."""
    open_ones = sa.and_(Delivery.done_at.is_(None), Delivery.listener == listener)
    begun = sa.or_(Delivery.due_at <= now(), Delivery.tries > 0)
    number = sa.cast(sa.func.substr(Event.subject, len(subject_kind) + 2), sa.Integer)
    return sa.select(number).join(Delivery).where(open_ones, begun, Event.subject.startswith(f"{subject_kind}:"))


# ---- for whoever looks after it -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Failures:
    """What one listener failed of, with its last words."""

    listener: str
    number: int
    error: str
    tries: int
    since: datetime


def last_sign_of_work() -> datetime | None:
    """When a worker last took up a routine; there is one every few seconds."""
    return db.session.scalar(sa.select(sa.func.max(Tick.due_at)))


def waiting() -> tuple[int, datetime | None]:
    """How many deliveries are due and have not failed, and since when the oldest is."""
    due = sa.and_(Delivery.done_at.is_(None), Delivery.due_at <= now(), Delivery.error.is_(None))
    number, oldest = db.session.execute(sa.select(sa.func.count(), sa.func.min(Delivery.due_at)).where(due)).one()
    return number, oldest


def failures() -> list[Failures]:
    """By listener; a delivery that failed and is tried again is among them until it is done."""
    failed = sa.and_(Delivery.done_at.is_(None), Delivery.error.is_not(None))
    statement = (
        sa.select(
            Delivery.listener,
            sa.func.count(),
            sa.func.max(Delivery.error),
            sa.func.max(Delivery.tries),
            sa.func.min(Event.at),
        )
        .join(Delivery.event)
        .where(failed)
        .group_by(Delivery.listener)
        .order_by(Delivery.listener)
    )
    rows = db.session.execute(statement)
    return [Failures(listener, number, error or "", tries, since) for listener, number, error, tries, since in rows]


def try_again(listener: str) -> int:
    """A person mended what was wrong: whatever this listener failed of is due now, with all its tries before it."""
    failed = sa.and_(Delivery.done_at.is_(None), Delivery.error.is_not(None), Delivery.listener == listener)
    with transaction() as session:
        done = session.execute(sa.update(Delivery).where(failed).values(due_at=now(), tries=0, leased_until=None))
    return int(done.rowcount)  # type: ignore[attr-defined]


# ---- the worker ---------------------------------------------------------------------------------------------------------


def work(app: Flask, stop: threading.Event) -> None:
    """Delivers until `stop` is set, the delivery that is running being finished first; or until this process has grown large and nothing
    is due: whoever started it starts another."""
    pause, looked, size = IDLE_SECONDS, time.monotonic(), _Size(held())
    while not stop.is_set():
        try:
            with app.app_context():
                run_routines()
                full = _round(stop)
            more, size.worked = any(full), size.worked or bool(full)
            pause = IDLE_SECONDS
        except sa.exc.OperationalError as problem:
            more, pause = False, min(LONGEST_PAUSE_SECONDS, 2 * pause)
            log.warning("database-away", error=str(problem.orig), again_in_seconds=pause)
        if time.monotonic() - looked > GIVE_BACK_SECONDS:
            give_back()
            looked = time.monotonic()
            if not more and size.too_large(held()):
                log.info("worker-makes-way")
                break
        if not more:
            stop.wait(pause)


@dataclass
class _Size:
    """The bytes a worker held when it began, and when it first rested: by then it has what any worker needs."""

    began: int
    rested: int | None = None
    # Whether anything was delivered since it was last looked at.
    worked: bool = False

    def too_large(self, now: int) -> bool:
        worked, self.worked = self.worked, False
        if worked or now - self.began > MOST_GROWTH:
            return now - self.began > MOST_GROWTH
        self.rested = now if self.rested is None else self.rested
        return now - self.rested > MOST_AT_REST


def deliver_all(limit: int = 1000) -> int:
    """Delivers whatever is due, in this process: for commands and tests. Returns the number of rounds."""
    for rounds in range(limit):
        if not deliver_due():
            return rounds
    raise RuntimeError("listeners keep each other busy")


def deliver_due(stop: threading.Event | None = None, *, without: tuple[str, ...] = ()) -> bool:
    """One round: a batch for each listener that is owed something. True when anything was due. What is left out begins with `without`."""
    return bool(_round(stop, without=without))


def _round(stop: threading.Event | None = None, *, without: tuple[str, ...] = ()) -> list[bool]:
    """For each listener that was owed something, whether its batch was full: then there may be more."""
    full = []
    for name in [name for name in _listeners_due() if not name.startswith(without)]:
        if stop is not None and stop.is_set():
            break
        listener = outbox().listeners.get(name)
        if listener is None:
            _forget(name)  # a listener of an older version
        full.append(_deliver_batch(listener) if listener is not None else False)
    return full


def _open() -> sa.ColumnElement[bool]:
    at = now()
    return sa.and_(
        Delivery.done_at.is_(None),
        Delivery.due_at <= at,
        Delivery.tries < MAX_TRIES,
        sa.or_(Delivery.leased_until.is_(None), Delivery.leased_until < at),
    )


def _listeners_due() -> list[str]:
    names = db.session.scalars(sa.select(Delivery.listener).where(_open()).distinct().order_by(Delivery.listener)).all()
    db.session.rollback()
    return list(names)


def _deliver_batch(listener: Listener) -> bool:
    """Whether the batch was full."""
    ids = _lease(listener)
    if not ids:
        return False
    events = _events_of(ids)
    started = time.perf_counter()
    try:
        with _under_way(listener, ids):
            listener.run(events)
    except Exception as problem:  # whatever a listener may fail of, the others go on
        db.session.rollback()
        log.warning("delivery-failed", listener=listener.name, events=len(ids), error=repr(problem))
        _failed(listener, ids, repr(problem))
        return len(ids) == listener.batch
    with transaction() as session:
        session.execute(sa.update(Delivery).where(Delivery.id.in_(ids)).values(done_at=now(), leased_until=None, error=None))
    log.debug("delivered", listener=listener.name, events=len(ids), seconds=round(time.perf_counter() - started, 3))
    return len(ids) == listener.batch


def _events_of(ids: list[int]) -> list[Event]:
    """Oldest first. They are facts and change no more: whatever transactions the listener has, none of them is read again."""
    statement = sa.select(Event).join(Delivery, Delivery.event_id == Event.id).where(Delivery.id.in_(ids)).order_by(Delivery.id)
    events = list(db.session.scalars(statement))
    for event in events:
        db.session.expunge(event)
    return events


def _lease(listener: Listener) -> list[int]:
    with transaction() as session:
        ids = session.scalars(
            sa.select(Delivery.id)
            .where(_open(), Delivery.listener == listener.name)
            .order_by(Delivery.id)
            .limit(listener.batch)
            .with_for_update(skip_locked=True)
        ).all()
        if ids:
            session.execute(
                sa.update(Delivery)
                .where(Delivery.id.in_(ids))
                .values(leased_until=now() + listener.lease, tries=Delivery.tries + 1)
            )
    return list(ids)


def _failed(listener: Listener, ids: list[int], error: str) -> None:
    """A batch that failed is tried again one by one, so that one bad event holds up no other."""
    with transaction() as session:
        for delivery in session.scalars(sa.select(Delivery).where(Delivery.id.in_(ids))):
            delivery.leased_until = None
            delivery.error = error[:2000]
            delivery.due_at = now() + backoff(delivery.tries)
    if len(ids) > 1:
        single = replace(listener, batch=1)
        with transaction() as session:
            session.execute(sa.update(Delivery).where(Delivery.id.in_(ids)).values(due_at=now()))
        for _ in ids:
            _deliver_batch(single)


def backoff(tries: int) -> timedelta:
    return min(timedelta(seconds=2 ** min(tries, 12)), timedelta(hours=1))


def _forget(name: str) -> None:
    with transaction() as session:
        session.execute(sa.delete(Delivery).where(Delivery.listener == name, Delivery.done_at.is_(None)))


_long_work = threading.local()


@contextmanager
def _under_way(listener: Listener, ids: list[int]) -> Iterator[None]:
    """Remembers whose leases are to be renewed, should this work be long."""
    before = getattr(_long_work, "leased", [])
    _long_work.leased = [*before, (listener, ids)]
    try:
        yield
    finally:
        _long_work.leased = before


def meanwhile(without: str) -> None:
    """Between two slices of long work: leases are renewed, and whatever else is due is done, so that no letter and no planned text waits
    for it. `without` begins the names of what must not run inside itself, nor inside long work that begins meanwhile. Belongs outside of
    any transaction."""
    if time.monotonic() < getattr(_long_work, "pause_until", 0.0):
        return
    before: tuple[str, ...] = getattr(_long_work, "without", ())
    for listener, ids in getattr(_long_work, "leased", []):
        with transaction() as session:
            session.execute(sa.update(Delivery).where(Delivery.id.in_(ids)).values(leased_until=now() + listener.lease))
    _long_work.without = (*before, without)
    try:
        run_routines(without=_long_work.without)
        deliver_due(without=_long_work.without)
    finally:
        _long_work.without = before
    _long_work.pause_until = time.monotonic() + IDLE_SECONDS


def run_routines(*, without: tuple[str, ...] = ()) -> None:
    """Runs every routine whose present slot nobody has taken yet."""
    at = now()
    taken = {(name, slot) for name, slot in db.session.execute(sa.select(Tick.name, Tick.due_at))}
    db.session.rollback()
    for routine in [routine for routine in outbox().routines.values() if not routine.name.startswith(without)]:
        slot = datetime.fromtimestamp(at.timestamp() // routine.every.total_seconds() * routine.every.total_seconds(), at.tzinfo)
        if (routine.name, slot) not in taken and _take(routine, slot):
            try:
                routine.run()
            except Exception as problem:  # a routine that fails must not stop the mail
                db.session.rollback()
                log.warning("routine-failed", routine=routine.name, error=repr(problem))


def _take(routine: Routine, slot: datetime) -> bool:
    with transaction() as session:
        if session.scalar(sa.select(sa.literal(1)).where(Tick.name == routine.name, Tick.due_at == slot)) is not None:
            return False
        session.execute(sa.delete(Tick).where(Tick.name == routine.name, Tick.due_at < slot))
        session.add(Tick(name=routine.name, due_at=slot))
    return True


def bump_again(events: Iterable[Event]) -> None:
    """Heals a kill between COMMIT and bump: the pages that showed the old state are made old once more."""
    tags = {tag for event in events for tag in event.data.get("tags", ())}
    if tags:
        current_app.extensions["fansite"].clock.bump(tags)


def sweep() -> None:
    """Forgets what was delivered long ago."""
    old = now() - KEEP_DONE
    with transaction() as session:
        session.execute(sa.delete(Delivery).where(Delivery.done_at < old))
        owed = sa.select(sa.literal(1)).where(Delivery.event_id == Event.id).exists()
        session.execute(sa.delete(Event).where(Event.at < old, ~owed))
