"""granian in the process it is called in, without granian's supervisor and by its private names."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

import granian.server.mp
from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.log import LogLevels
from granian.server.mp import MPServer
from granian.wsgi import ResponseIterWrap

from fansite.lib.processes import when_asked_to_stop
from fansite.lib.reception import THREADS, Application, Environ, Headers

# What PEP 3333 asks for beside what granian says of a request. granian's own way adds the environment of the process, keys included.
OF_ALL_REQUESTS: Environ = {
    "SCRIPT_NAME": "",
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,
    "wsgi.multiprocess": True,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}


def serve(application: Application, listener: socket.socket, connections: int, backlog: int, ready: Callable[[], None]) -> None:
    """Serves until SIGTERM: granian then stops accepting and lets running requests finish. It keeps so many `connections` at a time; the
    listener is its own from here on."""
    server = _WebProcess(
        "",
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        runtime_mode=RuntimeModes.mt,
        blocking_threads=THREADS,
        backlog=backlog,
        backpressure=connections,
        websockets=False,
        log_level=LogLevels.warning,
        # Only this logger's level changes: without "incremental" granian would close the handlers of everybody else.
        log_dictconfig={"incremental": True, "handlers": {}, "loggers": {"_granian": {"propagate": True}}},
    )
    granian.server.mp._wsgi_call_wrap = answering  # type: ignore[assignment]
    when_asked_to_stop(_stop_granian)
    server.serve_here(application, listener, backlog, ready)


def _stop_granian() -> None:
    """Calls granian's own signal handler. Left to the main thread it was now and then not heard, and the process was killed."""
    handler = signal.getsignal(signal.SIGTERM)
    if not callable(handler):  # it has not begun to serve
        os._exit(0)
    handler(signal.SIGTERM, None)


class _WebProcess(MPServer):
    def serve_here(self, application: Application, listener: socket.socket, backlog: int, ready: Callable[[], None]) -> None:
        def load() -> Application:
            ready()
            return application

        holder: Callable[..., Any] = SocketHolder  # granian's own description of it is older than it is
        # The descriptor is granian's from here on; it closes it to stop accepting.
        self._ssp, self._shd, self._sso = None, holder(listener.detach(), False, backlog), None
        self._spawn_worker(0, self._spawn_wsgi_worker, load).inner.run()


# ---- a request ----------------------------------------------------------------------------------------------------------------


def answering(application: Application, *_settings: Any) -> Callable[[Any, Environ], None]:
    """What granian calls with each request, and with what takes the answer: whole, where it is a list, else piece by piece."""

    def answer(taker: Any, request: Environ) -> None:
        begun = Begun()
        answer = application(OF_ALL_REQUESTS | request, begun)
        if type(answer) is list:
            taker.response_bytes(begun.status, begun.headers, b"".join(answer))
        else:
            taker.response_iter(begun.status, begun.headers, ResponseIterWrap(answer))

    return answer


class Begun:
    """`start_response` of PEP 3333."""

    __slots__ = ("headers", "status")

    def __call__(self, status: str, headers: Headers, _problem: Any = None) -> None:
        self.status, self.headers = int(status[:3]), headers
