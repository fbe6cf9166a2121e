"""The host's page clock: which cached pages are still true.

A small memory-mapped file of aligned `uint64`: slot 0 is the clock, every other slot the clock's value at the last bump of a tag hashed
there. It is never replaced or truncated while the site runs.

Write: COMMIT; then, under a lock, `n = v[0] + 1; v[tag] = n` for each tag, `v[0] = n`; then answer.
Render: `seen()` before the request's first query; keep the page with it and its tags. Hit: `fresh(seen, tags)`.
Any other order was measured to go wrong: bump before COMMIT, or the clock read after the first query.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Protocol
from zlib import crc32

SLOTS = 1 << 15  # 256 KiB: two tags share a slot rarely, and then a page is rendered once too often, never too seldom
WIDTH = 8


class Clock(Protocol):
    def seen(self) -> int:
        """The clock now; read it before the first query of a render."""

    def bump(self, tags: Iterable[str]) -> int:
        """Makes every page with one of these tags old; returns the new clock."""

    def fresh(self, seen: int, tags: Iterable[str]) -> bool:
        """Whether a page rendered at `seen` still holds."""


class MappedClock:
    """The clock of one host, shared by all its processes. Opened at first use; a process that is forked later has the same map."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._slots: memoryview | None = None

    def seen(self) -> int:
        return self._view()[0]

    def bump(self, tags: Iterable[str]) -> int:
        view = self._view()
        descriptor = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            now = view[0] + 1
            for tag in tags:
                view[slot_of(tag)] = now
            view[0] = now
        finally:
            os.close(descriptor)
        return now

    def fresh(self, seen: int, tags: Iterable[str]) -> bool:
        view = self._view()
        return all(view[slot_of(tag)] <= seen for tag in tags)

    def _view(self) -> memoryview:
        if self._slots is None:
            self._slots = self._open()
        return self._slots

    def _open(self) -> memoryview:
        descriptor = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            missing = SLOTS * WIDTH - os.fstat(descriptor).st_size
            if missing > 0:  # written out, not left as a hole: on a full disk a hole in a map kills the process that fills it
                os.lseek(descriptor, 0, os.SEEK_END)
                os.write(descriptor, bytes(missing))
            return memoryview(mmap.mmap(descriptor, SLOTS * WIDTH)).cast("Q")
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_UN)  # the map keeps a duplicate of the descriptor, and with it the lock
            os.close(descriptor)


@lru_cache(maxsize=4096)
def slot_of(tag: str) -> int:
    return 1 + crc32(tag.encode()) % (SLOTS - 1)
