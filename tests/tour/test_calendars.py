"""Our calendars, read back by a program that is not ours."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from fansite.core.db import db
from fansite.tour import operations as tour
from fansite.tour import queries
from tests.tour.cast import gig, house


@pytest.fixture
def evening(cast, clock):
    return gig(cast.eli)


def read(visitor, path: str = "/tour.ics") -> Calendar:
    visitor.get(path)
    return Calendar.from_ical(visitor.response.get_data())


def events(visitor, path: str = "/tour.ics") -> dict[str, object]:
    return {str(event["UID"]): event for event in read(visitor, path).walk("VEVENT")}


def lines(visitor) -> list[bytes]:
    visitor.get("/tour.ics")
    return visitor.response.get_data().split(b"\r\n")


def test_an_evening_is_there_with_all_a_calendar_shows(cast, evening, stranger):
    (event,) = events(stranger).values()
    assert event["DTSTART"].dt == datetime(2026, 12, 11, 20, 15, tzinfo=ZoneInfo("Europe/Brussels"))
    assert event["DTSTART"].params["TZID"] == "Europe/Brussels"
    assert event["SUMMARY"] == "The Paper Marmots: Brussels, La Vieille Brasserie"
    assert event["LOCATION"] == "La Vieille Brasserie, Rue du Houblon 14, Brussels, Belgium"
    assert (event["STATUS"], event["SEQUENCE"], event["URL"]) == ("CONFIRMED", 0, f"http://127.0.0.1:8000/tour/{evening.slug}")
    assert event["DTSTAMP"].dt == evening.changed_at.replace(microsecond=0)
    assert "ATTENDEE" not in event


def test_it_is_sent_as_the_rfc_has_it(cast, evening, stranger):
    tour.revise(evening.id, {"body": "A line; with, signs\\ and\nanother " + "é" * 200}, by=cast.eli, version=1)
    sent = lines(stranger)
    assert sent[0] == b"BEGIN:VCALENDAR" and sent[-1] == b""
    assert all(len(line) <= 75 for line in sent) and not any(b"\n" in line for line in sent)
    assert stranger.response.mimetype == "text/calendar"
    made = read(stranger)
    assert (made["VERSION"], made["METHOD"], made["X-WR-CALNAME"]) == ("2.0", "PUBLISH", "The Paper Marmots on tour")
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT6H" in sent


def test_it_says_which_rules_the_clocks_follow(cast, evening, stranger):
    gig(cast.eli, "chatham", day=date(2027, 7, 1), starts=time(20))
    zones = {str(zone["TZID"]): zone for zone in read(stranger).walk("VTIMEZONE")}
    assert set(zones) == {"Europe/Brussels", "Pacific/Chatham"}
    for name, at in (("Europe/Brussels", datetime(2027, 7, 1, 20)), ("Pacific/Chatham", datetime(2027, 7, 1, 20))):
        theirs = zones[name].to_tz()
        assert at.replace(tzinfo=theirs).utcoffset() == at.replace(tzinfo=ZoneInfo(name)).utcoffset()


def test_without_an_hour_it_is_the_day_and_never_midnight(cast, clock, stranger):
    gig(cast.eli, starts=None, doors=None)
    (event,) = events(stranger).values()
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 12, 11), date(2026, 12, 12))


def test_an_end_past_midnight_is_the_next_day(cast, clock, stranger):
    gig(cast.eli, starts=time(22), ends=time(1, 30))
    (event,) = events(stranger).values()
    assert event["DTEND"].dt == datetime(2026, 12, 12, 1, 30, tzinfo=ZoneInfo("Europe/Brussels"))


@pytest.mark.parametrize(
    ("act", "status", "words"),
    [
        (lambda made, by: tour.cancel(made.id, by=by), "CANCELLED", "Cancelled: "),
        (lambda made, by: tour.postpone(made.id, by=by), "TENTATIVE", "Postponed: "),
        (lambda made, by: tour.reschedule(made.id, {"day": date(2027, 1, 2)}, by=by), "CONFIRMED", ""),
        (lambda made, by: tour.sell(made.id, "sold_out", by=by), "CONFIRMED", "Sold out: "),
    ],
)
def test_every_state_is_told_and_what_is_off_stays(cast, evening, clock, stranger, act, status, words):
    (before,) = events(stranger).values()
    clock.shift(3600)
    act(evening, cast.eli)
    (event,) = events(stranger).values()
    assert (event["STATUS"], event["UID"]) == (status, before["UID"])
    assert event["SUMMARY"].startswith(f"{words}The Paper Marmots")
    assert event["SEQUENCE"] == 1
    assert event["DTSTAMP"].dt == before["DTSTAMP"].dt + timedelta(hours=1)


def test_it_is_the_same_to_the_byte_until_something_changes(app, cast, evening, clock, stranger):
    first = stranger.get("/tour.ics")
    text, etag = first.get_data(), first.headers["ETag"]
    app.extensions["fansite"].pages.store.clear()
    clock.shift(timedelta(days=3))
    assert stranger.get("/tour.ics").get_data() == text
    stranger.get("/tour.ics", status=304, headers={"If-None-Match": etag})
    tour.cancel(evening.id, by=cast.eli)
    assert stranger.get("/tour.ics").get_data() != text


def test_a_whole_tour_is_there_however_long_and_costs_as_few_questions(cast, clock, stranger, count_queries):
    for number in range(70):
        gig(cast.eli, "lyon", day=date(2026, 12, 1) + timedelta(days=number), body="Bring soup.")
    assert len(events(stranger)) == 70
    with count_queries() as asked:
        stranger.get("/tour.ics")
    assert len(asked) == 1


def test_of_one_evening_and_from_its_former_address(cast, evening, stranger):
    address = evening.slug
    assert len(events(stranger, f"/tour/{address}.ics")) == 1
    tour.reschedule(evening.id, {"day": date(2027, 1, 2)}, by=cast.eli)
    stranger.get(f"/tour/{address}.ics", status=301)
    assert stranger.response.headers["Location"].endswith("/tour/2027-01-02-brussels-la-vieille-brasserie.ics")
    stranger.get("/tour/2027-01-02-nowhere.ics", status=404)


def test_drafts_and_what_was_taken_down_are_in_no_calendar(cast, evening, stranger):
    gig(cast.eli, "lyon", published=False)
    tour.withdraw(evening.id, by=cast.eli)
    assert events(stranger) == {}
    stranger.get(f"/tour/{evening.slug}.ics", status=404)


def test_names_with_line_ends_and_signs_break_nothing(cast, clock, stranger):
    gig(cast.eli, support="Anke\r\nEND:VEVENT\r\nX-EVIL:1", body='"A; B, C\\"')
    (event,) = events(stranger).values()
    assert "X-EVIL" not in event
    assert "Anke END:VEVENT X-EVIL:1" in event["DESCRIPTION"]


@pytest.mark.once
def test_through_a_year_of_changes_nothing_loses_its_name_and_numbers_only_rise(cast, clock, stranger):
    """The ghost entries, wrong days and lost zones of others."""
    dice = random.Random(5)
    made = [
        gig(cast.eli, key, day=date(2026, 12, 5) + timedelta(days=37 * n))
        for n, key in enumerate(("brussels", "lyon", "london", "chatham"))
    ]
    numbers: dict[str, int] = {}
    for _step in range(60):
        clock.shift(timedelta(days=dice.uniform(0.5, 10)))
        one = queries.opened(dice.choice(made).id)
        acts = {
            "cancel": lambda one=one: tour.cancel(one.id, by=cast.eli),
            "postpone": lambda one=one: tour.postpone(one.id, by=cast.eli),
            "date": lambda one=one: tour.reschedule(
                one.id, {"day": one.day + timedelta(days=dice.randint(1, 60)), "starts": time(dice.randint(18, 22))}, by=cast.eli
            ),
            "house": lambda one=one: tour.move(
                one.id,
                house(cast.eli, next(key for key in ("lyon", "london") if house(cast.eli, key).id != one.venue_id)).id,
                by=cast.eli,
            ),
            "on": lambda one=one: tour.reinstate(one.id, by=cast.eli),
        }
        acts[dice.choice(list(acts))]()
        db.session.expire_all()
        now = events(stranger)
        assert set(now) == {gig.uid for gig in made}
        for uid, event in now.items():
            assert event["SEQUENCE"] >= numbers.get(uid, 0)
            numbers[uid] = event["SEQUENCE"]
        changed = queries.opened(one.id)
        event = now[changed.uid]
        assert event["DTSTART"].dt.replace(tzinfo=None) == datetime.combine(changed.day, changed.starts)
        assert event["DTSTART"].dt.astimezone(UTC) == changed.begins_at.astimezone(UTC)
        assert event["STATUS"] == {"cancelled": "CANCELLED", "postponed": "TENTATIVE"}.get(changed.state, "CONFIRMED")
    assert max(numbers.values()) > 5
