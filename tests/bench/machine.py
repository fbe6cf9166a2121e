"""What the kernel says a program cost: processor time, memory, and on which core it may run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

# The load generator never takes time from the server.
SERVER_CORE, CLIENT_CORE = 0, 1
TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """A process and all below it."""
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [pid, *(member for child in file.read().split() for member in family(int(child)))]


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of these processes so far (proc(5), fields 14 and 15 of `stat`)."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def proportional_mib(pids: list[int]) -> float:
    """Memory, what is shared divided among those who share it (`smaps_rollup`, Pss)."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            total += sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    return total / 1024


def cores() -> int:
    return len(os.sched_getaffinity(0))


@dataclass
class Spent:
    seconds: float = 0.0


@contextmanager
def watched(pid: int) -> Iterator[Spent]:
    """The processor time of a family of processes meanwhile."""
    spent, members = Spent(), family(pid)
    before = cpu_seconds(members)
    yield spent
    spent.seconds = cpu_seconds(members) - before


def pinned(core: int) -> list[str]:
    """Put in front of a command."""
    return ["taskset", "-c", str(core)] if cores() > core else []
