"""Load: all of it is made by `wrk`, whose scripts beside this file say what is sent. It takes next to nothing of the server's time."""

from __future__ import annotations

import re
import statistics
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.machine import CLIENT_CORE, pinned

HERE = Path(__file__).parent
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
    return parse(_finished(_begun(url, seconds, connections, headers)))


def write(url: str, form: Sequence[str], *, seconds: int, connections: int, headers: Sequence[str] = ()) -> Answers:
    """Sends comments; `form` is the token of a session and the addresses they go to, by turns."""
    return parse(_finished(_begun(url, seconds, connections, headers, "comments.lua", form)))


@contextmanager
def readers(url: str, pages: Sequence[str], *, seconds: int, number: int, pause_ms: int) -> Iterator[None]:
    """So many read these pages meanwhile, each with a pause before the next."""
    process = _begun(url, seconds, number, ["Accept-Encoding: gzip"], "readers.lua", [str(pause_ms), *pages])
    yield
    answers = parse(_finished(process))
    if answers.failed or not answers.number:
        raise RuntimeError(f"{answers.failed} of {answers.number} pages read meanwhile were none")


def _begun(
    url: str, seconds: int, connections: int, headers: Sequence[str], script: str = "", words: Sequence[str] = ()
) -> subprocess.Popen[str]:
    about = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "--latency"]
    given = [part for header in headers for part in ("-H", header)]
    scripted = ["-s", str(HERE / script), url, "--", *words] if script else [url]
    return subprocess.Popen([*pinned(CLIENT_CORE), *about, *given, *scripted], stdout=subprocess.PIPE, text=True)


def _finished(process: subprocess.Popen[str]) -> str:
    told, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"wrk could not: {told}")
    return told


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


def median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else 0.0
