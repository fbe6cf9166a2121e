"""The page cache, in front of Flask: what everyone may have is rendered once, and then costs about what a file costs.

A view that is `cacheable` and answers with `conditional` leaves in the request what its page depends on. A page is kept with the clock as
it was before the page's first query, and given out for as long as none of its tags was bumped since: after a write is acknowledged no
process gives out the older page, and a render that raced a write is never given out again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fansite.backends.clock import Clock
from fansite.core.web.language import MOVED_KEY, QUERY_KEY
from fansite.core.web.packing import wanted
from fansite.core.web.page_store import ForEveryone, KeptPage, Key, Store
from fansite.core.web.representation import WSGI, Begin, Environ, Headers, Representation, bodiless

# Where a view leaves what its page depends on, and the log finds how it was asked for.
PAGE_KEY = "fansite.page"
METHOD_KEY = "fansite.method"
# Left by a view that answered with a page of the public site, to whomever.
READ_KEY = "fansite.read"
READING = ("GET", "HEAD")
OWN = ("X-Request-ID",)
MOST_PARAMETERS = 100
# No page's path is longer; what a stranger makes up is not remembered.
LONGEST_PATH = 300
# How long one waits for another's render of the same page before rendering it too.
PATIENCE_SECONDS = 10.0


class Render:
    """One on its way; who wants the same page waits for it."""

    def __init__(self) -> None:
        self.over = threading.Event()
        # Whether its page is one that is kept at all: if not, those who waited need not go one after the other.
        self.keepable = False


class PageCache:
    """WSGI. `host` is the site's own; `parameters(path)` names the query parameters of the page there, None where nothing is kept; `cookie` is
    the cookie of who is signed in; `read(path, user agent)` is told of every page that is read, kept or not."""

    def __init__(
        self,
        application: WSGI,
        clock: Clock,
        *,
        host: str,
        cookie: str,
        parameters: Callable[[str], tuple[str, ...] | None],
        read: Callable[[str, str], None],
        most_bytes: int,
    ) -> None:
        self.application, self.clock, self.host, self.cookie, self.read = application, clock, host, cookie, read
        self._parameters = lru_cache(maxsize=4096)(parameters)
        self.store = Store(most_bytes)
        self._renders: dict[Key, Render] = {}
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, begin: Begin) -> Iterable[bytes]:
        key = self._key(environ) if for_everyone(environ, self.cookie) else None
        if key is None:
            return self._live(environ, begin)
        answer = self._from_store(key, environ, begin)
        return answer if answer is not None else self._in_turn(key, environ, begin)

    def _key(self, environ: Environ) -> Key | None:
        """Host, language, path, and the parameters the view declares, in one order. Others are not even shown to it. All hosts but ours are
        one: anybody can name a thousand, and no page says which was named."""
        query = environ.get("QUERY_STRING", "")
        if query:
            names = self._parameters_at(environ["PATH_INFO"])
            if names is None:
                return None
            try:
                environ[QUERY_KEY] = query
                query = environ["QUERY_STRING"] = canonical(query, names)
            except ValueError:
                return None
        host = self.host if environ.get("HTTP_HOST") == self.host else ""
        return host, environ.get("SCRIPT_NAME", ""), environ["PATH_INFO"], query

    def _parameters_at(self, path: str) -> tuple[str, ...] | None:
        return self._parameters(path) if len(path) <= LONGEST_PATH else None

    def _from_store(self, key: Key, environ: Environ, begin: Begin) -> Iterable[bytes] | None:
        kept = self.store.get(key)
        if kept is None:
            return None
        if not kept.holds(self.clock):
            self.store.drop(key, kept)
            return None
        answer = kept.page.answer(environ, begin)
        if kept.told.is_page:
            self._count(environ)
        if kept.page.size != kept.weighed:
            self.store.put(key, kept)
        return answer

    def _in_turn(self, key: Key, environ: Environ, begin: Begin) -> Iterable[bytes]:
        """Renders, or waits for who renders the same page; that one's page is looked at like any kept one."""
        if self._parameters_at(environ["PATH_INFO"]) is None:
            return self._live(environ, begin)
        give_up = time.monotonic() + PATIENCE_SECONDS
        while True:
            with self._lock:
                other = self._renders.get(key)
                mine = self._renders.setdefault(key, Render())
            if other is None:
                break
            other.over.wait(max(0.0, give_up - time.monotonic()))
            answer = self._from_store(key, environ, begin)
            if answer is not None:
                return answer
            if not other.keepable or time.monotonic() > give_up:
                return self._live(environ, begin)
        try:
            return self._live(environ, begin, key, mine)
        finally:
            with self._lock:
                del self._renders[key]
            mine.over.set()

    def _live(self, environ: Environ, begin: Begin, key: Key | None = None, render: Render | None = None) -> Iterable[bytes]:
        """The application's own answer; a page for everyone in the form that was asked for, and kept if it is one to be kept."""
        method = environ["REQUEST_METHOD"]
        if key is not None and method == "HEAD":
            environ |= {METHOD_KEY: method, "REQUEST_METHOD": "GET"}
        beginning: list[Any] = []
        answer = self.application(environ, lambda *words: beginning.append(words))
        environ["REQUEST_METHOD"] = method
        status, headers = beginning[-1][:2]
        if READ_KEY in environ and status.startswith("200"):
            self._count(environ)
        told: ForEveryone | None = environ.get(PAGE_KEY)
        if told is None or not status.startswith("200") or method not in READING or carries_cookie(headers):
            begin(*beginning[-1])
            return answer if METHOD_KEY not in environ else Bodiless(answer)
        page = Representation(shared(headers), whole(answer), wanted(environ.get("HTTP_ACCEPT_ENCODING", "")))
        if key is not None and render is not None and told.tags:
            render.keepable = True
            kept = KeptPage(page, told)
            if kept.holds(self.clock):
                self.store.put(key, kept)
        return page.answer(environ, begin, *own(headers))

    def _count(self, environ: Environ) -> None:
        if environ["REQUEST_METHOD"] == "GET":
            path = environ.get("SCRIPT_NAME", "") + environ["PATH_INFO"]
            if not path.isascii():
                path = path.encode("latin-1").decode("utf-8", "replace")
            self.read(path, environ.get("HTTP_USER_AGENT", ""))


def for_everyone(environ: Environ, cookie: str) -> bool:
    """Whether a stranger reads, with nothing of their own in the request."""
    return (
        environ["REQUEST_METHOD"] in READING
        and "HTTP_AUTHORIZATION" not in environ
        and cookie not in environ.get("HTTP_COOKIE", "")
        and MOVED_KEY not in environ
        and bodiless(environ)
    )


def canonical(query: str, names: Iterable[str]) -> str:
    """The declared parameters, the first of each, in one order and one spelling. ValueError for a query that is an attack."""
    text = query.encode("latin-1").decode("utf-8", "replace")
    told = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    first = dict(reversed([(name, value) for name, value in told if name in names]))
    return urlencode(sorted(first.items()))


def carries_cookie(headers: Headers) -> bool:
    return any(name.lower() == "set-cookie" for name, _value in headers)


def shared(headers: Headers) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers if name not in OWN]


def own(headers: Headers) -> list[tuple[str, str]]:
    """What belongs to this one answer, and not to the page."""
    return [(name, value) for name, value in headers if name in OWN]


def whole(answer: Iterable[bytes]) -> bytes:
    try:
        return b"".join(answer)
    finally:
        close(answer)


def close(answer: Iterable[bytes]) -> None:
    if hasattr(answer, "close"):
        answer.close()


class Bodiless:
    """The answer to HEAD, of an application that was asked for GET."""

    def __init__(self, answer: Iterable[bytes]) -> None:
        self.answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return iter(())

    def close(self) -> None:
        close(self.answer)
