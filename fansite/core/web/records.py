"""One line in the log per request, each with the request's id; the id is in the answer too, for whoever asks the operator about it."""

from __future__ import annotations

import logging
import re
import secrets
import sys
import time
from typing import Any

import structlog
from flask import Flask, Response, g, request

from fansite.core.web.page_cache import METHOD_KEY

log = structlog.get_logger("request")

# Mailed links carry their key in the path, mail servers repeat addresses: who reads the log learns neither.
PRIVATE = re.compile(r"[0-9a-f]{32,}|[^\s\"'<>(:,]{1,64}@[^\s\"'<>):,]{1,255}", re.IGNORECASE)


def configure_logs(stream: Any = None) -> None:
    """JSON lines on standard error; other libraries' warnings too."""
    about: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        without_private_words,
    ]
    as_line = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*about, as_line],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    if logging.lastResort is not None:  # what speaks for everybody who was given no handler
        forget = structlog.stdlib.ProcessorFormatter.remove_processors_meta
        formatter = structlog.stdlib.ProcessorFormatter(foreign_pre_chain=about, processors=[forget, as_line])
        logging.lastResort.setFormatter(formatter)


def without_private_words(_logger: Any, _method: str, facts: Any) -> Any:
    return {name: PRIVATE.sub("…", value) if isinstance(value, str) else value for name, value in facts.items()}


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
            path = request.script_root + request.path
            # No address and no query: the log must not become a register of who read or searched what.
            log.info(
                "answered",
                method=request.environ.get(METHOD_KEY, request.method),
                path=path[:200],
                status=response.status_code,
                ms=spent,
            )
        return response
