"""Feeds of a tag, of what is said below one text or in one thread, and of all comments."""

from __future__ import annotations

import feedparser
import pytest

from fansite.accounts import operations as accounts
from fansite.comments import operations as comments
from fansite.core.db import get, transaction
from fansite.moderation import operations as moderation
from fansite.news import operations as news
from fansite.news.models import NewsPost
from fansite.tags.operations import label
from tests.client import ORIGIN
from tests.texts import many_comments, news_post, say


@pytest.fixture
def post(cast):
    post = news_post(cast.eli)
    with transaction() as session:
        label(session.merge(post), ["Tour"])
    return post


def entries(visitor, path):
    response = visitor.client.get(path)
    assert response.status_code == 200, path
    return feedparser.parse(response.get_data(), response_headers={"content-type": response.headers["Content-Type"]}).entries


def assert_moved(visitor, path, to):
    assert visitor.get(path, status=301).headers["Location"].removeprefix(ORIGIN) == to


def titles(visitor, path):
    return [entry.title for entry in entries(visitor, path)]


def test_a_tag_can_be_followed(cast, post, stranger):
    news_post(cast.eli, slug="other", title="Of something else")
    assert titles(stranger, "/news/tag/tour/feed.xml") == ["We play Lisbon"]
    stranger.get("/news/tag/tour")
    assert f"{ORIGIN}/news/tag/tour/feed.xml" in stranger.page.xpath("//link/@href")
    assert titles(stranger, "/fr/news/tag/tour/feed.xml") == ["We play Lisbon"]
    for path in ("/news/tag/nothing/feed.xml", "/news/tag/tour/feed.rss"):
        stranger.get(path, status=404)
    news.withdraw(post.id, by=cast.eli)
    stranger.get("/news/tag/tour/feed.xml", status=404)


def test_what_is_said_below_a_text_can_be_followed(cast, post, stranger):
    first = say(post, cast.milo, "One & two")
    comments.post(post.id, by=cast.ada, body="Three", parent_id=first.id)
    say(news_post(cast.eli, slug="other"), cast.milo, "Elsewhere")
    found = entries(stranger, "/news/lisbon/feed.xml")
    assert [entry.title for entry in found] == ["ada on “We play Lisbon”", "milo on “We play Lisbon”"]
    assert (found[1].link, found[1].id) == (f"{ORIGIN}/comments/{first.id}",) * 2
    assert "One &amp; two" in found[1].content[0].value
    assert found[1].author == "milo"
    stranger.get("/news/lisbon")
    assert f"{ORIGIN}/news/lisbon/feed.xml" in stranger.page.xpath("//link/@href")


def test_an_answer_that_waits_leads_to_no_thread(cast, post, stranger):
    first = say(post, cast.milo, "First")
    waiting = say(post, cast.nora, "http://hats.example", parent_id=first.id)
    stranger.get(f"/comments/{waiting.id}/feed.xml", status=404)


def test_one_thread_can_be_followed_under_the_number_of_its_first(cast, post, stranger):
    first, other = say(post, cast.milo, "First"), say(post, cast.ada, "Another thread")
    reply = comments.post(post.id, by=cast.ada, body="Reply", parent_id=first.id)
    assert titles(stranger, f"/comments/{first.id}/feed.xml") == ["ada on “We play Lisbon”", "milo on “We play Lisbon”"]
    assert len(titles(stranger, f"/comments/{other.id}/feed.xml")) == 1
    assert_moved(stranger, f"/comments/{reply.id}/feed.xml", f"/comments/{first.id}/feed.xml")
    assert_moved(stranger, f"/fr/comments/{first.id}/feed.xml", f"/comments/{first.id}/feed.xml")
    stranger.get("/comments/999/feed.xml", status=404)


def test_all_comments_can_be_followed(cast, post, stranger):
    say(post, cast.milo, "Here")
    say(news_post(cast.eli, slug="other", title="Elsewhere"), cast.ada, "There")
    assert titles(stranger, "/comments/feed.xml") == ["ada on “Elsewhere”", "milo on “We play Lisbon”"]


def test_what_not_everyone_may_read_is_in_none(cast, post, browser_as):
    waiting = say(post, cast.nora, "A first word")
    removed = say(post, cast.milo, "Gone")
    moderation.decide(moderation.take_up("comment", removed.id, by=cast.milo), "remove", by=cast.milo)
    private = news_post(cast.eli, slug="members", visibility="members")
    for who in (None, cast.nora, cast.ada):
        visitor = browser_as(who)
        assert titles(visitor, "/news/lisbon/feed.xml") == titles(visitor, "/comments/feed.xml") == []
        assert titles(visitor, f"/comments/{removed.id}/feed.xml") == []
        visitor.get(f"/comments/{waiting.id}/feed.xml", status=404)
        visitor.get(f"/news/{private.slug}/feed.xml", status=404)
    draft = news.draft(by=cast.eli, title="A draft")
    browser_as(cast.ada).get(f"/news/{draft.slug}/feed.xml", status=404)


def test_a_feed_goes_the_way_of_its_text(cast, post, stranger):
    say(post, cast.milo)
    news.revise(post.id, by=cast.eli, version=get(NewsPost, post.id).version, slug="porto")
    assert_moved(stranger, "/news/lisbon/feed.xml", "/news/porto/feed.xml")
    news.withdraw(post.id, by=cast.eli)
    for path in ("/news/porto/feed.xml", "/news/lisbon/feed.xml"):
        stranger.get(path, status=410)
    assert titles(stranger, "/comments/feed.xml") == []


def test_who_left_signs_nothing(cast, post, stranger):
    say(post, cast.milo, "Mine")
    accounts.erase(cast.milo.id)
    assert "milo" not in stranger.client.get("/comments/feed.xml").get_data(as_text=True)
    assert titles(stranger, "/comments/feed.xml") == ["[deleted] on “We play Lisbon”"]


def test_a_long_discussion_costs_no_more_queries(cast, post, stranger, count_queries):
    say(post, cast.milo)
    stranger.client.get("/news/lisbon/feed.xml")
    with count_queries() as few:
        entries(stranger, "/news/lisbon/feed.xml")
    many_comments(post.id, cast.fay.id, 60)
    with count_queries() as many:
        assert len(entries(stranger, "/news/lisbon/feed.xml")) == 30
    assert len(many) == len(few) <= 3


@pytest.mark.parametrize("path", ["/news/lisbon/feed.xml", "/comments/feed.atom", "/news/tag/tour/feed.json"])
def test_they_are_only_read(post, stranger, path):
    stranger.post(path, status=405)
