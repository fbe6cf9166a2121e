"""`fansite serve`: web processes and the site's worker under one supervisor; `fansite worker`: the worker alone.

granian's own supervisor is not used: it gives up when one process dies twice within six seconds, forks beside running threads, and lets
every process listen for itself, so that what waits at a dying one is lost and two sites can share a port without knowing. Here one socket
is opened before the fork and stays open while a process is started again; granian serves it inside each web process.
"""

from __future__ import annotations

import errno
import gc
import os
import resource
import socket
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import cast

import structlog

from fansite.lib.memory import fill_holes, give_back, hold_little, put_code_down
from fansite.lib.processes import Held, hold, stop_asked, tried_until
from fansite.lib.reception import Application, Reception
from fansite.lib.supervision import Child, Supervisor
from fansite.settings import Settings

log = structlog.get_logger("serve")

# More processes than this wait for each other at the database rather than serve.
MOST_PROCESSES = 8
BACKLOG = 1024
OPEN_FILES = 8192
# Running requests and the running delivery may take this long when asked to stop; promised are 10 s in all.
KILL_AFTER_SECONDS = 8.0
# Children of a killed supervisor are gone within milliseconds, unless the disk holds them up.
ORPHANS_SECONDS = 3.0
# What requests took goes back to the system this often, instead of lying free between what is kept; and what is never run again.
GIVE_BACK_SECONDS = 20.0
LOCK_NAME = "serve.lock"

Work = Callable[[threading.Event], None]


class CannotServe(Exception):
    """One line for the operator."""


def run(
    settings: Settings,
    host: str,
    port: int,
    workers: int | None,
    with_worker: bool,
    *,
    application: Callable[[], Application] | None = None,
    work: Work | None = None,
    after: Callable[[], None] = lambda: None,
) -> int:
    """Serves until asked to stop. `application`, `work` and `after`, which a web process does last, stand in for the site's own."""
    try:
        lock = _lock(settings)
        listener = _listener(host, port)
    except CannotServe as problem:
        print(problem, file=sys.stderr)
        return 2
    if application is None or work is None:
        application, work, after = _site(settings)
    serve_web = partial(_serve_web, application(), listener, _connections(), after)
    web = workers or _processes()
    children = [Child(f"web-{number}", serve_web) for number in range(1, web + 1)]
    if with_worker:
        # As long as anybody has the socket open, visitors wait at it.
        children.append(_worker(work, closing=listener.close))
    _share_memory()
    Supervisor(
        children,
        kill_after=KILL_AFTER_SECONDS,
        on_ready=partial(_begun, _greeting(host, port, web, with_worker)),
        on_stop=listener.close,
    ).run()
    os.close(lock)
    return 0


def run_worker(settings: Settings) -> int:
    """Delivers until asked to stop; any number of workers may run, on any host that reaches the database."""
    _site_itself, work, _after = _site(settings)
    _share_memory()
    Supervisor(
        [_worker(work)],
        kill_after=KILL_AFTER_SECONDS,
        on_ready=partial(_begun, "The worker runs. Ctrl-C stops."),
        on_stop=lambda: None,
    ).run()
    return 0


# ---- before the fork --------------------------------------------------------------------------------------------------------


def _lock(settings: Settings) -> int:
    settings.instance_path.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        return hold(settings.instance_path / LOCK_NAME, patience=ORPHANS_SECONDS)
    except Held as held:
        raise CannotServe(
            f"{settings.instance_path} is being served already, by process {held.holder}; stop that one first."
        ) from None


def _listener(host: str, port: int) -> socket.socket:
    """The one socket of all web processes. Without SO_REUSEPORT: nobody else may answer on our port."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # A killed server's lock may be free a moment before its port is.
        if not tried_until(lambda: _bound(listener, address), patience=1.0):
            raise CannotServe(f"Port {port} on {host} is taken by another program; choose another with --port.")
        listener.listen(BACKLOG)
    except OSError as problem:
        raise CannotServe(f"Cannot listen on {host}, port {port}: {problem.strerror}.") from None
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _bound(listener: socket.socket, address: object) -> bool:
    try:
        listener.bind(cast(tuple[str, int], address))
    except OSError as problem:
        if problem.errno != errno.EADDRINUSE:
            raise
        return False
    return True


def _site(settings: Settings) -> tuple[Callable[[], Application], Work, Callable[[], None]]:
    gc.disable()  # nearly all that is made now stays; what does not would leave holes (gc, "freeze")
    from fansite.app import create_app  # dear to import: a start that is refused need not wait for it
    from fansite.core.outbox.worker import look_round, work

    site = create_app(settings, behind=Reception)
    look_round(site)
    return lambda: site.wsgi_app, partial(work, site), site.extensions["fansite"].readership.close


def _worker(work: Work, *, closing: Callable[[], None] = lambda: None) -> Child:
    return Child("worker", partial(_serve_worker, work, closing), makes_way=True)


def _share_memory() -> None:
    """What is here now is shared by all processes for as long as none of them writes to it; the collector would."""
    hold_little()
    fill_holes()
    gc.freeze()
    gc.enable()


def _processes() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST_PROCESSES)


def _connections() -> int:
    """How many connections each web process keeps, idle ones included: half of the files it may open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return (OPEN_FILES if soft == resource.RLIM_INFINITY else min(soft, OPEN_FILES)) // 2


def _begun(greeting: str) -> None:
    print(greeting, flush=True)
    put_code_down()


def _greeting(host: str, port: int, web: int, with_worker: bool) -> str:
    shown = f"[{host}]" if ":" in host else host
    processes = f"{web} web process{'es' if web > 1 else ''}{' and the worker' if with_worker else ''}"
    return f"Serving http://{shown}:{port} ({processes}). Ctrl-C stops."


# ---- in the children --------------------------------------------------------------------------------------------------------


def _serve_web(
    application: Application, listener: socket.socket, connections: int, after: Callable[[], None], ready: Callable[[], None]
) -> None:
    from fansite.lib.web_process import serve  # granian is loaded where it serves, and nowhere else

    def begun() -> None:  # and not earlier: from here on no new thread is given a signal
        threading.Thread(target=_give_back_now_and_then, name="memory", daemon=True).start()
        ready()

    serve(application, listener, connections, BACKLOG, begun)
    after()


def _give_back_now_and_then() -> None:
    while True:
        time.sleep(GIVE_BACK_SECONDS)
        give_back()
        put_code_down()


def _serve_worker(work: Work, closing: Callable[[], None], ready: Callable[[], None]) -> None:
    closing()
    stop = stop_asked()
    ready()
    work(stop)
