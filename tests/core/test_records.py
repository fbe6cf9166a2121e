"""The log: one JSON object a line, and nothing in it that its reader could use or should not know."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
from sqlalchemy.pool import NullPool

from fansite.core.db import Base
from fansite.core.db.engine import engine_options
from fansite.core.web import records
from fansite.settings import load
from tests.cast import PASSWORD

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(app: Any) -> Iterator[Lines]:
    """What was written into the log since."""
    before, written = structlog.get_config(), io.StringIO()
    records.configure_logs(written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    structlog.configure(**before)


def test_every_answer_has_a_line_that_its_request_id_finds(stranger, lines):
    for path in ("/", "/nowhere"):
        response = stranger.get(path, status=200 if path == "/" else 404)
        (line,) = [line for line in lines() if line["request_id"] == response.headers["X-Request-ID"]]
        assert (line["event"], line["method"], line["path"], line["status"]) == ("answered", "GET", path, response.status_code)
        assert line["ms"] >= 0 and line["timestamp"].endswith("Z")


def test_the_log_does_not_tell_who_read_or_wrote_what(stranger, cast, lines):
    forwarded = {"X-Forwarded-For": "203.0.113.9"}
    stranger.get("/search?q=lisbon", headers=forwarded)
    stranger.post("/login", {"email": "fay@example.org", "password": PASSWORD}, status=303)
    text = json.dumps(lines())
    for private in ("lisbon", "203.0.113.9", "127.0.0.1", "fay", PASSWORD):
        assert private not in text


@pytest.mark.parametrize("path", ["/confirm/", "/reset/", "/RESET/", "/fr/confirm/", "/nowhere/"])
def test_the_key_of_a_mailed_link_is_not_in_the_log(app, path, lines):
    key = "4f60dea0fb86a554d15298f79b483a83b8a3b21c18b2f08830b471912fd60eab"
    app.test_client().get(path + key)
    assert [line["path"] for line in lines()] == [f"{path}…"]


def test_what_is_wrong_is_told_without_peoples_addresses(lines):
    log = structlog.get_logger("outbox")
    log.warning("delivery-failed", error="MailFailed('recipient refused: 550 <fay@example.org>: no such mailbox')")
    try:
        raise ValueError("fay@example.org has no name")
    except ValueError:
        log.exception("unexpected")
    refused, raised = lines()
    assert refused["error"] == "MailFailed('recipient refused: 550 <…>: no such mailbox')"
    assert "ValueError: … has no name" in raised["exception"]


def test_a_failed_statement_is_told_without_its_values(app):
    engine = sa.create_engine("sqlite://", poolclass=NullPool, hide_parameters=engine_options(load({}))["hide_parameters"])
    with engine.connect() as connection, pytest.raises(sa.exc.OperationalError) as failed:
        connection.execute(sa.insert(Base.metadata.tables["site_fact"]).values(name="password", value=PASSWORD))
    assert PASSWORD not in str(failed.value)


def test_other_libraries_warn_in_the_same_shape(capsys, lines):
    logger = logging.Logger("granian")  # a stranger to us, without a handler
    logger.warning("worker of %s is late", "fay@example.org", extra={"n": 1})
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["level"]) == ("worker of … is late", "warning")
