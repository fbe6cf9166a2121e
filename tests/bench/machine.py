"""What the kernel says a program cost: processor time, memory, and on which core it may run."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

# The load generator never takes time from the server.
SERVER_CORE, CLIENT_CORE = 0, 1
TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """A process and all below it."""
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [pid, *(member for child in file.read().split() for member in family(int(child)))]


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far (proc(5), fields 14 and 15 of `stat`)."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def cpu_seconds_of_load() -> float:
    """The same of all programs this one called and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


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
    """Processor time by process, the eldest first."""

    by_process: list[float] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return sum(self.by_process)


@contextmanager
def watched(pid: int) -> Iterator[Spent]:
    """The processor time of a family of processes meanwhile."""
    spent, members = Spent(), family(pid)
    before = [cpu_seconds(member) for member in members]
    yield spent
    spent.by_process = [cpu_seconds(member) - earlier for member, earlier in zip(members, before, strict=True)]


def pinned(core: int) -> list[str]:
    """Put in front of a command."""
    return ["taskset", "-c", str(core)] if cores() > core else []
