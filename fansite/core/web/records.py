"""One line in the log per request, each with the request's id; the id is in the answer too, for whoever asks the operator about it."""

from __future__ import annotations

import logging
import secrets
import sys
import time
from typing import Any

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger("request")


def configure_logs(stream: Any = None) -> None:
    """JSON lines on standard error; other libraries' warnings too."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )


def open_records(app: Flask) -> None:
    @app.before_request
    def begin() -> None:
        g.request_id = secrets.token_hex(8)
        g.started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        if "request_id" in g:
            response.headers["X-Request-ID"] = g.request_id
            spent = round((time.perf_counter() - g.started) * 1000, 1)
            # No address and no query: the log must not become a register of who read or searched what.
            log.info("answered", method=request.method, path=request.path[:200], status=response.status_code, ms=spent)
        return response
