"""The same items in each format, as the specifications of Atom (RFC 4287) and JSON Feed 1.1 ask for them."""

from __future__ import annotations

import json

import feedparser
import pytest
from lxml import etree

from fansite.accounts import operations as accounts
from fansite.news import operations as news
from tests.client import ORIGIN
from tests.feeds.test_feed import ODD
from tests.texts import news_post, say

ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def post(cast, clock):
    draft = news.draft(
        by=cast.eli,
        title="Rain & <thunder>",
        body="On the *third* day [a](/b).",
        summary="Rain < sun & so on.",
        tags=["Tour", "studio"],
    )
    news.publish(draft.id, by=cast.eli)
    return draft.id


def atom_of(visitor, path="/feed.atom"):
    response = visitor.client.get(path)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    assert not feedparser.parse(
        response.get_data(), response_headers={"content-type": "application/atom+xml; charset=utf-8"}
    ).bozo
    return etree.fromstring(response.get_data())


def json_of(visitor, path="/feed.json"):
    response = visitor.client.get(path)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/feed+json")
    return json.loads(response.get_data())


def test_atom_has_all_that_it_must(post, stranger):
    feed = atom_of(stranger)
    for one in (feed, *feed.findall("a:entry", ATOM)):
        for name in ("id", "title", "updated", "author"):
            assert len(one.findall(f"a:{name}", ATOM)) == 1, name
    links = {link.get("rel"): link.get("href") for link in feed.findall("a:link", ATOM)}
    assert links == {"self": f"{ORIGIN}/feed.atom", "alternate": f"{ORIGIN}/"}
    (entry,) = feed.findall("a:entry", ATOM)
    assert entry.findtext("a:title", namespaces=ATOM) == "Rain & <thunder>"
    assert entry.findtext("a:summary", namespaces=ATOM) == "Rain &lt; sun &amp; so on."
    assert f'href="{ORIGIN}/b"' in entry.findtext("a:content", namespaces=ATOM)
    assert [one.get("term") for one in entry.findall("a:category", ATOM)] == ["Tour", "studio"]
    assert entry.findtext("a:author/a:uri", namespaces=ATOM) == f"{ORIGIN}/fans/eli"


def test_a_json_feed_has_all_that_it_must(post, stranger):
    feed = json_of(stranger)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert (feed["title"], feed["home_page_url"], feed["feed_url"]) == ("The Paper Marmots", f"{ORIGIN}/", f"{ORIGIN}/feed.json")
    (item,) = feed["items"]
    assert (item["id"], item["url"]) == (f"{ORIGIN}/entries/{post}", f"{ORIGIN}/news/rain-thunder")
    assert (item["title"], item["summary"], item["tags"]) == ("Rain & <thunder>", "Rain < sun & so on.", ["Tour", "studio"])
    assert "<em>third</em>" in item["content_html"]
    assert item["authors"] == [{"name": "eli", "url": f"{ORIGIN}/fans/eli"}]
    assert item["date_published"] == "2026-11-24T12:00:00+00:00"


@pytest.mark.parametrize("ending", ["xml", "atom", "json"])
def test_every_format_knows_an_item_by_the_same_id(post, stranger, ending):
    assert f"{ORIGIN}/entries/{post}" in stranger.client.get(f"/feed.{ending}").get_data(as_text=True)


def test_what_nobody_signs_is_the_bands(cast, post, stranger):
    accounts.erase(cast.eli.id)
    assert "authors" not in json_of(stranger)["items"][0]
    feed = atom_of(stranger)
    assert feed.findtext("a:author/a:name", namespaces=ATOM) == "The Paper Marmots"
    assert feed.find("a:entry/a:author", ATOM) is None


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_break_no_format(cast, stranger, text):
    say(news_post(cast.eli, title=f"x{text}", summary=f"x{text}", body=f"x{text}"), cast.milo, f"x{text}")
    for stem in ("/feed", "/comments/feed"):
        assert len(atom_of(stranger, f"{stem}.atom").findall("a:entry", ATOM)) == 1
        assert json_of(stranger, f"{stem}.json")["items"][0]["title"]


@pytest.mark.parametrize("ending", ["atom", "json"])
def test_every_format_answers_a_second_question_in_short(post, stranger, ending):
    first = stranger.client.get(f"/feed.{ending}").headers
    assert first["Last-Modified"] == "Tue, 24 Nov 2026 12:00:00 GMT"
    assert stranger.client.get(f"/feed.{ending}", headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_there_are_no_other_formats(app, stranger):
    for path in ("/feed.rss", "/feed.txt", "/feed.", "/news/feed.xml"):
        stranger.get(path, status=404)


@pytest.mark.shared
def test_atom_keeps_to_the_grammar_of_the_rfc(cast, post, shared, stranger):
    grammar = etree.RelaxNG(etree.parse(shared / "data" / "schemas" / "atom" / "atom.rng"))
    say(news_post(cast.eli), cast.milo)
    for path in ("/feed.atom", "/fr/feed.atom", "/news/tag/tour/feed.atom", "/news/lisbon/feed.atom", "/comments/feed.atom"):
        grammar.assertValid(atom_of(stranger, path))


@pytest.mark.shared
def test_json_feeds_hold_nothing_the_schema_does_not_know(cast, post, shared, stranger):
    schema = json.loads((shared / "data" / "schemas" / "json-feed" / "feed.json").read_text())
    say(news_post(cast.eli), cast.milo)
    for path in ("/feed.json", "/comments/feed.json", "/news/lisbon/feed.json"):
        feed = json_of(stranger, path)
        assert set(schema["required"]) <= set(feed) <= set(schema["properties"])
        for item in feed["items"]:
            assert set(item) <= set(schema["definitions"]["item"]["properties"])
