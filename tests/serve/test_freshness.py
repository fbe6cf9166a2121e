"""What was acknowledged is seen at once, by everybody, in every process: writes through the site's own forms, each followed by reads."""

from __future__ import annotations

import http.client
import os
import random
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
import pytest

from fansite import settings
from fansite.accounts import operations as accounts
from fansite.accounts.sessions import COOKIE
from fansite.app import create_app
from fansite.core.db import db
from tests.cast import make_cast
from tests.serve.served import Served, free_port
from tests.texts import news_post

WRITES = int(os.environ.get("FRESHNESS_WRITES", "40"))
PAGES = ("/comments/feed.xml", "/fans/milo", "/news/lisbon/feed.json", "/")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """A new database, and how the site is told of it."""
    if request.param == "postgresql":
        return {"FANSITE_DATABASE_URL": request.getfixturevalue("on_server")()}
    shutil.copy(request.getfixturevalue("empty_database"), tmp_path / "fansite.db")
    return {}


@pytest.fixture
def served(tmp_path: Path, database: dict[str, str]) -> Iterator[Served]:
    port = free_port()
    environment = {
        **database,
        "FANSITE_INSTANCE_PATH": str(tmp_path),
        "FANSITE_BASE_URL": f"http://127.0.0.1:{port}",
        "FANSITE_LIMITS": "off",
    }
    app = create_app(settings.load(environment))
    with app.app_context():
        cast = make_cast()
        news_post(cast.eli)
        cookie = accounts.open_session(cast.milo.id, agent="test")
        db.session.remove()
        db.engine.dispose()
    program = [str(Path(sys.executable).parent / "fansite"), "serve", "--port", str(port), "--workers", "2"]
    site = Served(tmp_path, port, program, {**os.environ, **environment})
    site.cookie = f"{COOKIE}={cookie}"  # type: ignore[attr-defined]
    try:
        yield site.started()
    finally:
        site.end()


def readers(served: Served) -> list[http.client.HTTPConnection]:
    """A connection to each web process that stays open, and with it at that process."""
    found: dict[int, http.client.HTTPConnection] = {}
    tried = []
    while len(found) < 2:
        assert len(tried) < 60, "one process takes no connection"
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
        tried.append(connection)
        ask(connection, "/healthz")
        ours = connection.sock.getsockname()[1]
        for pid in served.children():
            for link in psutil.Process(pid).net_connections("tcp4"):
                if link.raddr and link.raddr.port == ours:
                    found.setdefault(pid, connection)
    for connection in tried:
        if connection not in found.values():
            connection.close()
    return list(found.values())


def ask(connection: http.client.HTTPConnection, path: str, data: dict[str, str] | None = None, **headers: str) -> Any:
    body = urlencode(data) if data else None
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if data else {}
    connection.request("POST" if data else "GET", path, body, {**kind, **headers})
    answer = connection.getresponse()
    return answer.status, answer.getheader("Location") or "", answer.read().decode()


@pytest.mark.slow
def test_after_each_write_every_process_shows_it_everywhere(served: Served) -> None:
    writer = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    all_readers = readers(served)
    mine = {"Cookie": served.cookie, "Origin": f"http://127.0.0.1:{served.port}"}  # type: ignore[attr-defined]
    chance, standing, stale = random.Random(7), dict[str, tuple[str, str]](), list[str]()
    form = ask(writer, "/news/lisbon", **mine)[2]
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    action = re.search(r'action="(/comments/on/\d+)"', form)
    assert token and action
    for number in range(WRITES):
        taken_back = ""
        if standing and chance.random() < 0.4:
            comment = chance.choice(sorted(standing))
            page, taken_back = standing.pop(comment)
            assert ask(writer, f"/comments/{comment}/withdrawal", {"csrf_token": token[1]}, **mine)[0] == 303
        else:
            words = f"Word {number} of {chance.getrandbits(60)}."
            status, location, _ = ask(
                writer, action[1], {"csrf_token": token[1], "nonce": f"n{number}-{chance.getrandbits(60)}", "body": words}, **mine
            )
            assert status == 303
            page = location.partition("#")[0]
            standing[location.rpartition("-")[2]] = page, words
        newest_page, newest = next(reversed(standing.values()), ("", ""))
        for path in (page, *PAGES):
            for reader in all_readers:
                text = ask(reader, path)[2]
                shown = path in PAGES or path == newest_page
                stale += [f"{number} {path} lacks {newest}"] if shown and newest not in text else []
                stale += [f"{number} {path} still shows {taken_back}"] if taken_back and taken_back in text else []
    for connection in (writer, *all_readers):
        connection.close()
    assert not stale, stale[:10]
