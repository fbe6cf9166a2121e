"""The page clock, tortured: whatever threads, processes and readers do at once, an older page is never called fresh after a write was
acknowledged."""

from __future__ import annotations

import mmap
import os
import random
import signal
import struct
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fansite.backends.clock import SLOTS, WIDTH, Clock, MappedClock, slot_of
from tests.core.forks import ended, together

SECONDS = 3.0


@pytest.fixture
def clock(tmp_path: Path) -> MappedClock:
    return MappedClock(tmp_path / "clock")


def twin_of(tag: str) -> str:
    """Another tag in the same slot."""
    return next(other for n in range(10**6) if slot_of(other := f"entry:{n}") == slot_of(tag) and other != tag)


# ---- what it says -------------------------------------------------------------------------------------------------------------


def test_a_page_is_fresh_until_one_of_its_tags_is_bumped(clock):
    seen = clock.seen()
    assert clock.fresh(seen, ["entry:1", "site"])
    clock.bump(["entry:2"])
    assert clock.fresh(seen, ["entry:1", "site"])
    clock.bump(["site"])
    assert not clock.fresh(seen, ["entry:1", "site"])
    assert clock.fresh(clock.seen(), ["entry:1", "site"])


def test_every_bump_moves_the_clock_by_one(clock):
    assert [clock.bump(["a", "b"]), clock.bump(["a"]), clock.bump([])] == [1, 2, 3]
    assert clock.seen() == 3


def test_a_render_that_began_before_the_bump_is_never_fresh_after_it(clock):
    seen = clock.seen()
    clock.bump(["entry:1"])
    assert not clock.fresh(seen, ["entry:1"])
    clock.bump(["entry:9"])
    assert not clock.fresh(seen, ["entry:1"])


def test_two_tags_in_one_slot_make_pages_old_too_often_never_too_seldom(clock):
    one, other = "entry:12", twin_of("entry:12")
    seen = clock.seen()
    clock.bump([one])
    assert not clock.fresh(seen, [other])  # needlessly
    clock.bump([other])
    seen = clock.seen()
    clock.bump([one])
    assert not clock.fresh(seen, [one])


def test_no_tag_has_the_clocks_own_slot():
    assert all(1 <= slot_of(f"entry:{number}") < SLOTS for number in range(50_000))


def test_tags_of_a_whole_site_rarely_meet():
    """10,000 entries and as many accounts: what a bump makes old besides is a page or two."""
    tags = [f"entry:{number}" for number in range(10_000)] + [f"account:{number}" for number in range(10_000)]
    slots = [slot_of(tag) for tag in tags]
    assert max(slots.count(slot) for slot in set(slots[:500])) <= 8


# ---- its file -----------------------------------------------------------------------------------------------------------------


def test_the_file_is_made_at_first_use_and_kept(clock):
    assert not clock.path.exists()
    clock.bump(["site"])
    made = clock.path.stat()
    assert made.st_size == SLOTS * WIDTH
    again = MappedClock(clock.path)
    assert again.seen() == 1
    again.bump(["site"])
    assert clock.seen() == 2
    assert (clock.path.stat().st_ino, clock.path.stat().st_size) == (made.st_ino, made.st_size)


def test_the_file_has_its_room_on_the_disk(clock):
    """A hole in a mapped file kills the process that writes into it when the disk is full."""
    clock.seen()
    assert clock.path.stat().st_blocks * 512 >= SLOTS * WIDTH


def test_a_file_whose_making_was_broken_off_is_completed(clock):
    clock.path.write_bytes(struct.pack("<Q", 41) + b"\0" * 100)
    assert clock.seen() == 41
    assert clock.bump(["site"]) == 42
    assert clock.path.stat().st_size == SLOTS * WIDTH


def test_many_first_users_agree_on_one_file(tmp_path):
    path = tmp_path / "clock"
    together(*[lambda: [MappedClock(path).bump(["site"]) for _ in range(50)]] * 4)
    assert MappedClock(path).seen() == 200


def test_who_is_killed_with_the_lock_holds_up_nobody(clock):
    def die(_tags: Any) -> Iterable[str]:
        yield "site"
        os.kill(os.getpid(), signal.SIGKILL)

    seen = clock.seen()
    assert ended(lambda: clock.bump(die([]))) == [-9]
    assert not clock.fresh(seen, ["site"])  # half a bump makes a page old once too often
    clock.bump(["site"])
    assert clock.fresh(clock.seen(), ["site"])


# ---- forks --------------------------------------------------------------------------------------------------------------------


def test_a_clock_opened_before_a_fork_is_the_same_clock_after_it(clock):
    clock.bump(["site"])
    seen = clock.seen()
    together(lambda: clock.bump(["entry:1"]))
    assert not clock.fresh(seen, ["entry:1"])
    assert clock.fresh(seen, ["entry:2"])


def test_a_clock_not_yet_opened_may_be_carried_over_a_fork(clock):
    together(lambda: clock.bump(["entry:1"]), lambda: clock.bump(["entry:1"]))
    assert clock.seen() == 2


def test_a_clock_opened_in_a_fork_holds_no_lock_its_parent_needs(clock):
    held = threading.Event()

    def hold() -> None:
        clock.seen()
        held.set()
        time.sleep(0.3)

    holder = threading.Thread(target=lambda: together(hold))
    holder.start()
    began = time.monotonic()
    while time.monotonic() - began < 0.2:
        clock.bump(["site"])
    holder.join()
    assert clock.seen() > 10


# ---- every order of events ------------------------------------------------------------------------------------------------------


class Watched(list[int]):
    """The slots, in memory; before each write into one of them something else may happen."""

    def __init__(self) -> None:
        super().__init__([0] * SLOTS)
        self.between: list[Callable[[], None]] = []

    def __setitem__(self, slot: Any, value: Any) -> None:
        if self.between:
            self.between.pop(0)()
        super().__setitem__(slot, value)


class Site:
    """Two things that change, pages that show one or both of them, and what was promised to writers."""

    def __init__(self, folder: Path) -> None:
        (folder / "clock").touch()
        self.clock = MappedClock(folder / "clock")
        self.slots = Watched()
        self.clock._slots = self.slots  # type: ignore[assignment]
        self.truth = {"a": 0, "b": 0}
        self.promised = {"a": 0, "b": 0}
        self.renders: dict[int, list[Any]] = {}
        self.kept: list[tuple[int, tuple[str, ...], dict[str, int]]] = []

    def step(self, name: str, number: int, tags: tuple[str, ...]) -> None:
        """One step of the render with this number: it looks at the clock, asks for each thing it shows, is kept."""
        if number not in self.renders:
            self.renders[number] = [self.clock.seen(), tags, {}]
        seen, tags, found = self.renders[number]
        missing = [tag for tag in tags if tag not in found]
        if name == "ask" and missing:
            found[missing[0]] = self.truth[missing[0]]
        elif name == "keep" and not missing:
            self.kept.append((seen, tags, found))
            del self.renders[number]
        self.check()

    def write(self, tags: tuple[str, ...], between: list[Callable[[], None]]) -> None:
        for tag in tags:
            self.truth[tag] += 1  # COMMIT
        self.check()
        self.slots.between = between
        self.clock.bump(tags)
        self.slots.between = []
        self.promised.update({tag: self.truth[tag] for tag in tags})  # the writer has its answer
        self.check()

    def check(self) -> None:
        for seen, tags, found in self.kept:
            if self.clock.fresh(seen, tags):
                assert all(found[tag] >= self.promised[tag] for tag in tags), f"{found} is older than {self.promised}"


TAGS = st.sampled_from([("a",), ("b",), ("a", "b")])
STEP = st.tuples(st.sampled_from(["look", "ask", "ask", "keep"]), st.integers(1, 3), TAGS)
WRITE = st.tuples(TAGS, st.lists(st.lists(STEP, max_size=4), max_size=3))


@given(st.lists(st.one_of(STEP, WRITE), max_size=30))
@hypothesis_settings(max_examples=400, deadline=None)
def test_in_no_order_of_events_an_older_page_is_fresh_after_a_write_was_acknowledged(tmp_path_factory, events):
    site = Site(tmp_path_factory.getbasetemp())

    def steps(wanted: list[Any]) -> Callable[[], None]:
        return lambda: [site.step(*step) for step in wanted] and None

    for event in events:
        if len(event) == 2:
            site.write(event[0], [steps(wanted) for wanted in event[1]])
        else:
            site.step(*event)
    seen = site.clock.seen()
    site.clock.bump(["elsewhere"])
    assert site.clock.fresh(seen, ["a", "b"])  # and what nobody touched stays fresh


# ---- many at once ---------------------------------------------------------------------------------------------------------------

THINGS = 6


class Table:
    """Rows all processes share: `truth` stands for the database, `promised` for what writers were told is done."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(bytes(16 * THINGS))
        self.path = path

    def open(self) -> Any:
        with self.path.open("r+b") as file:
            return memoryview(mmap.mmap(file.fileno(), 16 * THINGS)).cast("Q")


def write_on(clock: Clock, rows: Any, mine: list[int], until: float) -> int:
    """Each thing has one writer: COMMIT, bump, answer."""
    dice, writes = random.Random(mine[0]), 0
    while time.monotonic() < until:
        thing = dice.choice(mine)
        rows[thing] += 1
        clock.bump([f"entry:{thing}", "list:news"])
        rows[THINGS + thing] = rows[thing]
        writes += 1
        time.sleep(dice.random() * 0.0005)
    return writes


def read_on(clock: Clock, rows: Any, number: int, until: float) -> tuple[int, int]:
    """Keeps pages as the page cache does. Raises when an older one is called fresh."""
    dice, kept, hits, renders = random.Random(number), {}, 0, 0
    while time.monotonic() < until:
        thing = dice.randrange(THINGS)
        tags = [f"entry:{thing}", "site"]
        promised = rows[THINGS + thing]
        if thing in kept and clock.fresh(kept[thing][0], tags):
            hits += 1
            assert kept[thing][1] >= promised, f"thing {thing}: {kept[thing][1]} was called fresh, {promised} was acknowledged"
            continue
        seen = clock.seen()
        if dice.random() < 0.3:
            time.sleep(0)
        value = rows[thing]
        if dice.random() < 0.3:
            time.sleep(dice.random() * 0.001)
        kept[thing] = (seen, value)
        renders += 1
    return hits, renders


def test_processes_and_threads_at_once_never_serve_an_older_page(tmp_path):
    """Two writing processes and two reading ones, two threads each, for three seconds."""
    clock, table = MappedClock(tmp_path / "clock"), Table(tmp_path / "table")
    until = time.monotonic() + SECONDS

    def threads(*tasks: Callable[[Any], Any]) -> None:
        rows, results, failed = table.open(), [], []

        def run(task: Callable[[Any], Any]) -> None:
            try:
                results.append(task(rows))
            except BaseException as problem:
                failed.append(problem)

        running = [threading.Thread(target=run, args=(task,)) for task in tasks]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
        if failed:
            raise failed[0]
        (tmp_path / f"did-{os.getpid()}").write_text(repr(results))

    def writer(first: int) -> Callable[[], None]:
        pairs = ([first], [first + 1, first + 2])
        return lambda: threads(*(lambda rows, mine=mine: write_on(clock, rows, mine, until) for mine in pairs))

    def reader(first: int) -> Callable[[], None]:
        return lambda: threads(*(lambda rows, n=n: read_on(clock, rows, n, until) for n in (first, first + 1)))

    together(writer(0), writer(3), reader(10), reader(20), seconds=SECONDS + 20)
    rows = table.open()
    assert list(rows[:THINGS]) == list(rows[THINGS:])
    assert clock.seen() == sum(rows[:THINGS]) > 100
    did = " ".join(note.read_text() for note in tmp_path.glob("did-*"))
    assert "(0, " not in did  # every reader had hits to be tested on
