"""The tour at the desk: one form for an evening and its house, one press for a change of plans."""

from __future__ import annotations

from datetime import date, time, timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa

from fansite.core.db import db
from fansite.media import operations as media
from fansite.tour import operations as tour
from fansite.tour import queries
from fansite.tour.models import UNDO_WITHIN, Gig, Venue
from tests.media.hostile import photograph
from tests.tour.cast import gig, house
from tests.tour.test_pages import node

NEW = {
    "name": "La Vieille Brasserie", "city": "Bruxelles", "country": "BE", "day": "2026-12-11", "starts": "20:15", "doors": "19:00", "ends": "00:30",
    "tour": "Winter", "tickets": "on_sale", "ticket_url": "https://tickets.example/9", "price": "17.50", "currency": "eur", "body": "Bring **soup**.",
    "on_sale_at": "2026-11-30T10:00",
}  # fmt: skip


@pytest.fixture
def eli(cast, clock, browser_as):
    return browser_as(cast.eli)


@pytest.fixture
def evening(cast, clock):
    return gig(cast.eli)


def only() -> Gig:
    db.session.expire_all()
    (made,) = db.session.scalars(sa.select(Gig.id))
    return queries.opened(made)


def problems(visitor) -> str:
    return " ".join(visitor.page.xpath("string(//*[@data-problems])").split())


def test_an_evening_in_a_new_house_is_written_down_in_one_go_and_published(eli, stranger):
    eli.get("/staff/tour/new")
    eli.submit("gig", NEW, follow=True)
    made = only()
    assert (made.day, made.doors, made.starts, made.ends) == (date(2026, 12, 11), time(19), time(20, 15), time(0, 30))
    assert (made.price, made.currency, made.tour.name, made.venue.zone) == (1750, "EUR", "Winter", "Europe/Brussels")
    assert made.on_sale_at.isoformat() == "2026-11-30T09:00:00+00:00"
    stranger.get("/tour/2026-12-11-bruxelles-la-vieille-brasserie", status=404)
    eli.submit("publication", follow=True)
    assert "It is public now." in eli.text
    stranger.get("/tour/2026-12-11-bruxelles-la-vieille-brasserie")
    eli.get("/staff/tour/")
    assert "Bruxelles, La Vieille Brasserie" in eli.text


def test_what_was_saved_comes_back_into_the_boxes(eli):
    eli.get("/staff/tour/new")
    eli.submit("gig", NEW, follow=True)
    boxes = {
        name: eli.page.xpath(f'string(//*[@name="{name}"]/@value)')
        for name in ("day", "starts", "ends", "price", "currency", "tour", "on_sale_at")
    }
    assert boxes == {
        "day": "2026-12-11",
        "starts": "20:15",
        "ends": "00:30",
        "price": "17.50",
        "currency": "EUR",
        "tour": "Winter",
        "on_sale_at": "2026-11-30T10:00",
    }
    eli.submit("gig", {"support": "Anke"}, follow=True)
    assert only().support == "Anke"
    assert only().price == 1750


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"day": ""}, "Say on which day."),
        ({"day": "2026-02-30"}, "Day"),
        ({"starts": "25:00"}, "On stage"),
        ({"name": ""}, "Say what the house is called."),
        ({"city": "Trifouilly"}, "Choose the time zone"),
        ({"day": "0026-12-11"}, "slip of the pen"),
        ({"day": "9999-12-31"}, "slip of the pen"),
        ({"price": "Infinity"}, "Price"),
        ({"price": "1e999999"}, "Price"),
        ({"price": "-3"}, "Price"),
        ({"price": "17", "currency": ""}, "Say in which currency"),
        ({"ticket_url": "javascript:alert(1)"}, "begins with https://"),
        ({"latitude": "1e999"}, "Latitude"),
    ],
)
def test_what_makes_no_sense_is_said_and_nothing_typed_is_lost(eli, wrong, words):
    eli.get("/staff/tour/new")
    eli.submit("gig", {**NEW, **wrong}, status=422)
    assert words in problems(eli)
    assert eli.page.xpath('string(//textarea[@name="body"])').strip() == "Bring **soup**."
    assert eli.page.xpath('string(//*[@name="tour"]/@value)') == "Winter"
    assert db.session.scalar(sa.select(sa.func.count(Gig.id))) == 0


def test_who_saved_in_the_meantime_is_not_overwritten(cast, evening, eli):
    eli.get(f"/staff/tour/{evening.id}")
    tour.revise(evening.id, {"support": "Anke"}, by=cast.ada, version=evening.version)
    eli.submit("gig", {"support": "Bram"}, status=409)
    assert "Somebody else saved" in problems(eli)
    assert eli.page.xpath('string(//*[@name="support"]/@value)') == "Bram"
    assert only().support == "Anke"


@pytest.mark.parametrize(
    ("sent", "state", "tickets"),
    [
        ({"to": "cancelled", "reason": "Flu."}, "cancelled", ""),
        ({"to": "postponed", "reason": "Flu."}, "postponed", ""),
        ({"to": "rescheduled", "day": "2027-02-05", "reason": "Flu."}, "rescheduled", ""),
        ({"to": "sold_out"}, "planned", "sold_out"),
    ],
)
def test_one_press_changes_plans_and_another_takes_it_back(evening, eli, stranger, sent, state, tickets):
    eli.get(f"/staff/tour/{evening.id}")
    eli.submit("change", sent, follow=True)
    assert "Everybody sees it now." in eli.text
    assert (only().state, only().tickets) == (state, tickets)
    eli.submit("undo", follow=True)
    assert "All is as it was before." in eli.text
    assert (only().state, only().tickets, only().day, only().reason) == ("planned", "", date(2026, 12, 11), "")
    assert not eli.page.xpath('//form[@data-form="undo"]')


def test_another_house_is_chosen_from_the_list(cast, evening, eli):
    lyon = house(cast.eli, "lyon")
    eli.get(f"/staff/tour/{evening.id}")
    eli.submit("change", {"to": "moved", "venue": lyon.id}, follow=True)
    assert only().venue_id == lyon.id
    eli.submit("change", {"to": "moved", "venue": ""}, status=422)
    assert "Choose the house." in problems(eli)


def test_after_ten_minutes_nothing_is_offered_to_take_back(evening, eli, clock):
    eli.get(f"/staff/tour/{evening.id}")
    eli.submit("change", {"to": "cancelled"}, follow=True)
    change = queries.last_change(evening.id).id
    clock.shift(UNDO_WITHIN + timedelta(seconds=1))
    eli.get(f"/staff/tour/{evening.id}")
    assert not eli.page.xpath('//form[@data-form="undo"]')
    eli.submit("change", {"to": "sold_out"}, follow=True)
    token = eli.page.xpath('string(//form[@data-form="undo"]//input[@name="csrf_token"]/@value)')
    eli.post(f"/staff/tour/changes/{change}/undo", {"csrf_token": token}, status=422)
    assert only().state == "cancelled"


def test_what_is_no_change_is_refused(evening, eli):
    eli.get(f"/staff/tour/{evening.id}")
    for sent in ({"to": "past"}, {"to": ""}, {"to": "rescheduled", "day": ""}, {"to": "rescheduled", "day": "nonsense"}):
        eli.submit("change", sent, status=422)
    assert only().sequence == 0


def test_houses_are_corrected_and_merged(cast, evening, eli, stranger):
    twice = house(cast.eli, "lyon")
    eli.get("/staff/tour/houses?q=vieille")
    assert eli.page.xpath('//a[@class="staff-row__title"]/text()') == ["Brussels: La Vieille Brasserie"]
    eli.get(f"/staff/tour/houses/{twice.id}")
    eli.submit("house", {"name": "La Cale"}, follow=True)
    assert db.session.get(Venue, twice.id).name == "La Cale"
    eli.get(f"/staff/tour/houses/{twice.id}")
    eli.submit("house", {"country": "XX"}, status=422)
    eli.submit("merge", {"into": ""}, status=422)
    eli.submit("merge", {"into": evening.venue_id}, follow=True)
    assert "The two are one now." in eli.text
    eli.get(f"/staff/tour/houses/{twice.id}", status=404)


PATHS = ("/staff/tour/", "/staff/tour/new", "/staff/tour/{id}", "/staff/tour/houses", "/staff/tour/houses/{venue}")
POSTS = ("/staff/tour/new", "/staff/tour/{id}", "/staff/tour/{id}/publication", "/staff/tour/{id}/withdrawal", "/staff/tour/{id}/change", "/staff/tour/changes/1/undo", "/staff/tour/houses/{venue}", "/staff/tour/houses/{venue}/merge")  # fmt: skip


def test_strangers_are_asked_in_and_fans_and_moderators_are_kept_out(cast, evening, stranger, browser_as):
    for path in PATHS:
        stranger.get(path.format(id=evening.id, venue=evening.venue_id), status=302)
        for person in (cast.fay, cast.milo):
            browser_as(person).get(path.format(id=evening.id, venue=evening.venue_id), status=403)


def test_nobody_but_the_staff_sends_anything(cast, evening, browser_as):
    fay = browser_as(cast.fay)
    fay.get("/account/")
    token = fay.page.xpath('string(//input[@name="csrf_token"]/@value)')
    for path in POSTS:
        fay.post(path.format(id=evening.id, venue=evening.venue_id), {**NEW, "to": "cancelled", "csrf_token": token}, status=403)
    assert only().state == "planned"


def test_what_is_not_there_is_not_found_and_acts_are_sent(evening, eli):
    for path in ("/staff/tour/999", "/staff/tour/houses/999"):
        eli.get(path, status=404)
    for path in (f"/staff/tour/{evening.id}/publication", f"/staff/tour/{evening.id}/change", "/staff/tour/changes/1/undo"):
        eli.get(path, status=405)


# ---- the picture ------------------------------------------------------------------------------------------------------------


def pictures(visitor) -> list[str]:
    return visitor.page.xpath('//*[contains(@class, "gig-cover")]//img[not(contains(@class, "blur"))]/@alt')


def test_a_poster_comes_along_with_the_evening_and_stands_on_its_page_and_in_its_links(cast, evening, eli, stranger):
    eli.get(f"/staff/tour/{evening.id}")
    eli.submit("gig", {"cover_file": (BytesIO(photograph()), "poster.jpg"), "cover_alt": "A red moon over roofs"}, follow=True)
    made = only()
    assert eli.page.xpath('//input[@name="cover"][@checked]/@value') == [str(made.cover_id)]
    stranger.get(f"/tour/{made.slug}")
    assert pictures(stranger) == ["A red moon over roofs"]
    assert node(stranger)["image"]["caption"] == "A red moon over roofs"
    assert made.cover.name.split(".")[0] in stranger.page.xpath('string(//meta[@property="og:image"]/@content)')
    eli.submit("gig", {"cover": ""}, follow=True)
    stranger.get(f"/tour/{made.slug}")
    assert pictures(stranger) == []


def test_one_of_the_library_is_chosen_and_stays_when_the_rest_is_wrong(cast, eli):
    kept = media.keep_picture(photograph(), "Two on a stage", by=cast.eli)
    eli.get("/staff/tour/new")
    eli.submit("gig", {**NEW, "day": "", "cover": str(kept.id)}, status=422)
    assert eli.page.xpath('//input[@name="cover"][@checked]/@value') == [str(kept.id)]
    eli.submit("gig", {"day": "2026-12-11"}, follow=True)
    assert only().cover_id == kept.id


def test_what_is_no_picture_is_told_beside_its_box_and_a_stranger_s_number_is_none(cast, evening, eli):
    eli.get(f"/staff/tour/{evening.id}")
    eli.submit("gig", {"cover_file": (BytesIO(b"no picture"), "poster.jpg")}, status=422)
    assert eli.page.xpath('//*[@id="cover_file-problem"]')
    eli.submit("gig", {"cover": "999"}, status=422)
    assert only().cover_id is None


def test_who_sends_nothing_of_a_picture_keeps_the_one_there_is(cast, evening, eli):
    kept = media.keep_picture(photograph(), "Two on a stage", by=cast.eli)
    tour.revise(evening.id, {"cover_id": kept.id}, by=cast.eli, version=evening.version)
    eli.get(f"/staff/tour/{evening.id}")
    token = eli.page.xpath('string(//form[@data-form="gig"]//input[@name="csrf_token"]/@value)')
    eli.post(f"/staff/tour/{evening.id}", {**NEW, "version": str(only().version), "csrf_token": token}, status=303)
    assert only().cover_id == kept.id


def test_a_draft_is_seen_at_its_address_from_its_desk(cast, eli, stranger):
    made = gig(cast.eli, published=False)
    eli.get(f"/staff/tour/{made.id}")
    address = eli.page.xpath('string(//a[contains(., "See its page")]/@href)')
    eli.get(address)
    assert "A draft: only the staff see this page." in eli.text
    stranger.get(address, status=404)
