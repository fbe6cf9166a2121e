"""The worker: round after round, until it is asked to stop or has grown large."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import sqlalchemy as sa
import structlog
from flask import Flask

from fansite.core.db import connected, db
from fansite.lib.memory import give_back, held

from .delivering import IDLE_SECONDS, deliver_round, owed_to
from .routines import run_routines

log = structlog.get_logger("outbox")

# Index, pictures and cards take memory by the handful: what is free again goes back to the system this often.
GIVE_BACK_SECONDS = 5.0
# What it keeps all the same, in pieces too small to go back: a worker that grew by this much makes way for a fresh one once nothing is due;
# and one that has rested for as long as stands above, already when it is by this much larger than at its first rest.
MOST_GROWTH = 24 * 1024 * 1024
MOST_AT_REST = 3 * 1024 * 1024
# Between two looks at a database that does not answer: a full disk must not be filled by the log about it.
LONGEST_PAUSE_SECONDS = 30.0


def work(app: Flask, stop: threading.Event) -> None:
    """Delivers until `stop` is set, the delivery that is running being finished first; or until this process has grown large and nothing
    is due: whoever started it starts another."""
    pause, looked, size = IDLE_SECONDS, time.monotonic(), _Size(held())
    while not stop.is_set():
        try:
            with app.app_context():
                run_routines()
                full = deliver_round(stop)
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


def look_round(app: Flask) -> None:
    """Before a fork: looks for what is due, as a worker does twice a second, and leaves it alone. What the first look brings into being is
    then shared by all processes, instead of each one's own. No connection is left open."""
    with connected(app):
        try:
            with db.engine.connect() as connection:
                connection.execute(owed_to()).all()
        except sa.exc.OperationalError as problem:
            log.warning("database-away", error=str(problem.orig))


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
