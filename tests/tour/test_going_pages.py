"""What pages show of who goes where, to strangers, to the fan, and to nobody else."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from flask import g
from icalendar import Calendar

from fansite.accounts import operations as accounts
from fansite.core.db import db
from fansite.tour import operations as tour
from fansite.tour.going import operations as going
from fansite.tour.going import places
from fansite.tour.going.models import Attendance, FanPlace
from fansite.tour.going.queries import PER_PAGE
from fansite.tour.going.showing import FACES
from tests.client import ORIGIN
from tests.tour.cast import gig
from tests.tour.test_going import DAY_AFTER, crowd
from tests.tour.test_pages import places as rows


@pytest.fixture
def evening(cast, clock):
    return gig(cast.eli)


def company(visitor) -> str:
    return " ".join(visitor.page.xpath('string(//*[@id="going"])').split())


def faces(visitor) -> list[str]:
    return visitor.page.xpath('//*[@id="going"]//*[@class="people"]//a/span/text()')


def buttons(visitor) -> dict[str, str]:
    """Word → whether it is theirs."""
    return {
        button.get("value"): button.get("aria-pressed", "") for button in visitor.page.xpath('//form[@data-form="going"]//button')
    }


# ---- the page of an evening -------------------------------------------------------------------------------------------------


def test_a_fan_says_so_and_everybody_sees_it(cast, evening, browser_as, stranger):
    stranger.get(f"/tour/{evening.slug}")
    assert "Somebody has to be first" in company(stranger)
    fay = browser_as(cast.fay)
    fay.get(f"/tour/{evening.slug}")
    assert buttons(fay) == {"going": "false", "interested": "false"}
    fay.submit("going", {"word": "going"})
    assert fay.location == f"/tour/{evening.slug}#going"
    fay.get(f"/tour/{evening.slug}")
    assert buttons(fay) == {"going": "true", "interested": "false", "none": ""}
    going.say(evening.id, "interested", by=cast.nora)
    stranger.get(f"/tour/{evening.slug}")
    assert "1 going, 1 interested" in company(stranger)
    assert faces(stranger) == ["Fay"]
    fay.submit("going", {"word": "none"})
    stranger.get(f"/tour/{evening.slug}")
    assert "1 interested" in company(stranger) and faces(stranger) == ["nora"]


def test_a_stranger_is_led_to_sign_in_and_back(cast, evening, stranger):
    stranger.get(f"/tour/{evening.slug}")
    (way,) = stranger.page.xpath('//*[@id="going"]//a[contains(@href, "/login")]/@href')
    assert unquote(way).endswith(f"?next=/tour/{evening.slug}")
    assert not stranger.page.xpath('//form[@data-form="going"]')
    stranger.post(f"/tour/{evening.slug}/going", {"word": "going"}, status=302)
    assert stranger.location == f"/login?next=/tour/{evening.slug}"
    assert db.session.scalar(sa.select(Attendance.id)) is None


def test_a_strangers_page_is_kept_until_somebody_says_something_of_this_evening(cast, evening, stranger):
    other = gig(cast.eli, "lyon")
    paths = [f"/tour/{one.slug}{more}" for one in (evening, other) for more in ("", "/people")]

    def asked() -> list[bool]:
        """Whether each of these pages is made anew."""
        made = []
        for path in paths:
            statements: list[str] = []
            g.pop("page_tags", None)  # a test's requests share their context
            sa.event.listen(sa.Engine, "before_cursor_execute", note := lambda *words, to=statements: to.append(words[2]))
            stranger.get(path)
            sa.event.remove(sa.Engine, "before_cursor_execute", note)
            made.append(bool(statements))
        return made

    asked()
    assert asked() == [False] * 4
    going.say(evening.id, "going", by=cast.fay)
    assert asked() == [True, True, False, False]
    assert asked() == [False] * 4
    assert stranger.response.headers["Cache-Control"].startswith("public")


def test_it_costs_the_same_however_many_go(cast, evening, stranger, browser_as, count_queries):
    going.say(evening.id, "going", by=cast.fay)
    fay = browser_as(cast.fay)
    for visitor in (stranger, fay):
        visitor.get(f"/tour/{evening.slug}")
    with count_queries() as few:
        stranger.get(f"/tour/{evening.slug}")
    with count_queries() as fays:
        fay.get(f"/tour/{evening.slug}")
    crowd(evening.id, 90)
    going.say(evening.id, "interested", by=cast.fay)
    for visitor in (stranger, fay):
        visitor.get(f"/tour/{evening.slug}")
    with count_queries() as many:
        stranger.get(f"/tour/{evening.slug}")
    with count_queries() as fays_many:
        fay.get(f"/tour/{evening.slug}")
    assert len(many) == len(few)
    assert len(fays_many) == len(fays)


def test_of_many_some_faces_are_shown_and_all_on_a_page_of_their_own(cast, evening, stranger):
    crowd(evening.id, FACES + 41)
    going.say(evening.id, "interested", by=cast.nora)
    stranger.get(f"/tour/{evening.slug}")
    assert len(faces(stranger)) == FACES
    assert "and 41 more" in company(stranger)
    stranger.get(f"/tour/{evening.slug}/people")
    listed = stranger.page.xpath('//a[@class="face"]/@href')
    assert len(listed) == PER_PAGE and listed[0] == f"/fans/fan{FACES + 40}"
    assert stranger.page.xpath('//meta[@name="robots"]/@content')[0].startswith("noindex")
    stranger.get(f"/tour/{evening.slug}/people?page=2")
    assert len(stranger.page.xpath('//a[@class="face"]')) == 5
    stranger.get(f"/tour/{evening.slug}/people?word=interested")
    assert stranger.page.xpath('//a[@class="face"]/@href') == ["/fans/nora"]
    for query in ("page=3", "page=0", "word=there", "word=x", "word=interested&page=2"):
        stranger.get(f"/tour/{evening.slug}/people?{query}", status=404)


def test_after_the_show_it_is_who_was_there(cast, evening, clock, browser_as, stranger):
    for who in (cast.fay, cast.nora):
        going.say(evening.id, "going", by=who)
    clock.move_to(DAY_AFTER)
    fay = browser_as(cast.fay)
    fay.get(f"/tour/{evening.slug}")
    assert "Who was there" in company(fay) and "You had said that you go" in company(fay)
    assert buttons(fay) == {"there": "false", "none": ""}
    fay.submit("going", {"word": "there"})
    fay.get(f"/tour/{evening.slug}")
    fay.submit("going", {"word": "going"}, status=422)
    assert "This evening is over" in company(fay)
    assert buttons(fay) == {"there": "true", "none": ""}
    stranger.get(f"/tour/{evening.slug}")
    assert "One was there" in company(stranger) and faces(stranger) == ["Fay"]
    stranger.get(f"/tour/{evening.slug}/people")
    assert stranger.page.xpath('//a[@class="face"]/@href') == ["/fans/fay"]


def test_of_a_cancelled_evening_one_can_only_take_back(cast, evening, browser_as, stranger):
    going.say(evening.id, "going", by=cast.fay)
    tour.cancel(evening.id, by=cast.eli, reason="Flu.")
    stranger.get(f"/tour/{evening.slug}")
    assert "Who wanted to come" in company(stranger) and not stranger.page.xpath('//*[@id="going"]//a[contains(@href, "/login")]')
    nora, fay = browser_as(cast.nora), browser_as(cast.fay)
    nora.get(f"/tour/{evening.slug}")
    assert buttons(nora) == {}
    nora.post(f"/tour/{evening.slug}/going", {"word": "going", "csrf_token": token(nora)}, status=422)
    assert "This evening is cancelled" in company(nora)
    fay.get(f"/tour/{evening.slug}")
    assert buttons(fay) == {"none": ""}
    fay.submit("going", {"word": "none"})
    stranger.get(f"/tour/{evening.slug}")
    assert company(stranger) == ""


def test_who_leaves_or_is_banned_is_gone_from_all_pages_at_once(cast, evening, stranger):
    for who in (cast.fay, cast.nora, cast.milo):
        going.say(evening.id, "going", by=who)
    for path in (f"/tour/{evening.slug}", f"/tour/{evening.slug}/people"):
        stranger.get(path)
    accounts.disable(cast.nora.id)
    stranger.get(f"/tour/{evening.slug}")
    assert "2 going" in company(stranger) and "nora" not in faces(stranger)
    accounts.erase(cast.fay.id)
    stranger.get(f"/tour/{evening.slug}")
    assert "1 going" in company(stranger) and faces(stranger) == ["milo"]
    stranger.get(f"/tour/{evening.slug}/people")
    assert stranger.page.xpath('//a[@class="face"]/@href') == ["/fans/milo"]


def test_an_old_page_of_an_evening_that_moved_still_takes_a_word(cast, evening, browser_as, stranger):
    old = evening.slug
    fay = browser_as(cast.fay)
    fay.get(f"/tour/{old}")
    tour.reschedule(evening.id, {"day": date(2027, 2, 5)}, by=cast.eli)
    fay.submit("going", {"word": "going"})
    assert fay.location.startswith("/tour/2027-02-05-")
    stranger.get(f"/tour/{old}/people", status=301)
    assert stranger.location.startswith("/tour/2027-02-05-") and stranger.location.endswith("/people")


def test_what_nobody_knows_of_has_no_company(cast, evening, browser_as, stranger):
    draft = gig(cast.eli, "lyon", published=False)
    eli = browser_as(cast.eli)
    eli.get(f"/tour/{draft.slug}")
    assert company(eli) == ""
    for slug in (draft.slug, "2027-01-01-nowhere", "winter"):
        stranger.get(f"/tour/{slug}/people", status=404)
        eli.post(f"/tour/{slug}/going", {"word": "going", "csrf_token": token(eli)}, status=404)
    tour.withdraw(evening.id, by=cast.eli)
    stranger.get(f"/tour/{evening.slug}/people", status=410)
    eli.post(f"/tour/{evening.slug}/going", {"word": "going", "csrf_token": token(eli)}, status=410)


def test_only_the_form_is_taken_and_only_with_its_token(cast, evening, browser_as):
    fay = browser_as(cast.fay)
    fay.get(f"/tour/{evening.slug}/going", status=405)
    fay.post(f"/tour/{evening.slug}/going", {"word": "going"}, status=422)
    assert db.session.scalar(sa.select(Attendance.id)) is None
    for word in ("", "maybe", "<b>"):
        fay.post(f"/tour/{evening.slug}/going", {"word": word, "csrf_token": token(fay)}, status=422)
        assert "Say whether you go" in company(fay)


def test_machines_read_nothing_of_it(cast, evening, stranger):
    going.say(evening.id, "going", by=cast.fay)
    stranger.get(f"/tour/{evening.slug}")
    (graph,) = [json.loads(text) for text in stranger.page.xpath('//script[@type="application/ld+json"]/text()')]
    assert "Fay" not in json.dumps(graph)
    stranger.get("/tour.ics")
    assert "Fay" not in stranger.response.get_data(as_text=True)


# ---- one's own list ---------------------------------------------------------------------------------------------------------


def test_ones_own_list_holds_all_one_said(cast, evening, clock, browser_as):
    past = gig(cast.eli, "london", day=date(2026, 11, 20))
    missed = gig(cast.eli, "lyon", day=date(2026, 11, 26))
    going.say(missed.id, "going", by=cast.fay)
    clock.move_to(datetime(2026, 11, 28, 12, tzinfo=UTC))
    going.say(past.id, "there", by=cast.fay)
    going.say(evening.id, "interested", by=cast.fay)
    fay = browser_as(cast.fay)
    fay.get("/account/evenings")
    assert rows(fay) == ["Brussels", "Lyon", "London"]
    assert [row.get("data-word") for row in fay.page.xpath("//li[@data-word]")] == ["interested", "going", "there"]
    fay.submit("there", {"word": "there"})
    fay.get("/account/evenings")
    fay.submit("take-back", nth=0)
    fay.get(fay.location)
    assert rows(fay) == ["Lyon", "London"]
    assert "Taken back" in fay.text
    nora = browser_as(cast.nora)
    nora.get("/account/evenings")
    assert rows(nora) == [] and "No evening of yours yet" in nora.text
    nora.post(f"/account/evenings/{past.id}/removal", {"csrf_token": token(nora)})
    assert db.session.scalar(sa.select(sa.func.count(Attendance.id))) == 2
    nora.get("/account/evenings?page=2", status=404)


def test_ones_own_list_costs_the_same_however_long(cast, evening, browser_as, count_queries):
    fay = browser_as(cast.fay)
    going.say(evening.id, "going", by=cast.fay)
    fay.get("/account/evenings")
    with count_queries() as few:
        fay.get("/account/evenings")
    for number in range(30):
        going.say(gig(cast.eli, "lyon", day=date(2027, 1, 1) + timedelta(days=number)).id, "going", by=cast.fay)
    fay.get("/account/evenings")
    with count_queries() as many:
        fay.get("/account/evenings")
    assert len(many) == len(few)


# ---- one's own calendar -----------------------------------------------------------------------------------------------------


def address_on(visitor) -> str:
    visitor.get("/account/evenings")
    return visitor.page.xpath('string(//input[@id="address"]/@value)')


def calendar(visitor, address: str) -> dict[str, object]:
    visitor.get(address.removeprefix(ORIGIN))
    return {str(event["UID"]): event for event in Calendar.from_ical(visitor.response.get_data()).walk("VEVENT")}


def test_ones_own_calendar_follows_what_one_says_and_what_becomes_of_it(cast, evening, clock, browser_as, stranger):
    fay = browser_as(cast.fay)
    assert address_on(fay) == ""
    fay.submit("calendar")
    address = address_on(fay)
    assert calendar(stranger, address) == {}
    going.say(evening.id, "interested", by=cast.fay)
    gig(cast.eli, "lyon")
    (event,) = calendar(stranger, address).values()
    whole = calendar(stranger, "/tour.ics")[evening.uid]
    assert event.to_ical() == whole.to_ical()
    tour.cancel(evening.id, by=cast.eli, reason="Flu.")
    (event,) = calendar(stranger, address).values()
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 1)
    clock.move_to(DAY_AFTER)
    assert len(calendar(stranger, address)) == 1
    going.take_back(evening.id, by=cast.fay)
    assert calendar(stranger, address) == {}


def test_ones_own_calendar_is_ones_own(cast, evening, browser_as, stranger, capfd):
    fay = browser_as(cast.fay)
    going.say(evening.id, "going", by=cast.fay)
    going.make_calendar(by=cast.fay)
    address = address_on(fay).removeprefix(ORIGIN)
    stranger.get(address)
    told = stranger.response
    assert told.mimetype == "text/calendar" and told.headers["Cache-Control"].startswith("private")
    assert told.headers["X-Robots-Tag"] == "noindex"
    body = told.get_data(as_text=True)
    assert "fay" not in body.lower() and address.split("/")[-1] not in body
    stranger.get(address, status=304, headers={"If-None-Match": told.headers["ETag"]})
    assert stranger.response.get_data() == b""
    assert stranger.client.head(address).headers["ETag"] == told.headers["ETag"]
    assert stranger.client.post(address, headers={"Origin": ORIGIN}).status_code == 405
    for wrong in ("x", "0" * 48, address.split("/")[-1][:47], "a" * 5000):
        stranger.get(f"/tour/fan/{wrong}.ics", status=404)
    secret = address.split("/")[-1].removesuffix(".ics")
    for path in ("/sitemap.xml", "/sitemaps/gig-1.xml", "/fans/fay", f"/tour/{evening.slug}"):
        stranger.get(path, follow=True) if path != "/sitemaps/gig-1.xml" else stranger.get(path)
        assert secret not in stranger.response.get_data(as_text=True)
    log = "".join(capfd.readouterr())
    assert "/tour/fan/" in log and secret not in log, "the log knows that it was asked for, and not which"


def test_a_new_address_ends_the_old_one(cast, evening, browser_as, stranger):
    fay = browser_as(cast.fay)
    address_on(fay)
    fay.submit("calendar")
    old = address_on(fay)
    fay.submit("calendar", follow=True)
    assert "One you had before is of no use any more" in fay.text
    new = address_on(fay)
    assert new != old
    stranger.get(old.removeprefix(ORIGIN), status=404)
    stranger.get(new.removeprefix(ORIGIN))


@pytest.mark.parametrize("end", [accounts.disable, accounts.erase])
def test_it_ends_with_the_account(cast, evening, stranger, end):
    address = f"/tour/fan/{going.make_calendar(by=cast.fay).secret}.ics"
    stranger.get(address)
    end(cast.fay.id)
    stranger.get(address, status=404)


def test_it_costs_the_same_however_many_evenings(cast, evening, stranger, count_queries):
    address = f"/tour/fan/{going.make_calendar(by=cast.fay).secret}.ics"
    going.say(evening.id, "going", by=cast.fay)
    stranger.get(address)
    with count_queries() as few:
        stranger.get(address)
    for number in range(10):
        going.say(gig(cast.eli, "lyon", day=date(2027, 1, 1) + timedelta(days=number)).id, "going", by=cast.fay)
    stranger.get(address)
    with count_queries() as many:
        stranger.get(address)
    assert len(many) == len(few) <= 3
    assert stranger.response.get_data().count(b"BEGIN:VEVENT") == 11


# ---- near a place -----------------------------------------------------------------------------------------------------------


def test_a_calendar_near_a_place_holds_what_is_and_was_near(cast, evening, stranger):
    was = gig(cast.eli, "brussels", day=date(2026, 3, 1))
    gig(cast.eli, "lyon")
    stranger.get("/tour/near?place=Bruxelles&km=50")
    (address,) = stranger.page.xpath('//main//a[contains(@href, "near.ics")]/@href')
    assert set(calendar(stranger, address)) == {evening.uid, was.uid}
    assert "within 50 km of Brussels" in stranger.response.get_data(as_text=True)
    etag = stranger.response.headers["ETag"]
    assert stranger.response.headers["Cache-Control"].startswith("public")
    stranger.get(address, status=304, headers={"If-None-Match": etag})
    tour.cancel(evening.id, by=cast.eli)
    assert calendar(stranger, address)[evening.uid]["STATUS"] == "CANCELLED"
    for query in ("", "?place=", "?place=Trifouilly", "?place=Lyon&km=7", "?place=Lyon&km=x", "?place=%00&km=100"):
        stranger.get(f"/tour/near.ics{query}", status=404)
    assert len(calendar(stranger, "/tour/near.ics?place=Lyon")) == 1


def test_spellings_of_a_place_push_no_page_out(app, cast, evening, stranger):
    def kept() -> int:
        return len(app.extensions["fansite"].pages.store)

    stranger.get("/tour/near.ics?place=Brussels&km=100")
    before = kept()
    for spelling in ("bruxelles", "BRUSSELS", "brussels!", "brussels!!"):
        stranger.get(f"/tour/near.ics?place={spelling}&km=100")
    assert kept() == before > 0


# ---- the place of a fan -----------------------------------------------------------------------------------------------------


def test_a_fan_says_where_and_changes_their_mind(cast, evening, browser_as):
    fay = browser_as(cast.fay)
    fay.get("/account/place")
    fay.submit("place", {"place": "Genf", "km": "250"})
    fay.get(fay.location)
    assert "Geneva, Switzerland" in fay.text and "within 250 km" in fay.text
    assert fay.page.xpath('string(//select[@name="km"]/option[@selected]/@value)') == "250"
    fay.submit("place", {"place": "Trifouilly", "km": "100"}, status=422)
    assert fay.page.xpath('//input[@name="place"]/@value') == ["Trifouilly"]
    assert fay.page.xpath('//input[@name="place"]/@aria-invalid') == ["true"]
    for km in ("7", "x", ""):
        fay.submit("place", {"place": "Lyon", "km": km}, status=422)
    assert db.session.scalar(sa.select(FanPlace.name)) == "Geneva"
    fay.get("/account/place")
    fay.submit("forget-place", follow=True)
    assert "Forgotten" in fay.text
    assert db.session.scalar(sa.select(FanPlace.name)) is None


def test_near_a_place_a_fan_asks_to_be_told(cast, evening, browser_as, stranger):
    stranger.get("/tour/near?place=Bruxelles")
    assert not stranger.page.xpath('//form[@data-form="place"]')
    fay = browser_as(cast.fay)
    fay.get("/tour/near?place=Bruxelles&km=50")
    fay.submit("place")
    place = places.place_of(cast.fay.id)
    assert (place.name, place.km) == ("Brussels", 50)
    fay.get("/tour/near?place=Bruxelles&km=50")
    assert "You are told when we play near Brussels" in fay.text
    fay.get("/tour/near?place=Trifouilly")
    assert not fay.page.xpath('//form[@data-form="place"]')


def test_the_tour_asks_only_who_can_answer(cast, evening, browser_as, stranger):
    stranger.get("/tour/")
    assert not stranger.page.xpath('//a[@href="/account/place"]')
    fay = browser_as(cast.fay)
    fay.get("/tour/")
    assert "Choose a place" in fay.text
    places.choose("Lyon", 50, by=cast.fay)
    fay.get("/tour/")
    assert "Choose a place" not in fay.text and fay.page.xpath('//a[contains(@href, "/tour/near?place=Lyon")]')


# ---- the front page ---------------------------------------------------------------------------------------------------------


def venues(visitor) -> list[str]:
    return [" ".join(line.text_content().split()) for line in visitor.page.xpath('//*[@class="gig__venue"]')]


def test_the_evening_nearest_a_fan_stands_first_on_the_front_page(cast, clock, browser_as, stranger):
    for number in range(6):
        gig(cast.eli, "london", day=date(2026, 12, 1) + timedelta(days=number))
    near = gig(cast.eli, "lyon", day=date(2027, 3, 1))
    places.choose("Grenoble", 100, by=cast.fay)
    stranger.get("/")
    assert rows(stranger) == ["London"] * 5
    fay = browser_as(cast.fay)
    fay.get("/")
    assert rows(fay) == ["Lyon"] + ["London"] * 4
    assert "km from Grenoble" in venues(fay)[0]
    tour.cancel(near.id, by=cast.eli)
    fay.get("/")
    assert rows(fay) == ["London"] * 5
    stranger.get("/")
    assert "Grenoble" not in stranger.text


def test_where_nothing_is_near_all_is_by_date(cast, evening, browser_as):
    places.choose("Lisbon", 100, by=cast.fay)
    gig(cast.eli, "lyon", day=date(2026, 12, 1))
    fay = browser_as(cast.fay)
    fay.get("/")
    assert rows(fay) == ["Lyon", "Brussels"]
    places.choose("Brussels", 25, by=cast.fay)
    fay.get("/")
    assert rows(fay) == ["Brussels", "Lyon"]
    assert "right where you are" in venues(fay)[0]


def test_a_place_costs_the_front_page_one_question_for_the_evenings_near_it(cast, evening, browser_as, count_queries):
    fay = browser_as(cast.fay)
    fay.get("/")
    with count_queries() as without:
        fay.get("/")
    places.choose("Antwerpen", 100, by=cast.fay)
    fay.get("/")
    with count_queries() as having:
        fay.get("/")
    assert len(having) == len(without) + 1
    assert sum("fan_place" in statement for statement in without) == sum("fan_place" in statement for statement in having) == 1


# ---- the parts --------------------------------------------------------------------------------------------------------------


def token(visitor) -> str:
    visitor.get("/account/")
    return visitor.page.xpath('string(//input[@name="csrf_token"]/@value)')
