"""`fansite import gigs tour.ics`: events become evenings at the clocks of their houses; what cannot be placed is told."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from fansite.core.db import db
from fansite.tour import operations as tour
from fansite.tour.models import Gig, Venue
from fansite.transfer.evenings import Census
from fansite.transfer.gigcalendar import read
from tests.tour.cast import gig
from tests.transfer.conftest import gigs

pytestmark = pytest.mark.once

BRUSSELS = r"La Vieille Brasserie\, Rue du Houblon 14\, 1000 Bruxelles\, Belgique"


def event(
    *lines: str, uid: str = "one@a.example", start: str = "DTSTART;TZID=Europe/Brussels:20261211T201500", where: str = BRUSSELS
) -> str:
    return "\r\n".join(
        ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261001T000000Z", start, f"LOCATION:{where}", *lines, "END:VEVENT"]
    )


def calendar(*parts: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN", *parts, "END:VCALENDAR", ""])


@pytest.fixture
def told_ics(told):
    return lambda text, *words: told(text, *words, name="tour.ics")


def only() -> Gig:
    (made,) = gigs()
    return made


def test_an_event_becomes_a_draft_at_its_house(told_ics):
    lines = (
        "DTEND;TZID=Europe/Brussels:20261212T003000",
        "GEO:50.845;4.349",
        "URL:https://tickets.example/9",
        r"DESCRIPTION:Bring soup\, and\na spoon",
        "STATUS:CONFIRMED",
    )
    assert told_ics(calendar(event(*lines))) == {"created": {"gig": 1}, "updated": {}, "skipped": {}, "problems": []}
    made = only()
    assert (made.status, made.state, made.uid) == ("draft", "planned", "one@a.example")
    assert (made.day, made.starts, made.ends, made.zone) == (date(2026, 12, 11), time(20, 15), time(0, 30), "Europe/Brussels")
    house = made.venue
    assert (house.name, house.address, house.city, house.country) == (
        "La Vieille Brasserie",
        "Rue du Houblon 14",
        "Bruxelles",
        "BE",
    )
    assert (house.latitude, house.longitude) == (50.845, 4.349)
    assert (made.ticket_url, made.body) == ("https://tickets.example/9", "Bring soup, and\na spoon")


@pytest.mark.parametrize(
    ("start", "day", "starts"),
    [
        ("DTSTART;TZID=Europe/Brussels:20261211T201500", 11, time(20, 15)),
        ("DTSTART:20261211T191500Z", 11, time(20, 15)),
        ("DTSTART:20261211T201500", 11, time(20, 15)),
        ("DTSTART;VALUE=DATE:20261211", 11, None),
        # What stands in the calendar of somebody far away.
        ("DTSTART;TZID=Asia/Tokyo:20261212T041500", 11, time(20, 15)),
        ("DTSTART;TZID=Romance Standard Time:20261211T201500", 11, time(20, 15)),
        ("DTSTART;TZID=/freeassociation.sourceforge.net/Tzfile/Europe/London:20261211T191500", 11, time(20, 15)),
        ("DTSTART;TZID=/mozilla.org/20050126_1/America/Argentina/Buenos_Aires:20261211T201500", 12, time(0, 15)),
        ("DTSTART;TZID=posix/Europe/Brussels:20261211T201500", 11, time(20, 15)),
        ("DTSTART;TZID=Mine:20261211T201500", 11, time(20, 15)),
        ("DTSTART;TZID=Mine:20270711T201500", 11, time(20, 15)),
        ("DTSTART;TZID=Lost:20261211T191500", 11, time(20, 15)),
    ],
)
def test_its_hour_is_that_of_the_clocks_at_the_house(told_ics, start, day, starts):
    mine = "BEGIN:VTIMEZONE\r\nTZID:Mine\r\nBEGIN:STANDARD\r\nDTSTART:19961027T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:19810329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE"
    lost = "BEGIN:VTIMEZONE\r\nTZID:Lost\r\nX-LIC-LOCATION:Europe/London\r\nBEGIN:STANDARD\r\nDTSTART:19961027T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE"
    assert told_ics(calendar(event(start=start), mine, lost))["problems"] == []
    assert (only().day.day, only().starts, only().zone) == (day, starts, "Europe/Brussels")


@pytest.mark.parametrize(
    ("where", "lines", "house"),
    [
        (r"La Cale\, Lyon\, France", (), ("La Cale", "", "Lyon", "FR", "Europe/Paris")),
        (r"La Cale\n12 quai Rambaud\n69002 Lyon\nFrance", (), ("La Cale", "12 quai Rambaud", "Lyon", "FR", "Europe/Paris")),
        (r"The Fillmore\, 1805 Geary Blvd\, San Francisco\, CA 94115\, USA", (), ("The Fillmore", "1805 Geary Blvd", "San Francisco", "US", "America/Los_Angeles")),
        (r"The Fillmore\, San Francisco\, CA", (), ("The Fillmore", "", "San Francisco", "US", "America/Los_Angeles")),
        (r"Barrowland\, 244 Gallowgate\, Glasgow G4 0TT\, UK", (), ("Barrowland", "244 Gallowgate", "Glasgow", "GB", "Europe/London")),
        # Paris, Texas is smaller, and no zone speaks for it.
        (r"La Cigale\, Paris", (), ("La Cigale", "", "Paris", "FR", "Europe/Paris")),
        (r"La Cale\, Trifouilly\, France", ("GEO:45.75;4.85",), ("La Cale", "", "Trifouilly", "FR", "Europe/Paris")),
        ("La Cale", ("GEO:45.75;4.85",), ("La Cale", "", "Lyon", "FR", "Europe/Paris")),
        ("Lyon", ("SUMMARY:The Foghorn Club @ La Cale",), ("La Cale", "", "Lyon", "FR", "Europe/Paris")),
        (r"Hotel Chatham\, Waitangi\, New Zealand", ("GEO:-43.95;-176.56",), ("Hotel Chatham", "", "Waitangi", "NZ", "Pacific/Chatham")),
    ],
)  # fmt: skip
def test_the_house_is_found_in_a_line_of_words(told_ics, where, lines, house):
    start = "DTSTART;TZID=Pacific/Chatham:20261211T201500" if "Chatham" in where else "DTSTART:20261211T201500"
    assert told_ics(calendar(event(*lines, start=start, where=where)))["problems"] == []
    found = only().venue
    assert (found.name, found.address, found.city, found.country, found.zone) == house


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (event(where=""), "it does not say where"),
        (event(where="Main Office"), "does not say in which city"),
        (event(where="Lyon"), "does not say in which house"),
        (event(where=r"La Cale\, Trifouilly\, France", start="DTSTART:20261211T201500"), "Choose the time zone"),
        (event(start="DTSTART;TZID=Middle Earth:20261211T201500"), "nobody knows the time zone “Middle Earth”"),
        (event(start="DTSTART:20261311T201500"), "cannot be read"),
        (event(start="DTSTART:00011211T201500Z"), "slip of the pen"),
        (event(start="X-NOTHING:1"), "it does not say when"),
        (event("RRULE:FREQ=WEEKLY"), "repeats without an end"),
        (event("RRULE:FREQ=DAILY;COUNT=1000000"), "repeats more than 100 times"),
        (event("RRULE:FREQ=SECONDLY;COUNT=5;BYMONTHDAY=31"), "does not follow"),
        (event("RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2"), "does not follow"),
        (event().removesuffix("END:VEVENT"), "it does not end"),
        (event("ATTACH;ENCODING=BASE64:" + "A" * 300_000), "larger than"),
    ],
)
def test_what_cannot_be_placed_is_told_and_the_rest_comes_in(told_ics, wrong, words):
    found = told_ics(calendar(wrong.replace("one@", "wrong@"), event()))
    assert found["created"] == {"gig": 1}
    assert found["skipped"] == {"gig": 1}
    assert found["problems"][0].startswith("event 1")
    assert words in found["problems"][0]
    assert only().uid == "one@a.example"


def test_twice_adds_nothing_and_a_later_change_changes_the_draft(told_ics):
    told_ics(calendar(event()))
    assert told_ics(calendar(event())) == {"created": {}, "updated": {}, "skipped": {"gig": 1}, "problems": []}
    later = calendar(event("SEQUENCE:2", start="DTSTART;TZID=Europe/Brussels:20261212T203000"))
    assert told_ics(later, "--dry-run")["changes"][0]["fields"] == {
        "date": ["2026-12-11", "2026-12-12"],
        "time": ["20:15", "20:30"],
    }
    assert told_ics(later)["updated"] == {"gig": 1}
    assert (only().day, only().starts) == (date(2026, 12, 12), time(20, 30))


def test_what_only_the_desk_knows_stays_when_the_calendar_comes_again(told_ics, cast):
    told_ics(calendar(event()))
    made = only()
    tour.revise(made.id, {"doors": time(19), "tickets": "on_sale", "support": "Anke"}, by=cast.eli, version=made.version)
    told_ics(calendar(event(start="DTSTART:20261212T191500Z")))
    assert (only().day.day, only().doors, only().tickets, only().support) == (12, time(19), "on_sale", "Anke")


def test_of_two_events_of_one_name_the_later_change_counts(told_ics):
    found = told_ics(calendar(event("SEQUENCE:3", start="DTSTART:20261212T203000"), event("SEQUENCE:1")))
    assert only().day == date(2026, 12, 12)
    assert found["skipped"] == {"gig": 1}
    assert "stands in the file twice" in found["problems"][0]


def test_a_residency_is_as_many_evenings_as_it_has(told_ics):
    lines = ("RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE;TZID=Europe/Brussels:20261225T201500")
    moved = event("RECURRENCE-ID;TZID=Europe/Brussels:20261218T201500", start="DTSTART;TZID=Europe/Brussels:20261219T210000")
    told_ics(calendar(event(*lines), moved))
    assert [(gig.day.day, gig.starts) for gig in gigs()] == [(11, time(20, 15)), (19, time(21)), (1, time(20, 15))]
    assert told_ics(calendar(event(*lines), moved))["skipped"] == {"gig": 3}


def test_what_is_tentative_is_never_published_by_a_file(told_ics):
    found = told_ics(calendar(event("STATUS:TENTATIVE")), "--publish")
    assert only().status == "draft"
    assert "is tentative" in found["problems"][0]


def test_a_change_of_what_is_public_is_told_and_a_cancellation_goes_through_when_asked_for(told_ics):
    told_ics(calendar(event()), "--publish")
    found = told_ics(calendar(event(start="DTSTART:20261212T191500Z")), "--publish")
    assert found["skipped"] == {"gig": 1}
    assert "is public here and stays as it is (date)" in found["problems"][0]
    assert told_ics(calendar(event("STATUS:CANCELLED")))["skipped"] == {"gig": 1}
    assert only().state == "planned"
    assert told_ics(calendar(event("STATUS:CANCELLED")), "--publish")["updated"] == {"gig": 1}
    assert (only().state, only().sequence) == ("cancelled", 1)


def test_our_own_calendar_reads_back_whole(told_ics, cast, clock, stranger):
    gig(
        cast.eli,
        "brussels",
        ends=time(0, 30),
        tickets="on_sale",
        ticket_url="https://tickets.example/1",
        support="The Owls",
        body="Bring soup.",
    )
    chatham = gig(cast.eli, "chatham", day=date(2027, 1, 16), starts=None, doors=None).venue_id
    tour.reschedule(
        gig(cast.eli, "lyon", day=date(2027, 2, 5)).id, {"day": date(2027, 2, 6)}, by=cast.eli, reason="Flu, and; a flat tyre."
    )
    tour.postpone(gig(cast.eli, "london", day=date(2027, 3, 5)).id, by=cast.eli)
    tour.cancel(gig(cast.eli, "london", day=date(2027, 4, 5)).id, by=cast.eli)
    odd = tour.find_or_add({"name": 'Bar "The; Odd", \\ et\u202e fils', "city": "Lyon", "country": "FR"}, by=cast.eli)
    tour.move(gig(cast.eli, "lyon", day=date(2027, 5, 5)).id, odd.id, by=cast.eli)
    stranger.get("/tour.ics")
    text = stranger.response.get_data()

    def said():
        return [
            (
                one.uid,
                one.day,
                one.starts,
                one.ends,
                one.zone,
                one.state,
                one.tickets,
                one.ticket_url,
                one.venue.likeness,
                one.venue.address,
                one.body,
            )
            for one in gigs()
        ]

    before = said()
    # It comes back to where it was: nothing is new.
    assert told_ics(text) == {"created": {}, "updated": {}, "skipped": {"gig": 6}, "problems": []}
    assert said() == before
    for one in gigs():
        db.session.delete(one)
    db.session.flush()
    for house in (db.session.get(Venue, chatham), odd):
        db.session.delete(house)
    db.session.commit()
    assert told_ics(text) == {"created": {"gig": 6}, "updated": {}, "skipped": {}, "problems": []}
    assert said() == before
    assert told_ics(text)["skipped"] == {"gig": 6}
    told_ics(text, "--publish")
    stranger.get("/tour.ics")
    assert said() == before


@pytest.mark.shared
def test_of_real_and_odd_calendars_each_event_is_taken_or_told(told_ics, importing, shared: Path):
    created = 0
    for path in sorted((shared / "data" / "ics" / "icalendar").glob("*.ics")):
        data = path.read_bytes()
        if b"BEGIN:V" not in data.upper():
            assert "this is no calendar" in importing(data, status=1, name="tour.ics").output
            continue
        found = told_ics(data)
        taken = sum(number for what in ("created", "updated", "skipped") for number in found[what].values())
        assert taken >= data.upper().count(b"BEGIN:VEVENT"), path.name
        assert len(found["problems"]) >= found["skipped"].get("gig", 0), path.name
        created += found["created"].get("gig", 0)
    assert created == len(gigs())


@trying(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([
    "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VALARM", "END:VCALENDAR", "DTSTART:20261211T201500", "DTSTART;TZID=:x", "DTSTART;VALUE=PERIOD:20261211T201500Z/PT1H",
    "DTEND:99991231T235959Z", "DURATION:-P9999999D", "DURATION:P1D", "GEO:nan;inf", "GEO:1", "UID:" + "u" * 500, "UID:\x00", r"LOCATION:a\, Lyon\, FR", "RRULE:", "RRULE:FREQ=DAILY;UNTIL=20270101",
    "RRULE:FREQ=YEARLY;COUNT=3;INTERVAL=0", "RDATE:20261212,x", "RDATE;VALUE=PERIOD:20261212T000000Z/PT1H", "EXDATE:20261211T201500Z", "RECURRENCE-ID:nonsense", "SEQUENCE:99999999999", "X-FANSITE-HOUSE;X-CITY=Lyon;X-COUNTRY=FR:x", " folded", ":", "\ufeff",
]), max_size=12))  # fmt: skip
def test_no_lines_of_a_calendar_break_the_reader(lines):
    census = Census()
    read("\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT"]), census)
    for told in census.evenings:
        assert told.plans(ZoneInfo("Europe/Paris"))["day"].year in (2026, 2027)
