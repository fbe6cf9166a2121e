"""Discussions for tests, made by the shortest way that is true."""

from __future__ import annotations

from typing import Any

from fansite.talk import operations
from fansite.talk.models import Discussion

BODY = "Four seats from Lyon to Brussels, leaving at **noon**."


def discussion(by: Any, title: str = "A car to Brussels", body: str = BODY, *, language: str = "en", **more: Any) -> Discussion:
    return operations.start(operations.fit(title, body, **more), by=by, language=language)


def with_poll(by: Any, *, ends_on: Any = None, options: str = "Hay\nPuy\nSalt Road", **more: Any) -> Discussion:
    return discussion(by, "Which song first?", "Say it before Brussels.", options=options, ends_on=ends_on, **more)
