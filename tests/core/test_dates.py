"""Days in words, as people say them: in French the first of a month is an ordinal, wherever it stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.accounts.models import RENAME_EVERY, Account, FormerName
from fansite.core.db import get, transaction
from fansite.talk import operations as talk
from tests.talk.cast import discussion

pytestmark = pytest.mark.once

FIRST = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.fixture
def first(clock, cast):
    clock.move_to(FIRST)
    with transaction():
        get(Account, cast.nora.id).joined_at = FIRST
    return clock


def test_on_a_card_and_in_the_file_of_a_person(cast, first, browser_as):
    discussion(cast.nora)
    milo = browser_as(cast.milo)
    for path in ("/fr/moderation/", "/fr/moderation/people/nora"):
        milo.get(path)
        assert "1er déc. 2026" in milo.text and "1 déc." not in milo.text


def test_where_a_text_is_gone(cast, first, stranger):
    talk.withdraw(discussion(cast.fay, language="fr").id, by=cast.fay)
    stranger.get("/fr/talk/a-car-to-brussels", status=410)
    assert "1er décembre 2026" in stranger.text


def test_when_a_name_can_be_changed_again(cast, first, browser_as):
    accounts.change_username(cast.fay.id, "fay-of-thiers")
    with transaction() as session:
        session.execute(sa.update(FormerName).values(at=FIRST + timedelta(days=31) - RENAME_EVERY))
    fay = browser_as(cast.fay)
    fay.get("/fr/account/username")
    fay.submit("username", {"username": "fay-of-lyon"}, status=422)
    assert "1er janvier 2027" in fay.text
