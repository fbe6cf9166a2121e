"""`fansite import gigs`: a table of the tour becomes drafts, once, on the right day everywhere."""

from __future__ import annotations

from datetime import date, time

import pytest
import sqlalchemy as sa

from fansite.core.db import db
from fansite.tour import operations as tour
from fansite.tour import queries
from fansite.tour.models import Venue
from tests.tour.test_pages import node
from tests.transfer.conftest import gigs

TABLE = """id,date,time,doors,venue,address,city,country,latitude,longitude,timezone,status,ticket_url,tour,notes
1,2026-12-11,20:15,19:00,La Vieille Brasserie,Rue du Houblon 14,Bruxelles,BE,,,,on-sale,https://tickets.example/1,Winter,"Bring soup, and
a spoon"
2,2027-01-16,,,Hotel Chatham,,Waitangi,NZ,-43.95,-176.56,Pacific/Chatham,announced,,Winter,
3,2027-02-12,21:00,,The Lantern Room,,London,GB,,,,cancelled,,,
"""


def one(**values: str) -> str:
    usual = {"id": "9", "date": "2026-12-11", "time": "20:15", "venue": "La Cale", "city": "Lyon", "country": "FR"} | values
    return f"{','.join(usual)}\n" + ",".join(f'"{value}"' for value in usual.values()) + "\n"


def test_they_land_as_drafts_with_the_clocks_of_each_place(told, stranger):
    assert told(TABLE) == {"created": {"gig": 3}, "updated": {}, "skipped": {}, "problems": []}
    brussels, chatham, london = gigs()
    assert {gig.status for gig in gigs()} == {"draft"}
    assert (brussels.begins_at.isoformat(), brussels.doors, brussels.tickets, brussels.tour.name) == (
        "2026-12-11T20:15:00+01:00",
        time(19),
        "on_sale",
        "Winter",
    )
    assert brussels.body == "Bring soup, and\na spoon"
    assert (chatham.day, chatham.starts, chatham.zone) == (date(2027, 1, 16), None, "Pacific/Chatham")
    assert london.zone == "Europe/London"
    stranger.get("/tour/")
    assert "No evening is fixed yet" in stranger.text


def test_twice_adds_nothing_and_a_dry_run_writes_nothing(told):
    assert told(TABLE, "--dry-run")["created"] == {"gig": 3}
    assert gigs() == []
    told(TABLE)
    assert told(TABLE) == {"created": {}, "updated": {}, "skipped": {"gig": 3}, "problems": []}
    assert len(gigs()) == 3


def test_what_changed_in_the_file_changes_the_draft(told):
    told(TABLE)
    changed = TABLE.replace("2026-12-11,20:15", "2026-12-12,20:30")
    assert told(changed, "--dry-run")["updated"] == {"gig": 1}
    assert told(changed)["updated"] == {"gig": 1}
    assert (gigs()[0].day, gigs()[0].starts) == (date(2026, 12, 12), time(20, 30))


def test_what_is_public_here_is_changed_at_the_desk_alone(told, cast):
    told(TABLE)
    made = gigs()[0]
    tour.publish(made.id, by=cast.eli)
    found = told(TABLE.replace("2026-12-11,20:15", "2026-12-12,20:30"))
    assert found["skipped"] == {"gig": 3}
    assert "is public here and stays as it is" in found["problems"][0]
    assert gigs()[0].day == date(2026, 12, 11)


def test_with_publish_they_are_public_with_what_became_of_them(told, stranger):
    told(TABLE, "--publish")
    stranger.get("/tour/")
    assert [gig.status for gig in gigs()] == ["published"] * 3
    assert gigs()[2].state == "cancelled"
    assert "Cancelled" in stranger.text


def test_semicolons_and_a_mark_of_byte_order_are_read(told):
    assert told("\ufeff" + one().replace(",", ";"))["created"] == {"gig": 1}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (one(date="11.12.2026"), "line 2: “11.12.2026” is no date"),
        (one(date="2026-02-30"), "is no date"),
        (one(time="8pm"), "is no time"),
        (one(venue=" "), "there is no venue"),
        (one(status="maybe"), "is no status"),
        (one(latitude="north"), "is no number of degrees"),
        (one(latitude="nan"), "is no number of degrees"),
        ("date,city\n2026-12-11,Lyon\n", "there is no column venue, country"),
        (one() + '9,2026-12-12,20:15,"La Cale",Lyon,FR\n', "stands on line 2 already"),
        ('date,venue,city,country\n"2026', "this is no table"),
        ("", "there is no column"),
        ("date,venue,city,country\n" + "2026-12-11,La Cale,Lyon,FR\n" * 10_001, "more than 10,000 gigs"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_whole_with_its_line(importing, text, words):
    assert words in importing(text, status=1).output
    assert db.session.scalar(sa.select(sa.func.count(Venue.id))) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"country": "XX"},
        {"city": "Trifouilly"},
        {"timezone": "Mars/Phobos"},
        {"ticket_url": "javascript:alert(1)"},
        {"latitude": "95", "longitude": "4"},
    ],
)
def test_a_line_the_site_cannot_take_is_told_and_the_others_come_in(told, wrong):
    found = told(
        TABLE
        + ",".join(
            [
                "8",
                "2026-12-24",
                "20:00",
                "",
                "La Cale",
                "",
                wrong.get("city", "Lyon"),
                wrong.get("country", "FR"),
                wrong.get("latitude", ""),
                wrong.get("longitude", ""),
                wrong.get("timezone", ""),
                "",
                wrong.get("ticket_url", ""),
                "",
                "",
            ]
        )
        + "\n"
    )
    assert found["created"]["gig"] >= 3
    assert found["skipped"] == {"gig": 1}
    assert found["problems"][0].startswith("line 6: ")


def test_formulas_and_line_ends_in_names_are_only_words(told, stranger):
    text = one(venue="=HYPERLINK('x')", notes="<script>alert(1)</script>\r\nBEGIN:VEVENT")
    told(text, "--publish")
    stranger.get("/tour/")
    assert "=HYPERLINK('x')" in stranger.text
    stranger.get(f"/tour/{gigs()[0].slug}")
    assert "<script>alert" not in stranger.response.get_data(as_text=True)
    stranger.get("/tour.ics")
    assert stranger.response.get_data().count(b"\r\nBEGIN:VEVENT") == 1


# ---- what became of an evening ----------------------------------------------------------------------------------------------


def test_a_draft_with_a_new_date_keeps_the_old_one_beside_it(told):
    told(one())
    assert told(one(date="2026-12-19", status="rescheduled"))["updated"] == {"gig": 1}
    (made,) = gigs()
    assert (made.status, made.state, made.day) == ("draft", "rescheduled", date(2026, 12, 19))
    assert made.former == [{"day": "2026-12-11", "starts": "20:15", "venue": None, "city": None}]
    assert told(one(date="2026-12-19", status="rescheduled"))["skipped"] == {"gig": 1}
    assert gigs()[0].former == made.former


def test_a_new_date_of_what_is_public_goes_through_the_act_of_the_desk_when_asked_for(told, stranger, cast):
    told(one(), "--publish")
    found = told(one(date="2026-12-19", status="rescheduled"))
    assert (found["skipped"], gigs()[0].day) == ({"gig": 1}, date(2026, 12, 11))
    assert "is public here and stays as it is (date, state)" in found["problems"][0]
    assert told(one(date="2026-12-19", status="rescheduled"), "--publish") == {
        "created": {},
        "updated": {"gig": 1},
        "skipped": {},
        "problems": [],
    }
    (made,) = gigs()
    assert (made.state, made.day, made.sequence, made.former[0]["day"]) == ("rescheduled", date(2026, 12, 19), 1, "2026-12-11")
    assert queries.last_change(made.id).to == "rescheduled"
    assert told(one(date="2026-12-19", status="rescheduled"), "--publish")["skipped"] == {"gig": 1}
    stranger.get("/tour/")
    assert stranger.page.xpath("string(//*[@class='gig__note']//time/@datetime)") == "2026-12-11"


def test_a_new_date_of_which_nobody_knows_the_old_is_only_new(told, stranger):
    told(one(status="rescheduled"), "--publish")
    (made,) = gigs()
    assert (made.state, made.former) == ("rescheduled", [])
    stranger.get(f"/tour/{made.slug}")
    found = node(stranger)
    assert found["eventStatus"] == "https://schema.org/EventRescheduled"
    assert "previousStartDate" not in found
    assert "New date" in stranger.text
    assert "Moved from" not in stranger.text
    stranger.get(f"/tour/{made.slug}.ics")
    assert b"STATUS:CONFIRMED" in stranger.response.get_data()


@pytest.mark.parametrize(
    ("values", "state", "tickets"),
    [
        ({"status": "cancelled"}, "cancelled", ""),
        ({"status": "postponed"}, "postponed", ""),
        ({"status": "sold-out"}, "planned", "sold_out"),
        ({"status": "moved", "venue": "La Rotonde"}, "moved", ""),
    ],
)
def test_what_the_file_says_of_a_public_evening_is_done_when_asked_for(told, values, state, tickets):
    told(one(), "--publish")
    assert told(one(**values), "--publish")["updated"] == {"gig": 1}
    assert (gigs()[0].state, gigs()[0].tickets) == (state, tickets)
    assert queries.last_change(gigs()[0].id) is not None


def test_a_draft_keeps_what_became_of_it_until_somebody_publishes_it(told, cast, stranger):
    told(TABLE)
    tour.publish(gigs()[2].id, by=cast.eli)
    assert gigs()[2].state == "cancelled"


def test_a_column_that_is_not_there_says_nothing(told, cast):
    told(one())
    (made,) = gigs()
    tour.revise(
        made.id, {"doors": time(19), "body": "Bring soup.", "ticket_url": "https://a.example"}, by=cast.eli, version=made.version
    )
    assert told(one(time="20:30"))["updated"] == {"gig": 1}
    (made,) = gigs()
    assert (made.starts, made.doors, made.body, made.ticket_url) == (time(20, 30), time(19), "Bring soup.", "https://a.example")


def test_a_house_that_is_known_need_not_be_placed_again(told):
    assert told(one(city="Trifouilly", timezone="Europe/Paris").replace("9", "1"))["created"] == {"gig": 1}
    assert told(one(city="Trifouilly", date="2027-01-01"))["created"] == {"gig": 1}


# ---- a dry run --------------------------------------------------------------------------------------------------------------


def test_a_dry_run_shows_each_evening_that_would_be_another(told, cast):
    told(TABLE)
    tour.publish(gigs()[2].id, by=cast.eli)
    changed = (
        TABLE.replace("2026-12-11,20:15", "2026-12-12,20:15").replace("21:00", "21:30")
        + "4,2027-03-01,,,La Cale,,Lyon,FR,,,,,,Spring,\n"
    )
    found = told(changed, "--dry-run")
    assert {name: found[name] for name in ("created", "updated", "skipped")} == {
        "created": {"gig": 1},
        "updated": {"gig": 1},
        "skipped": {"gig": 2},
    }
    assert [(one["what"], one["where"], one["gig"]) for one in found["changes"]] == [
        ("updated", "line 3", "2026-12-12 20:15 Bruxelles, La Vieille Brasserie"),
        ("skipped", "line 5", "2027-02-12 21:00 London, The Lantern Room"),
        ("created", "line 6", "2027-03-01 Lyon, La Cale"),
    ]
    assert found["changes"][0]["fields"] == {"date": ["2026-12-11", "2026-12-12"]}
    assert found["changes"][1]["fields"] == {"time": ["21:00", "21:30"]}
    assert found["changes"][2]["fields"] == {"venue": ["", "Lyon, La Cale"], "date": ["", "2027-03-01"], "tour": ["", "Spring"]}
    assert len(gigs()) == 3


def test_a_person_reads_the_difference_as_lines(importing):
    importing(TABLE)
    lines = importing(
        TABLE.replace("2026-12-11,20:15", "2026-12-12,20:30").replace("Winter", "Spring"), "--dry-run"
    ).output.splitlines()
    assert lines[3:] == [
        "~ 2026-12-12 20:30 Bruxelles, La Vieille Brasserie",
        "    date  2026-12-11 → 2026-12-12",
        "    time  20:15 → 20:30",
        "    tour  Winter → Spring",
        "~ 2027-01-16 Waitangi, Hotel Chatham",
        "    tour  Winter → Spring",
    ]
    assert "+" not in importing(TABLE).output
