"""Memory that is free again goes back to the system."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace

import psutil

from fansite.lib import memory


def test_what_is_free_is_given_back():
    process = psutil.Process()
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
    blocks = [libc.malloc(64_000) for _ in range(2000)]
    for block in blocks:
        ctypes.memset(block, 1, 64_000)
    keeps = libc.malloc(64_000)  # stands at the end, so that nothing before it goes back by itself
    full = process.memory_info().rss
    for block in blocks:
        libc.free(block)
    memory.give_back()
    assert full - process.memory_info().rss > 60_000_000
    libc.free(keeps)


def test_another_c_library_is_left_alone(monkeypatch):
    monkeypatch.setattr(memory, "_libc", SimpleNamespace)
    memory.give_back()
    memory.few_arenas()
