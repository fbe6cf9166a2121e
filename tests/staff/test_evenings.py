"""The evenings a post is about are ticked in the editor, with and without scripts, and kept like every other word of it."""

from __future__ import annotations

from datetime import date

import pytest

from fansite.core.db import get
from fansite.news import operations as news
from fansite.news.models import NewsPost
from tests.client import fields_of
from tests.staff.test_copies import typing
from tests.staff.test_writing import press
from tests.tour.cast import gig


@pytest.fixture
def eli(cast, clock, browser_as):
    return browser_as(cast.eli)


@pytest.fixture
def gigs(cast, clock):
    gig(cast.eli, "chatham", day=date(2025, 1, 1))  # long ago
    days = {"brussels": date(2026, 12, 11), "lyon": date(2026, 10, 1), "london": date(2027, 2, 12)}
    return [gig(cast.eli, house, day=day, published=house != "london").id for house, day in days.items()]


def ticked(visitor) -> list[str]:
    return visitor.page.xpath('//input[starts-with(@name, "gigs-") and @checked]/@name')


def about(post_id) -> list[int]:
    return sorted(get(NewsPost, post_id).gigs)


def test_what_is_to_come_and_what_was_lately_can_be_ticked_drafts_too(eli, gigs):
    eli.get("/staff/news/new")
    boxes = eli.page.xpath('//details[@id="gigs"]//label')
    assert [box.text_content().strip() for box in boxes] == [
        "Thu 1 Oct · Lyon, La Cale Sèche",
        "Fri 11 Dec · Brussels, La Vieille Brasserie",
        "Fri 12 Feb · London, The Lantern Room (draft)",
    ]
    assert ticked(eli) == []


def test_ticked_saved_and_taken_back(eli, gigs):
    eli.get("/staff/news/new")
    eli.submit("entry", {"title": "On tour", "body": "We come.", **{f"gigs-{number}": "y" for number in gigs[:2]}}, status=303)
    post_id = int(eli.response.headers["Location"].partition("?")[0].rpartition("/")[2])
    assert about(post_id) == sorted(gigs[:2])
    eli.get(f"/staff/news/{post_id}")
    assert len(ticked(eli)) == 2
    press(eli, "publication", status=303)
    assert about(post_id) == sorted(gigs[:2])
    eli.get(f"/staff/news/{post_id}")
    data = fields_of(eli.page.xpath('//form[@data-form="entry"]')[0])
    eli.post(f"/staff/news/{post_id}", {name: value for name, value in data.items() if not name.startswith("gigs-")}, status=303)
    assert about(post_id) == []


def test_what_is_typed_keeps_every_tick(eli, cast, gigs):
    post = news.draft(by=cast.eli, title="On tour", body="We come.")
    kept = typing(eli, f"/staff/news/{post.id}", {f"gigs-{number}": "y" for number in gigs})
    assert about(post.id) == []
    eli.get(f"/staff/news/{post.id}?copy={kept['sitting']}")
    assert len(ticked(eli)) == 3


def test_a_form_to_correct_comes_back_with_its_ticks(eli, gigs):
    eli.get("/staff/news/new")
    eli.submit("entry", {"title": "", f"gigs-{gigs[0]}": "y", "gigs-999999": "y", "gigs-x": "y"}, status=422)
    assert ticked(eli) == [f"gigs-{gigs[0]}"]
    eli.submit("entry", {"title": "On tour", f"gigs-{gigs[0]}": "y", "gigs-999999": "y"}, status=422)
    assert "One of these evenings is gone" in eli.text
    assert ticked(eli) == [f"gigs-{gigs[0]}"]


def test_a_preview_shows_the_evenings_and_goes_back_with_them(eli, gigs):
    eli.get("/staff/news/new")
    press(eli, "preview", {"title": "On tour", "body": "We come.", f"gigs-{gigs[0]}": "y"}, status=200)
    assert eli.page.xpath('//section[@aria-labelledby="evenings"]//a/text()') == ["Brussels"]
    assert eli.page.xpath(f'//input[@type="hidden" and @name="gigs-{gigs[0]}"]')


def test_a_translation_begins_with_the_same_evenings(eli, cast, gigs):
    post = news.draft(by=cast.eli, title="On tour", body="We come.", gigs=gigs[:1])
    eli.get(f"/staff/news/new?translation_of={post.id}&text_language=fr")
    assert ticked(eli) == [f"gigs-{gigs[0]}"]


def test_other_ticks_of_somebody_else_are_compared(eli, cast, gigs):
    post = news.draft(by=cast.eli, title="On tour", body="We come.")
    eli.get(f"/staff/news/{post.id}")
    news.revise(post.id, by=cast.ada, version=1, gigs=gigs[:1])
    eli.submit("entry", {f"gigs-{gigs[1]}": "y"}, status=409)
    assert "2026-12-11 Brussels, La Vieille Brasserie" in eli.text and "2026-10-01 Lyon, La Cale Sèche" in eli.text
