"""When the site stumbles: what happened is said, and nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from fansite.comments.models import Comment
from fansite.core.db import db
from tests.client import fields_of
from tests.texts import news_post

BODY = "See you in Lisbon,\nfront row, as <always>."


READ_ONLY = {"sqlite": "PRAGMA query_only=ON", "postgresql": "SET default_transaction_read_only = on"}


@contextmanager
def only_to_be_read() -> Iterator[None]:
    """The disk has gone read-only below the database."""

    def forbid(connection: Any, _record: Any) -> None:
        connection.execute(READ_ONLY[db.engine.dialect.name])
        connection.commit()

    db.session.remove()
    db.engine.dispose()
    sa.event.listen(db.engine, "connect", forbid)
    try:
        yield
    finally:
        sa.event.remove(db.engine, "connect", forbid)
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_text_that_cannot_be_stored_comes_back_and_can_be_sent_again(cast, browser_as, signed_in):
    news_post(cast.eli)
    visitor = browser_as(cast.fay if signed_in else None)
    visitor.get("/news/lisbon")
    with only_to_be_read():
        response = visitor.submit("comment", {"body": BODY}, status=503)
    assert int(response.headers["Retry-After"]) > 0
    (form,) = visitor.page.xpath('//form[@method="post"]')
    assert form.findtext(".//textarea").removeprefix("\n") == BODY
    assert (
        visitor.post(form.get("action"), fields_of(form))
        .headers["Location"]
        .startswith("/news/lisbon" if signed_in else "/login?draft=")
    )
    assert [comment.body for comment in db.session.scalars(sa.select(Comment))] == ([BODY] if signed_in else [])


def test_passwords_do_not_come_back(cast, stranger):
    stranger.get("/login")
    with only_to_be_read():
        stranger.submit("login", {"email": "fay@example.org", "password": "five small volcanoes"}, status=503)
    assert "five small volcanoes" not in stranger.response.get_data(as_text=True)


def test_reading_goes_on(cast, stranger):
    news_post(cast.eli)
    with only_to_be_read():
        stranger.get("/news/lisbon")
        stranger.get("/search?q=lisbon")
