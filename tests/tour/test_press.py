"""What the papers wrote about an evening."""

from __future__ import annotations

from datetime import date

import pytest

from fansite.core.errors import Forbidden, Refused
from fansite.tour.setlists import operations, queries
from fansite.tour.setlists.operations import MOST_LINKS
from tests.tour.cast import gig

REVIEW = {"url": "https://kettle.example/2026/two-coats?a=1&b=2", "title": "Two coats", "outlet": "The Evening Kettle", "day": date(2026, 11, 22), "language": "fr"}  # fmt: skip


NO_LINKS = (
    "", "kettle.example", "javascript:alert(1)", "data:text/html,x", "ftp://kettle.example/", "https://", "https://kettle", "//kettle.example/",
    "https://bank.example@kettle.example/", "https://kettle.example/ a", "https://kettle.example/\u202egpj", 'https://kettle.example/"onclick=',
    "https:\\\\kettle.example", "https://kettle.example:99999/", "https://[::1", f"https://kettle.example/{'x' * 500}",
)  # fmt: skip


@pytest.fixture
def evening(cast, clock):
    return gig(cast.eli, day=date(2026, 11, 20))


@pytest.fixture
def eli(cast, clock, browser_as):
    return browser_as(cast.eli)


def test_it_stands_on_the_page_of_the_evening_with_where_and_when(cast, evening, stranger):
    stranger.get(f"/tour/{evening.slug}")
    operations.add_press(evening.id, REVIEW, by=cast.eli)
    operations.add_press(evening.id, {"url": "https://cahier.example/", "title": "<b>Petite</b> musique"}, by=cast.eli)
    stranger.get(f"/tour/{evening.slug}")
    first, second = stranger.page.xpath('//*[@id="press"]//a')
    assert (first.get("href"), first.get("rel"), first.get("hreflang")) == (REVIEW["url"], "nofollow noopener", "fr")
    assert "The Evening Kettle · Sunday, 22 November 2026 · French" in stranger.text
    assert second.text == "<b>Petite</b> musique" and second.get("hreflang") is None


def test_the_same_page_twice_is_one_link_as_it_was_told_last(cast, evening):
    for title in ("Two coats", "Two coats", "Two Coats, One Piano"):
        operations.add_press(evening.id, {**REVIEW, "title": title}, by=cast.eli)
    assert [link.title for link in queries.press_of(evening.id)] == ["Two Coats, One Piano"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        *(({"url": url}, "url") for url in NO_LINKS),
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"outlet": "x" * 81}, "outlet"),
        ({"language": "<b>"}, "language"),
        ({"language": "english"}, "language"),
    ],
)
def test_what_is_no_link_is_refused(cast, evening, wrong, field):
    with pytest.raises(Refused) as refused:
        operations.add_press(evening.id, {**REVIEW, **wrong}, by=cast.eli)
    assert refused.value.field == field
    assert not queries.press_of(evening.id)


def test_there_is_an_end_to_them_and_only_the_staff_add_any(cast, evening):
    for number in range(MOST_LINKS):
        operations.add_press(evening.id, {**REVIEW, "url": f"https://kettle.example/{number}"}, by=cast.eli)
    with pytest.raises(Refused):
        operations.add_press(evening.id, REVIEW, by=cast.eli)
    for person in (cast.fay, cast.milo, None):
        with pytest.raises(Forbidden):
            operations.add_press(evening.id, REVIEW, by=person)
        with pytest.raises(Forbidden):
            operations.remove_press(evening.id, 1, by=person)


def test_at_the_desk_one_is_added_and_taken_away(cast, evening, eli, stranger):
    eli.get(f"/staff/tour/{evening.id}/press")
    assert "Nothing yet." in eli.text
    eli.submit("press", {"url": "javascript:alert(1)", "title": "Two coats", "day": "2026-11-22"}, status=422)
    assert "begins with https://" in eli.page.xpath("string(//*[@data-problems])")
    assert eli.page.xpath('string(//input[@name="url"]/@value)') == "javascript:alert(1)"
    assert eli.page.xpath('string(//input[@name="title"]/@value)') == "Two coats"
    eli.submit("press", {"url": REVIEW["url"], "day": "nonsense"}, status=422)
    eli.submit("press", {"url": REVIEW["url"], "day": "2026-11-22", "outlet": "The Kettle", "language": "fr"}, follow=True)
    (link,) = queries.press_of(evening.id)
    assert (link.title, link.day, link.outlet, link.language) == ("Two coats", date(2026, 11, 22), "The Kettle", "fr")
    stranger.get(f"/tour/{evening.slug}")
    assert "In the press" in stranger.text
    number = link.id
    other = gig(cast.eli, "lyon", day=date(2026, 11, 21))
    token = eli.page.xpath('string(//input[@name="csrf_token"]/@value)')
    eli.post(f"/staff/tour/{other.id}/press/{number}/removal", {"csrf_token": token})
    assert queries.press_of(evening.id)
    eli.get(f"/staff/tour/{evening.id}/press")
    eli.submit(f"removal-{number}")
    eli.post(f"/staff/tour/{evening.id}/press/{number}/removal", {"csrf_token": token})
    assert not queries.press_of(evening.id)
    stranger.get(f"/tour/{evening.slug}")
    assert "In the press" not in stranger.text
