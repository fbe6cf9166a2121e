"""`/feed.xml` as feed readers meet it: valid, whole, the same until something changes, and never more than everyone may read."""

from __future__ import annotations

import json
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime

import feedparser
import pytest
from lxml import etree

from fansite.accounts import operations as accounts
from fansite.core.db import get
from fansite.feeds.channels import ITEMS
from fansite.news import operations as news
from fansite.news.models import NewsPost
from tests.client import ORIGIN
from tests.conftest import NOON
from tests.texts import many_posts, news_post

FEED = "application/rss+xml; charset=utf-8"
ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"


def read(visitor, path="/feed.xml"):
    """What a feed reader makes of it, after a parser that forgives nothing."""
    response = visitor.client.get(path)
    assert response.status_code == 200
    etree.fromstring(response.get_data())
    parsed = feedparser.parse(response.get_data(), response_headers={"content-type": response.headers["Content-Type"]})
    assert not parsed.bozo, parsed.bozo_exception
    assert parsed.version == "rss20"
    return parsed


def titles(visitor, path="/feed.xml") -> list[str]:
    return [entry.title for entry in read(visitor, path).entries]


@pytest.fixture
def post(cast, clock):
    body = 'On the *third* day: [the tour](/news/tour "a > b") and ![a cat](/media/cat.png)'
    draft = news.draft(by=cast.eli, title="We recorded the rain & thunder", body=body, summary="Rain, at last.")
    news.publish(draft.id, by=cast.eli)
    return draft.id


# ---- works ------------------------------------------------------------------------------------------------------------------


def test_an_empty_site_has_an_empty_feed(app, clock, stranger):
    first = stranger.client.get("/feed.xml")
    assert read(stranger).entries == []
    assert "Last-Modified" not in first.headers
    clock.shift(3600)
    assert stranger.client.get("/feed.xml").get_data() == first.get_data()


def test_the_channel_says_whose_it_is(post, stranger):
    response = stranger.client.get("/feed.xml")
    assert response.headers["Content-Type"] == FEED
    channel = etree.fromstring(response.get_data()).find("channel")
    assert channel.findtext("title") == "The Paper Marmots"
    assert channel.findtext("link") == f"{ORIGIN}/"
    assert channel.findtext("description") == "News of The Paper Marmots"
    assert channel.findtext("language") == "en"
    assert channel.find(f"{ATOM}link").attrib == {"rel": "self", "href": f"{ORIGIN}/feed.xml"}
    assert parsedate_to_datetime(channel.findtext("lastBuildDate")) == NOON


def test_an_item_is_the_whole_text_with_its_lasting_address(cast, post, stranger):
    item = etree.fromstring(stranger.client.get("/feed.xml").get_data()).find("channel/item")
    address = f"{ORIGIN}/news/we-recorded-the-rain-thunder"
    assert item.findtext("title") == "We recorded the rain & thunder"
    assert item.findtext("link") == address
    assert item.findtext("description") == "Rain, at last."
    assert item.findtext("pubDate") == format_datetime(NOON) == "Tue, 24 Nov 2026 12:00:00 +0000"
    assert item.findtext("{http://purl.org/dc/elements/1.1/}creator") == "eli"
    text = item.findtext(CONTENT)
    assert "<em>third</em>" in text
    assert f'href="{ORIGIN}/news/tour"' in text
    assert f'src="{ORIGIN}/media/cat.png"' in text


def test_an_item_stays_the_same_when_its_address_changes(cast, clock, post, stranger):
    def known_as():
        guid = etree.fromstring(stranger.client.get("/feed.xml").get_data()).find("channel/item/guid")
        assert guid.get("isPermaLink") == "false"
        return guid.text

    before = known_as()
    clock.shift(3600)
    news.revise(post, by=cast.eli, version=get(NewsPost, post).version, title="Thunder", slug="thunder")
    assert known_as() == before
    (entry,) = read(stranger).entries
    assert (entry.link, entry.title) == (f"{ORIGIN}/news/thunder", "Thunder")
    assert parsedate_to_datetime(entry.published) == NOON


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("[a](/tour/)", f'href="{ORIGIN}/tour/"'),
        ("[a](other)", f'href="{ORIGIN}/news/other"'),
        ("[a](?page=2)", f'href="{ORIGIN}/news/lisbon?page=2"'),
        ("[a](#b)", f'href="{ORIGIN}/news/lisbon#b"'),
        ("[a](https://elsewhere.example/x?a=1&b=2)", 'href="https://elsewhere.example/x?a=1&amp;b=2"'),
        ("[a](mailto:ada@example.org)", 'href="mailto:ada@example.org"'),
        ('Write `href="/x"` there', 'href="/x"</code>'),
        ("Word[^1]\n\n[^1]: Note", f'href="{ORIGIN}/news/lisbon#'),
    ],
)
def test_addresses_in_the_text_are_whole(cast, stranger, written, shown):
    news_post(cast.eli, body=written)
    assert shown in etree.fromstring(stranger.client.get("/feed.xml").get_data()).findtext(f"channel/item/{CONTENT}")


def test_each_language_has_its_feed(cast, clock, post, stranger):
    french = news.draft(by=cast.eli, title="La pluie", body="Il a plu.", language="fr", translation_of=post)
    news.publish(french.id, by=cast.eli)
    news_post(cast.eli, slug="lisbon", title="We play Lisbon")
    assert titles(stranger) == ["We recorded the rain & thunder", "We play Lisbon"]
    assert titles(stranger, "/fr/feed.xml") == ["La pluie", "We play Lisbon"]
    channel = etree.fromstring(stranger.client.get("/fr/feed.xml").get_data()).find("channel")
    assert channel.findtext("language") == "fr"
    assert channel.findtext("link") == f"{ORIGIN}/fr/"
    assert channel.find(f"{ATOM}link").get("href") == f"{ORIGIN}/fr/feed.xml"
    assert [item.findtext("link") for item in channel.iter("item")] == [f"{ORIGIN}/fr/news/la-pluie", f"{ORIGIN}/news/lisbon"]
    for path in ("/", "/fr/"):
        stranger.get(path)
        feeds = stranger.page.xpath(
            '//link[@rel="alternate"][contains(@type, "feed+json") or contains(@type, "s+xml") or contains(@type, "m+xml")]/@href'
        )
        assert feeds == [f"{ORIGIN}{path}feed.{ending}" for ending in ("xml", "atom", "json")]


def test_the_newest_thirty_stand_there_newest_first(cast, clock, stranger, count_queries):
    many_posts(3)
    stranger.client.get("/feed.xml")
    with count_queries() as few:
        assert titles(stranger) == ["Post 3", "Post 2", "Post 1"]
    many_posts(60)
    with count_queries() as many:
        assert titles(stranger) == [f"Post {number}" for number in range(63, 33, -1)]
    assert len(many) == len(few) <= 5


# ---- not for everyone -------------------------------------------------------------------------------------------------------


def test_what_not_everyone_may_read_is_never_there(cast, clock, post, browser_as):
    news.draft(by=cast.eli, title="A draft")
    planned = news.draft(by=cast.eli, title="Planned")
    news.publish(planned.id, by=cast.eli, at=NOON + timedelta(days=1))
    for visibility in ("members", "press"):
        news_post(cast.eli, slug=visibility, title=f"For {visibility}", visibility=visibility)
    for who in (None, cast.fay, cast.ada):
        assert titles(browser_as(who)) == ["We recorded the rain & thunder"]
    news.withdraw(post, by=cast.eli)
    for who in (None, cast.fay, cast.ada):
        assert titles(browser_as(who)) == []


def test_who_is_gone_signs_nothing(cast, clock, post, stranger):
    accounts.erase(cast.eli.id)
    assert b"eli" not in stranger.client.get("/feed.xml").get_data()
    assert "author" not in read(stranger).entries[0]


# ---- asking again -----------------------------------------------------------------------------------------------------------


def test_a_reader_that_asks_again_is_told_whether_anything_changed(cast, clock, post, stranger):
    first = stranger.client.get("/feed.xml").headers
    assert first["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert first["Last-Modified"] == "Tue, 24 Nov 2026 12:00:00 GMT"
    assert "Set-Cookie" not in first
    asked = ({"If-None-Match": first["ETag"]}, {"If-Modified-Since": first["Last-Modified"]})
    clock.shift(3600)
    for headers in asked:
        again = stranger.client.get("/feed.xml", headers=headers)
        assert (again.status_code, again.get_data(), again.headers["ETag"]) == (304, b"", first["ETag"])
    news.revise(post, by=cast.eli, version=get(NewsPost, post).version, body="On the fourth day.")
    for headers in asked:
        assert stranger.client.get("/feed.xml", headers=headers).status_code == 200


def test_a_reader_that_goes_by_the_date_sees_that_something_was_taken_down(cast, clock, post, stranger):
    clock.shift(3600)
    newer = news.draft(by=cast.eli, title="Newer")
    news.publish(newer.id, by=cast.eli)
    seen = stranger.client.get("/feed.xml").headers["Last-Modified"]
    clock.shift(3600)
    news.withdraw(post, by=cast.eli)
    assert stranger.client.get("/feed.xml", headers={"If-Modified-Since": seen}).status_code == 200


def test_the_head_is_that_of_the_feed(post, stranger):
    whole, head = stranger.client.get("/feed.xml"), stranger.client.head("/feed.xml")
    assert (head.status_code, head.get_data(), head.headers["ETag"]) == (200, b"", whole.headers["ETag"])


@pytest.mark.parametrize("query", ["utm_source=x", "page=2", "language=fr", "q=%22%3E%3Cscript%3E"])
def test_what_is_added_to_the_address_changes_nothing(post, stranger, query):
    assert stranger.client.get(f"/feed.xml?{query}").get_data() == stranger.client.get("/feed.xml").get_data()


def test_it_is_only_read(app, post, stranger):
    stranger.post("/feed.xml", status=405)


# ---- odd texts --------------------------------------------------------------------------------------------------------------

ODD = [
    "]]>",
    "<![CDATA[x]]>",
    "a\x0bb\x00c\x1f",
    "\ufffe\uffff",
    "&amp;lt;",
    "</title><script>alert(1)</script>",
    "🎸 \u202e",
    "\r\n\t",
    "%s {0}",
]


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_break_nothing(cast, stranger, text):
    news_post(cast.eli, title=f"x{text}", summary=f"x{text}", body=f"x{text}")
    (entry,) = read(stranger).entries
    assert entry.title.startswith("x")
    assert "<script" not in entry.content[0].value


@pytest.mark.shared
def test_naughty_strings_break_nothing(cast, shared, stranger):
    strings = json.loads((shared / "data" / "xss" / "big-list-of-naughty-strings.json").read_text())
    for number, text in enumerate(filter(str.strip, strings), 1):
        news_post(cast.eli, slug=f"naughty-{number}", title=text[:200], summary=text[:500], body=text)
        if number % ITEMS == 0:
            entries = read(stranger).entries
            assert len(entries) == ITEMS
            assert "<script" not in "".join(entry.content[0].value.lower() for entry in entries if "content" in entry)
