"""What can happen to an evening: it is written down, published, and plans change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from fansite.core.content import SlugHistory
from fansite.core.db import db
from fansite.core.errors import Conflict, Forbidden, Refused
from fansite.core.outbox import Event
from fansite.tour import at_desk, queries
from fansite.tour import operations as tour
from fansite.tour.models import UNDO_WITHIN, Gig, Venue
from tests.tour.cast import HOUSES, gig, house


@pytest.fixture
def evening(cast, clock):
    return gig(cast.eli)


def now_of(made) -> Gig:
    db.session.expire_all()
    return queries.opened(made.id)


# ---- houses -----------------------------------------------------------------------------------------------------------------


def test_a_house_has_the_clocks_and_the_place_of_its_city(cast):
    made = house(cast.eli)
    assert (made.zone, round(made.latitude, 1), round(made.longitude, 1)) == ("Europe/Brussels", 50.9, 4.3)


@pytest.mark.parametrize(
    "spelt",
    [
        {"name": "la vieille brasserie"},
        {"name": "La  Vieille   Brasserie "},
        {"city": "Bruxelles"},
        {"city": "BRUSSEL"},
        {"country": "be"},
    ],
)
def test_one_house_is_written_down_once_however_it_is_spelt(cast, spelt):
    assert house(cast.eli).id == tour.find_or_add({**HOUSES["brussels"], **spelt}, by=cast.eli).id


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"city": ""}, "city"),
        ({"country": "XX"}, "country"),
        ({"country": "Belgium"}, "country"),
        ({"zone": "Mars/Phobos"}, "zone"),
        ({"latitude": 91.0, "longitude": 4.0}, "latitude"),
        ({"latitude": 50.0}, "latitude"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"city": "Trifouilly-les-Oies"}, "zone"),
    ],
)
def test_what_makes_no_sense_of_a_house_is_refused_at_its_box(cast, wrong, field):
    with pytest.raises(Refused) as refused:
        tour.find_or_add({**HOUSES["brussels"], **wrong}, by=cast.eli)
    assert refused.value.field == field
    assert db.session.scalar(sa.select(sa.func.count(Venue.id))) == 0


def test_two_that_are_one_are_merged_and_whoever_looks_for_either_finds_it(cast, evening):
    twice = tour.find_or_add({**HOUSES["brussels"], "name": "Vieille Brasserie"}, by=cast.eli)
    other = gig(cast.eli, day=date(2027, 1, 5), venue_id=twice.id)
    address = other.slug
    tour.merge(twice.id, evening.venue_id, by=cast.eli)
    assert now_of(other).venue_id == evening.venue_id
    assert now_of(other).title == "Brussels, La Vieille Brasserie"
    assert db.session.scalar(sa.select(SlugHistory.entry_id).where(SlugHistory.slug == address)) == other.id
    assert tour.find_or_add({**HOUSES["brussels"], "name": "Vieille Brasserie"}, by=cast.eli).id == evening.venue_id
    assert [one.id for one in at_desk.venues()] == [evening.venue_id]


def test_a_house_that_moves_takes_its_evenings_along(cast, evening):
    tour.revise_venue(
        evening.venue_id, {"city": "Lyon", "country": "FR", "zone": "", "latitude": None, "longitude": None}, by=cast.eli
    )
    moved = now_of(evening)
    assert (moved.zone, moved.slug) == ("Europe/Paris", "2026-12-11-lyon-la-vieille-brasserie")


# ---- gigs -------------------------------------------------------------------------------------------------------------------


def test_a_gig_is_an_entry_with_an_address_of_its_own(cast, evening):
    assert (evening.slug, evening.title) == ("2026-12-11-brussels-la-vieille-brasserie", "Brussels, La Vieille Brasserie")
    assert evening.over_at == datetime(2026, 12, 11, 23, 15, tzinfo=UTC)
    assert evening.begins_at.isoformat() == "2026-12-11T20:15:00+01:00"


def test_two_evenings_in_one_house_on_one_day_have_two_addresses(cast, evening):
    assert gig(cast.eli).slug == f"{evening.slug}-2"


def test_only_the_staff_write_gigs_down(cast, evening):
    for person in (cast.fay, cast.milo):
        with pytest.raises(Forbidden):
            tour.draft({"venue_id": evening.venue_id, "day": date(2027, 1, 1)}, by=person)
        with pytest.raises(Forbidden):
            tour.cancel(evening.id, by=person)
        with pytest.raises(Forbidden):
            tour.find_or_add(HOUSES["lyon"], by=person)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"venue_id": 999}, "venue"),
        ({"day": None}, "day"),
        ({"starts": None, "ends": time(23)}, "ends"),
        ({"price": -1, "currency": "EUR"}, "price"),
        ({"price": 1700, "currency": "euros"}, "currency"),
        ({"tickets": "gone"}, "tickets"),
        ({"ticket_url": "javascript:alert(1)"}, "ticket_url"),
        ({"support": "x" * 301}, "support"),
    ],
)
def test_what_makes_no_sense_of_a_gig_is_refused_at_its_box(cast, clock, wrong, field):
    with pytest.raises(Refused) as refused:
        gig(cast.eli, **wrong)
    assert refused.value.field == field
    assert db.session.scalar(sa.select(sa.func.count(Gig.id))) == 0


def test_nobody_overwrites_another(cast, evening):
    tour.revise(evening.id, {"support": "Anke"}, by=cast.eli, version=evening.version)
    with pytest.raises(Conflict):
        tour.revise(evening.id, {"support": "Bram"}, by=cast.ada, version=1)
    assert now_of(evening).support == "Anke"


def test_a_correction_of_the_hour_is_told_to_calendars_and_one_of_the_text_is_not(cast, evening):
    tour.revise(evening.id, {"body": "Bring **soup**."}, by=cast.eli, version=1)
    assert now_of(evening).sequence == 0
    tour.revise(evening.id, {"starts": time(20, 30)}, by=cast.eli, version=2)
    assert now_of(evening).sequence == 1


# ---- plans change -----------------------------------------------------------------------------------------------------------


def test_a_new_date_keeps_the_old_one_to_be_seen_and_leads_from_its_address(cast, evening, clock):
    clock.shift(60)
    uid, address = evening.uid, evening.slug
    tour.reschedule(evening.id, {"day": date(2027, 2, 5)}, by=cast.eli, reason="Jeanne lost her voice.")
    changed = now_of(evening)
    assert (changed.state, changed.day, changed.starts) == ("rescheduled", date(2027, 2, 5), time(20, 15))
    assert changed.former == [{"day": "2026-12-11", "starts": "20:15", "venue": None, "city": None}]
    assert (changed.uid, changed.sequence, changed.slug) == (uid, 1, "2027-02-05-brussels-la-vieille-brasserie")
    assert db.session.scalar(sa.select(SlugHistory.entry_id).where(SlugHistory.slug == address)) == evening.id
    event = db.session.scalars(sa.select(Event).where(Event.name == "gig.changed")).one()
    assert event.data["to"] == "rescheduled"
    assert {"list:gig", f"entry:{evening.id}"} <= set(event.data["tags"])


@pytest.mark.parametrize(
    ("act", "state"),
    [
        (lambda made, by: tour.cancel(made.id, by=by, reason="Flu."), "cancelled"),
        (lambda made, by: tour.postpone(made.id, by=by, reason="Flu."), "postponed"),
        (lambda made, by: tour.reschedule(made.id, {"day": date(2027, 1, 2), "starts": None}, by=by), "rescheduled"),
        (lambda made, by: tour.move(made.id, house(by, "lyon").id, by=by, reason="Too small."), "moved"),
        (lambda made, by: tour.sell(made.id, "sold_out", by=by), "planned"),
    ],
)
def test_whatever_changed_is_undone_whole_within_ten_minutes(cast, evening, clock, act, state):
    facts = (
        "state",
        "tickets",
        "day",
        "doors",
        "starts",
        "ends",
        "venue_id",
        "zone",
        "over_at",
        "reason",
        "former",
        "slug",
        "title",
    )
    before = {name: getattr(evening, name) for name in facts}
    act(evening, cast.eli)
    assert now_of(evening).state == state
    number = now_of(evening).sequence
    assert number == 1
    clock.shift(UNDO_WITHIN.total_seconds())
    tour.undo(queries.last_change(evening.id).id, by=cast.eli)
    assert {name: getattr(now_of(evening), name) for name in facts} == before
    assert now_of(evening).sequence == number + 1


def test_after_ten_minutes_or_another_change_it_is_too_late(cast, evening, clock):
    tour.cancel(evening.id, by=cast.eli)
    first = queries.last_change(evening.id).id
    tour.reinstate(evening.id, by=cast.eli)
    with pytest.raises(Refused):
        tour.undo(first, by=cast.eli)
    last = queries.last_change(evening.id).id
    clock.shift(UNDO_WITHIN.total_seconds() + 1)
    with pytest.raises(Refused):
        tour.undo(last, by=cast.eli)
    assert now_of(evening).state == "planned"


def test_a_second_press_of_undo_does_nothing_more(cast, evening):
    tour.cancel(evening.id, by=cast.eli)
    change = queries.last_change(evening.id).id
    tour.undo(change, by=cast.eli)
    tour.undo(change, by=cast.eli)
    assert (now_of(evening).state, now_of(evening).sequence) == ("planned", 2)


def test_the_same_change_twice_is_one(cast, evening):
    for _press in range(2):
        tour.cancel(evening.id, by=cast.eli, reason="Flu.")
    assert now_of(evening).sequence == 1


def test_a_draft_is_changed_at_will_and_nobody_is_told(cast, clock):
    made = gig(cast.eli, published=False)
    with pytest.raises(Refused):
        tour.cancel(made.id, by=cast.eli)


def test_without_a_new_day_it_is_no_new_date(cast, evening):
    for when in ({}, {"day": None}, {"day": evening.day}):
        with pytest.raises(Refused) as refused:
            tour.reschedule(evening.id, when, by=cast.eli)
        assert refused.value.field == "day"
    assert now_of(evening).sequence == 0


# ---- lists ------------------------------------------------------------------------------------------------------------------


def test_it_is_to_come_until_it_is_over_there(cast, clock):
    made = gig(cast.eli, "chatham", day=date(2026, 11, 24), starts=time(20), ends=time(23))
    ahead = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)  # 23:00 there
    clock.move_to(ahead - timedelta(seconds=1))
    assert [night.id for night in queries.upcoming()] == [made.id]
    clock.move_to(ahead)
    assert queries.upcoming() == []
    assert [night.id for night in queries.past()] == [made.id]


def test_what_waits_for_a_new_date_is_neither_past_nor_before_others(cast, evening, clock):
    other = gig(cast.eli, "lyon", day=date(2027, 3, 1))
    tour.postpone(evening.id, by=cast.eli)
    assert [night.id for night in queries.upcoming()] == [other.id, evening.id]
    clock.move_to(datetime(2028, 1, 1, tzinfo=UTC))
    assert [night.id for night in queries.upcoming()] == [evening.id]


def test_lists_hold_only_what_everyone_may_see(cast, evening):
    gig(cast.eli, "lyon", published=False)
    tour.withdraw(evening.id, by=cast.eli)
    assert queries.nights() == []
