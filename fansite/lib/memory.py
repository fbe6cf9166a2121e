"""What a process holds of memory, and what the C library keeps of it that was given back."""

from __future__ import annotations

import ctypes
import os
from array import array
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

# mallopt(3): how many heaps threads share at most; from which size on a piece is the system's own, and how much may lie free at the end.
M_ARENA_MAX, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD = -8, -3, -1
LARGE, LYING_FREE = 256 * 1024, 1024 * 1024
# The same for the allocator the web server brings along: it reads this when it is loaded (jemalloc(3), "TUNING").
JEMALLOC = {"_RJEM_MALLOC_CONF": "narenas:1,dirty_decay_ms:1000,muzzy_decay_ms:0"}

# What lies free between what is in use, at most: a library that keeps no free pieces among the others would be asked without end.
MOST_HOLES = 4 * 1024 * 1024
# madvise(2).
MADV_DONTNEED = 4
# No hole is as large: a piece of this size comes from the end, and is not yet one that the system gives by itself.
AT_THE_END = 100 * 1024
PIECES = (*(2**power for power in range(16, 9, -1)), *range(1000, 23, -16))
# Python's own allocator (Objects/obmalloc.c): up to which size it serves, in which steps, and the pool all pieces of one size are cut from.
SMALL, STEP, POOL = 512, 16, 16 * 1024


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


def fill_holes() -> None:
    """Before a fork: takes what lies free between things in use, and never gives it back.

    A child puts what it makes where there is room. In a hole of a page that it shares with its parent, the smallest string makes that
    page the child's own: a few hundred kilobytes of holes cost each child tens of megabytes. Without holes it begins on pages of its own.
    """
    with suppress(AttributeError):  # another C library, another Python
        _fill_the_library()
        _fill_the_pools()


def _fill_the_library() -> None:
    """Large pieces first: a piece that comes from the end of all there is says that no hole is left for its size."""
    take, give, left = _libc().malloc, _libc().free, MOST_HOLES
    take.restype, take.argtypes, give.argtypes = ctypes.c_void_p, (ctypes.c_size_t,), (ctypes.c_void_p,)
    end = take(AT_THE_END)
    give(end)
    for size in PIECES:
        while left > 0 and (piece := take(size)) < end:
            left -= size
        if left > 0:
            give(piece)


def _fill_the_pools() -> None:
    """The same for pieces so small that Python deals in them itself: a pool that gave nearly all it has was an empty one, and is given back."""
    take, give, left = ctypes.pythonapi.PyObject_Malloc, ctypes.pythonapi.PyObject_Free, MOST_HOLES
    take.restype, take.argtypes, give.argtypes = ctypes.c_void_p, (ctypes.c_size_t,), (ctypes.c_void_p,)
    for size in range(STEP, SMALL + 1, STEP):
        taken, pools = array("Q"), Counter[int]()
        enough, pool = POOL // size * 9 // 10, 0
        while left > 0 and pools[pool] < enough:
            taken.append(take(size))
            pool = taken[-1] // POOL
            pools[pool] += 1
            left -= size
        for piece in taken:
            if piece // POOL == pool:
                give(piece)


def put_code_down() -> None:
    """Of the programs it runs this process holds no pages any more, much of which were for its beginning only. What it runs again it takes up
    again, some hundred pages within a millisecond; and where memory is short, the system need not find out first what nobody uses."""
    with suppress(OSError, AttributeError):  # another system
        put_down = _libc().madvise
        put_down.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
        for first, end in _untouched_code():
            put_down(first, end - first, MADV_DONTNEED)


def _untouched_code() -> Iterator[tuple[int, int]]:
    """Where what is run stands (proc(5), "smaps"): files, of which this process has no page that it wrote to."""
    place = ""
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if " r-xp " in line:
            place, _rights, _offset, _device, file, *_path = line.split()
            place = place if file != "0" else ""
        elif place and line.startswith("Anonymous:"):
            if line.split()[1] == "0":
                first, end = place.split("-")
                yield int(first, 16), int(end, 16)
            place = ""


def held() -> int:
    """Bytes of memory of its own that this process holds (proc(5), `statm`): what it shares with its parent since the fork is in it,
    what it maps of files is not. 0 where the system does not tell."""
    with suppress(OSError):
        _size, resident, files, *_ = Path("/proc/self/statm").read_bytes().split()
        return (int(resident) - int(files)) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _libc() -> Any:
    return ctypes.CDLL(None)
