"""What newcomers may do on their first day, and what is held of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.comments import operations as comments
from fansite.core import nonces
from fansite.core.db import db, get, transaction
from fansite.core.errors import Refused, TooMany
from fansite.lib.times import now
from fansite.media import faces
from fansite.moderation import limits
from fansite.moderation.checks import count_links, hosts_of, likeness_of
from fansite.moderation.models import Review
from tests.media.hostile import photograph
from tests.texts import news_post, say


@pytest.fixture
def post(cast):
    return news_post(cast.eli)


@pytest.fixture
def nora(clock, cast):
    """Here since this moment."""
    with transaction() as session:
        session.get(Account, cast.nora.id).joined_at = now()
    return get(Account, cast.nora.id)


def write(post, nora, clock, number: int) -> None:
    for n in range(number):
        say(post, nora, f"Word number {n}")
        clock.shift(30)


def test_ten_comments_are_a_first_day(clock, post, nora, browser_as):
    write(post, nora, clock, 10)
    with pytest.raises(TooMany) as told:
        say(post, nora, "An eleventh")
    assert "10 comments" in str(told.value) and "In 24 hours" in str(told.value)
    assert told.value.retry_after == pytest.approx(timedelta(days=1).total_seconds() - 300, abs=2)
    visitor = browser_as(nora)
    visitor.get("/news/lisbon")
    visitor.submit("comment", {"body": "An eleventh"}, status=429)
    assert "An eleventh" in visitor.response.get_data(as_text=True), "what was typed stays in its box"
    clock.shift(24 * 3600)
    assert say(post, nora, "An eleventh").status == "pending"


def test_a_retry_spends_nothing(clock, post, nora):
    for _press in range(15):
        comments.post(post.id, by=nora, body="Once", nonce="one")
        clock.shift(30)
    write(post, nora, clock, 9)


@pytest.mark.parametrize("free", ["approved", "staff", "yesterday"])
def test_who_is_known_or_was_here_yesterday_is_free_of_it(clock, cast, post, nora, free):
    with transaction() as session:
        if free == "approved":
            session.get(Account, nora.id).approved_comments = 1
        if free == "staff":
            session.get(Account, nora.id).role = "moderator"
        if free == "yesterday":
            session.get(Account, nora.id).joined_at = now() - limits.FIRST_DAY
    write(post, get(Account, nora.id), clock, 12)
    assert limits.allowance(get(Account, nora.id), now()) is None


def test_who_lost_their_standing_on_the_first_day_is_a_newcomer_again(clock, post, nora):
    with transaction() as session:
        session.get(Account, nora.id).approved_comments = 1
        session.get(Account, nora.id).standing_lost_at = now()
    assert limits.allowance(get(Account, nora.id), now()) == limits.OF_A_NEWCOMER


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("https://a.example https://b.example", None),
        ("https://a.example https://b.example [c](https://c.example)", "2 links"),
        ("@fay and @milo, mail me at nora@example.org", None),
        ("@fay @milo @ada look", "At most 2 people"),
    ],
)
def test_links_and_names_of_one_text(post, nora, body, problem):
    if problem is None:
        comment = say(post, nora, body)
        comments.edit(comment.id, by=nora, body=f"{body}.")
        return
    with pytest.raises(Refused, match=problem) as told:
        say(post, nora, body)
    assert told.value.field == "body"
    comment = say(post, nora, "A word")
    with pytest.raises(Refused, match=problem):
        comments.edit(comment.id, by=nora, body=body)


def test_a_face_can_be_corrected_twice(nora):
    for n in range(3):
        faces.send(photograph((20 + n, 20)), by=nora)
    with pytest.raises(TooMany, match="3 pictures"):
        faces.send(photograph((60, 60)), by=nora)


def test_limits_can_be_lifted(clock, app, post, nora, monkeypatch):
    monkeypatch.setattr("fansite.core.limits.lifted", lambda: True)
    write(post, nora, clock, 12)
    say(post, nora, "https://a.example https://b.example https://c.example")


# ---- written at once --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "told"), [(1, True), (2.9, True), (3, False), (600, False)])
def test_who_answers_within_a_moment_did_not_write_by_hand(clock, post, nora, browser_as, seconds, told):
    visitor = browser_as(nora)
    visitor.get("/news/lisbon")
    clock.shift(seconds)
    visitor.submit("comment", {"body": "A word"})
    assert ("written at once" in db.session.scalar(sa.select(Review.reasons))) is told


def test_who_is_known_may_paste_and_a_kept_text_was_written_before(clock, cast, post, nora, browser_as):
    fay = browser_as(cast.fay)
    fay.get("/news/lisbon")
    fay.submit("comment", {"body": "Quick"})
    assert not db.session.scalar(sa.select(sa.func.count(Review.id)))
    token = comments.keep_draft(post.id, body="Written before", parent_id=None, address="192.0.2.7")
    visitor = browser_as(nora)
    visitor.get(f"/news/lisbon?draft={token}")
    visitor.submit("comment")
    assert db.session.scalar(sa.select(Review.reasons)) == ["first comment"]


@pytest.mark.parametrize("other", ["", "n", "a.b.c", "draft-1", "x" * 200, "ä.1.2"])
def test_a_nonce_of_another_make_tells_nothing(app, other):
    assert nonces.age_of(other) is None
    mine = nonces.fresh()
    assert len(mine) <= 64 and nonces.age_of(mine) is not None
    assert nonces.age_of(mine.replace(mine[0], "é" if mine[0] != "é" else "e")) is None


# ---- what moderators choose by ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("see https://www.Hats.example/now and http://hats.example", ["hats.example"]),
        ("www.shoes.example.", ["shoes.example"]),
        ("[x](https://user:secret@a.example:8000/p?q=https://b.example)", ["a.example", "b.example"]),
        ("[x](//c.example/d)", ["c.example"]),
        ("a/b//c and no link. mail@d.example", []),
        (" ".join(f"https://h{n}.example" for n in range(30)), [f"h{n}.example" for n in range(10)]),
    ],
)
def test_hosts_of_a_text(text, hosts):
    assert hosts_of(text) == hosts


def test_the_same_words_are_alike_whatever_their_signs(app):
    assert likeness_of("Buy HATS, now!") == likeness_of("buy hats  now") != likeness_of("buy hats later")
    assert likeness_of("…") is None
    assert count_links("https://a.example [b](c)") == 2
