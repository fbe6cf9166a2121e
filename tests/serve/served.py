"""A running `fansite serve` for tests: started on a free port, asked, killed, and gone at the end whatever happened."""

from __future__ import annotations

import http.client
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.conftest import ROOT


def until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    """Returns when the condition holds; a test that waits in vain fails here."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.01)


def free_port() -> int:
    """Below those the system gives to clients: between looking and listening nobody is handed it."""
    while True:
        port = random.randint(20000, 32000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Served:
    def __init__(self, folder: Path, port: int, command: list[str], environment: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.port = port
        self.output = folder / f"output-{time.monotonic_ns()}"
        self.known: dict[int, psutil.Process] = {}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, env=environment)
        self.known[self.process.pid] = psutil.Process(self.process.pid)

    @property
    def text(self) -> str:
        return self.output.read_text()

    def started(self) -> Served:
        until(lambda: "Serving " in self.text or self.process.poll() is not None, 60)
        assert self.process.poll() is None, self.text
        self.children()
        return self

    def children(self) -> set[int]:
        found = {child.pid: child for child in self.known[self.process.pid].children(recursive=True)}
        self.known.update(found)
        return set(found)

    def workers(self) -> set[int]:
        """All that ever worked."""
        return {int(note.name.removeprefix("worker-")) for note in self.folder.glob("worker-*")}

    def web(self) -> set[int]:
        until(self.workers)
        return self.children() - self.workers()

    def left(self) -> list[int]:
        """Who of all that were ever seen still lives."""
        return [pid for pid, known in self.known.items() if known.is_running() and known.status() != psutil.STATUS_ZOMBIE]

    def get(self, path: str = "/", timeout: float = 5.0) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            text = response.read()
            assert response.status == 200, text
            return text
        finally:
            connection.close()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=5)

    def end(self) -> None:
        self.children() if self.process.poll() is None else None
        for pid in self.left():
            self.known[pid].kill()
        self.process.wait(5)


def stand_in(folder: Path, port: int, processes: int = 2, work: str = "idle") -> Served:
    return Served(folder, port, [sys.executable, "-m", "tests.serve.stand_in", str(folder), str(port), str(processes), work])
