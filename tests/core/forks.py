"""Several processes at once, forked from the test: each does one task with connections of its own, and a test hears of those that failed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress

from fansite.core.db import db
from fansite.lib.processes import forked

LOOK_EVERY = 0.005


def together(*tasks: Callable[[], object], seconds: float = 30.0) -> None:
    """Runs each task in a process of its own; all have to end well, and in time."""
    assert ended(*tasks, seconds=seconds) == [0] * len(tasks), "a process failed: its words stand in the captured output"


def ended(*tasks: Callable[[], object], seconds: float = 30.0) -> list[int]:
    """How each ended: its exit status, or the number of the signal that killed it, below zero."""
    _let_go()
    left = {forked(task): number for number, task in enumerate(tasks)}
    statuses = [0] * len(tasks)
    looks = round(seconds / LOOK_EVERY)  # counted, since the clock of a test may stand still
    try:
        while left:
            assert looks, f"{len(left)} processes still run after {seconds} s"
            looks -= 1
            for pid in list(left):
                found, status = os.waitpid(pid, os.WNOHANG)
                if found:
                    statuses[left.pop(pid)] = os.waitstatus_to_exitcode(status)
            time.sleep(LOOK_EVERY)
    finally:
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    return statuses


def _let_go() -> None:
    """No open database may be carried over a fork."""
    with suppress(RuntimeError):  # a test without an application
        db.session.remove()
        db.engine.dispose()
