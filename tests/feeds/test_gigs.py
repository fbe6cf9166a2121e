"""`/tour/feed.…`: what was announced, and what became of it."""

from __future__ import annotations

from datetime import date

import pytest
from lxml import etree

from fansite.tour import operations as tour
from tests.tour.cast import gig


@pytest.fixture
def evening(cast, clock):
    return gig(cast.eli, body="Bring **soup**.")


def titles(visitor, path: str = "/tour/feed.xml") -> list[str]:
    visitor.get(path)
    return [item.findtext("title") for item in etree.fromstring(visitor.response.get_data()).iter("item")]


def test_what_was_announced_last_comes_first(cast, evening, clock, stranger):
    clock.shift(60)
    gig(cast.eli, "lyon", day=date(2026, 12, 1))
    gig(cast.eli, "london", published=False)
    assert titles(stranger) == [
        "Tuesday, 1 December 2026: Lyon, La Cale Sèche",
        "Friday, 11 December 2026: Brussels, La Vieille Brasserie",
    ]
    assert titles(stranger, "/fr/tour/feed.xml")[1] == "vendredi 11 décembre 2026: Bruxelles, La Vieille Brasserie"
    stranger.get("/tour/")
    assert "http://127.0.0.1:8000/tour/feed.xml" in stranger.page.xpath('//link[@rel="alternate"]/@href')


def test_what_became_of_it_is_told_with_its_reason_under_the_same_name(cast, evening, clock, stranger):
    stranger.get("/tour/feed.json")
    before = stranger.response.get_json(force=True)["items"][0]
    assert "<strong>soup</strong>" in before["content_html"]
    clock.shift(60)
    tour.reschedule(evening.id, {"day": date(2027, 2, 5)}, by=cast.eli, reason="Flu <b>")
    stranger.get("/tour/feed.json")
    after = stranger.response.get_json(force=True)["items"][0]
    assert after["title"] == "New date: Friday, 5 February 2027: Brussels, La Vieille Brasserie"
    assert after["id"] == before["id"] and after["url"] != before["url"]
    assert after["date_modified"] > before["date_modified"]
    assert "Flu &lt;b&gt;" in after["content_html"]


def test_what_was_taken_down_is_in_no_feed(cast, evening, stranger):
    tour.withdraw(evening.id, by=cast.eli)
    assert titles(stranger) == []


def test_as_atom_too(cast, evening, stranger):
    stranger.get("/tour/feed.atom")
    feed = etree.fromstring(stranger.response.get_data())
    assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) == 1
