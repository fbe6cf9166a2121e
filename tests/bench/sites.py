"""Sites to measure: the demo band in two sizes, made once and kept in `build/bench`; and nginx with the same bytes as files."""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from tests.bench.machine import SERVER_CORE, cpu_seconds, family, pinned
from tests.conftest import ROOT
from tests.serve.served import free_port

BUILD = ROOT / "build" / "bench"
PASSWORD = "paper marmots sing"
# Of the tools, what a library of the site would take to where it is installed.
TOOLS = ("rich",)
# What decides on the content of a made site.
MADE_BY = ("migrations", "fansite/demo")
# What a worker without work takes in the time between two looks at it.
AT_REST_SECONDS = 0.15
GZIP = "Accept-Encoding: gzip"


@dataclass(frozen=True)
class Size:
    posts: int
    comments: int
    fans: int
    # Whether the index of search is made first; where it would take an hour, the worker is left out instead.
    searched: bool


SMALL, LARGE = Size(1_000, 10_000, 500, searched=True), Size(100_000, 1_000_000, 50_000, searched=False)


@dataclass
class Running:
    pid: int
    port: int
    seconds_to_first_answer: float

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


def command(*words: str, root: Path = ROOT) -> list[str]:
    """`fansite …` of a checkout, with the libraries of this one that a site has too."""
    hidden = f"sys.modules.update(dict.fromkeys({TOOLS!r}))"
    script = f"import sys; {hidden}; sys.path.insert(0, {str(root)!r}); from fansite.cli import main; main()"
    return [sys.executable, "-c", script, *words]


def environment(folder: Path, port: int, more: Mapping[str, str]) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("FANSITE_", "PYTHONDONTWRITE"))}
    about = {"FANSITE_INSTANCE_PATH": str(folder), "FANSITE_BASE_URL": f"http://127.0.0.1:{port}", "FANSITE_LIMITS": "off"}
    return {**plain, **about, **more}


def made(size: Size, root: Path = ROOT) -> Path:
    """A copy of the demo of this size, to be written into."""
    kept = BUILD / f"demo-{size.posts}-{_print(root)}"
    if not (kept / "ready").exists():
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir(parents=True)
        made_by = [
            ("db", "upgrade"),
            ("demo", "load", "--posts", str(size.posts), "--comments", str(size.comments), "--fans", str(size.fans)),
            *([("rebuild", "search")] if size.searched else []),
        ]
        for words in made_by:
            subprocess.run(
                command(*words, root=root), env=environment(kept, 8000, {}), cwd=root, check=True, stdout=subprocess.DEVNULL
            )
        (kept / "ready").touch()
    copy = BUILD / "running"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(kept, copy)
    return copy


def _print(root: Path) -> str:
    digest = hashlib.sha256()
    for folder in MADE_BY:
        for path in sorted((root / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


@contextmanager
def served(folder: Path, *, workers: int = 1, worker: bool = False, root: Path = ROOT, **more: str) -> Iterator[Running]:
    """The site as `fansite serve` runs it, with its worker or without, on the server's core where there is one web process, on all where
    there are more."""
    port = free_port()
    words = command("serve", "--port", str(port), "--workers", str(workers), *([] if worker else ["--no-worker"]), root=root)
    began = time.perf_counter()
    process = subprocess.Popen(
        [*(pinned(SERVER_CORE) if workers == 1 else []), *words],
        env=environment(folder, port, more), cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield Running(process.pid, port, _first_answer(port, process, began))
    finally:
        process.terminate()
        process.wait(20)


def _first_answer(port: int, process: subprocess.Popen[bytes], began: float) -> float:
    while process.poll() is None and time.perf_counter() - began < 60:
        try:
            get(port, "/")
        except OSError:
            time.sleep(0.01)
        else:
            return time.perf_counter() - began
    raise RuntimeError("the site does not answer")


def settled(site: Running) -> None:
    """Waits until its worker has nothing more to do."""
    for _ in range(240):
        worker = family(site.pid)[-1]
        before = cpu_seconds(worker)
        time.sleep(1.5)  # longer than it pauses
        if worker == family(site.pid)[-1] and cpu_seconds(worker) - before < AT_REST_SECONDS:  # else it made way
            return
    raise RuntimeError("the worker finds no end")


def get(port: int, path: str, **headers: str) -> tuple[int, Mapping[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def signed_in(site: Running, name: str = "fay") -> str:
    """The cookie of somebody of the demo band."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    form = urlencode({"email": f"{name}@example.org", "password": PASSWORD})
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": site.url("")}
    connection.request("POST", "/login", form, kind)
    cookie = re.match(r"[^;]+", connection.getresponse().getheader("Set-Cookie") or "")
    connection.close()
    if cookie is None:
        raise RuntimeError(f"{name} cannot sign in")
    return cookie[0]


def forms(site: Running, cookie: str) -> tuple[str, list[str]]:
    """The token of the session, and where comments are sent to, on several posts."""
    token, actions = "", []
    for slug in sorted(set(re.findall(r'href="(/news/[a-z0-9-]+)"', get(site.port, "/news/")[2].decode())))[:8]:
        page = get(site.port, slug, Cookie=cookie)[2].decode()
        actions += re.findall(r'action="(/comments/on/\d+)"', page)[:1]
        token = (re.findall(r'name="csrf_token" value="([^"]+)"', page) or [token])[0]
    return token, actions


@contextmanager
def physical_limit(pages: Mapping[str, bytes]) -> Iterator[Running]:
    """Debian's nginx with the same bytes as files, packed beforehand: the names are those of `pages`."""
    folder, port = BUILD / "nginx", free_port()
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "html").mkdir(parents=True)
    for name, data in pages.items():
        (folder / "html" / name).write_bytes(data)
    here = " ".join(f"{kind}_temp_path {folder / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"worker_processes 1; daemon off; {user} pid {folder / 'pid'}; error_log {folder / 'error.log'};\n"
        f"events {{ worker_connections 1024; }}\nhttp {{ access_log off; keepalive_requests 100000000; sendfile on; {here}\n"
        f"default_type text/html; gzip_static on; open_file_cache max=100;\n"
        f"server {{ listen 127.0.0.1:{port}; root {folder / 'html'}; }} }}\n"
    )
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    process = subprocess.Popen([*pinned(SERVER_CORE), program, "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL)
    try:
        yield Running(process.pid, port, _first_answer_of_nginx(port))
    finally:
        process.terminate()
        process.wait(10)


def _first_answer_of_nginx(port: int) -> float:
    for _ in range(500):
        try:
            get(port, "/")
        except OSError:
            time.sleep(0.01)
        else:
            return 0.0
    raise RuntimeError("nginx does not answer")
