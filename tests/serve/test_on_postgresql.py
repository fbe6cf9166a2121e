"""Several processes on one PostgreSQL, seen from outside: workers share what is due, one of them is killed in the middle, and who writes at
the same moment loses nothing."""

from __future__ import annotations

import asyncio
import http.client
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import psutil
import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller

from fansite import settings
from fansite.accounts import letters
from fansite.accounts import operations as accounts
from fansite.accounts.sessions import COOKIE
from fansite.app import create_app
from fansite.core.db import db
from tests.cast import make_cast
from tests.serve.served import Served, free_port, until
from tests.texts import news_post, say

PROGRAM = str(Path(sys.executable).parent / "fansite")
pytestmark = pytest.mark.slow

LETTERS = 12
WRITERS, EACH = 6, 5


class PostOffice:
    """Takes letters in. The one to `hold` is taken as well, but its sender waits for the answer until `let_go`."""

    def __init__(self) -> None:
        self.received: list[tuple[str, str]] = []
        self.hold, self.held_from, self.let_go = "", 0, False

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:
        (to,) = envelope.rcpt_tos
        name = re.search(rb"Message-ID: *(\S+)", envelope.content, re.IGNORECASE)
        assert name
        self.received.append((to, name[1].decode()))
        if to == self.hold and not self.let_go:
            self.held_from = session.peer[1]
            while not self.let_go:
                await asyncio.sleep(0.02)
        return "250 accepted"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    made = PostOffice()
    controller = Controller(made, hostname="127.0.0.1", port=free_port())
    controller.start()
    made.url = f"smtp://127.0.0.1:{controller.port}"  # type: ignore[attr-defined]
    yield made
    made.let_go = True
    controller.stop()


@pytest.fixture
def band(on_server: Callable[[], str], tmp_path: Path) -> Iterator[SimpleNamespace]:
    """`rows("SELECT …")` asks the database itself, `start("worker")` is a running command; all are gone after the test."""
    port, url = free_port(), on_server()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FANSITE_")}
    about = {
        "FANSITE_INSTANCE_PATH": str(tmp_path),
        "FANSITE_DATABASE_URL": url,
        "FANSITE_BASE_URL": f"http://127.0.0.1:{port}",
        "FANSITE_LIMITS": "off",
    }
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    started: list[Served] = []

    def rows(statement: str) -> list[tuple[Any, ...]]:
        with engine.connect() as connection:
            result = connection.execute(sa.text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []

    def start(*words: str, **more: str) -> Served:
        served = Served(tmp_path, port, [PROGRAM, *words], {**inherited, **about, **more})
        started.append(served)
        return served

    yield SimpleNamespace(app=create_app(settings.load(about)), port=port, rows=rows, start=start)
    for served in started:
        served.end()


@pytest.fixture
def inside(band: SimpleNamespace) -> Iterator[SimpleNamespace]:
    """The cast and a post, made before anything runs."""
    with band.app.app_context():
        cast = make_cast()
        post = news_post(cast.eli, slug="lisbon")
        yield SimpleNamespace(cast=cast, post=post)
        db.session.remove()
        db.engine.dispose()


# ---- workers ------------------------------------------------------------------------------------------------------------------


def test_workers_share_the_letters_and_one_killed_with_a_letter_in_hand_loses_none(band, inside, office):
    for number in range(LETTERS):
        account = accounts.create(
            email=f"reader{number}@example.org", username=f"reader{number}", password="nine goats on a tram", role="fan"
        )
        letters.password_changed(account)
    db.session.remove()
    db.engine.dispose()
    office.hold = "reader0@example.org"
    workers = [band.start("worker", FANSITE_MAIL_URL=office.url) for _ in range(3)]
    until(lambda: office.held_from, 60)
    until(lambda: len(open_mail(band)) == 1, 60)  # one waits for an answer, and the others do its share
    killed = next(worker for worker in workers if holds(worker, office.held_from))
    for process in family(killed):
        process.kill()
    killed.process.wait(10)
    office.let_go = True

    (tries, leased, error), *others = open_mail(band)
    assert (tries, leased, error, others) == (1, True, None, [])
    everybody = Counter(f"reader{number}@example.org" for number in range(LETTERS))
    assert Counter(to for to, _name in office.received) == everybody
    band.rows("UPDATE delivery SET leased_until = now() - interval '1 second' WHERE done_at IS NULL AND listener = 'core.mail'")
    until(lambda: open_mail(band) == [], 60)
    # At least once: the server had it, and nobody alive had heard so. It is the same letter: its name says so.
    assert Counter(to for to, _name in office.received) == everybody + Counter([office.hold])
    assert len({name for _to, name in office.received}) == LETTERS
    assert band.rows("SELECT count(*) FROM mail WHERE sent_at IS NULL OR failed_at IS NOT NULL OR text <> ''") == [(0,)]
    assert band.rows("SELECT count(*) FROM delivery WHERE done_at IS NULL AND due_at <= now()") == [(0,)]
    for worker in workers:
        if worker is not killed:
            worker.process.send_signal(signal.SIGTERM)
            assert worker.process.wait(20) == 0


def open_mail(band: SimpleNamespace) -> list[tuple[Any, ...]]:
    return list(
        band.rows(
            "SELECT tries, leased_until > now(), error FROM delivery WHERE listener = 'core.mail' AND done_at IS NULL ORDER BY id"
        )
    )


def family(worker: Served) -> list[psutil.Process]:
    """Who watches over it first, so that nobody begins it anew."""
    watching = psutil.Process(worker.process.pid)
    return [watching, *watching.children()]


def holds(worker: Served, port: int) -> bool:
    links = [link for process in family(worker) for link in process.net_connections("tcp4")]
    return any(link.laddr and link.laddr.port == port for link in links)


# ---- who writes at the same moment --------------------------------------------------------------------------------------------


def test_what_many_send_at_once_through_two_processes_is_there_once_and_counted(band, inside):
    """Each comment is sent by two hands at the same moment, half of them in answer to the first; two moderators decide against each other."""
    cast, post_id = inside.cast, inside.post.id
    say(inside.post, cast.nora, "My very first words here")
    first_id = say(inside.post, cast.fay).id
    ((review,),) = band.rows("SELECT id FROM review WHERE decided_at IS NULL")
    cookies = {name: accounts.open_session(getattr(cast, name).id) for name in ("fay", "milo", "eli")}
    db.session.remove()
    db.engine.dispose()
    band.start("serve", "--port", str(band.port), "--workers", "2").started()
    tokens = {name: token_of(band, cookie) for name, cookie in cookies.items()}

    def send(who: str, path: str, form: dict[str, str]) -> tuple[int, str]:
        return posted(band, cookies[who], path, {**form, "csrf_token": tokens[who]})

    def write(number: int) -> tuple[int, str]:
        nonce = number // 2
        form = {"body": f"Word {nonce} of many", "nonce": f"n{nonce}", "parent": str(first_id) if nonce % 2 else ""}
        return send("milo" if nonce % 3 else "fay", f"/comments/on/{post_id}", form)

    with ThreadPoolExecutor(2 * WRITERS) as hands:
        deciding = [
            hands.submit(send, who, f"/moderation/reviews/{review}/decision", {"decision": decision, "version": "1"})
            for who, decision in (("milo", "approve"), ("eli", "reject"))
        ]
        sent = list(hands.map(write, range(2 * WRITERS * EACH)))
    assert sorted(answer.result()[0] for answer in deciding) == [303, 409]
    assert {status for status, _where in sent} == {303}
    assert all(sent[2 * nonce] == sent[2 * nonce + 1] for nonce in range(WRITERS * EACH)), (
        "both hands are led to the same comment"
    )

    assert band.rows("SELECT count(*), count(DISTINCT nonce) FROM comment WHERE nonce IS NOT NULL AND body LIKE 'Word%'") == [
        (WRITERS * EACH, WRITERS * EACH)
    ]
    seen = "status = 'published'"
    assert band.rows(f"SELECT comments_count FROM entry WHERE id = {post_id}") == band.rows(
        f"SELECT count(*) FROM comment WHERE {seen}"
    )
    threads = [
        thread for (thread,) in band.rows("SELECT thread FROM comment WHERE parent_id IS NULL AND thread > 0 ORDER BY thread")
    ]
    assert threads == list(range(1, len(threads) + 1))
    assert band.rows(f"SELECT threads_count FROM entry WHERE id = {post_id}") == [(len(threads),)]
    assert band.rows(f"SELECT replies_count FROM comment WHERE id = {first_id}") == [(WRITERS * EACH // 2,)]
    assert band.rows("SELECT count(*) FROM moderation_log") == [(1,)]
    until(lambda: band.rows("SELECT count(*) FROM delivery WHERE done_at IS NULL AND due_at <= now()") == [(0,)], 60)


def token_of(band: SimpleNamespace, cookie: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', asked(band, cookie, "GET", "/account/language")[2])
    assert found
    return found[1]


def posted(band: SimpleNamespace, cookie: str, path: str, form: dict[str, str]) -> tuple[int, str]:
    return asked(band, cookie, "POST", path, form)[:2]


def asked(band: SimpleNamespace, cookie: str, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Status, where it leads, and the text."""
    connection = http.client.HTTPConnection("127.0.0.1", band.port, timeout=60)
    try:
        headers = {"Cookie": f"{COOKIE}={cookie}", "Origin": f"http://127.0.0.1:{band.port}"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, urlencode(form) if form is not None else None, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Location", ""), answer.read().decode()
    finally:
        connection.close()
