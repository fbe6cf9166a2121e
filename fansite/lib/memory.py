"""What the C library keeps of memory that was given back to it."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from typing import Any

# mallopt(3): how many heaps threads share at most.
M_ARENA_MAX = -8


def few_arenas() -> None:
    """Each of many threads would get a heap of its own and keep it: two are enough for who waits for one lock anyway."""
    with suppress(AttributeError):  # another C library has another way
        _libc().mallopt(M_ARENA_MAX, 2)


def give_back() -> None:
    """After work that took much: what is free goes back to the system, instead of staying this process's for ever."""
    with suppress(AttributeError):
        _libc().malloc_trim(0)


def _libc() -> Any:
    return ctypes.CDLL(None)
