"""A site in use, as its memory is measured: its index made, its cards drawn, its pages read from what is kept and live, in both languages,
comments sent, words looked for."""

from __future__ import annotations

import http.client
import re
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

from tests.bench.load import write
from tests.bench.sites import GZIP, Running, forms, get, signed_in

CLIENTS = 8
# Some hundred comments.
COMMENTING_SECONDS = 3
LIVE = 1_000
PACKED = {"Accept-Encoding": GZIP.partition(": ")[2]}
WORDS = ("ukulele", "the", "volcano", "rain", "la tournée", '"two voices"', "brusels", "goat -rain", "volcan", "autumn tour")
# Nothing is due any more, for this long: a process that gives back what lies free has done so meanwhile.
QUIET_SECONDS = 22.0


def use(site: Running, folder: Path) -> None:
    """Everything once, in the order a site lives through it: the worker catches up, visitors come, some write, some search."""
    rest(folder, 2.0)
    everywhere = addresses(site)
    for _ in range(2):
        visit(site, everywhere, PACKED)
    cookie = signed_in(site)
    visit(site, everywhere[:: max(1, len(everywhere) // LIVE)], {"Cookie": cookie})
    visit(site, [f"{prefix}/search?{urlencode({'q': words})}" for words in WORDS for prefix in ("", "/fr")] * 5, {})
    token, actions = forms(site, cookie)
    headers = (f"Cookie: {cookie}", f"Origin: {site.url('')}")
    write(site.url(""), [token, *actions], seconds=COMMENTING_SECONDS, connections=CLIENTS, headers=headers)
    visit(site, everywhere, PACKED)
    rest(folder, QUIET_SECONDS)


def rest(folder: Path, seconds: float) -> None:
    """Returns once the worker has had nothing to do for this long."""
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < seconds:
        time.sleep(0.1)
        with closing(sqlite3.connect(folder / "fansite.db", timeout=20)) as database:
            due = database.execute(
                "SELECT count(*) FROM delivery WHERE done_at IS NULL AND due_at <= datetime('now')"
            ).fetchone()[0]
            cards = database.execute("SELECT count(*) FROM entry WHERE card <> ''").fetchone()[0]
        if due or not cards or not (folder / "search" / "current").exists():
            quiet_since = time.monotonic()


def addresses(site: Running) -> list[str]:
    """All the sitemap knows, in both languages, and the lists."""
    found = [path for file in _locations(site, "/sitemap.xml") for path in _locations(site, file)]
    return sorted({*found, "/", "/fr/", "/feed.xml", "/fr/feed.xml"})


def _locations(site: Running, path: str) -> list[str]:
    told = get(site.port, path)[2].decode()
    return ["/" + "/".join(address.split("/")[3:]) for address in re.findall(r"<loc>([^<]+)</loc>", told)]


def visit(site: Running, paths: Iterable[str], headers: Mapping[str, str]) -> None:
    """Each page once, on so many connections at a time."""
    left, guard, wrong = iter(paths), threading.Lock(), deque[str](maxlen=5)

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
        while True:
            with guard:
                path = next(left, None)
            if path is None:
                break
            connection.request("GET", path, headers=dict(headers))
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                wrong.append(f"{path}: {answer.status}")
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise RuntimeError(f"not answered as expected: {', '.join(wrong)}")
