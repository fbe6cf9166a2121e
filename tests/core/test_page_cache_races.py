"""Reads, renders and writes in any order, over several processes with a page cache each: who asks after a write was acknowledged is never
given a page that is older than it. Each process stops its renders at every look at the clock and at the data, and goes on when told."""

from __future__ import annotations

import json
import mmap
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fansite.backends.clock import MappedClock
from fansite.core.web.page_cache import PAGE_KEY, PageCache
from fansite.core.web.page_store import ForEveryone
from fansite.lib.processes import forked

TAGS = ("a", "b")
PAGES = {"/a": ("a",), "/b": ("b",), "/both": ("a", "b")}
PROCESSES = 3
EXAMPLES = int(os.environ.get("RACE_EXAMPLES", "40"))
# A read that neither stopped nor ended by then waits for another's render.
SETTLED_SECONDS = 0.02


class Truth:
    """The data, shared by all processes: a number for each tag."""

    def __init__(self, path: Path) -> None:
        with open(path, "r+b") as file:
            self.numbers = memoryview(mmap.mmap(file.fileno(), 8 * len(TAGS))).cast("Q")

    def __getitem__(self, tag: str) -> int:
        return self.numbers[TAGS.index(tag)]

    def add(self, tag: str) -> None:
        self.numbers[TAGS.index(tag)] += 1


class Reading(threading.Thread):
    """One request: stops at each gate of its render, if it has one."""

    def __init__(self, number: int, path: str, cache: PageCache) -> None:
        super().__init__(daemon=True)
        self.number, self.path, self.cache = number, path, cache
        self.settled, self.go, self.free = threading.Event(), threading.Event(), False
        self.found: dict[str, int] | None = None

    def run(self) -> None:
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": self.path, "QUERY_STRING": "", "HTTP_HOST": "x", "reading": self}
        self.found = json.loads(b"".join(self.cache(environ, lambda *_words: None)))
        self.settled.set()

    def gate(self) -> None:
        if not self.free:
            self.settled.set()
            self.go.wait()
            self.go.clear()

    def push(self) -> None:
        self.settled.clear()
        self.go.set()


def application(clock: MappedClock, truth: Truth) -> Callable[..., Iterable[bytes]]:
    def answer(environ: dict[str, Any], begin: Any) -> Iterable[bytes]:
        reading, tags = environ["reading"], PAGES[environ["PATH_INFO"]]
        seen = clock.seen()
        found = {}
        for tag in tags:
            reading.gate()
            found[tag] = truth[tag]
        reading.gate()
        environ[PAGE_KEY] = ForEveryone(seen, frozenset(tags))
        begin("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(found).encode()]

    return answer


def process(folder: Path, pipe: Connection) -> None:
    """Does what it is told, and says after each thing which readings have ended with what."""
    signal.alarm(120)
    clock = MappedClock(folder / "clock")
    cache = PageCache(
        application(clock, Truth(folder / "truth")),
        clock,
        host="x",
        cookie="session",
        parameters=lambda _path: (),
        read=lambda *_view: None,
        most_bytes=1 << 20,
    )
    readings: dict[int, Reading] = {}
    while True:
        act, number, path = pipe.recv()
        if act == "read":
            reading = readings[number] = Reading(number, path, cache)
            reading.start()
            reading.settled.wait(SETTLED_SECONDS)
        elif act == "go" and readings:
            reading = list(readings.values())[number % len(readings)]
            reading.push()
            reading.settled.wait(SETTLED_SECONDS)
        elif act == "finish":
            for reading in readings.values():
                reading.free = True
                reading.go.set()
            for reading in readings.values():
                reading.join(10)
                assert not reading.is_alive()
        elif act == "stop":
            return
        done = {number: reading.found for number, reading in readings.items() if reading.found is not None}
        for number in done:
            del readings[number]
        pipe.send(done)


class Host:
    """All processes of a site, and what was promised to writers."""

    def __init__(self, folder: Path) -> None:
        (folder / "truth").write_bytes(bytes(8 * len(TAGS)))
        self.clock, self.truth = MappedClock(folder / "clock"), Truth(folder / "truth")
        self.pipes, self.pids = [], []
        for _ in range(PROCESSES):
            ours, theirs = multiprocessing.Pipe()
            self.pids.append(forked(lambda theirs=theirs: process(folder, theirs)))
            theirs.close()
            self.pipes.append(ours)
        self.promised = dict.fromkeys(TAGS, 0)
        self.floors: dict[int, tuple[str, dict[str, int]]] = {}
        self.committed: list[tuple[str, ...]] = []
        self.answers = 0

    def tell(self, number: int, *words: Any) -> None:
        self.pipes[number].send(words)
        for reading, found in self.pipes[number].recv().items():
            path, floor = self.floors.pop(reading)
            self.answers += 1
            assert all(found[tag] >= floor[tag] for tag in PAGES[path]), f"{path} says {found}, when {floor} had been promised"

    def read(self, process: int, path: str) -> None:
        reading = self.answers + len(self.floors)
        while reading in self.floors:
            reading += 1
        self.floors[reading] = (path, dict(self.promised))
        self.tell(process, "read", reading, path)

    def commit(self, tags: tuple[str, ...]) -> None:
        for tag in tags:
            self.truth.add(tag)
        self.committed.append(tags)

    def acknowledge(self) -> None:
        """The bump, and the writer has its answer: of the oldest write that was committed."""
        if self.committed:
            tags = self.committed.pop(0)
            self.clock.bump(tags)
            still_open = [tag for others in self.committed for tag in others]
            self.promised.update({tag: self.truth[tag] - still_open.count(tag) for tag in tags})

    def finish(self) -> None:
        while self.committed:
            self.acknowledge()
        for number in range(PROCESSES):
            self.tell(number, "finish", 0, "")
        for number in range(PROCESSES):
            for path in PAGES:
                self.read(number, path)
            self.tell(number, "finish", 0, "")
        assert not self.floors

    def close(self) -> None:
        for pipe in self.pipes:
            pipe.send(("stop", 0, ""))
        assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in self.pids] == [0] * PROCESSES


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    made = Host(tmp_path_factory.mktemp("host"))
    yield made
    made.close()


ACTS = st.one_of(
    st.tuples(st.just("read"), st.integers(0, PROCESSES - 1), st.sampled_from(sorted(PAGES))),
    st.tuples(st.just("go"), st.integers(0, PROCESSES - 1), st.integers(0, 5)),
    st.tuples(st.just("go"), st.integers(0, PROCESSES - 1), st.integers(0, 5)),
    st.tuples(st.just("commit"), st.just(0), st.sampled_from([("a",), ("b",), TAGS])),
    st.tuples(st.just("acknowledge"), st.just(0), st.just(0)),
)


@hypothesis_settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, min_size=10, max_size=40))
def test_in_whatever_order_things_happen_no_page_is_older_than_what_was_promised(host: Host, acts: list[Any]) -> None:
    before = host.answers
    for act, process, what in acts:
        if act == "read":
            host.read(process, what)
        elif act == "go":
            host.tell(process, "go", what, "")
        elif act == "commit":
            host.commit(what)
        else:
            host.acknowledge()
    host.finish()
    assert host.answers >= before + PROCESSES * len(PAGES)
