"""Long lists: every page of them is right, and costs the same."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from fansite.core import publishing
from fansite.core.content import Entry
from fansite.core.db import db, get, transaction
from fansite.news import queries
from fansite.news.models import NewsPost
from fansite.tags.models import Tag
from fansite.tags.operations import label
from tests.texts import many_posts, news_post

MANY = 130


@pytest.fixture
def posts(cast, clock):
    many_posts(MANY)
    db.session.rollback()


def in_order(language="en"):
    newest = sa.select(Entry.id).where(Entry.status == "published", Entry.language == language)
    return list(db.session.scalars(newest.order_by(Entry.published_at.desc(), Entry.id.desc())))


def every_page(find):
    found, number, last = [], 1, 1
    while number <= last:
        page, last = find(number)
        found += [post.id for post in page]
        number += 1
    return found


def test_all_pages_together_are_the_list(posts):
    assert every_page(lambda number: queries.page_of_all("en", number)) == in_order()
    assert queries.page_of_all("en", 8) == ([], 7)
    assert queries.page_of_year("en", 1999, 1) == ([], 1)


def test_a_tag_and_a_year_have_their_own(cast, posts):
    with transaction() as session:
        for id in (3, 50, 51):
            label(session.get(NewsPost, id), ["Rain"])
    tag = db.session.scalars(sa.select(Tag)).one()
    assert [post.id for post in queries.page_of_tag("en", tag, 1)[0]] == [51, 50, 3]
    assert every_page(lambda number: queries.page_of_year("en", 2025, number)) == in_order()


@pytest.mark.parametrize("path", ["/news/", "/news/?page=2", "/news/?page=7", "/news/2025/?page=7"])
def test_each_page_costs_the_same(posts, stranger, count_queries, path):
    stranger.client.get(path)
    with count_queries() as counted:
        assert stranger.client.get(path).status_code == 200
    assert len(counted) == 1
    assert "OFFSET" not in counted[0] and "EXISTS" not in counted[0]


def test_what_comes_and_goes_is_there_and_gone_at_once(cast, posts, stranger):
    post = news_post(cast.eli, slug="fresh")
    stranger.get("/news/")
    assert stranger.page.xpath('//main//a[@href="/news/fresh"]')
    publishing.withdraw(post.id, by=cast.eli)
    stranger.get("/news/")
    assert not stranger.page.xpath('//main//a[@href="/news/fresh"]')


def test_a_translation_takes_the_place_of_its_original(cast, posts):
    first = news_post(cast.eli, slug="rain")
    assert first.id in every_page(lambda number: queries.page_of_all("fr", number))
    second = news_post(cast.eli, slug="pluie", language="fr", translation_of_id=first.id)
    offered = every_page(lambda number: queries.page_of_all("fr", number))
    assert second.id in offered and first.id not in offered


def test_what_was_hidden_a_moment_ago_is_not_shown_though_the_list_does_not_know_it(cast, posts):
    queries.page_of_all("en", 1)
    newest = in_order()[0]
    with transaction():
        get(Entry, newest).status = "draft"  # as if its bump had not come yet
    shown, last = queries.page_of_all("en", 1)
    assert newest not in [post.id for post in shown] and len(shown) == 19 and last == 7
