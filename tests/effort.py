"""What hostile input may cost: counted in computing, on whatever machine and beside whatever else it runs.

A clock alone would say how busy the machine is. Each try that seems to take too long stands beside a fixed piece of work, and counts in
units of it; of three tries the best is believed, and the later ones do not pay for what earlier tests left to the garbage collector.
"""

from __future__ import annotations

import gc
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")

# What `_yardstick` takes on the machine the bars were written for, with nothing else running.
YARDSTICK_SECONDS = 0.0040
TRIES = 3
_TEXT = "the quick [brown] fox " * 400
_WORD = re.compile(r"\[(\w+)\]|\w+")


def takes_at_most(seconds: float, work: Callable[[], T]) -> T:
    """The result of `work`, which must not compute longer than these seconds of that machine.

    It begins on a stack of its own: where a deep one meets the end of a piece of Python's own, calls take ten times as long.
    """
    taken = []
    for _ in range(TRIES):
        with ThreadPoolExecutor(1) as thread:
            spent, result = thread.submit(copy_context().run, _timed, work).result()
        if spent <= seconds:
            return result
        yardstick = max(_timed(_yardstick)[0] for _ in range(2))
        taken.append(spent / max(1.0, yardstick / YARDSTICK_SECONDS))
        if taken[-1] <= seconds:
            return result
        gc.collect()
    raise AssertionError(f"took {min(taken):.3f} s, {seconds:.3f} s are allowed")


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    began = time.thread_time()
    result = work()
    return time.thread_time() - began, result


def _yardstick() -> None:
    """Some matching and some counting, as texts are worked on."""
    seen: dict[str, int] = {}
    for _ in range(8):
        for word in _WORD.finditer(_TEXT):
            seen[word[0]] = seen.get(word[0], 0) + 1
