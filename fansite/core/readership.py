"""How often each page was read, by day: a number and an address, nothing of who read it.

Pages answered from the page cache ask no database, so each process counts in memory and hands its numbers in now and then. What a process
had not handed in when it was killed is lost: these are statistics, not promises.
"""

from __future__ import annotations

import atexit
import re
import threading
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

import sqlalchemy as sa
import structlog
from flask import Flask
from sqlalchemy.orm import Mapped, mapped_column

from fansite.core.db import Model, db, transaction
from fansite.core.db.rows import upsert
from fansite.lib.times import now

log = structlog.get_logger("readership")

EVERY_SECONDS = 20.0
KEEP = timedelta(days=400)
LONGEST_PATH = 500
# More different pages than this in one go is somebody who reads all of them.
MOST_PATHS = 5000
# Programs that say so themselves.
MACHINES = re.compile(r"bot|crawl|spider|slurp|fetch|preview|monitor|curl|wget|python|http-?client|werkzeug", re.IGNORECASE)


class PageViews(Model):
    """`path` as it stands in the address, language prefix included, without query."""

    __tablename__ = "page_views"
    day: Mapped[date] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(sa.String(LONGEST_PATH), primary_key=True)
    number: Mapped[int]


@lru_cache(maxsize=1024)
def is_machine(agent: str) -> bool:
    """Who says nothing of themselves is no browser."""
    return not agent or MACHINES.search(agent) is not None


class Readership:
    """The numbers of one process, until `hand_in`. The thread that hands in begins with the first reader, so it survives a fork."""

    def __init__(self, hand_in: Callable[[dict[str, int]], None], *, every: float = EVERY_SECONDS) -> None:
        self.hand_in, self.every = hand_in, every
        self._numbers: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def count(self, path: str, agent: str) -> None:
        if is_machine(agent[:300]) or len(path) > LONGEST_PATH:
            return
        with self._lock:
            if path in self._numbers or len(self._numbers) < MOST_PATHS:
                self._numbers[path] += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._now_and_then, name="readership", daemon=True)
                self._thread.start()
                atexit.register(self.close)

    def close(self) -> None:
        """Hands in what there is."""
        with self._lock:
            numbers, self._numbers = self._numbers, Counter()
        if numbers:
            try:
                self.hand_in(dict(numbers))
            except sa.exc.SQLAlchemyError as problem:  # readers come first: the next time hands in what comes then
                log.warning("views-lost", views=numbers.total(), error=repr(problem))

    def _now_and_then(self) -> None:
        pause = threading.Event()
        while not pause.wait(self.every):
            self.close()


def readership_of(app: Flask) -> Readership:
    def hand_in(numbers: dict[str, int]) -> None:
        with app.app_context():
            add(numbers)

    return Readership(hand_in)


def add(numbers: dict[str, int]) -> None:
    """Adds to the numbers of today."""
    today = now().date()
    rows = [{"day": today, "path": path, "number": number} for path, number in sorted(numbers.items())]
    with transaction() as session:
        statement = upsert(PageViews)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=[PageViews.day, PageViews.path],
                set_={"number": PageViews.number + statement.excluded.number},
            ),
            rows,
        )


def views(path: str, *, since: date) -> int:
    """How often a page was read from that day on."""
    statement = sa.select(sa.func.sum(PageViews.number)).where(PageViews.path == path, PageViews.day >= since)
    return db.session.scalar(statement) or 0


def sweep() -> None:
    """Routine: forgets days of long ago."""
    with transaction() as session:
        session.execute(sa.delete(PageViews).where(PageViews.day < now().date() - KEEP))
