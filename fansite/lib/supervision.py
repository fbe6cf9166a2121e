"""Keeps processes running: starts them, starts again the ones that end, and ends them all when asked to stop.

One thread and no lock: every child, the restarted ones too, is forked from a process in which nothing else is going on.
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog

from fansite.lib.processes import STOP_SIGNALS, end_with, forked

log = structlog.get_logger("serve")

# A child that lived this long was in order: when it ends, it starts again at once.
SETTLED_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 30.0
# Above every signal's number: signals and ready children come through the same pipe.
READY = 128


@dataclass
class Child:
    """One process to keep running. `task` is given a function to call once it is ready. One that `makes_way` ends in order (status 0) to
    be started afresh, with nothing of what it gathered meanwhile."""

    name: str
    task: Callable[[Callable[[], None]], object]
    makes_way: bool = False
    pid: int = 0
    born: float = 0.0
    due: float = 0.0
    failures: int = 0
    ready: bool = False

    def ended(self, at: float, status: int = 1) -> None:
        """Due again: at once when it made way, had settled or failed for the first time, else later with every failure."""
        if self.makes_way and status == 0:
            self.failures = 0
        else:
            self.failures = 1 if at - self.born >= SETTLED_SECONDS else self.failures + 1
        self.due = at + pause(self.failures)
        self.pid = 0


def pause(failures: int) -> float:
    return 0.0 if failures <= 1 else min(LONGEST_PAUSE_SECONDS, 0.1 * 2 ** min(failures, 12))


class Supervisor:
    def __init__(
        self, children: Sequence[Child], *, kill_after: float, on_ready: Callable[[], None], on_stop: Callable[[], None]
    ) -> None:
        self.children = children
        self.kill_after = kill_after
        self.on_ready = on_ready
        self.on_stop = on_stop
        self._stopping = False
        self._announced = False
        self._ears = self._mouth = -1

    def run(self) -> None:
        """Returns when a signal asked to stop and every child has ended."""
        with self._signals():
            while not self._stopping:
                self._start_due()
                self._wait(self._next_due())
                self._bury()
            self._stop()

    # ---- starting -------------------------------------------------------------------------------------------------------

    def _start_due(self) -> None:
        for number, child in enumerate(self.children):
            if not child.pid and child.due <= time.monotonic():
                self._start(number, child)

    def _start(self, number: int, child: Child) -> None:
        child.born = time.monotonic()
        parent = os.getpid()
        # A signal between the fork and the child's own wishes about signals would be heard by nobody.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        try:
            child.pid = forked(lambda: self._be(number, child, parent, before))
        except OSError as problem:
            child.ended(child.born)
            log.error("process-not-started", name=child.name, error=str(problem))
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _be(self, number: int, child: Child, parent: int, mask: set[Any]) -> None:
        end_with(parent)
        os.setpgid(0, 0)  # Ctrl-C is for the supervisor, which asks each child once
        signal.set_wakeup_fd(-1)
        for name in (*STOP_SIGNALS, signal.SIGCHLD):
            signal.signal(name, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        os.close(self._ears)
        child.task(lambda: self._tell_ready(number))

    def _tell_ready(self, number: int) -> None:
        os.write(self._mouth, bytes([READY + number]))

    # ---- watching -------------------------------------------------------------------------------------------------------

    def _next_due(self) -> float | None:
        waits = [child.due for child in self.children if not child.pid]
        return max(0.0, min(waits) - time.monotonic()) if waits else None

    def _wait(self, seconds: float | None) -> None:
        heard, _, _ = select.select([self._ears], [], [], seconds)
        if not heard:
            return
        for byte in os.read(self._ears, 1000):
            if byte >= READY:
                self.children[byte - READY].ready = True
        if not self._announced and not self._stopping and all(child.ready for child in self.children):
            self._announced = True
            self.on_ready()

    def _bury(self) -> None:
        for child in self.children:
            if child.pid:
                pid, status = os.waitpid(child.pid, os.WNOHANG)
                if pid:
                    status = os.waitstatus_to_exitcode(status)
                    child.ended(time.monotonic(), status)
                    self._report(child, pid, status)

    def _report(self, child: Child, pid: int, status: int) -> None:
        if not self._stopping and child.failures:
            log.warning("process-ended", name=child.name, pid=pid, status=status, again_in_seconds=pause(child.failures))

    # ---- stopping -------------------------------------------------------------------------------------------------------

    def _stop(self) -> None:
        self.on_stop()
        self._send(signal.SIGTERM)
        deadline = time.monotonic() + self.kill_after
        self._bury()
        while any(child.pid for child in self.children) and time.monotonic() < deadline:
            self._wait(deadline - time.monotonic())
            self._bury()
        for child in self.children:
            if child.pid:
                log.warning("process-killed", name=child.name, pid=child.pid, after_seconds=self.kill_after)
                os.kill(child.pid, signal.SIGKILL)
                os.waitpid(child.pid, 0)

    def _send(self, wanted: signal.Signals) -> None:
        for child in self.children:
            if child.pid:
                os.kill(child.pid, wanted)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        self._ears, self._mouth = os.pipe()
        os.set_blocking(self._mouth, False)
        before = {name: signal.getsignal(name) for name in (*STOP_SIGNALS, signal.SIGCHLD)}
        signal.set_wakeup_fd(self._mouth, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for name in STOP_SIGNALS:
            # `nohup` stays what it means.
            if name != signal.SIGHUP or before[name] is not signal.SIG_IGN:
                signal.signal(name, self._asked_to_stop)
        try:
            yield
        finally:
            signal.set_wakeup_fd(-1)
            for name, former in before.items():
                signal.signal(name, former)
            os.close(self._ears)
            os.close(self._mouth)

    def _asked_to_stop(self, *_: object) -> None:
        self._stopping = True
