"""Whether the process lives, and whether it could serve a visitor now."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from fansite.core.db import db, locks, transaction


def asked(app, path="/readyz"):
    db.session.rollback()
    response = app.test_client().get(path)
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers
    assert ("Retry-After" in response.headers) == (response.status_code == 503)
    return response.status_code, response.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_site_in_order_says_so(app, path):
    assert asked(app, path) == (200, "ok\n")


def test_a_database_of_another_version_is_not_ready(app):
    with transaction() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999_later'"))
    assert asked(app) == (503, "another schema\n")
    assert asked(app, "/healthz") == (200, "ok\n")


def test_a_database_that_lost_its_tables_is_not_ready(app):
    with transaction() as session:
        session.execute(sa.text("DROP TABLE alembic_version"))
    assert asked(app) == (503, "the database does not answer\n")


@contextmanager
def another_writer(app) -> Iterator[None]:
    begun, ended = threading.Event(), threading.Event()

    def write() -> None:
        with app.app_context(), transaction():
            begun.set()
            ended.wait(30)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert begun.wait(30)
        yield
    finally:
        ended.set()
        thread.join()


def test_a_writer_who_never_ends_is_noticed(app, monkeypatch):
    monkeypatch.setattr(locks, "LOCK_PATIENCE_SECONDS", 0.05)
    with another_writer(app):
        assert asked(app) == (503, "the write lock is held\n")
    assert asked(app) == (200, "ok\n")
