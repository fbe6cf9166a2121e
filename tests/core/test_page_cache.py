"""The page cache by itself, in front of a small application that says what it was asked and what is true."""

from __future__ import annotations

import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import time_machine

from fansite.backends.clock import MappedClock
from fansite.core.web.language import MOVED_KEY
from fansite.core.web.page_cache import PAGE_KEY, READ_KEY, PageCache, canonical
from fansite.core.web.page_store import A_TAG, BESIDE, ForEveryone, KeptPage, Store
from fansite.core.web.representation import BESIDE_THE_BODY, Representation
from tests.conftest import NOON

MEBIBYTE = 1024 * 1024
# A page of `Small` in one form.
WEIGHT = 700 + BESIDE_THE_BODY + BESIDE + 2 * A_TAG

PATHS: dict[str, tuple[str, ...] | None] = {"/": (), "/list": ("page", "year"), "/feed": (), "/own": None, "/big": ()}


class Small:
    """Pages of what is true; what it was asked stands in `asked`."""

    def __init__(self, clock: MappedClock) -> None:
        self.clock, self.truth = clock, "old"
        self.asked: list[str] = []
        self.status, self.more = "200 OK", list[tuple[str, str]]()
        self.meanwhile: Callable[[], None] = lambda: None
        self.fresh_until: float | None = None

    def __call__(self, environ: dict[str, Any], begin: Any) -> Iterable[bytes]:
        path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
        seen = self.clock.seen()
        self.asked.append(f"{environ['REQUEST_METHOD']} {path}{'?' if query else ''}{query}")
        text, meanwhile = f"{self.truth} {path} {parse_qs(query)}".ljust(200_000 if path == "/big" else 700), self.meanwhile
        self.meanwhile = lambda: None
        meanwhile()
        if PATHS.get(path) is not None:
            if path != "/feed":
                environ[READ_KEY] = True
            environ[PAGE_KEY] = ForEveryone(seen, frozenset({"site", path}), self.fresh_until, path != "/feed")
        begin(self.status, [("Content-Type", "text/html; charset=utf-8"), ("X-Request-ID", str(len(self.asked))), *self.more])
        return [text.encode()]

    def write(self, truth: str, *tags: str) -> None:
        self.truth = truth
        self.clock.bump(tags or ("site",))


class Answer:
    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = int(status[:3]), dict(headers), body

    @property
    def said(self) -> str:
        return self.body.decode().split()[0] if self.body else ""


class Reader:
    def __init__(self, cache: PageCache) -> None:
        self.cache = cache

    def __call__(self, path: str = "/", method: str = "GET", **headers: str) -> Answer:
        path, _mark, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SCRIPT_NAME": "",
            "HTTP_HOST": "band.example",
        }
        told: list[Any] = []
        answer = self.cache(environ | headers, lambda *words: told.append(words))
        return Answer(*told[-1][:2], b"".join(answer))


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small(MappedClock(tmp_path / "clock"))


@pytest.fixture
def views() -> list[str]:
    return []


def cache_of(small: Small, views: list[str], most_bytes: int = MEBIBYTE, parameters: Any = PATHS.get) -> PageCache:
    return PageCache(
        small,
        small.clock,
        host="band.example",
        cookie="fansite_session",
        parameters=parameters,
        read=lambda path, _agent: views.append(path),
        most_bytes=most_bytes,
    )


@pytest.fixture
def read(small: Small, views: list[str]) -> Reader:
    return Reader(cache_of(small, views))


# ---- what is kept -------------------------------------------------------------------------------------------------------------


def test_a_page_is_made_once_until_something_it_shows_changes(small, read):
    assert [read().said for _ in range(3)] == ["old"] * 3
    small.write("newer", "/list")
    assert read().said == "old"  # it does not show that
    small.write("new", "/")
    assert [read().said for _ in range(3)] == ["new"] * 3
    assert small.asked == ["GET /"] * 2


def test_a_render_that_raced_a_write_is_given_to_who_waited_for_it_and_to_nobody_else(small, read):
    small.meanwhile = lambda: small.write("new")
    assert [read().said, read().said, read().said] == ["old", "new", "new"]
    assert len(small.asked) == 2


@pytest.mark.parametrize(
    "own",
    [
        {"HTTP_COOKIE": "fansite_session=abc"},
        {"HTTP_COOKIE": "theme=dark; __Host-fansite_session=abc"},
        {"HTTP_AUTHORIZATION": "Bearer abc"},
        {"CONTENT_LENGTH": "3"},
        {"HTTP_TRANSFER_ENCODING": "chunked"},
        {MOVED_KEY: "/elsewhere"},
        {"method": "POST"},
        {"method": "OPTIONS"},
    ],
)
def test_who_sends_something_of_their_own_is_neither_answered_from_it_nor_kept(small, read, own):
    for _ in range(2):
        assert read("/", **own).said == "old"
    assert len(small.asked) == 2
    read("/")
    small.truth = "theirs"
    assert read("/", **own).said == "theirs"
    assert read("/").said == "old"


def test_a_cookie_that_is_not_of_somebody_signed_in_makes_no_difference(small, read):
    read("/", HTTP_COOKIE="theme=dark")
    read("/")
    assert len(small.asked) == 1


@pytest.mark.parametrize("status", ["404 NOT FOUND", "301 MOVED PERMANENTLY", "410 GONE", "500 INTERNAL SERVER ERROR", "503 X"])
def test_only_what_worked_is_kept(small, read, status):
    small.status = status
    read("/")
    small.status = "200 OK"
    assert read("/").status == 200


def test_an_answer_that_sets_a_cookie_is_handed_on_as_it_is_and_never_kept(small, read):
    small.more = [("set-cookie", "a=b")]
    first = read("/", HTTP_ACCEPT_ENCODING="br")
    assert first.headers["set-cookie"] == "a=b" and "Content-Encoding" not in first.headers and "ETag" not in first.headers
    small.more = []
    assert "set-cookie" not in read("/").headers
    assert len(small.asked) == 2


def test_a_view_that_was_not_declared_is_asked_each_time(small, read):
    for _ in range(2):
        read("/own")
        read("/own?page=2")
    assert small.asked == ["GET /own", "GET /own?page=2"] * 2


def test_the_number_of_a_request_is_not_the_pages(small, read):
    assert read().headers["X-Request-ID"] == "1"
    assert "X-Request-ID" not in read().headers


def test_what_holds_until_a_moment_is_not_given_out_after_it(small, read):
    with time_machine.travel(NOON, tick=False) as clock:
        small.fresh_until = NOON.timestamp() + 60
        read()
        clock.shift(59)
        read()
        assert len(small.asked) == 1
        clock.shift(1)
        read()
        assert len(small.asked) == 2


# ---- by which name ------------------------------------------------------------------------------------------------------------


def test_only_declared_parameters_tell_pages_apart_and_no_other_is_shown_to_the_view(small, read):
    same = [
        "/list?page=2&year=2026",
        "/list?year=2026&page=2",
        "/list?utm_source=x&page=2&year=2026&page=9",
        "/list?p%61ge=2&year=2026",
    ]
    bodies = {read(path).body for path in same}
    assert small.asked == ["GET /list?page=2&year=2026"]
    assert len(bodies) == 1 and b"utm" not in bodies.pop()
    read("/list?year=2025&page=2")
    read("/list")
    read("/list?fbclid=1")
    assert small.asked[1:] == ["GET /list?page=2&year=2025", "GET /list"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", ""),
        ("page=2&page=3", "page=2"),
        ("page", "page="),
        ("page=%C3%A9", "page=%C3%A9"),
        ("page=\xc3\xa9", "page=%C3%A9"),
        ("page=a+b%26year%3D1", "page=a+b%26year%3D1"),
        ("x=1;page=2", ""),
        ("page=\xff", "page=%EF%BF%BD"),
    ],
)
def test_a_query_has_one_spelling(query, said):
    assert canonical(query, ("page", "year")) == said


def test_a_query_that_is_an_attack_is_not_read(small, read):
    read("/list?" + "&".join(f"a{n}=1" for n in range(500)))
    assert read.cache.store.bytes == 0


def test_another_language_is_another_page(small, read):
    read("/")
    read("/", SCRIPT_NAME="/fr")
    assert len(small.asked) == 2


def test_all_hosts_but_ours_are_one(small, read):
    """Whoever names a thousand fills nothing, and nothing of theirs is given to those who name ours."""
    read("/", HTTP_HOST="evil.example")
    small.truth = "ours"
    assert read("/").said == "ours"
    assert {read("/", HTTP_HOST=f"evil{number}.example").said for number in range(20)} == {"old"}
    assert len(small.asked) == len(read.cache.store) == 2


def test_a_path_no_page_has_is_not_remembered(small, views):
    asked: list[str] = []
    read = Reader(cache_of(small, views, parameters=lambda path: asked.append(path)))
    long = "/" + "x" * 1000
    for query in ("", "?page=2"):
        read(long + query)
        read("/short" + query)
    assert asked == ["/short"]
    assert small.asked == [f"GET {long}", "GET /short", f"GET {long}?page=2", "GET /short?page=2"]


# ---- how it is answered ---------------------------------------------------------------------------------------------------------


def test_who_has_it_already_is_told_so_as_cheaply(small, read):
    etag = read("/", HTTP_ACCEPT_ENCODING="br").headers["ETag"]
    again = read("/", HTTP_ACCEPT_ENCODING="br", HTTP_IF_NONE_MATCH=f'"other", {etag}')
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", etag)
    assert not {"Content-Length", "Content-Encoding", "Content-Type"} & set(again.headers)
    assert read("/", HTTP_IF_NONE_MATCH=etag).status == 200  # another form of it
    assert read("/", HTTP_ACCEPT_ENCODING="br", HTTP_IF_NONE_MATCH="*").status == 304
    assert read("/", HTTP_ACCEPT_ENCODING="br", HTTP_IF_NONE_MATCH=f"{',' * 5000}{etag}").status == 200  # nobody has so many
    assert len(small.asked) == 1


def test_a_feed_reader_that_knows_only_dates_is_told_too(small, read):
    small.more = [("Last-Modified", "Tue, 24 Nov 2026 12:00:00 GMT")]
    assert read("/feed", HTTP_IF_MODIFIED_SINCE="Tue, 24 Nov 2026 12:00:00 GMT").status == 304
    assert read("/feed", HTTP_IF_MODIFIED_SINCE="Tue, 24 Nov 2026 11:59:59 GMT").status == 200
    assert len(small.asked) == 1


@pytest.mark.parametrize("before", [True, False])
def test_head_is_get_without_its_body(small, read, before):
    if before:
        read("/", HTTP_ACCEPT_ENCODING="gzip")
    head, get = read("/", "HEAD", HTTP_ACCEPT_ENCODING="gzip"), read("/", HTTP_ACCEPT_ENCODING="gzip")
    assert head.body == b"" and get.body
    assert {k: v for k, v in head.headers.items() if k != "X-Request-ID"} == get.headers
    assert small.asked == ["GET /"]


def test_head_of_what_is_not_there_has_no_body_either(small, read):
    small.status = "404 NOT FOUND"
    assert (read("/", "HEAD").status, read("/", "HEAD").body) == (404, b"")


def test_a_page_is_counted_each_time_somebody_reads_it(small, read, views):
    read("/")
    read("/")
    read("/", HTTP_IF_NONE_MATCH=read("/").headers["ETag"])
    read("/", "HEAD")
    read("/feed")
    read("/", HTTP_COOKIE="fansite_session=abc")
    assert views == ["/"] * 5


# ---- how much -------------------------------------------------------------------------------------------------------------------


def test_it_holds_no_more_than_it_may_and_drops_what_nobody_asked_for(small, views):
    cache = cache_of(small, views, most_bytes=10 * WEIGHT)
    read = Reader(cache)
    for number in range(40):
        read(f"/list?page={number}")
        read("/")
    assert cache.store.bytes <= cache.store.most_bytes
    assert small.asked.count("GET /") == 1
    read("/list?page=39")
    read("/list?page=0")
    assert small.asked.count("GET /list?page=39") == 1
    assert small.asked.count("GET /list?page=0") == 2


def test_where_all_pages_are_asked_for_the_oldest_makes_room_for_the_newest():
    store = Store(10 * WEIGHT)
    keys = [("", "", "/", str(number)) for number in range(30)]
    for number, key in enumerate(keys):
        store.put(key, KeptPage(Representation([], b"x" * 700), ForEveryone(1, frozenset({"site", "/"}))))
        for asked in keys[: number + 1]:
            store.get(asked)
    there = [number for number, key in enumerate(keys) if store.get(key)]
    assert there[-1] == 29
    assert there == list(range(30 - len(there), 30))
    assert 5 < len(there) <= 10


def test_each_form_of_a_page_is_weighed(small, read):
    for encoding in ("", "br", "gzip", "zstd"):
        read("/", HTTP_ACCEPT_ENCODING=encoding)
    page = read.cache.store.get(("band.example", "", "/", ""))
    assert page is not None
    assert read.cache.store.bytes == page.weight > 700 + 4 * BESIDE_THE_BODY
    read.cache.store.clear()
    assert read.cache.store.bytes == len(read.cache.store) == 0


def test_pages_weigh_what_they_take(small):
    """In all forms, with the tags of a long discussion."""

    def page(number: int) -> KeptPage:
        words = " ".join(str(number * 7919 + word * word) for word in range(6000))
        headers = [("Content-Type", "text/html; charset=utf-8"), *((f"X-{name}", f"{number} {name}") for name in range(10))]
        tags = frozenset(f"account:{number}{account}" for account in range(20))
        made = KeptPage(Representation(headers, words.encode(), "br"), ForEveryone(1, tags))
        for encoding in ("zstd", "gzip", ""):
            made.page.form_for({"HTTP_ACCEPT_ENCODING": encoding})
        return made

    store = Store(MEBIBYTE * 64)
    page(0)
    tracemalloc.start()
    try:
        for number in range(40):
            store.put(("band.example", "", f"/news/number-{number}", ""), page(number))
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert 0.8 * store.bytes < taken < 1.1 * store.bytes


def test_readers_and_writers_of_a_full_store_are_not_in_each_others_way(small):
    """Whoever looks a page up marks it, also in the moment in which another is pushed out."""
    store, made = Store(20 * WEIGHT), KeptPage(Representation([], b"x" * 700), ForEveryone(1, frozenset({"site", "/"})))
    problems: list[Exception] = []
    over, before = threading.Event(), sys.getswitchinterval()

    def busy(act: Callable[[int], object]) -> None:
        number = 0
        try:
            while not over.is_set():
                number += 1
                act(number)
        except Exception as problem:
            problems.append(problem)

    def write(number: int) -> None:
        store.put(("", "", "/", str(number % 25)), made)

    def read(number: int) -> None:
        store.get(("", "", "/", str(number % 25)))

    sys.setswitchinterval(1e-6)
    try:
        threads = at_once(2, lambda: busy(write)) + at_once(4, lambda: busy(read))
        over.wait(1.5)
        over.set()
        for thread in threads:
            thread.join(10)
    finally:
        sys.setswitchinterval(before)
    assert problems == []
    assert store.bytes == len(store) * WEIGHT <= store.most_bytes


def test_one_page_never_pushes_out_half_of_the_others(small, read):
    read("/")
    read("/big")
    read("/big")
    assert small.asked == ["GET /", "GET /big", "GET /big"]
    read("/big", HTTP_ACCEPT_ENCODING="br")  # in this form it is small
    read("/big", HTTP_ACCEPT_ENCODING="br")
    assert small.asked.count("GET /big") == 3


def test_without_memory_nothing_is_kept(small, views):
    read = Reader(cache_of(small, views, most_bytes=0))
    assert [read().said for _ in range(3)] == ["old"] * 3
    assert len(small.asked) == 3


# ---- many at once ---------------------------------------------------------------------------------------------------------------


def at_once(number: int, act: Callable[[], Any]) -> list[threading.Thread]:
    threads = [threading.Thread(target=act) for _ in range(number)]
    for thread in threads:
        thread.start()
    return threads


def held(small: Small) -> tuple[threading.Event, threading.Event]:
    """The next render waits: (it has begun, let it go on)."""
    begun, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        assert go_on.wait(10)

    small.meanwhile = wait
    return begun, go_on


def test_of_many_who_want_the_same_page_one_makes_it(small, read):
    begun, go_on = held(small)
    said: list[str] = []
    threads = at_once(1, lambda: said.append(read().said))
    assert begun.wait(10)
    threads += at_once(20, lambda: said.append(read().said))
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert said == ["old"] * 21
    assert small.asked == ["GET /"]


def test_who_asked_after_a_write_is_never_given_the_render_that_began_before_it(small, read):
    begun, go_on = held(small)
    first: list[str] = []
    later: list[str] = []
    threads = at_once(1, lambda: first.append(read().said))
    assert begun.wait(10)
    small.write("new")
    threads += at_once(20, lambda: later.append(read().said))
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert (first, later) == (["old"], ["new"] * 20)
    assert len(small.asked) == 2


def test_nobody_waits_in_line_for_what_is_not_kept(small, read):
    """A missing page many ask for: after the first has seen that it is none, all others ask at once."""
    small.status = "404 NOT FOUND"
    begun, go_on = held(small)
    threads = at_once(1, read)
    assert begun.wait(10)
    together = threading.Barrier(8)
    small.__class__ = type(
        "Meeting", (Small,), {"__call__": lambda self, *args: (together.wait(10), Small.__call__(self, *args))[1]}
    )
    answers: list[int] = []
    threads += at_once(8, lambda: answers.append(read().status))
    go_on.set()
    for thread in threads:
        thread.join(20)
    assert answers == [404] * 8


def test_a_render_that_fails_frees_who_waits_for_it(small, read):
    begun, go_on = threading.Event(), threading.Event()

    def fail() -> None:
        begun.set()
        assert go_on.wait(10)
        raise OSError("the disk")

    small.meanwhile = fail
    failures: list[Exception] = []

    def try_it() -> None:
        try:
            read()
        except OSError as problem:
            failures.append(problem)

    threads = at_once(1, try_it)
    assert begun.wait(10)
    said: list[str] = []
    threads += at_once(3, lambda: said.append(read().said))
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert len(failures) == 1 and said == ["old"] * 3
