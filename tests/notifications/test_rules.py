"""Who is told of what: kinds of notices, people, and what holds when it is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.core import kept
from fansite.core.db import db
from fansite.core.notices import Happening, Kind, Piece
from fansite.core.outbox import Event
from fansite.core.outbox.routines import run_routines
from fansite.lib.times import now
from fansite.notifications import operations as notices
from fansite.notifications.gigs.moments import HOLD, PATIENCE, SOON
from fansite.notifications.gigs.telling import Evening
from fansite.notifications.models import Notice, Occasion
from fansite.tour import operations as tour
from fansite.tour import queries
from tests.notifications.conftest import lives, says, text_of
from tests.tour.cast import gig, house

pytestmark = pytest.mark.once

FEBRUARY = date(2027, 2, 5)


def reasons() -> list[str]:
    db.session.rollback()
    return sorted(db.session.scalars(sa.select(Notice.why).where(Notice.state == "dropped", Notice.channel == "mail")))


def count(state: str) -> int:
    db.session.rollback()
    by_mail = (Notice.state == state, Notice.channel == "mail")
    return db.session.scalar(sa.select(sa.func.count()).select_from(Notice).where(*by_mail))


# ---- kinds, people ----------------------------------------------------------------------------------------------------------

# fay goes, nora might, milo lives near, ada lives far away and was somewhere else; ben goes and lives near, and is banned.
TABLE = """
                fay   nora  milo  ada   ben
announced       -     -     told  -     -
rescheduled     told  told  told  -     -
another hour    told  told  told  -     -
postponed       told  told  told  -     -
moved           told  told  told  -     -
cancelled       told  told  told  -     -
reinstated      told  told  told  -     -
found a date    told  told  told  -     -
on sale         told  told  -     -     -
sold out        -     -     -     -     -
on sale later   -     -     -     -     -
corrected       -     -     -     -     -
said why        -     -     -     -     -
taken down      -     -     -     -     -
the day before  told  told  -     -     -
"""
ACTS = {
    "rescheduled": lambda made, by: tour.reschedule(made.id, {"day": FEBRUARY}, by=by),
    "another hour": lambda made, by: tour.reschedule(made.id, {"day": made.day, "starts": time(21)}, by=by),
    "postponed": lambda made, by: tour.postpone(made.id, by=by),
    "moved": lambda made, by: tour.move(
        made.id, tour.find_or_add({"name": "Hall", "city": "Brussels", "country": "BE"}, by=by).id, by=by
    ),
    "cancelled": lambda made, by: tour.cancel(made.id, by=by, reason="Flu."),
    "on sale": lambda made, by: tour.sell(made.id, "on_sale", by=by),
    "sold out": lambda made, by: tour.sell(made.id, "sold_out", by=by),
    "on sale later": lambda made, by: tour.sell(made.id, "later", by=by),
    "corrected": lambda made, by: tour.revise(made.id, {"starts": time(21)}, by=by, version=made.version),
    "taken down": lambda made, by: tour.withdraw(made.id, by=by),
    "reinstated": lambda made, by: tour.reinstate(made.id, by=by),
    "found a date": lambda made, by: tour.reschedule(made.id, {"day": FEBRUARY}, by=by),
    "said why": lambda made, by: tour.cancel(made.id, by=by, reason="Flu, all of us."),
}
BEFORE = {"reinstated": "cancelled", "found a date": "postponed", "said why": "cancelled"}
HEAD, *ROWS = [line for line in TABLE.splitlines() if line.strip()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[:16].strip())
def test_each_kind_is_told_to_whom_the_table_says(cast, evening, later, mails, clock, worker, row):
    act, answers = row[:16].strip(), dict(zip(HEAD.split(), row[16:].split(), strict=True))
    made = gig(cast.eli, day=date(2027, 1, 8), published=False) if act == "announced" else evening
    if act in BEFORE:
        ACTS[BEFORE[act]](made, cast.eli)
        later()
    says(cast.fay, made), says(cast.nora, made, "interested"), says(cast.ben, made), says(cast.ada, made, "there")
    lives(cast.milo, "Antwerp", 50), lives(cast.ada, "London"), lives(cast.ben)
    if act == "announced":
        tour.publish(made.id, by=cast.eli)
    elif act == "the day before":
        clock.move_to(datetime(2026, 12, 10, 9, 0, tzinfo=UTC))
    else:
        ACTS[act](queries.opened(made.id), cast.eli)
    later()
    assert {name: "told" if name in mails() else "-" for name in answers} == answers
    assert all(len(theirs) == 1 for theirs in mails().values())


@pytest.mark.parametrize(
    ("kind", "act"),
    [("gig.changed", "rescheduled"), ("gig.cancelled", "cancelled"), ("gig.tickets", "on sale")],
)
def test_who_does_not_want_a_kind_gets_none_of_it(cast, evening, later, mails, kind, act):
    says(cast.fay, evening), says(cast.nora, evening)
    notices.choose({(kind, "mail"): False}, by=cast.fay)
    ACTS[act](evening, cast.eli)
    later()
    assert list(mails()) == ["nora"]
    assert count("dropped") == 0, "nobody planned it"


def test_who_wants_to_hear_of_none_near_them_hears_of_no_changes_there(cast, evening, later, mails):
    lives(cast.fay), lives(cast.nora)
    notices.choose({("gig.announced", "mail"): False}, by=cast.fay)
    tour.cancel(evening.id, by=cast.eli)
    later()
    assert list(mails()) == ["nora"]


@pytest.mark.parametrize(("word", "told"), [("going", True), ("interested", False), ("", False)])
def test_whoever_did_it_knows_unless_they_go_there(cast, evening, later, mails, word, told):
    lives(cast.eli)
    if word:
        says(cast.eli, evening, word)
    tour.cancel(evening.id, by=cast.eli)
    gig(cast.eli, day=date(2027, 3, 1))
    later()
    assert ("eli" in mails()) is told


@pytest.mark.parametrize(
    ("town", "km", "told"),
    [("Antwerp", 50, True), ("Antwerp", 25, False), ("Paris", 250, False), ("Paris", 500, True), ("Bruxelles", 25, True)],
)
def test_near_is_within_the_distance_they_chose(cast, evening, later, mails, town, km, told):
    lives(cast.nora, town, km)
    gig(cast.eli, day=date(2027, 1, 8))
    later()
    assert ("nora" in mails()) is told


def test_near_is_near_across_the_line_where_days_meet(cast, evening, later, mails, elsewhere):
    """Waitangi of the Chatham Islands and a place in the other hemisphere of longitudes."""
    lives(cast.nora, "Lyon", 500)
    elsewhere("UPDATE fan_place SET latitude = -43.95, longitude = 179.9")
    gig(cast.eli, "chatham", day=date(2027, 1, 8))
    later()
    assert "283 km from Lyon" in text_of(mails()["nora"][0])


def test_an_evening_that_moves_elsewhere_is_told_at_both_places(cast, evening, later, mails):
    lives(cast.fay, "Brussels"), lives(cast.nora, "Lyon"), lives(cast.milo, "London")
    tour.move(evening.id, house(cast.eli, "lyon").id, by=cast.eli)
    later()
    assert set(mails()) == {"fay", "nora"}
    assert "It was to be near Brussels." in text_of(mails()["fay"][0])


# ---- what holds when it is told -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("meanwhile", "why"),
    [
        (lambda made, cast: tour.withdraw(made.id, by=cast.eli), "withdrawn"),
        (lambda made, cast: tour.recall(made.id, by=cast.eli), "withdrawn"),
        (lambda made, cast: tour.undo(queries.last_change(made.id).id, by=cast.eli), "undone"),
        (lambda made, cast: notices.choose({("gig.cancelled", "mail"): False}, by=cast.fay), "unwanted"),
        (lambda made, cast: accounts.disable(cast.fay.id, by=cast.ada), "nobody"),
    ],
)
def test_what_need_not_be_told_any_more_is_not(cast, evening, later, mails, meanwhile, why):
    says(cast.fay, evening)
    tour.cancel(evening.id, by=cast.eli)
    later(60)
    meanwhile(evening, cast)
    later()
    assert (mails(), reasons()) == ({}, [why])


def test_who_does_not_go_any_more_need_not_know(cast, evening, later, mails, elsewhere):
    says(cast.fay, evening)
    tour.cancel(evening.id, by=cast.eli)
    later(60)
    elsewhere("DELETE FROM attendance")
    later()
    assert (mails(), reasons()) == ({}, ["left"])


def test_who_is_erased_is_told_nothing_and_leaves_nothing(cast, evening, later, mails, worker):
    says(cast.fay, evening)
    notices.choose({("gig.tickets", "mail"): False}, by=cast.fay)
    tour.cancel(evening.id, by=cast.eli)
    worker()
    assert count("waiting") == 1
    accounts.erase(cast.fay.id)
    later()
    assert mails() == {}
    assert [db.session.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar() for table in ("notice", "notice_choice")] == [
        0,
        0,
    ]


def test_what_is_told_is_true_when_it_is_told(cast, evening, later, mails):
    """Announced, then cancelled before anybody was told: one mail says what holds now."""
    lives(cast.nora)
    made = gig(cast.eli, day=date(2027, 1, 8))
    later(120)
    tour.cancel(made.id, by=cast.eli, reason="The roof leaks.")
    later()
    (message,) = mails()["nora"]
    assert message["Subject"] == "Cancelled: Brussels, La Vieille Brasserie, Fri 8 Jan"
    assert "The roof leaks." in text_of(message)


def test_announced_and_moved_before_anybody_knew_is_announced(cast, evening, later, mails):
    lives(cast.nora)
    made = gig(cast.eli, day=date(2027, 1, 8))
    later(60)
    tour.reschedule(made.id, {"day": date(2027, 1, 9)}, by=cast.eli)
    later()
    (message,) = mails()["nora"]
    assert message["Subject"] == "Near you: Brussels, La Vieille Brasserie, Sat 9 Jan"
    assert "instead of" not in text_of(message)


def test_two_changes_are_one_line_with_the_truth_and_what_was_before_the_first(cast, evening, later, mails):
    says(cast.fay, evening)
    tour.reschedule(evening.id, {"day": date(2027, 1, 20)}, by=cast.eli)
    later(120)
    tour.reschedule(evening.id, {"day": FEBRUARY}, by=cast.eli, reason="The ferry.")
    later()
    (message,) = mails()["fay"]
    assert message["Subject"] == "New date: Brussels, La Vieille Brasserie, Fri 5 Feb"
    text = text_of(message)
    assert "Friday, 5 February 2027, 20:15, Brussels time (UTC+1)" in text
    assert "instead of Friday, 11 December 2026" in text
    assert "January" not in text and "The ferry." in text
    assert count("sent") == 2


def test_cancelled_and_reinstated_in_time_is_nothing_to_tell(cast, evening, later, mails):
    says(cast.fay, evening)
    tour.cancel(evening.id, by=cast.eli)
    later(120)
    tour.reinstate(evening.id, by=cast.eli)
    later()
    assert (mails(), reasons()) == ({}, ["undone", "undone"])


def test_one_of_two_changes_is_taken_back_and_the_other_is_told(cast, evening, later, mails):
    says(cast.fay, evening)
    tour.reschedule(evening.id, {"day": FEBRUARY}, by=cast.eli)
    later(120)
    tour.cancel(evening.id, by=cast.eli)
    later(120)
    tour.undo(queries.last_change(evening.id).id, by=cast.eli)
    later()
    assert [message["Subject"] for message in mails()["fay"]] == ["New date: Brussels, La Vieille Brasserie, Fri 5 Feb"]


def test_what_was_told_at_once_and_taken_back_is_told_to_those_who_were(cast, evening, later, mails, clock):
    """An hour before the show nobody waits ten minutes."""
    says(cast.fay, evening), lives(cast.milo)
    clock.move_to(datetime(2026, 12, 11, 18, 0, tzinfo=UTC))
    later(0)
    notices.choose({("gig.cancelled", "mail"): False}, by=cast.milo)
    tour.cancel(evening.id, by=cast.eli)
    later(1)
    assert [message["Subject"][:9] for message in mails()["fay"]][-1] == "Cancelled"
    tour.undo(queries.last_change(evening.id).id, by=cast.eli)
    later(10)
    assert mails()["fay"][-1]["Subject"] == "It takes place: Brussels, La Vieille Brasserie, Fri 11 Dec"
    assert "milo" not in mails()


def test_what_went_off_sale_again_is_not_told(cast, evening, later, mails):
    says(cast.fay, evening)
    tour.sell(evening.id, "on_sale", by=cast.eli)
    later(60)
    tour.sell(evening.id, "sold_out", by=cast.eli)
    later()
    assert (mails(), reasons()) == ({}, ["changed"])


def test_it_is_announced_once(cast, evening, later, mails):
    lives(cast.nora)
    made = gig(cast.eli, day=date(2027, 1, 8))
    later()
    tour.withdraw(made.id, by=cast.eli)
    tour.publish(made.id, by=cast.eli)
    later()
    assert len(mails()["nora"]) == 1


def test_taken_down_before_anybody_knew_and_published_again_it_is_announced(cast, evening, later, mails):
    lives(cast.nora)
    made = gig(cast.eli, day=date(2027, 1, 8))
    later(60)
    tour.withdraw(made.id, by=cast.eli)
    later()
    assert (mails(), reasons()) == ({}, ["withdrawn"])
    tour.publish(made.id, by=cast.eli)
    later()
    assert len(mails()["nora"]) == 1


# ---- when -------------------------------------------------------------------------------------------------------------------


def test_nobody_is_told_as_long_as_it_can_be_taken_back(cast, evening, later, mails, clock):
    says(cast.fay, evening)
    tour.cancel(evening.id, by=cast.eli)
    later(HOLD.total_seconds() - 1)
    assert mails() == {}
    later(10)
    assert list(mails()) == ["fay"]


def test_ten_dates_announced_at_once_are_one_mail_by_date(cast, evening, later, mails):
    lives(cast.nora)
    for day in (9, 3, 7, 1, 5, 2, 8, 4, 10, 6):
        gig(cast.eli, day=date(2027, 3, day))
    later()
    (message,) = mails()["nora"]
    assert message["Subject"] == "10 evenings near you"
    text = text_of(message)
    places = [text.index(f"{day} March 2027") for day in range(1, 11)]
    assert places == sorted(places)


def test_who_writes_dates_down_for_hours_keeps_nobody_waiting(cast, evening, later, mails, clock, worker):
    lives(cast.nora)
    began = now()
    while not mails():
        gig(cast.eli, day=date(2027, 3, 1))
        later(300)
        assert now() - began < HOLD + PATIENCE + timedelta(minutes=6)
    (message,) = mails()["nora"]
    assert int(message["Subject"].split()[0]) >= 4
    later(HOLD.total_seconds())
    assert len(mails()["nora"]) == 2, "the rest goes once it is quiet"


@pytest.mark.parametrize(("ahead", "at_once"), [(SOON + timedelta(minutes=1), False), (SOON - timedelta(minutes=1), True)])
def test_shortly_before_it_begins_nobody_waits(cast, evening, later, mails, clock, ahead, at_once):
    says(cast.fay, evening)
    clock.move_to(evening.begins_at - ahead)
    later(0)
    before = len(mails().get("fay", ()))
    tour.cancel(evening.id, by=cast.eli)
    later(10)
    assert (len(mails().get("fay", ())) > before) is at_once


def test_an_evening_that_moves_away_from_today_is_told_at_once(cast, evening, later, mails, clock):
    says(cast.fay, evening)
    clock.move_to(evening.begins_at - timedelta(hours=1))
    later(0)
    tour.reschedule(evening.id, {"day": FEBRUARY}, by=cast.eli)
    later(10)
    assert mails()["fay"][-1]["Subject"].startswith("New date")


@pytest.mark.parametrize("key", ["brussels", "chatham"])
@pytest.mark.parametrize(("minutes", "told"), [(-1, True), (0, False), (30, False)])
def test_never_after_it_began_there(cast, clock, later, mails, key, minutes, told):
    made = gig(cast.eli, key, starts=time(20, 15))
    says(cast.fay, made)
    later(0)
    clock.move_to(made.begins_at + timedelta(minutes=minutes))
    tour.cancel(made.id, by=cast.eli)
    later(10)
    assert any("Cancelled" in message["Subject"] for message in mails().get("fay", ())) is told


def test_what_waits_when_it_begins_is_dropped(cast, evening, later, mails, clock, worker):
    """The worker was away for a week."""
    says(cast.fay, evening)
    tour.cancel(evening.id, by=cast.eli)
    worker()
    clock.move_to(evening.begins_at)
    later(0)
    assert (mails(), reasons()) == ({}, ["late"])


def test_that_a_postponed_evening_is_cancelled_is_told_long_after_its_day(cast, evening, later, mails, clock):
    says(cast.fay, evening)
    tour.postpone(evening.id, by=cast.eli)
    later()
    assert mails()["fay"][-1]["Subject"].startswith("Postponed")
    clock.move_to(datetime(2027, 2, 1, 12, tzinfo=UTC))
    tour.cancel(evening.id, by=cast.eli, reason="We part.")
    later()
    assert mails()["fay"][-1]["Subject"].startswith("Cancelled")


def test_what_is_past_is_not_announced(cast, evening, later, mails):
    lives(cast.nora)
    gig(cast.eli, day=date(2026, 11, 1))
    later()
    assert mails() == {}


@pytest.mark.parametrize(
    ("key", "at"), [("brussels", datetime(2026, 12, 10, 9, tzinfo=UTC)), ("chatham", datetime(2026, 12, 9, 20, 15, tzinfo=UTC))]
)
def test_the_day_before_is_that_of_the_house(cast, clock, later, mails, key, at):
    """At ten in the morning there, once."""
    made = gig(cast.eli, key)
    says(cast.fay, made)
    later(0)
    clock.move_to(at - timedelta(seconds=1))
    later(0)
    assert mails() == {}
    clock.move_to(at)
    for _round in range(3):
        later(600)
    (message,) = mails()["fay"]
    assert message["Subject"].startswith("Tomorrow: ")
    assert "doors 19:00" in text_of(message)


def test_who_says_so_on_the_day_before_knows_it_themselves(cast, evening, later, mails, clock):
    says(cast.nora, evening)
    clock.move_to(datetime(2026, 12, 10, 10, 0, tzinfo=UTC))
    says(cast.fay, evening)
    later(600)
    assert list(mails()) == ["nora"]


def test_an_evening_with_a_new_date_has_another_day_before(cast, evening, later, mails, clock):
    says(cast.fay, evening)
    clock.move_to(datetime(2026, 12, 10, 12, 0, tzinfo=UTC))
    later(600)
    tour.reschedule(evening.id, {"day": FEBRUARY}, by=cast.eli)
    later()
    assert [message["Subject"].partition(":")[0] for message in mails()["fay"]] == ["Tomorrow", "New date"]
    clock.move_to(datetime(2027, 2, 4, 12, 0, tzinfo=UTC))
    later(600)
    assert mails()["fay"][-1]["Subject"].startswith("Tomorrow")


def test_of_what_is_off_nobody_is_reminded(cast, evening, later, mails, clock):
    says(cast.fay, evening)
    tour.postpone(evening.id, by=cast.eli)
    later()
    clock.move_to(datetime(2026, 12, 10, 12, 0, tzinfo=UTC))
    later(600)
    assert [message["Subject"].partition(":")[0] for message in mails()["fay"]] == ["Postponed"]


# ---- how it is said -----------------------------------------------------------------------------------------------------------


def test_it_is_said_in_the_readers_language_with_all_there_is_to_know(cast, evening, later, mails, elsewhere):
    elsewhere("UPDATE account SET language = 'fr' WHERE username_key = 'nora'")
    lives(cast.nora, "Anvers", 50)
    gig(cast.eli, day=date(2027, 1, 8), tickets="on_sale", price=1700, currency="EUR", ticket_url="https://tickets.example/1")
    later()
    (message,) = mails()["nora"]
    assert message["Content-Language"] == "fr"
    text = text_of(message)
    for words in (
        "vendredi 8 janvier 2027",
        "20:15",
        "UTC+1",
        "Rue du Houblon 14",
        "Belgique",
        "17,00",
        "https://tickets.example/1",
        "Anvers",
        "41",
    ):
        assert words in text, words
    assert "http://127.0.0.1:8000/fr/tour/2027-01-08-brussels-la-vieille-brasserie " in text
    assert "http://127.0.0.1:8000/fr/tour/2027-01-08-brussels-la-vieille-brasserie.ics" in text
    html = message.get_body(("html",)).get_content()
    assert 'href="http://127.0.0.1:8000/fr/tour/2027-01-08-brussels-la-vieille-brasserie.ics"' in html


def test_the_old_day_and_the_old_house_are_struck_out(cast, evening, later, mails):
    says(cast.fay, evening)
    tour.reschedule(evening.id, {"day": FEBRUARY}, by=cast.eli)
    tour.move(evening.id, house(cast.eli, "lyon").id, by=cast.eli)
    later()
    html = mails()["fay"][0].get_body(("html",)).get_content()
    assert "<s>Friday, 11 December 2026</s>" in html and "<s>La Vieille Brasserie, Brussels</s>" in html


def test_names_bring_no_headers_and_no_markup_along(cast, evening, later, mails):
    kept.say("site_name", "Marmots\r\nBcc: eve@evil.example")
    lives(cast.nora), says(cast.fay, evening)
    barn = tour.find_or_add({"name": "<b>Barn</b>\r\nBcc: eve@evil.example", "city": "Brussels", "country": "BE"}, by=cast.eli)
    gig(cast.eli, day=date(2027, 1, 8), venue_id=barn.id)
    gig(cast.eli, day=date(2027, 1, 9), venue_id=barn.id)
    tour.cancel(evening.id, by=cast.eli, reason="<script>x</script>\r\nBcc: eve@evil.example")
    later()
    assert set(mails()) == {"nora", "fay"}
    for message in (mails()["nora"][0], mails()["fay"][0]):
        assert message["Bcc"] is None
        html = message.get_body(("html",)).get_content()
        assert "<b>Barn" not in html and "<script>" not in html


def test_one_mail_speaks_of_all_there_is_for_one_person(cast, evening, later, mails):
    says(cast.fay, evening), lives(cast.fay)
    tour.cancel(evening.id, by=cast.eli)
    gig(cast.eli, day=date(2027, 1, 8))
    later()
    (message,) = mails()["fay"]
    assert message["Subject"] == "2 pieces of news from The Paper Marmots"
    assert text_of(message).index("Cancelled:") < text_of(message).index("Near you:")
    assert {
        notice.mail_id
        for notice in db.session.scalars(sa.select(Notice).where(Notice.account_id == cast.fay.id, Notice.channel == "mail"))
    } == {1}


def test_a_new_kind_is_a_declaration(app, cast, evening, later, mails, monkeypatch):
    """What follows from any event, for whomever, by the channels there are."""

    def tell(waiting):
        shown = Evening(queries.opened(evening.id), "back", {}, word="going")
        found = [
            Piece(one.account_id, (one.id,), (one.kind,), lambda: "A wave", "_gig", {"evening": shown}, now(), lambda: "/wave")
            for one in waiting
        ]
        return found, {}

    wave = Kind(
        "wave", "A wave", "", str, ("gig.revised",), lambda event: Happening(event.subject, "1", now(), now()),
        lambda happening, after, most: ([cast.nora.id], None), tell,
    )  # fmt: skip
    site = app.extensions["fansite"]
    monkeypatch.setitem(site.notices, "wave", wave)
    monkeypatch.setattr(site.outbox, "_heard_by", {"gig.revised": ["notifications.plan"]})
    tour.revise(evening.id, {"support": "Anke"}, by=cast.eli, version=evening.version)
    later(10)
    assert mails()["nora"][0]["Subject"] == "A wave"


def test_the_routine_notes_each_evening_once(cast, evening, clock, worker):
    says(cast.fay, evening)
    clock.move_to(datetime(2026, 12, 10, 12, 0, tzinfo=UTC))
    for _round in range(3):
        run_routines()
        clock.shift(600)
    worker()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Event).where(Event.name == "gig.tomorrow")) == 1
    assert db.session.scalar(sa.select(Occasion.key).where(Occasion.kind == "gig.tomorrow")) == "day:2026-12-11"
