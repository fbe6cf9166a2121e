"""By which way, when, how often: what everybody may choose, and what nobody has to."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from fansite.accounts.models import SignIn
from fansite.core.db import db, transaction
from fansite.core.mail import Mail
from fansite.lib.times import now
from fansite.notifications import inbox, operations, planning, sending
from fansite.notifications.hours import MOST_A_DAY
from fansite.notifications.models import Device, Occasion, Push, Setting
from tests.notifications.conftest import text_of
from tests.notifications.ways import KINDS, happens, lines_of, settled, subjects, utc

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def _kinds(app: Any, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """At noon, whatever the hour is: in quiet ones nobody is called."""
    monkeypatch.setattr(sending, "meanwhile", lambda _without: None)
    for kind in KINDS:
        monkeypatch.setitem(app.extensions["fansite"].notices, kind.name, kind)


def choose(account: Any, pace: str, *, zone: str | None = None, quiet: tuple[int, int] = (22, 8), way: str = "mail") -> None:
    operations.keep({("wave", way): pace}, zone=zone, quiet_from=quiet[0], quiet_until=quiet[1], by=account)


def carries(account: Any, number: int = 1) -> None:
    """So many devices that may be told."""
    with transaction() as session:
        for each in range(number):
            session.add(Device(account_id=account.id, endpoint=f"https://push.example/{account.id}/{each}", p256dh="x", auth="x"))


# ---- when -----------------------------------------------------------------------------------------------------------------------

# How soon they want mails, at whose clocks (those of the site are UTC), when it happens (UTC), within how many hours they have to know, and when they are told.
# The 24th of November 2026 is a Tuesday.
TIMES = """
now     site                2026-11-24T12:00  -    2026-11-24T12:00  at once
now     site                2026-11-24T21:59  -    2026-11-24T21:59  before the quiet hours
now     site                2026-11-24T22:00  -    2026-11-25T08:00  in them: in the morning
now     site                2026-11-25T07:59  -    2026-11-25T08:00  at their very end
now     site                2026-11-24T23:00  4    2026-11-24T23:00  in the morning it would be too late
now     site                2026-11-24T23:00  9    2026-11-25T08:00  in the morning it is not
now     America/New_York    2026-11-24T12:00  -    2026-11-24T13:00  it is seven there
now     Pacific/Kiritimati  2026-11-24T12:00  -    2026-11-24T18:00  it is two of the next morning there
now     Asia/Kathmandu      2026-11-24T16:20  -    2026-11-25T02:15  a zone of quarters of hours
daily   site                2026-11-24T12:00  -    2026-11-25T08:00  the next digest
daily   site                2026-11-24T07:59  -    2026-11-24T08:00  today's
daily   site                2026-11-24T08:00  -    2026-11-24T08:00  at that very moment
daily   site                2026-11-24T12:00  19   2026-11-24T12:00  tomorrow it would be too late
daily   Europe/Paris        2026-11-24T12:00  -    2026-11-25T07:00  at eight there
daily   Europe/Paris        2027-03-27T12:00  -    2027-03-28T06:00  though clocks were set that night
weekly  site                2026-11-24T12:00  -    2026-11-27T08:00  on Friday
weekly  site                2026-11-27T08:01  -    2026-12-04T08:00  on the next
weekly  site                2026-11-24T12:00  30   2026-11-25T08:00  on Friday it would be too late
weekly  site                2026-11-24T12:00  2    2026-11-24T12:00  tomorrow, too
weekly  Pacific/Auckland    2026-11-26T12:00  -    2026-11-26T19:00  it is Friday there already
"""


@pytest.mark.parametrize("row", TIMES.strip().splitlines(), ids=lambda row: " ".join(row.split()[:1] + row.split()[5:]))
def test_mails_come_when_the_table_says(cast, clock, row):
    pace, zone, at, within, told, *_why = row.split()
    clock.move_to(utc(at))
    choose(cast.fay, pace, zone=zone if zone != "site" else None)
    happens("wave", cast.fay, needed_within=float(within) if within != "-" else None)
    if told != at:
        clock.move_to(utc(told) - timedelta(seconds=1))
        assert subjects() == []
        clock.move_to(utc(told))
    assert subjects() == ["1 x gig:1"]


@pytest.mark.parametrize(
    ("hours", "at", "told"),
    [
        ((22, 8), "2026-11-24T23:00", "2026-11-25T08:00"),
        ((0, 0), "2026-11-24T23:00", "2026-11-24T23:00"),
        ((13, 15), "2026-11-24T13:30", "2026-11-24T15:00"),
        ((13, 15), "2026-11-24T15:00", "2026-11-24T15:00"),
        ((1, 0), "2026-11-24T12:00", "2026-11-25T00:00"),
    ],
)
def test_quiet_hours_are_those_they_chose_and_hold_for_devices_too(cast, clock, hours, at, told):
    clock.move_to(utc(at))
    choose(cast.fay, "now", quiet=hours), carries(cast.fay)
    happens("wave", cast.fay)
    if told != at:
        clock.move_to(utc(told) - timedelta(seconds=1))
        assert (subjects(), subjects(Push)) == ([], [])
        clock.move_to(utc(told))
    assert (subjects(), subjects(Push)) == (["1 x gig:1"], ["1 x gig:1"])


def test_what_comes_due_in_quiet_hours_waits_though_it_was_planned_for_before(cast, clock):
    """The worker was away in the evening."""
    clock.move_to(utc("2026-11-24T21:00"))
    happens("wave", cast.fay)
    clock.move_to(utc("2026-11-24T23:00"))
    assert subjects() == []
    clock.move_to(utc("2026-11-25T08:00"))
    assert subjects() == ["1 x gig:1"]


def test_the_site_is_told_at_any_hour(cast, clock):
    clock.move_to(utc("2026-11-24T23:00"))
    happens("wave", cast.fay)
    assert subjects() == []
    assert len(lines_of(cast.fay)) == 1


def test_what_waits_for_a_digest_holds_up_no_mail_of_its_own(cast):
    operations.choose({("wave", "mail"): "weekly", ("hum", "mail"): "now"}, by=cast.fay)
    happens("wave", cast.fay, subject="gig:1"), happens("hum", cast.fay, subject="gig:2")
    assert subjects() == ["1 x gig:2"]


# ---- which ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "chosen", "told"),
    [
        ("wave", {}, "site mail push"),
        ("hum", {}, "site"),
        ("wave", {"site": "off"}, "mail push"),
        ("wave", {"mail": "off", "push": "off"}, "site"),
        ("hum", {"mail": "now", "site": "off"}, "mail"),
        ("wave", {"site": "off", "mail": "off", "push": "off"}, ""),
    ],
)
def test_each_kind_goes_by_the_ways_they_chose(cast, name, chosen, told):
    carries(cast.fay)
    operations.choose({(name, way): pace for way, pace in chosen.items()}, by=cast.fay)
    happens(name, cast.fay)
    sending.send_due()
    went = [way for way in ("site", "mail", "push") if settled(way) == [("sent", None)]]
    assert went == told.split()
    assert (len(lines_of(cast.fay)), len(subjects()), len(subjects(Push))) == tuple(
        int(way in went) for way in ("site", "mail", "push")
    )


def test_who_has_no_device_is_planned_for_none_and_who_has_two_is_told_on_both(cast):
    carries(cast.nora, 2)
    happens("wave", cast.fay, cast.nora)
    assert subjects(Push) == ["1 x gig:1", "1 x gig:1"]
    assert settled("push") == [("sent", None)]


# ---- together -------------------------------------------------------------------------------------------------------------------


def test_all_there_is_goes_together_and_the_same_is_said_once(cast):
    carries(cast.fay)
    for subject in ("gig:1", "gig:1", "gig:1", "gig:2"):
        happens("wave", cast.fay, subject=subject)
    assert subjects() == ["2 of wave"]
    assert subjects(Push) == ["2 of wave"]
    assert db.session.scalar(sa.select(Push.path)) == "/account/notices"
    assert [(line.subject, line.read_at) for line in lines_of(cast.fay)] == [("gig:1", None), ("gig:2", None)]
    assert "3 x gig:1" in db.session.scalar(sa.select(Mail.text))


def test_a_digest_stands_in_groups_and_can_be_stopped_by_one_press(cast, clock, mails, worker):
    operations.choose({("wave", "mail"): "daily", ("hum", "mail"): "daily"}, by=cast.fay)
    for name, subject in (("hum", "gig:3"), ("wave", "gig:1"), ("hum", "gig:4")):
        happens(name, cast.fay, subject=subject)
    clock.move_to(utc("2026-11-25T08:00"))
    sending.send_due(), worker()
    (message,) = mails()["fay"]
    text = text_of(message)
    places = [text.index(words) for words in ("== Wave ==", "1 x gig:1", "== Hum ==", "1 x gig:3", "1 x gig:4", "/unsubscribe/")]
    assert places == sorted(places)
    assert message["Subject"] == "3 pieces of news from The Paper Marmots"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    html = message.get_body(("html",)).get_content()
    assert html.count("<h2") == 2 and html.count("<h3") == 3


# ---- read meanwhile -------------------------------------------------------------------------------------------------------------


def test_what_was_read_on_the_site_is_told_by_no_other_way(cast, clock):
    choose(cast.fay, "daily"), choose(cast.nora, "daily"), carries(cast.fay)
    clock.move_to(utc("2026-11-24T23:00"))
    happens("wave", cast.fay, cast.nora)
    sending.send_due()
    (line,) = lines_of(cast.fay)
    inbox.read_one(line.id, by=cast.fay)
    clock.move_to(utc("2026-11-25T08:00"))
    assert (len(subjects()), subjects(Push)) == (1, [])
    assert sorted(settled("mail")) == [("dropped", "read"), ("sent", None)]
    assert settled("push") == [("dropped", "read")]


def test_what_came_since_they_looked_is_told(cast, clock):
    choose(cast.fay, "daily")
    happens("wave", cast.fay)
    sending.send_due()
    seen = lines_of(cast.fay)[0].newest
    happens("wave", cast.fay, subject="gig:2")
    sending.send_due()
    inbox.read_all(seen, by=cast.fay)
    assert [line.read_at is None for line in lines_of(cast.fay)] == [False, True]
    clock.move_to(utc("2026-11-25T08:00"))
    assert subjects() == ["1 x gig:2"]


def test_what_was_read_stays_so_when_the_same_event_is_heard_once_more(cast):
    choose(cast.fay, "daily")
    happens("wave", cast.fay)
    sending.send_due()
    inbox.read_all(lines_of(cast.fay)[0].newest, by=cast.fay)
    one = db.session.scalars(sa.select(Occasion)).one()
    data = {"key": one.key, "facts": one.facts, "needed_by": None}
    planning.plan(SimpleNamespace(id=10**6, name="wave", subject="gig:1", at=now(), data=data))
    assert settled("mail") == [("dropped", "read")]


def test_nobody_reads_for_others(cast):
    happens("wave", cast.fay)
    sending.send_due()
    (line,) = lines_of(cast.fay)
    inbox.read_one(line.id, by=cast.nora), inbox.read_all(line.newest, by=cast.nora)
    db.session.expire_all()
    assert lines_of(cast.fay)[0].read_at is None


# ---- no more than that ----------------------------------------------------------------------------------------------------------


def test_over_the_limit_of_a_day_the_rest_is_tomorrows_digest_and_nothing_is_lost(cast, clock):
    carries(cast.fay)
    for number in range(13):
        happens("wave", cast.fay, cast.nora, subject=f"gig:{number}")
        subjects()
        clock.shift(600)
    to = [address.partition("@")[0] for address in db.session.scalars(sa.select(Mail.to))]
    assert (to.count("fay"), to.count("nora")) == (MOST_A_DAY["mail"], MOST_A_DAY["mail"])
    assert len(subjects(Push)) == MOST_A_DAY["push"]
    assert len(lines_of(cast.fay)) == 13
    clock.move_to(utc("2026-11-25T08:00"))
    assert subjects()[-2:] == ["8 of wave", "8 of wave"]
    assert subjects(Push)[-1] == "3 of wave"
    assert ("waiting", None) not in settled("mail") + settled("push")


def test_a_day_is_that_of_their_clocks(cast, clock):
    choose(cast.fay, "now", zone="America/New_York", quiet=(0, 0))
    clock.move_to(utc("2026-11-24T12:00"))
    for number in range(6):
        happens("wave", cast.fay, subject=f"gig:{number}")
        subjects()
    assert len(subjects()) == 5
    clock.move_to(utc("2026-11-25T04:59"))
    happens("wave", cast.fay, subject="gig:7")
    assert len(subjects()) == 5
    clock.move_to(utc("2026-11-25T05:00"))
    happens("wave", cast.fay, subject="gig:8")
    assert len(subjects()) == 6, "a new day has begun there"


def test_what_cannot_wait_comes_by_mail_over_the_limit_and_on_no_device(cast, clock):
    carries(cast.fay)
    for number in range(12):
        happens("wave", cast.fay, subject=f"gig:{number}")
        subjects()
    happens("wave", cast.fay, subject="gig:99", needed_within=2)
    assert subjects()[-1] == "1 x gig:99"
    assert len(subjects(Push)) == MOST_A_DAY["push"]


# ---- who is away ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "told"), [(179, True), (181, False)])
def test_who_was_away_for_half_a_year_gets_no_digests(cast, clock, days, told):
    choose(cast.fay, "daily")
    clock.shift(days * 86400)
    happens("wave", cast.fay)
    clock.shift(86400)
    assert bool(subjects()) is told
    assert settled("mail") == ([("sent", None)] if told else [("dropped", "away")])


def test_who_signs_in_is_here_though_their_session_is_forgotten(cast, clock):
    choose(cast.fay, "daily")
    clock.shift(170 * 86400)
    with transaction() as session:
        session.add(SignIn(account_id=cast.fay.id, token_hash="x", csrf="x", seen_at=now()))
    operations.note_who_was_here()
    with transaction() as session:
        session.execute(sa.delete(SignIn))
    clock.shift(100 * 86400)
    operations.note_who_was_here()
    assert db.session.get(Setting, cast.fay.id).quiet_from == 22
    happens("wave", cast.fay)
    clock.shift(86400)
    assert len(subjects()) == 1


# ---- stopping -------------------------------------------------------------------------------------------------------------------


def test_a_stopped_digest_starts_again_as_one(cast, clock):
    choose(cast.fay, "weekly")
    assert operations.stop(cast.fay.id, ["wave"]) == ["wave"]
    happens("wave", cast.fay)
    assert settled("mail") == []
    operations.start_again(cast.fay.id, ["wave"])
    happens("wave", cast.fay, subject="gig:2")
    assert subjects() == []
    clock.move_to(utc("2026-11-27T08:00"))
    assert subjects() == ["1 x gig:2"]
