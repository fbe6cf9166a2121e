"""Memory that is free again goes back to the system."""

from __future__ import annotations

import ctypes
import gc
import mmap
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from fansite.lib import memory
from tests.conftest import ROOT


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


def test_what_a_process_holds_is_its_own_memory_and_no_file(tmp_path):
    path = tmp_path / "large"
    path.write_bytes(bytes(50_000_000))
    before = memory.held()
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as mapped:
        assert mapped.find(b"x") == -1  # all of it was read
        own = mmap.mmap(-1, 30_000_000, flags=mmap.MAP_PRIVATE)
        for _piece in range(3000):
            own.write(b"x" * 10_000)
        gc.collect()
        assert 29_000_000 < memory.held() - before < 40_000_000
        own.close()
    assert memory.held() - before < 10_000_000


def test_where_the_system_does_not_tell_nothing_is_held(monkeypatch):
    def absent(_path: Path) -> bytes:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_bytes", absent)
    assert memory.held() == 0


LARGEST = """
import ctypes
from fansite.lib import memory
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
{}
libc.free(libc.malloc(19_000_000))
piece, keeps = libc.malloc(10_000_000), libc.malloc(100)
ctypes.memset(piece, 1, 10_000_000)
full = memory.held()
libc.free(piece)
print(full - memory.held() > 9_000_000)
"""


@pytest.mark.parametrize(("wish", "goes_back"), [("memory.hold_little()", "True"), ("", "False")])
def test_what_is_large_goes_back_at_once_whatever_was_larger_before(wish, goes_back):
    told = subprocess.run([sys.executable, "-c", LARGEST.format(wish)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == goes_back


HOLES = """
import os, re
from pathlib import Path
from fansite.lib import memory
own = lambda: int(re.search(r"Private_Dirty: +([0-9]+)", Path("/proc/self/smaps_rollup").read_text())[1])
made = [os.urandom(100) for _ in range(60_000)]
del made[::30]
{}
if os.fork():
    os.wait()
else:
    before = own()
    new = [os.urandom(100) for _ in range(2_000)]
    print(own() - before)
"""


def test_a_child_that_makes_something_new_makes_no_page_its_own_that_has_a_hole():
    """300 KB are made; where 2,000 holes lie each on a page of its own, that makes 8 MB."""
    took = [
        int(
            subprocess.run([sys.executable, "-c", HOLES.format(how)], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        )
        for how in ("", "memory.fill_holes()")
    ]
    assert took[0] > 7_000
    assert took[1] < 2_000


LIBRARY = """
import ctypes
from fansite.lib import memory
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
sizes = [50, 600, 5_000, 60_000]
pieces = [(size, libc.malloc(size)) for size in sizes for _ in range(40)]
holes = {{piece for _size, piece in pieces[::2]}}
for piece in holes:
    libc.free(piece)
{}
print(sum(libc.malloc(size) in holes for size in sizes for _ in range(20)))
"""


@pytest.mark.parametrize(("how", "in_holes"), [("memory.fill_holes()", (0, 0)), ("", (20, 80))])
def test_what_is_made_after_holes_were_filled_lies_in_none_of_them(how, in_holes):
    told = subprocess.run([sys.executable, "-c", LIBRARY.format(how)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert in_holes[0] <= int(told.stdout) <= in_holes[1]


PROGRAMS = """
import sqlite3, ssl
from fansite.lib import memory
def files():
    _size, _resident, files, *_ = open("/proc/self/statm").read().split()
    return int(files)
before = files()
memory.put_code_down()
after = files()
print(after < 0.8 * before, sqlite3.connect(":memory:").execute("SELECT 6 * 7").fetchone()[0])
"""


def test_a_process_holds_of_its_programs_only_what_it_runs_again():
    told = subprocess.run([sys.executable, "-c", PROGRAMS], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["True", "42"]


def test_another_c_library_is_left_alone(monkeypatch):
    monkeypatch.setattr(memory, "_libc", SimpleNamespace)
    memory.give_back()
    memory.hold_little()
    memory.fill_holes()
    memory.put_code_down()
