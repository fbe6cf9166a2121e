"""Everything is killed again and again while a fan writes, and nothing that was acknowledged is lost or doubled.

Three rounds by default; `CRASH_ROUNDS=50 pytest tests/journeys/test_crash.py -s` for the whole of it, with numbers.
"""

from __future__ import annotations

import http.client
import os
import random
import re
import shutil
import signal
import sqlite3
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
import pytest

from fansite import settings
from fansite.accounts import operations as accounts
from fansite.accounts.models import Account
from fansite.accounts.sessions import COOKIE
from fansite.app import create_app
from fansite.core.db import db, get, transaction
from fansite.core.db.schema import upgrade
from tests.backends.search_cast import opened
from tests.cast import PASSWORD
from tests.serve.served import Served, free_port, until
from tests.texts import news_post

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "3"))
WRITERS = 4
# Seconds of the clock; they bind where the test has the machine for itself, not where others run beside it.
BACK_WITHIN = 5.0
FOUND_WITHIN = 60.0
ALONE = "CRASH_ROUNDS" in os.environ


@dataclass
class Site:
    """One `fansite serve` after the other on the same folder and port."""

    folder: Path
    port: int
    cookie: str
    entry_id: int
    served: Served | None = None
    back_after: list[float] = field(default_factory=list)

    def start(self) -> None:
        words = ["serve", "--port", str(self.port), "--workers", "2"]
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("FANSITE_")}
        environment = {**inherited, "FANSITE_INSTANCE_PATH": str(self.folder), "FANSITE_LIMITS": "off"}
        began = time.monotonic()
        self.served = Served(self.folder, self.port, [str(Path(sys.executable).parent / "fansite"), *words], environment)
        until(self._answers, 60)
        self.back_after.append(time.monotonic() - began)

    def _answers(self) -> bool:
        assert self.served is not None and self.served.process.poll() is None, self.served and self.served.text
        with suppress(OSError, http.client.HTTPException):
            return self.ask("GET", "/news/lisbon")[0] == 200
        return False

    def kill(self) -> None:
        """`kill -9` of the whole tree."""
        assert self.served is not None
        supervisor = psutil.Process(self.served.process.pid)
        tree = [supervisor, *supervisor.children(recursive=True)]
        for process in tree:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.served.process.wait(5)

    def ask(self, method: str, path: str, form: dict[str, Any] | None = None) -> tuple[int, str, str]:
        """Status, where it leads, and the text of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            headers = {"Cookie": f"{COOKIE}={self.cookie}", "Origin": f"http://127.0.0.1:{self.port}"}
            if form is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request(method, path, urlencode(form) if form is not None else None, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Location", ""), answer.read().decode()
        finally:
            connection.close()


@dataclass
class Writer:
    """Sends one comment after the other. What was not acknowledged is sent again, with the same nonce, until it is."""

    site: Site
    number: int
    token: str
    acknowledged: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    faults: list[str] = field(default_factory=list)

    def write_until(self, stop: threading.Event) -> None:
        number, parent = 0, ""
        while not stop.is_set():
            nonce = f"{self.number}-{number}"
            form = {"body": words_of(nonce), "nonce": nonce, "parent": parent if number % 4 else "", "csrf_token": self.token}
            where = self._sent(form)
            parent = re.sub(r".*#comment-", "", where)
            self.acknowledged[nonce] = where
            number += 1

    def _sent(self, form: dict[str, str]) -> str:
        for _ in range(100_000):
            try:
                status, where, text = self.site.ask("POST", f"/comments/on/{self.site.entry_id}", form)
            except (OSError, http.client.HTTPException) as problem:
                self.cut += not isinstance(problem, ConnectionRefusedError)
                time.sleep(0.02)
                continue
            if status == 303 and "#comment-" in where:
                return where
            self.faults.append(f"{status} {where} {text[:200]}")
            time.sleep(0.1)
        raise AssertionError("never acknowledged")


def words_of(nonce: str) -> str:
    return f"Burrow{nonce.replace('-', 'x')} is where we slept"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site with one post and a fan of some standing, signed in; nothing of it runs yet."""
    loaded = settings.load({"FANSITE_INSTANCE_PATH": str(tmp_path)})
    upgrade(loaded)
    with create_app(loaded).app_context():
        fan = accounts.create(email="fay@example.org", username="fay", password=PASSWORD, role="fan").id
        with transaction():
            get(Account, fan).approved_comments = 3
        cookie, entry_id = accounts.open_session(fan), news_post(slug="lisbon").id
        db.session.remove()
        db.engine.dispose()
    made = Site(tmp_path, free_port(), cookie, entry_id)
    yield made
    if made.served is not None:
        made.served.end()


@pytest.mark.slow
def test_killed_again_and_again_it_loses_nothing_and_doubles_nothing(site):
    site.start()
    token = re.search(r'name="csrf_token" value="([^"]+)"', site.ask("GET", "/news/lisbon")[2])[1]
    writers = [Writer(site, number, token) for number in range(WRITERS)]
    stop, dice = threading.Event(), random.Random()
    threads = [threading.Thread(target=writer.write_until, args=(stop,), daemon=True) for writer in writers]
    for thread in threads:
        thread.start()
    unanswered = 0
    for _ in range(ROUNDS):
        time.sleep(dice.uniform(0.05, 1.0))
        site.kill()
        unanswered += written_but_not_answered(site.folder, writers)
        site.start()
    stop.set()
    for thread in threads:
        thread.join(30)
    acknowledged = {nonce: where for writer in writers for nonce, where in writer.acknowledged.items()}
    found_after = everything_is_found(site, acknowledged)
    report(site, writers, len(acknowledged), unanswered, found_after)

    assert [fault for writer in writers for fault in writer.faults] == []
    if ALONE:
        assert max(site.back_after) < BACK_WITHIN
        assert found_after < FOUND_WITHIN
    everything_is_there_once(site.folder, acknowledged)
    assert site.ask("GET", "/account/")[0] == 200  # still signed in
    first, *_, last = acknowledged
    for nonce in (first, last):
        where = acknowledged[nonce]
        assert words_of(nonce) in site.ask("GET", where.partition("#")[0])[2]
        results = site.ask("GET", f"/search?q={words_of(nonce).split()[0]}")[2]
        assert f'href="{where}"' in results or f'href="/comments/{where.rpartition("-")[2]}"' in results
    assert site.served is not None
    site.served.process.send_signal(signal.SIGTERM)
    assert site.served.process.wait(10) == 0


def everything_is_found(site: Site, acknowledged: dict[str, str]) -> float:
    """Seconds until the index holds what the tables show, every acknowledged comment among it."""
    began = time.monotonic()
    index = opened(site.folder / "search")
    wanted = {f"comment:{where.partition('#comment-')[2]}" for where in acknowledged.values()}

    def equal() -> bool:
        visible = {f"comment:{number}" for (number,) in rows(site.folder, "SELECT id FROM comment WHERE status = 'published'")}
        return wanted <= visible and set(index.keys()) == {*visible, f"entry:{site.entry_id}"}

    until(equal, FOUND_WITHIN + 30)
    index.close()
    return time.monotonic() - began


def everything_is_there_once(folder: Path, acknowledged: dict[str, str]) -> None:
    stored = rows(folder, "SELECT nonce, id, body, status, parent_id, thread, path, replies_count FROM comment ORDER BY id")
    assert Counter(row[0] for row in stored) == dict.fromkeys(acknowledged, 1)
    for nonce, number, body, status, *_ in stored:
        assert (body, status) == (words_of(nonce), "published")
        assert acknowledged[nonce].endswith(f"#comment-{number}")
    roots = [row for row in stored if row[4] is None]
    assert [row[5] for row in roots] == list(range(1, len(roots) + 1))
    answers = Counter(int(row[6].partition("/")[0]) for row in stored if row[4] is not None)
    assert {row[1]: row[7] for row in roots} == {row[1]: answers[row[1]] for row in roots}
    assert rows(folder, "SELECT comments_count, threads_count FROM entry") == [(len(stored), len(roots))]
    assert rows(folder, "SELECT count(*) FROM event WHERE name = 'comment.published'") == [(len(stored),)]
    assert rows(folder, "PRAGMA integrity_check") == [("ok",)]
    assert rows(folder, "PRAGMA foreign_key_check") == []


def rows(folder: Path, statement: str) -> list[Any]:
    connection = sqlite3.connect(folder / "fansite.db", timeout=5)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def written_but_not_answered(folder: Path, writers: list[Writer]) -> int:
    """The comments that were stored when the tree died before their writers knew. Read from a copy: mending the file is the next start's."""
    time.sleep(0.05)  # an answer on its way still counts as one
    known = {nonce for writer in writers for nonce in writer.acknowledged}
    copy = folder / "copy"
    copy.mkdir(exist_ok=True)
    for name in ("fansite.db", "fansite.db-wal"):
        shutil.copy(folder / name, copy / name)
    (copy / "fansite.db-shm").unlink(missing_ok=True)
    return len({nonce for (nonce,) in rows(copy, "SELECT nonce FROM comment")} - known)


def report(site: Site, writers: list[Writer], acknowledged: int, unanswered: int, found_after: float) -> None:
    back = sorted(site.back_after[1:])
    print(
        f"\n{len(back)} rounds: {acknowledged} comments acknowledged, {sum(writer.cut for writer in writers)} requests cut off, "
        f"{unanswered} of them stored all the same; back after {back[len(back) // 2]:.2f} s "
        f"(longest {', '.join(f'{seconds:.2f}' for seconds in back[-3:])} s); "
        f"all found {found_after:.1f} s after the last word"
    )
