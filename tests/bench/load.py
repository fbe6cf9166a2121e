"""Load: `wrk` for what is read, threads with open connections for what is written."""

from __future__ import annotations

import http.client
import re
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.bench.machine import CLIENT_CORE, pinned

UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Answers:
    """What came back in `seconds`; waits in milliseconds."""

    number: int
    seconds: float
    p50: float
    p99: float
    failed: int = 0

    @property
    def per_second(self) -> float:
        return self.number / self.seconds


def read(url: str, *, seconds: int, connections: int = 16, headers: Sequence[str] = ()) -> Answers:
    given = [part for header in headers for part in ("-H", header)]
    command = [*pinned(CLIENT_CORE), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "--latency"]
    told = subprocess.run([*command, *given, url], check=True, capture_output=True, text=True).stdout
    return parse(told)


def parse(told: str) -> Answers:
    """wrk's own words."""
    requests = re.search(r"(\d+) requests in ([\d.]+)(ms|s|m),", told)
    if requests is None:
        raise ValueError(f"wrk said something else: {told}")
    length = float(requests[2]) * {"ms": 0.001, "s": 1.0, "m": 60.0}[requests[3]]
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    return Answers(int(requests[1]), length, _wait(told, 50), _wait(told, 99), int(failed[1]) if failed else 0)


def _wait(told: str, share: int) -> float:
    found = re.search(rf"^\s*{share}%\s+([\d.]+)(us|ms|s)\s*$", told, re.MULTILINE)
    return float(found[1]) * UNITS[found[2]] if found else 0.0


def percentile(waits: Sequence[float], share: float) -> float:
    """The smallest of them that so many of a hundred do not exceed."""
    ordered = sorted(waits)
    return ordered[max(0, -(-len(ordered) * share // 100).__int__() - 1)] if ordered else 0.0


def write(port: int, send: Callable[[http.client.HTTPConnection, int], bool], *, clients: int, seconds: float) -> Answers:
    """`send(connection, number)` does one act and says whether it worked; each client has a connection of its own."""
    waits: list[float] = []
    failed = [0]
    end = time.perf_counter() + seconds
    numbers = iter(range(10**9))

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while (began := time.perf_counter()) < end:
            if send(connection, next(numbers)):
                waits.append((time.perf_counter() - began) * 1000)
            else:
                failed[0] += 1
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Answers(len(waits), time.perf_counter() - began, percentile(waits, 50), percentile(waits, 99), failed[0])


def median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else 0.0
