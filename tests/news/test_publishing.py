"""From draft to published and back, on time and once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from fansite.core.content import Entry, SlugHistory
from fansite.core.db import db, get
from fansite.core.errors import Forbidden, Refused
from fansite.core.outbox import Event
from fansite.core.outbox.delivering import deliver_all
from fansite.lib.times import now
from fansite.news import operations as news
from fansite.news.models import NewsPost
from tests.conftest import NOON


@pytest.fixture
def post(cast, clock):
    return news.draft(by=cast.eli, title="We recorded the rain", body="On the **third** day it rained.", tags=["studio", "Été"])


def events(name):
    return db.session.scalars(sa.select(Event).where(Event.name == name).order_by(Event.id)).all()


def test_a_new_text_is_a_draft_with_an_address_and_a_summary(post, cast):
    assert (post.status, post.slug, post.language, post.published_at) == ("draft", "we-recorded-the-rain", "en", None)
    assert post.summary == "On the third day it rained."
    assert [tag.slug for tag in post.tags] == ["studio", "ete"]
    assert post.author_id == cast.eli.id
    assert not post.public


def test_two_texts_of_one_title_get_two_addresses(post, cast):
    assert news.draft(by=cast.eli, title="We recorded the rain").slug == "we-recorded-the-rain-2"
    assert news.draft(by=cast.eli, title="2024").slug == "2024-2"
    assert news.draft(by=cast.eli, title="♥").slug != ""


@pytest.mark.parametrize("who", ["fay", "milo", "ben"])
def test_only_the_staff_write_and_publish(post, cast, who):
    person = getattr(cast, who)
    for act in (
        lambda: news.draft(by=person, title="Mine"),
        lambda: news.revise(post.id, by=person, version=1, title="Mine"),
        lambda: news.publish(post.id, by=person),
        lambda: news.withdraw(post.id, by=person),
        lambda: news.recall(post.id, by=person),
        lambda: news.set_comments_open(post.id, by=person, opened=False),
    ):
        with pytest.raises(Forbidden):
            act()
    with pytest.raises(Forbidden):
        news.draft(by=None, title="Nobody’s")


def test_published_now_it_is_public_once_however_often_it_is_pressed(post, cast, clock):
    news.publish(post.id, by=cast.eli)
    clock.shift(60)
    news.publish(post.id, by=cast.eli)
    post = get(NewsPost, post.id)
    assert post.public
    assert post.published_at == NOON
    (event,) = events("news.published")
    assert {f"entry:{post.id}", "list:news", "tag:studio", "tag:ete"} <= set(event.data["tags"])


def test_a_date_in_the_past_becomes_the_date_of_all(post, cast):
    at = NOON - timedelta(days=400)
    news.publish(post.id, by=cast.eli, at=at)
    post = get(NewsPost, post.id)
    assert (post.status, post.published_at, post.updated_at) == ("published", at, at)


def test_planned_it_waits_for_its_time_and_is_published_once(post, cast, clock, worker):
    at = NOON + timedelta(hours=5)
    news.publish(post.id, by=cast.eli, at=at)
    worker()
    assert get(NewsPost, post.id).status == "scheduled"
    clock.shift(timedelta(hours=4, minutes=59, seconds=59))
    worker()
    assert get(NewsPost, post.id).status == "scheduled"
    clock.shift(1)
    worker()
    post = get(NewsPost, post.id)
    assert (post.status, post.published_at) == ("published", at)
    worker()
    assert len(events("news.published")) == 1


def test_a_site_that_was_down_publishes_when_it_is_back(post, cast, clock, worker):
    at = NOON + timedelta(hours=5)
    news.publish(post.id, by=cast.eli, at=at)
    clock.shift(timedelta(days=2))
    worker()
    post = get(NewsPost, post.id)
    assert (post.status, post.published_at, post.updated_at) == ("published", at, now())
    assert len(events("news.published")) == 1


def test_two_workers_publish_once(app, post, cast, clock):
    news.publish(post.id, by=cast.eli, at=NOON + timedelta(minutes=1))
    post_id = post.id
    clock.shift(61)
    ready = threading.Barrier(2)

    def work():
        with app.app_context():
            ready.wait()
            deliver_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    db.session.rollback()
    assert get(NewsPost, post_id).status == "published"
    assert len(events("news.published")) == 1


def test_put_off_it_appears_at_the_later_time_only(post, cast, clock, worker):
    news.publish(post.id, by=cast.eli, at=NOON + timedelta(hours=1))
    news.publish(post.id, by=cast.eli, at=NOON + timedelta(hours=3))
    clock.shift(timedelta(hours=2))
    worker()
    assert get(NewsPost, post.id).status == "scheduled"
    clock.shift(timedelta(hours=1))
    worker()
    assert get(NewsPost, post.id).published_at == NOON + timedelta(hours=3)


def test_brought_forward_it_appears_at_the_earlier_time(post, cast, clock, worker):
    news.publish(post.id, by=cast.eli, at=NOON + timedelta(hours=3))
    news.publish(post.id, by=cast.eli, at=NOON + timedelta(hours=1))
    clock.shift(timedelta(hours=1))
    worker()
    assert get(NewsPost, post.id).published_at == NOON + timedelta(hours=1)
    clock.shift(timedelta(hours=3))
    worker()
    assert len(events("news.published")) == 1


def test_called_back_it_does_not_appear(post, cast, clock, worker):
    news.publish(post.id, by=cast.eli, at=NOON + timedelta(hours=1))
    news.recall(post.id, by=cast.eli)
    clock.shift(timedelta(hours=2))
    worker()
    post = get(NewsPost, post.id)
    assert (post.status, post.published_at) == ("draft", None)


def test_a_planned_text_published_by_hand_has_the_date_of_the_press(post, cast, clock, worker):
    news.publish(post.id, by=cast.eli, at=NOON + timedelta(hours=5))
    clock.shift(timedelta(hours=1))
    news.publish(post.id, by=cast.eli)
    assert get(NewsPost, post.id).published_at == NOON + timedelta(hours=1)
    clock.shift(timedelta(hours=5))
    worker()
    assert len(events("news.published")) == 1


def test_withdrawn_and_published_again_it_keeps_its_first_date(post, cast, clock):
    news.publish(post.id, by=cast.eli)
    clock.shift(3600)
    news.withdraw(post.id, by=cast.eli, reason="wrong city")
    post = get(NewsPost, post.id)
    assert (post.status, post.withdrawn_at) == ("withdrawn", now())
    assert events("news.withdrawn")[0].data["reason"] == "wrong city"
    news.publish(post.id, by=cast.eli)
    post = get(NewsPost, post.id)
    assert (post.status, post.published_at, post.withdrawn_at) == ("published", NOON, None)


def test_what_is_not_public_cannot_be_withdrawn(post, cast):
    with pytest.raises(Refused):
        news.withdraw(post.id, by=cast.eli)


def test_what_is_public_cannot_be_planned(post, cast):
    news.publish(post.id, by=cast.eli)
    with pytest.raises(Refused):
        news.publish(post.id, by=cast.eli, at=NOON + timedelta(days=1))


def test_back_among_the_drafts_it_remembers_that_it_was_public(post, cast, clock):
    news.publish(post.id, by=cast.eli)
    news.recall(post.id, by=cast.eli)
    news.publish(post.id, by=cast.eli, at=NOON + timedelta(days=1))
    news.recall(post.id, by=cast.eli)
    news.revise(post.id, by=cast.eli, version=1, slug="the-rain")
    assert db.session.scalars(sa.select(SlugHistory.slug)).all() == ["we-recorded-the-rain"]


@pytest.mark.parametrize("act", ["publish", "withdraw", "recall"])
def test_every_change_of_state_makes_the_pages_old(app, post, cast, act):
    site = app.extensions["fansite"]
    if act != "publish":
        news.publish(post.id, by=cast.eli)
    before = site.clock.seen()
    getattr(news, act)(post.id, by=cast.eli)
    for tag in (f"entry:{post.id}", "list:news", "tag:studio"):
        assert not site.clock.fresh(before, (tag,)), tag


def test_a_draft_disturbs_no_page(app, post, cast):
    before = app.extensions["fansite"].clock.seen()
    news.revise(post.id, by=cast.eli, version=1, body="Other words.")
    assert app.extensions["fansite"].clock.fresh(before, ("list:news",))


def test_comments_are_opened_and_closed(app, post, cast):
    news.publish(post.id, by=cast.eli)
    before, updated = app.extensions["fansite"].clock.seen(), get(Entry, post.id).updated_at
    news.set_comments_open(post.id, by=cast.eli, opened=False)
    post = get(NewsPost, post.id)
    assert not post.comments_open
    assert post.updated_at == updated
    assert not app.extensions["fansite"].clock.fresh(before, (f"entry:{post.id}",))
    assert len(events("news.comments_closed")) == 1
