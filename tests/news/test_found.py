"""News and pages for search and sitemaps: only what everyone may see, in a fixed number of queries."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from fansite.core.content import Entry
from fansite.core.db import db, transaction
from fansite.core.sitemap import sitemap_entries
from fansite.news import operations as news
from fansite.news.content import content
from fansite.pages import operations as pages
from tests.conftest import NOON
from tests.texts import many_posts, news_post


@pytest.fixture
def site(app):
    return app.extensions["fansite"]


@pytest.fixture
def post(cast, clock):
    draft = news.draft(by=cast.eli, title="Rain", body="It **rained** & rained.", tags=["Studio"])
    news.publish(draft.id, by=cast.eli)
    return draft.id


def test_a_public_text_is_a_document(site, cast, post):
    (document,) = site.findables["news"].documents([post])
    assert (document.key, document.kind, document.language, document.title) == (f"entry:{post}", "news", "en", "Rain")
    assert document.body == "It rained & rained."
    assert (document.tags, document.year, document.published_at) == (("Studio",), 2026, NOON)
    page = pages.draft(by=cast.eli, title="About", body="Two people.")
    pages.publish(page.id, by=cast.eli)
    (document,) = site.findables["page"].documents([page.id, post])
    assert (document.kind, document.title) == ("page", "About")


@pytest.mark.parametrize("act", [news.withdraw, news.recall])
def test_what_left_the_public_is_no_document_and_is_not_presented(site, cast, post, act):
    act(post, by=cast.eli)
    for findable in (site.findables["news"], site.findables["page"]):
        assert findable.documents([post]) == []
        assert findable.present([post]) == {}
        assert list(findable.every(0)) == []


def test_finds_are_presented_in_one_query_with_their_authors(site, cast, post, count_queries):
    ids = [post, *(news_post(cast.ada, slug=f"p-{n}").id for n in range(5))]
    with count_queries() as counted:
        results = site.findables["news"].present([*ids, 9999])
    assert len(counted) == 1
    assert set(results) == set(ids)
    result = results[post]
    assert (result.title, result.address, result.html, result.who, result.language) == (
        "Rain",
        "/news/rain",
        "<p>It <strong>rained</strong> &amp; rained.</p>",
        "eli",
        "en",
    )


def test_documents_of_many_cost_two_queries(site, cast, count_queries):
    many_posts(200)
    with count_queries() as counted:
        documents = [document for ids in site.findables["news"].every(0) for document in site.findables["news"].documents(ids)]
    assert len(documents) == 200
    assert len(counted) <= 4  # ids, texts, tags, and that there are no more


# ---- sitemaps ---------------------------------------------------------------------------------------------------------------


def rows(number=1, size=50_000):
    return [
        (batch.stems[language] + slug, changed, batch.versions.get(original or id, []))
        for batch in sitemap_entries(content).rows(number, size)
        for id, original, language, slug, changed, _cover in batch.rows
    ]


def test_a_sitemap_lists_what_is_public_with_its_last_change(cast, clock, post):
    news.draft(by=cast.eli, title="A secret")
    clock.shift(timedelta(hours=2))
    news.revise(post, by=cast.eli, version=1, body="More rain.")
    assert rows() == [("/news/rain", "2026-11-24T14:00:00+00:00", [])]
    assert sitemap_entries(content).files(50_000) == [(1, NOON + timedelta(hours=2))]
    news.withdraw(post, by=cast.eli)
    assert rows() == []
    assert sitemap_entries(content).files(50_000) == []


def test_a_comment_does_not_move_the_date(cast, clock, post):
    from fansite.core.db import get
    from tests.texts import say

    clock.shift(timedelta(hours=2))
    say(get(Entry, post), cast.fay)
    assert rows()[0][1] == "2026-11-24T12:00:00+00:00"


def test_versions_list_themselves_and_each_other(cast, post):
    french = news.draft(by=cast.eli, title="La pluie", language="fr", translation_of=post)
    assert rows()[0][2] == []
    news.publish(french.id, by=cast.eli)
    both = [("en", "/news/rain"), ("fr", "/fr/news/la-pluie")]
    assert [(path, versions) for path, _changed, versions in rows()] == [("/news/rain", both), ("/fr/news/la-pluie", both)]


def test_files_are_cut_by_number_and_hold_every_address_once(cast, clock):
    many_posts(1203)
    with transaction() as session:
        session.execute(sa.update(Entry).where(Entry.id % 7 == 0).values(status="draft"))
        session.execute(sa.update(Entry).where(Entry.id > 1000, Entry.id <= 1100).values(visibility="members"))
    db.session.rollback()
    found = sitemap_entries(content).files(100)
    assert [number for number, _changed in found] == [*range(1, 11), 12, 13]  # the eleventh would be empty
    assert [changed for _number, changed in found] == sorted(changed for _number, changed in found)
    files = {number: [path for path, *_rest in rows(number, 100)] for number, _changed in found}
    assert all(0 < len(file) <= 86 for file in files.values())
    listed = [path for file in files.values() for path in file]
    assert len(listed) == len(set(listed)) == 1203 - 171 - 85
    assert rows(11, 100) == rows(14, 100) == []
