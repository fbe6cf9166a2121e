"""`/tour/` and the page of one evening, as everybody meets them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest

from fansite.tour import operations as tour
from tests.tour.cast import gig, house


@pytest.fixture
def evening(cast, clock):
    return gig(cast.eli)


def places(visitor) -> list[str]:
    return visitor.page.xpath('//*[contains(@class, "gig__place")]/a/text()')


def stamps(visitor) -> list[str]:
    return visitor.page.xpath('//main//*[contains(@class, "stamp")]/text()')


def node(visitor) -> dict:
    (graph,) = [json.loads(text) for text in visitor.page.xpath('//script[@type="application/ld+json"]/text()')]
    return next(one for one in graph["@graph"] if one["@type"] == "MusicEvent")


# ---- lists ------------------------------------------------------------------------------------------------------------------


def test_all_that_is_to_come_is_there_in_its_order_and_its_month(cast, evening, stranger):
    gig(cast.eli, "lyon", day=date(2026, 11, 28))
    gig(cast.eli, "london", day=date(2027, 2, 12), starts=None, doors=None)
    stranger.get("/tour/")
    assert places(stranger) == ["Lyon", "Brussels", "London"]
    assert stranger.page.xpath('//*[@class="tour__month"]/text()') == ["November 2026", "December 2026", "February 2027"]
    assert stranger.page.xpath("//main//li//time/@datetime") == ["2026-11-28T20:15+01:00", "2026-12-11T20:15+01:00", "2027-02-12"]
    stranger.get("/fr/tour/")
    assert stranger.page.xpath('//*[@class="tour__month"]/text()')[0] == "novembre 2026"
    assert "Belgique" in stranger.text


def test_a_site_without_gigs_says_so(app, cast, stranger):
    stranger.get("/tour/")
    assert "No evening is fixed yet" in stranger.text
    stranger.get("/tour/past/")


def test_it_moves_to_the_past_by_itself_when_it_is_over_there(cast, clock, stranger):
    gig(cast.eli, "london", day=date(2026, 11, 24), starts=time(19), ends=time(22))
    stranger.get("/tour/")
    assert places(stranger) == ["London"]
    clock.move_to(datetime(2026, 11, 24, 21, 59, 59, tzinfo=UTC))
    stranger.get("/tour/")
    assert "Coming up" in stranger.text
    clock.move_to(datetime(2026, 11, 24, 22, 0, 1, tzinfo=UTC))
    stranger.get("/tour/")
    assert "Coming up" not in stranger.text
    stranger.get("/tour/past/")
    assert places(stranger) == ["London"]


def test_by_country_and_year(cast, evening, clock, stranger):
    gig(cast.eli, "lyon", day=date(2025, 5, 1))
    gig(cast.eli, "london", day=date(2024, 5, 1))
    stranger.get("/tour/?country=BE")
    assert places(stranger)[0] == "Brussels"
    stranger.get("/tour/?country=FR", status=404)
    stranger.get("/tour/past/?year=2024")
    assert places(stranger) == ["London"]
    stranger.get("/tour/past/?country=FR")
    assert places(stranger) == ["Lyon"]
    for path in (
        "/tour/past/?year=1999",
        "/tour/past/?year=x",
        "/tour/past/?year=02024",
        "/tour/past/?country=ZZ",
        "/tour/past/?page=2",
    ):
        stranger.get(path, status=404)


@pytest.mark.parametrize("place", ["Bruxelles", "brussel", "BRUSSELS", "Antwerpen"])
def test_what_is_near_is_found_by_any_name_with_its_distance(cast, evening, stranger, place):
    gig(cast.eli, "london")
    stranger.get(f"/tour/near?place={place}")
    assert places(stranger) == ["Brussels"]
    assert " km" in stranger.page.xpath('string(//*[@class="gig__venue"])')


def test_where_nothing_is_near_the_least_far_is_shown(cast, evening, stranger):
    stranger.get("/tour/near?place=Lisbonne")
    assert places(stranger) == ["Brussels"]
    assert "Nothing that near is planned" in stranger.text
    stranger.get("/tour/near?place=Trifouilly")
    assert "We do not know a town called" in stranger.text
    stranger.get("/tour/near")
    stranger.get("/tour/near?place=%00<script>&km=-1")
    assert "<script>&" not in stranger.text


def test_a_tour_has_a_page_of_its_own(cast, clock, stranger):
    winter = tour.tour_named("Winter, by train", by=cast.eli)
    gig(cast.eli, tour_id=winter.id)
    gig(cast.eli, "lyon", day=date(2026, 11, 1), tour_id=winter.id)
    gig(cast.eli, "london")
    stranger.get("/tour/winter-by-train")
    assert places(stranger) == ["Brussels", "Lyon"]
    assert stranger.page.xpath("//h1/text()") == ["Winter, by train"]
    stranger.get("/tour/summer", status=404)


def test_lists_cost_the_same_however_many(cast, clock, stranger, count_queries):
    gig(cast.eli)
    stranger.get("/tour/")
    with count_queries() as few:
        stranger.get("/tour/")
    for number in range(20):
        gig(cast.eli, "lyon", day=date(2027, 1, 1) + timedelta(days=number))
    stranger.get("/tour/")
    with count_queries() as many:
        stranger.get("/tour/")
    assert len(many) == len(few) == 1


# ---- one evening ------------------------------------------------------------------------------------------------------------


def test_the_page_says_when_where_and_what_it_costs(cast, clock, stranger):
    made = gig(
        cast.eli,
        price=1700,
        currency="EUR",
        tickets="on_sale",
        ticket_url="https://tickets.example/9",
        support="Anke & the Kettles",
        age="All ages",
        ends=time(23),
        body="Bring **soup**.",
        press_contact="press@example.org",
    )
    stranger.get(f"/tour/{made.slug}")
    text = " ".join(stranger.page.xpath("string(//main)").split())
    for words in (
        "Brussels, La Vieille Brasserie",
        "Friday, 11 December 2026",
        "19:00",
        "20:15",
        "Brussels time (UTC+1)",
        "Anke & the Kettles",
        "Rue du Houblon 14, Brussels, Belgium",
        "All ages",
        "€17.00",
        "soup",
    ):
        assert words in text
    assert "press@example.org" not in stranger.text
    assert stranger.page.xpath('//a[contains(@href, "tickets.example")]/@rel') == ["nofollow"]
    assert stranger.page.xpath('//link[@rel="alternate"][@hreflang="fr"]/@href') == [f"http://127.0.0.1:8000/fr/tour/{made.slug}"]
    stranger.get(f"/fr/tour/{made.slug}")
    assert "vendredi 11 décembre 2026" in stranger.text


def test_an_hour_nobody_knows_is_said_to_be_to_come(cast, clock, stranger):
    made = gig(cast.eli, starts=None, doors=None)
    stranger.get(f"/tour/{made.slug}")
    assert "To be announced" in stranger.text
    assert node(stranger)["startDate"] == "2026-12-11"


@pytest.mark.parametrize(
    ("act", "stamp", "status"),
    [
        (lambda made, by: None, [], "EventScheduled"),
        (lambda made, by: tour.cancel(made.id, by=by, reason="Flu."), ["Cancelled"], "EventCancelled"),
        (lambda made, by: tour.postpone(made.id, by=by, reason="Flu."), ["Postponed"], "EventPostponed"),
        (
            lambda made, by: tour.reschedule(made.id, {"day": date(2027, 2, 5)}, by=by, reason="Flu."),
            ["New date"],
            "EventRescheduled",
        ),
        (lambda made, by: tour.move(made.id, house(by, "lyon").id, by=by, reason="Flu."), ["New place"], "EventScheduled"),
        (lambda made, by: tour.sell(made.id, "sold_out", by=by), ["Sold out"], "EventScheduled"),
    ],
)
def test_every_state_is_told_to_people_and_machines(cast, evening, stranger, act, stamp, status):
    act(evening, cast.eli)
    stranger.get("/tour/")
    assert stamps(stranger) == stamp
    stranger.get(stranger.page.xpath('//*[contains(@class, "gig__place")]/a/@href')[0])
    assert stamps(stranger)[:1] == stamp
    told = node(stranger)
    assert told["eventStatus"] == f"https://schema.org/{status}"
    for name in ("name", "startDate", "location", "performer", "organizer", "eventAttendanceMode", "url", "description"):
        assert told[name], name
    assert told["location"]["address"]["addressCountry"]
    assert ("previousStartDate" in told) == (status == "EventRescheduled")
    if status == "EventRescheduled":
        assert (told["previousStartDate"], told["startDate"]) == (["2026-12-11T20:15+01:00"], "2027-02-05T20:15+01:00")
    if stamp and stamp != ["Sold out"]:
        assert "Flu." in stranger.text


def test_a_new_date_leads_from_the_old_address_in_one_hop(cast, evening, stranger):
    old = evening.slug
    tour.reschedule(evening.id, {"day": date(2027, 2, 5)}, by=cast.eli)
    stranger.get(f"/tour/{old}", status=301)
    assert stranger.response.headers["Location"].endswith("/tour/2027-02-05-brussels-la-vieille-brasserie")
    stranger.get(f"/fr/tour/{old}", status=301)
    assert "/fr/tour/2027-02-05" in stranger.response.headers["Location"]


def test_drafts_are_the_staffs_and_what_was_taken_down_says_so(cast, clock, stranger, browser_as):
    draft = gig(cast.eli, published=False)
    stranger.get(f"/tour/{draft.slug}", status=404)
    browser_as(cast.fay).get(f"/tour/{draft.slug}", status=404)
    browser_as(cast.eli).get(f"/tour/{draft.slug}")
    tour.publish(draft.id, by=cast.eli)
    tour.withdraw(draft.id, by=cast.eli)
    stranger.get(f"/tour/{draft.slug}", status=410)


def test_an_evening_is_a_place_to_comment(cast, evening, stranger, browser_as):
    from tests.texts import say

    comment = say(evening, cast.fay, "See you there")
    stranger.get(f"/tour/{evening.slug}")
    assert stranger.page.xpath(f'//article[@id="comment-{comment.id}"]')
    stranger.get(f"/comments/{comment.id}", status=302)
    assert stranger.response.headers["Location"].startswith(f"/tour/{evening.slug}")


def test_whatever_changes_stands_on_every_page_at_once(app, cast, evening, stranger, worker):
    for path in ("/", "/tour/", f"/tour/{evening.slug}", "/tour.ics"):
        stranger.get(path)
    tour.cancel(evening.id, by=cast.eli, reason="Flu.")
    for path in ("/", "/tour/", f"/tour/{evening.slug}"):
        stranger.get(path)
        assert "Cancelled" in stamps(stranger), path
    stranger.get("/tour.ics")
    assert "STATUS:CANCELLED" in stranger.response.get_data(as_text=True)
    worker()
    stranger.get("/search?q=Bruxelles")
    assert stranger.page.xpath('//ol[@id="results"]/li/@data-kind') == ["gig"]
    stranger.get("/fr/search?q=Brussels")
    assert "Bruxelles, La Vieille Brasserie" in stranger.page.xpath('string(//ol[@id="results"]//a)')
    stranger.get("/sitemaps/gig-1.xml")
    assert f"/fr/tour/{evening.slug}" in stranger.response.get_data(as_text=True)


def test_a_city_is_called_as_its_reader_calls_it_whoever_wrote_it_down(cast, clock, stranger):
    made = tour.draft(
        {
            "venue_id": tour.find_or_add({"name": "La Vieille Brasserie", "city": "Bruxelles", "country": "BE"}, by=cast.eli).id,
            "day": date(2026, 12, 11),
            "starts": time(20),
        },
        by=cast.eli,
    )
    tour.publish(made.id, by=cast.eli)
    gig(cast.eli, "london", day=date(2026, 12, 12))
    address = "2026-12-11-bruxelles-la-vieille-brasserie"
    for prefix, names in (("", ["Brussels", "London"]), ("/fr", ["Bruxelles", "Londres"])):
        stranger.get(f"{prefix}/tour/")
        assert places(stranger) == names
        assert names[0] in stranger.page.xpath("string(//*[@class='map']/@aria-label)")
        stranger.get(f"{prefix}/tour/{address}")
        assert stranger.page.xpath("string(//h1)") == f"{names[0]}, La Vieille Brasserie"
        assert names[0] in stranger.page.xpath("string(//title)")
        assert node(stranger)["location"]["address"]["addressLocality"] == names[0]
        stranger.get(f"{prefix}/tour/{address}.ics")
        assert f"{names[0]}, La Vieille".replace(",", "\\,").encode() in stranger.response.get_data()
