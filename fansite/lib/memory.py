"""What a process holds of memory, and what the C library keeps of it that was given back."""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

# mallopt(3): how many heaps threads share at most; from which size on a piece is the system's own, and how much may lie free at the end.
M_ARENA_MAX, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD = -8, -3, -1
LARGE, LYING_FREE = 256 * 1024, 1024 * 1024
# The same for the allocator the web server brings along: it reads this when it is loaded (jemalloc(3), "TUNING").
JEMALLOC = {"_RJEM_MALLOC_CONF": "narenas:1,dirty_decay_ms:1000,muzzy_decay_ms:0"}


def hold_little() -> None:
    """Each of many threads would get a heap of its own and keep it: one is enough for who waits for one lock anyway. And what is large goes
    back as soon as it is free; left to itself, the library keeps twice the largest piece it ever saw: one password takes 19 MB."""
    with suppress(AttributeError):  # another C library has another way
        for wish, value in ((M_ARENA_MAX, 1), (M_MMAP_THRESHOLD, LARGE), (M_TRIM_THRESHOLD, LYING_FREE)):
            _libc().mallopt(wish, value)


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
