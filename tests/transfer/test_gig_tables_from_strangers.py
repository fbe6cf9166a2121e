"""Tables as spreadsheets, careless people and bad ones write them."""

from __future__ import annotations

import tracemalloc
from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa

from fansite.core.db import db
from fansite.tour.models import Venue
from fansite.transfer.evenings import Census, check
from tests.transfer.conftest import gigs
from tests.transfer.test_import_gigs import one

HEAD = "id,date,time,venue,city,country,timezone,status,notes\n"


def row(number: int, **values: str) -> str:
    usual = {
        "id": number,
        "date": date(2027, 1, 1) + timedelta(days=number % 365),
        "time": "20:15",
        "venue": f"House {number % 50}",
        "city": "Lyon",
        "country": "FR",
        "timezone": "",
        "status": "",
        "notes": "",
    } | values
    return ",".join(f'"{value}"' for value in usual.values()) + "\n"


def houses() -> int:
    return db.session.scalar(sa.select(sa.func.count(Venue.id)))


@pytest.mark.parametrize("between", [";", "\t"])
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
def test_tables_of_french_spreadsheets_are_read(told, between, coding):
    text = (
        between.join(["date", "time", "venue", "city", "country"])
        + "\r\n"
        + between.join(["2026-12-11", "20:15", "Le Café, à l’Étage", "Besançon", "fr"])
        + "\r\n"
    )
    assert told(text.encode(coding))["problems"] == []
    (made,) = gigs()
    assert (made.venue.name, made.venue.city, made.starts) == ("Le Café, à l’Étage", "Besançon", time(20, 15))


def test_an_old_spreadsheet_s_accents_are_read_and_told(told):
    found = told("date;venue;city;country\n2026-12-11;Café d’Été;Orléans;FR\n".encode("cp1252"))
    assert gigs()[0].venue.name == "Café d’Été"
    assert found["problems"] == ["line 2: this is not UTF-8 and was read as Windows-1252: look at the accents"]


def test_a_first_line_that_only_names_the_separator_is_passed_over(importing, told):
    assert told("sep=;\r\n" + one().replace(",", ";"))["created"] == {"gig": 1}
    assert "line 3: “nonsense” is no date" in importing("sep=;\n" + one(date="nonsense").replace(",", ";"), status=1).output


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + row(1) + row(2, notes="Soup")[:-2] + "\n" + row(3), "line 3: this is no table"),
        (HEAD + row(1).rstrip("\n") + ",and, more\n", "line 2: there are more cells than columns"),
        (HEAD + row(1) + row(1, date="2027-02-02"), "line 3: the id “1” stands on line 2 already"),
        (b"\x00\x01\x02\xff" * 1000, "there is no column"),
        ("PK\x03\x04" + "x" * 100, "this is a ZIP archive"),
    ],
)
def test_a_torn_table_is_refused_with_the_line_it_tears_at(importing, text, words):
    assert words in importing(text, status=1).output
    assert houses() == 0


def test_what_cannot_be_seen_in_a_name_is_not_kept(told):
    told(one(venue="La\u202e elaC \x00\x07", notes="\u2066Soup\x00\u2069", city="Ly\r\non").replace("Ly\r\non", "Lyon"))
    (made,) = gigs()
    assert (made.venue.name, made.body) == ("La elaC", "Soup")


def test_line_ends_in_a_name_are_spaces(told):
    told(one(venue="La\r\nCale\rSèche\nBEGIN:VEVENT"))
    assert gigs()[0].venue.name == "La Cale Sèche BEGIN:VEVENT"


def test_a_house_in_many_spellings_is_one(told):
    names = ["La Cale Sèche", "la cale seche", "LA CALE-SÈCHE", " La  Cale Sèche "]
    assert told(HEAD + "".join(row(number, venue=name) for number, name in enumerate(names)))["created"] == {"gig": 4}
    assert told(HEAD + row(9, venue="Saint-Ex") + row(10, venue="St. Ex"))["created"] == {"gig": 2}
    assert houses() == 2


def test_two_shows_of_an_evening_need_names_of_their_own(told):
    found = told(HEAD + row(1, id="") + row(1, id="", time="15:00"))
    assert (found["created"], found["skipped"]) == ({"gig": 1}, {"gig": 1})
    assert "line 3: Lyon, 2027-01-02 stands on line 2 already" in found["problems"][0]


def test_a_cell_of_a_megabyte_is_a_problem_of_its_line(told):
    found = told(HEAD + row(1, venue="x" * 1_000_000) + row(2, notes="y" * 1_000_000) + row(3))
    assert (found["created"], found["skipped"]) == ({"gig": 1}, {"gig": 2})
    assert all(len(problem) <= 300 for problem in found["problems"])


def test_three_hundred_wrong_zones_are_counted_to_the_last_and_shown_in_part(importing, told):
    text = HEAD + "".join(row(number, city="Trifouilly", timezone=f"Mars/Crater-{number}") for number in range(300)) + row(301)
    found = told(text, "--dry-run")
    assert (found["created"], found["skipped"], len(found["problems"])) == ({"gig": 1}, {"gig": 300}, 300)
    lines = importing(text).output.splitlines()
    assert "Left as it was, or out: 300 gigs." in lines
    assert "and 270 more: --json has them all" in lines
    assert len(lines) < 40


FORMULAS = ("=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(A1)")


def test_formulas_are_only_words_and_no_id_at_all(told, stranger):
    assert told(HEAD + "".join(row(number, id=formula, venue=formula) for number, formula in enumerate(FORMULAS)), "--publish")[
        "created"
    ] == {"gig": 4}
    assert {gig.venue.name for gig in gigs()} == {*FORMULAS}
    stranger.get("/tour.ics")


@pytest.mark.once
def test_ten_thousand_rows_are_read_in_little_memory_and_told_to_the_last(tmp_path, told):
    path = tmp_path / "tour.csv"
    path.write_text(HEAD + "".join(row(number) for number in range(10_000)))
    tracemalloc.start()
    census: Census = check(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(census.evenings) == 10_000
    assert peak < 40 * path.stat().st_size
    # The same fifty evenings over and over.
    found = told(HEAD + "".join(row(number % 50, id="") for number in range(10_000)))
    assert (found["created"], found["skipped"], len(found["problems"])) == ({"gig": 50}, {"gig": 9_950}, 201)
    assert found["problems"][-1] == "and 9750 more"
