"""What lacks a language is listed until it is written or told to need none."""

from __future__ import annotations

import pytest

from fansite.core.db import get
from fansite.news import operations as news
from fansite.news.models import NewsPost
from fansite.pages import operations as pages
from tests.client import fields_of


@pytest.fixture
def eli(cast, clock, browser_as):
    return browser_as(cast.eli)


@pytest.fixture
def rain(cast, clock):
    post = news.draft(by=cast.eli, title="We recorded the rain", body="It rained.", tags=["studio"], comments_open=False)
    news.publish(post.id, by=cast.eli)
    return post


def listed(eli, query=""):
    eli.get(f"/staff/translations{query}")
    rows = eli.page.xpath('//li[@class="staff-row"]')
    return [(row.xpath("./a/text()")[0], row.xpath('.//input[@name="language"]/@value')[0]) for row in rows]


def test_what_lacks_a_language_is_listed_and_counted_at_the_desk(cast, eli, rain, clock):
    clock.shift(60)
    about = pages.draft(by=cast.eli, title="À propos", body="Nous.", language="fr")
    pages.publish(about.id, by=cast.eli)
    news.draft(by=cast.eli, title="Only a draft")
    assert listed(eli) == [("À propos", "en"), ("We recorded the rain", "fr")]
    assert listed(eli, "?order=oldest") == [("We recorded the rain", "fr"), ("À propos", "en")]
    assert listed(eli, "?kind=page") == [("À propos", "en")]
    assert listed(eli, "?into=fr") == [("We recorded the rain", "fr")]
    assert len(listed(eli, "?kind=nonsense&into=xx")) == 2
    eli.get("/staff/")
    assert eli.page.xpath('//a[@href="/staff/translations"]/span[contains(@class, "badge")]/text()') == ["2"]


def test_it_is_written_beside_its_original_and_both_tell_of_each_other(cast, eli, rain, stranger):
    eli.get("/staff/translations")
    eli.get(eli.page.xpath('//a[contains(@href, "translation_of=")]/@href')[0])
    form = fields_of(eli.page.xpath('//form[@data-form="entry"]')[0])
    assert (form["language"], form["translation_of"], form["tags"]) == ("fr", str(rain.id), "studio")
    assert "comments_open" not in form
    assert "It rained." in eli.page.xpath('//*[@id="original-body"]')[0].text_content()
    eli.submit("entry", {"title": "La pluie", "body": "Il pleuvait."}, follow=True)
    french = get(NewsPost, int(eli.address.partition("?")[0].rpartition("/")[2]))
    assert listed(eli) == []
    news.publish(french.id, by=cast.eli)
    for path in ("/news/we-recorded-the-rain", "/fr/news/la-pluie"):
        stranger.get(path)
        versions = {link.get("hreflang"): link.get("href") for link in stranger.page.xpath("//link[@hreflang]")}
        assert versions["en"].endswith("/news/we-recorded-the-rain")
        assert versions["fr"].endswith("/fr/news/la-pluie")


def test_what_needs_none_leaves_the_list_and_can_come_back(eli, rain):
    eli.get("/staff/translations")
    eli.submit("waiver", follow=True)
    assert "Nothing to translate" in eli.text
    eli.submit("waiver-undo")
    assert len(listed(eli)) == 1


@pytest.mark.parametrize(("entry", "language"), [("1", "xx"), ("1", ""), ("999", "fr")])
def test_what_is_nothing_is_not_found(eli, rain, entry, language):
    eli.get("/staff/translations")
    token = eli.page.xpath('//input[@name="csrf_token"]/@value')[0]
    eli.post(f"/staff/translations/{entry}/waiver", {"csrf_token": token, "language": language}, status=404)


def test_pages_that_are_not_there(eli, rain):
    for query in ("?page=2", "?page=x", "?page=0"):
        eli.get(f"/staff/translations{query}", status=404)
    eli.get("/staff/translations?waived=x&language_waived=fr")
