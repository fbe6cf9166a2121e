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
    """A process and its children, the eldest first."""
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [pid, *map(int, file.read().split())]


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far (proc(5), fields 14 and 15 of `stat`)."""
    return sum(_times(pid)[:2]) / TICKS


def cpu_seconds_of_ended(pid: int) -> float:
    """The same of its children that have ended (fields 16 and 17)."""
    return sum(_times(pid)[2:]) / TICKS


def _times(pid: int) -> list[int]:
    with open(f"/proc/{pid}/stat") as file:
        return [int(field) for field in file.read().rpartition(")")[2].split()[11:15]]


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
    """Processor time by process, the eldest first; a worker's is also that of those before it, which made way."""

    by_process: list[float] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return sum(self.by_process)


@contextmanager
def watched(pid: int) -> Iterator[Spent]:
    """The processor time of a family of processes meanwhile."""
    spent, ended = Spent(), cpu_seconds_of_ended(pid)
    before = {member: cpu_seconds(member) for member in family(pid)}
    yield spent
    spent.by_process = [cpu_seconds(member) - before.pop(member, 0.0) for member in family(pid)]
    spent.by_process[-1] += cpu_seconds_of_ended(pid) - ended - sum(before.values())


def pinned(core: int) -> list[str]:
    """Put in front of a command."""
    return ["taskset", "-c", str(core)] if cores() > core else []
