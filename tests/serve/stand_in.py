"""A small application and a small worker under the real supervisor: `python -m tests.serve.stand_in INSTANCE PORT PROCESSES WORK`.

The test and its processes tell each other what happens through files in the instance folder.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import psutil
import structlog

from fansite import serve, settings
from fansite.lib.reception import Reception

PIECE = b"x" * 65536
LONG = 320 * len(PIECE)


def application(folder: Path) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    def answer(environ: dict[str, Any], begin: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/long":
            begin("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(LONG))])
            return (PIECE for _ in range(LONG // len(PIECE)))
        text = globals()[f"answer_{path.strip('/') or 'front'}"](folder, environ)
        begin("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))])
        return stream(text)

    return answer


def stream(text: bytes) -> Iterator[bytes]:
    """Flask's answers are iterators too, not lists."""
    yield text


def answer_front(_folder: Path, _environ: dict[str, Any]) -> bytes:
    return str(os.getpid()).encode()


def answer_wait(folder: Path, environ: dict[str, Any]) -> bytes:
    """Waits for a file of the name asked for, and says by another that it does."""
    name = parse_qs(environ["QUERY_STRING"])["for"][0]
    note = folder / f"waiting-{threading.get_ident()}-{os.getpid()}"
    note.touch()
    until_there(folder / name)
    note.unlink()
    return b"done"


def answer_echo(folder: Path, environ: dict[str, Any]) -> bytes:
    body: bytes = environ["wsgi.input"].read()
    (folder / "echoed").write_bytes(body)
    return body


def answer_environ(_folder: Path, environ: dict[str, Any]) -> bytes:
    return " ".join(environ).encode()


def answer_litter(_folder: Path, _environ: dict[str, Any]) -> bytes:
    """Takes 128 MB in small pieces and frees all of them but the last, before which nothing goes back by itself."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
    pieces = [libc.malloc(64_000) for _ in range(2000)]
    for piece in pieces:
        ctypes.memset(piece, 1, 64_000)
    for piece in pieces[:-1]:
        libc.free(piece)
    return str(resident()).encode()


def answer_resident(_folder: Path, _environ: dict[str, Any]) -> bytes:
    return str(resident()).encode()


def resident() -> int:
    return psutil.Process().memory_info().rss


def until_there(path: Path) -> None:
    while not path.exists():
        time.sleep(0.01)


def worker(folder: Path, kind: str) -> Callable[[threading.Event], None]:
    def work(stop: threading.Event) -> None:
        (folder / f"worker-{os.getpid()}").touch()
        if kind == "broken":
            raise RuntimeError("the worker is broken")
        if kind == "growing":
            until_there(folder / f"grown-{os.getpid()}")
            return
        stop.wait()
        (folder / "delivery-runs").touch()
        if kind == "delivering":
            until_there(folder / "go")
        (folder / "delivered").touch()

    return work


def main(instance: str, port: str, processes: str, kind: str) -> int:
    serve.GIVE_BACK_SECONDS = 0.2
    structlog.configure(processors=[structlog.processors.JSONRenderer()])
    folder = Path(instance)
    loaded = settings.load({"FANSITE_INSTANCE_PATH": instance})
    return serve.run(
        loaded,
        "127.0.0.1",
        int(port),
        int(processes),
        True,
        application=lambda: Reception(application(folder)),
        work=worker(folder, kind),
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
