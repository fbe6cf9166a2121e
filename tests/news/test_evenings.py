"""A post says which evenings it is about, and those evenings say so."""

from __future__ import annotations

import json
from datetime import date

import pytest

from fansite.core.db import get
from fansite.core.errors import Refused
from fansite.news import operations as news
from fansite.news.models import MAX_GIGS, NewsPost
from fansite.tour import operations as tour
from tests.client import ORIGIN
from tests.tour.cast import gig


@pytest.fixture
def evening(cast, clock):
    return gig(cast.eli, tour_id=tour.tour_named("Two Coats, One Train", by=cast.eli).id)


@pytest.fixture
def post(cast, evening):
    return written(cast, [evening.id])


def written(cast, gigs, title="Ten evenings", **more):
    draft = news.draft(by=cast.eli, title=title, body="We come.", gigs=gigs, **more)
    news.publish(draft.id, by=cast.eli)
    return draft


def revise(cast, post, **what):
    news.revise(post.id, by=cast.eli, version=get(NewsPost, post.id).version, **what)


def told(visitor, path) -> list[str]:
    visitor.get(path)
    return visitor.page.xpath('//section[@aria-labelledby="told"]//a/text()')


def evenings(visitor, path="/news/ten-evenings") -> list[str]:
    visitor.get(path)
    return visitor.page.xpath('//section[@aria-labelledby="evenings"]//*[contains(@class, "gig__place")]/a/@href')


def node(visitor, kind) -> dict:
    (graph,) = [json.loads(text) for text in visitor.page.xpath('//script[@type="application/ld+json"]/text()')]
    return next(one for one in graph["@graph"] if one["@type"] == kind)


def test_each_leads_to_the_other_in_words_and_for_machines(evening, post, stranger):
    assert evenings(stranger) == [f"/tour/{evening.slug}"]
    assert node(stranger, "NewsArticle")["about"] == [{"@id": f"{ORIGIN}/tour/{evening.slug}"}]
    assert told(stranger, f"/tour/{evening.slug}") == ["Ten evenings"]
    event = node(stranger, "MusicEvent")
    assert event["@id"] == f"{ORIGIN}/tour/{evening.slug}"
    assert [(one["@type"], one["headline"], one["url"]) for one in event["subjectOf"]] == [
        ("NewsArticle", "Ten evenings", f"{ORIGIN}/news/ten-evenings")
    ]
    assert told(stranger, "/tour/two-coats-one-train") == ["Ten evenings"]
    assert told(stranger, "/tour/") == []


def test_what_was_written_last_stands_first_and_once(cast, evening, post, stranger, clock):
    other = gig(cast.eli, "lyon", tour_id=evening.tour_id)
    clock.move_to(date(2026, 11, 26))
    written(cast, [evening.id, other.id], "One more house")
    assert told(stranger, f"/tour/{evening.slug}") == ["One more house", "Ten evenings"]
    assert told(stranger, "/tour/two-coats-one-train") == ["One more house", "Ten evenings"]


@pytest.mark.parametrize("act", [news.withdraw, news.recall])
def test_a_post_that_is_not_public_is_not_spoken_of(cast, evening, post, stranger, act):
    assert told(stranger, f"/tour/{evening.slug}")
    act(post.id, by=cast.eli)
    assert told(stranger, f"/tour/{evening.slug}") == told(stranger, "/tour/two-coats-one-train") == []
    stranger.get(f"/tour/{evening.slug}")
    assert "subjectOf" not in node(stranger, "MusicEvent")
    news.publish(post.id, by=cast.eli)
    assert told(stranger, f"/tour/{evening.slug}") == ["Ten evenings"]


def test_a_draft_of_an_evening_is_not_spoken_of_until_it_is_public(cast, clock, stranger):
    secret = gig(cast.eli, "london", published=False)
    written(cast, [secret.id])
    assert evenings(stranger) == []
    assert "London" not in stranger.text and "about" not in node(stranger, "NewsArticle")
    tour.publish(secret.id, by=cast.eli)
    assert evenings(stranger) == [f"/tour/{secret.slug}"]
    tour.withdraw(secret.id, by=cast.eli)
    assert evenings(stranger) == []


def test_what_becomes_of_the_evening_stands_on_the_post_at_once(cast, evening, post, stranger):
    evenings(stranger)
    tour.cancel(evening.id, by=cast.eli)
    stranger.get("/news/ten-evenings")
    assert "Cancelled" in stranger.text


def test_a_text_of_another_language_is_not_offered_to_this_reader(cast, evening, post, stranger):
    written(cast, [evening.id], "Dix dates", language="fr", translation_of=post.id)
    assert told(stranger, f"/tour/{evening.slug}") == ["Ten evenings"]
    assert told(stranger, f"/fr/tour/{evening.slug}") == ["Dix dates"]


def test_another_title_and_another_choice_are_seen_at_once(cast, evening, post, stranger):
    assert told(stranger, f"/tour/{evening.slug}") == ["Ten evenings"]
    revise(cast, post, title="Eleven evenings")
    assert told(stranger, f"/tour/{evening.slug}") == ["Eleven evenings"]
    other = gig(cast.eli, "lyon")
    assert told(stranger, f"/tour/{other.slug}") == []
    revise(cast, post, gigs=[other.id])
    assert told(stranger, f"/tour/{evening.slug}") == []
    assert told(stranger, f"/tour/{other.slug}") == ["Eleven evenings"]
    revise(cast, post, body="Nothing is said of evenings.")
    assert told(stranger, f"/tour/{other.slug}") == ["Eleven evenings"]


def test_what_is_no_evening_and_too_many_are_refused(cast, evening, post):
    for gigs in ([evening.id, 99_999], [post.id], range(1, MAX_GIGS + 2)):
        with pytest.raises(Refused) as refused:
            revise(cast, post, gigs=gigs)
        assert refused.value.field == "gigs"


def test_pages_cost_the_same_however_many_evenings(cast, clock, stranger, count_queries):
    counts = []
    for number in (2, 12):
        gigs = [gig(cast.eli, "lyon", day=date(2027, number, day + 1)).id for day in range(number)]
        for nth in range(number):
            written(cast, gigs, f"About {number} {nth}")
        paths = [f"/news/about-{number}-0", f"/tour/2027-{number:02}-01-lyon-la-cale-seche"]
        for path in paths:
            stranger.get(path)
        stranger.client.application.extensions["fansite"].pages.store.clear()
        with count_queries() as counted:
            for path in paths:
                stranger.get(path)
        counts.append(len(counted))
    assert counts[0] == counts[1]
