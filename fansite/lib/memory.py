"""What a process holds of memory, and what the C library keeps of it that was given back."""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from pathlib import Path
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


def held() -> int:
    """Bytes of memory of its own that this process holds (proc(5), `statm`): what it shares with its parent since the fork is in it,
    what it maps of files is not. 0 where the system does not tell."""
    with suppress(OSError):
        _size, resident, files, *_ = Path("/proc/self/statm").read_bytes().split()
        return (int(resident) - int(files)) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _libc() -> Any:
    return ctypes.CDLL(None)
