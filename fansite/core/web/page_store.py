"""The pages of one process, each with what it depends on, bounded in bytes."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from fansite.backends.clock import Clock
from fansite.core.web.representation import Representation

# What a page takes beside its forms: its key, its headers, its place; and its place among the pages that depend on a tag.
BESIDE = 1024
A_TAG = 100
# No single page may push out half of the others.
LARGEST_SHARE = 8

# Host, language prefix, path, query.
Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class ForEveryone:
    """What a view says of its page: the clock before its first query, what it depends on, and until when it holds at most (seconds since
    1970)."""

    seen: int
    tags: frozenset[str]
    fresh_until: float | None = None
    # A page somebody reads, not a feed or a file.
    is_page: bool = False


class KeptPage:
    """A page with what it depends on. `verified` is the clock at which it was last found to hold; `asked_for`, whether anybody read it
    since it was last to go."""

    __slots__ = ("asked_for", "page", "size", "told", "verified", "weighed")

    def __init__(self, page: Representation, told: ForEveryone) -> None:
        self.page, self.told, self.verified, self.size, self.weighed, self.asked_for = page, told, -1, 0, 0, False

    @property
    def weight(self) -> int:
        """Bytes it takes by now, about."""
        return self.page.size + BESIDE + A_TAG * len(self.told.tags)

    def holds(self, clock: Clock) -> bool:
        if self.told.fresh_until is not None and time.time() >= self.told.fresh_until:
            return False
        now = clock.seen()
        if now != self.verified:
            if not clock.fresh(self.told.seen, self.told.tags):
                return False
            self.verified = now  # read before the tags: whatever was bumped later moved the clock past it
        return True


class Store:
    """Pages of one process, bounded in bytes. The oldest goes first; one that was asked for meanwhile is passed over once (the "clock" of
    page replacement, Corbató 1968): to read a page changes no order."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes, self.bytes = most_bytes, 0
        self._pages: OrderedDict[Key, KeptPage] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._pages)

    def get(self, key: Key) -> KeptPage | None:
        kept = self._pages.get(key)
        if kept is not None:
            kept.asked_for = True
        return kept

    def put(self, key: Key, kept: KeptPage) -> None:
        """Also after a page has grown by another form."""
        with self._lock:
            self._leave(key)
            kept.size, kept.weighed = kept.weight, kept.page.size
            if kept.size * LARGEST_SHARE > self.most_bytes:
                return
            self._pages[key] = kept
            self.bytes += kept.size
            spared = len(self._pages)  # at most: readers go on asking meanwhile
            while self.bytes > self.most_bytes:
                oldest, gone = self._pages.popitem(last=False)
                if oldest == key or (gone.asked_for and spared > 0):
                    gone.asked_for, spared = False, spared - 1
                    self._pages[oldest] = gone
                else:
                    self.bytes -= gone.size

    def drop(self, key: Key, kept: KeptPage) -> None:
        """Unless another has taken its place."""
        with self._lock:
            if self._pages.get(key) is kept:
                self._leave(key)

    def clear(self) -> None:
        with self._lock:
            self._pages.clear()
            self.bytes = 0

    def _leave(self, key: Key) -> None:
        gone = self._pages.pop(key, None)
        if gone is not None:
            self.bytes -= gone.size
