"""What clocks show somewhere, and which moment that is: against the zones themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fansite.lib import localtime
from fansite.lib.localtime import end_of, instant, local

PARIS, CHATHAM = ZoneInfo("Europe/Paris"), ZoneInfo("Pacific/Chatham")
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
HOURS = st.times().map(lambda at: at.replace(second=0, microsecond=0))
ZONES = st.sampled_from(sorted(localtime.zones()))


@given(DAYS, HOURS, ZONES)
def test_a_clock_shows_what_was_said_unless_it_skips_it(day, at, name):
    zone = ZoneInfo(name)
    shown = local(day, at, zone)
    skipped = datetime.combine(day, at, zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != datetime.combine(day, at)
    if skipped:
        assert shown.replace(tzinfo=None) > datetime.combine(day, at)
    else:
        assert shown.replace(tzinfo=None) == datetime.combine(day, at)


@given(DAYS, HOURS, HOURS, ZONES)
def test_it_ends_after_it_begins(day, starts, ends, name):
    zone = ZoneInfo(name)
    over = end_of(day, starts, ends, zone)
    if ends != starts:
        # A clock that is put back shows an hour twice.
        assert over > instant(day, starts, zone) - timedelta(hours=2)
    assert over <= instant(day, starts, zone) + timedelta(hours=27)
    assert end_of(day, None, None, zone) >= instant(day, time(23), zone)


def test_the_hour_that_is_skipped_and_the_one_shown_twice():
    assert instant(date(2026, 3, 29), time(2, 30), PARIS) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert instant(date(2026, 10, 25), time(2, 30), PARIS) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_chatham_is_twelve_hours_and_three_quarters_ahead():
    assert local(date(2026, 6, 20), time(20), CHATHAM).isoformat() == "2026-06-20T20:00:00+12:45"
    assert local(date(2026, 12, 20), time(20), CHATHAM).isoformat() == "2026-12-20T20:00:00+13:45"


@pytest.mark.parametrize(
    ("starts", "ends", "over"),
    [
        (time(20), time(22, 30), datetime(2026, 12, 11, 21, 30, tzinfo=UTC)),
        (time(22), time(2), datetime(2026, 12, 12, 1, 0, tzinfo=UTC)),
        (time(0), time(2), datetime(2026, 12, 11, 1, 0, tzinfo=UTC)),
        (time(11), None, datetime(2026, 12, 11, 23, 0, tzinfo=UTC)),
        (time(22, 30), None, datetime(2026, 12, 12, 1, 30, tzinfo=UTC)),
        (None, None, datetime(2026, 12, 11, 23, 0, tzinfo=UTC)),
    ],
)
def test_when_it_is_over_there(starts, ends, over):
    assert end_of(date(2026, 12, 11), starts, ends, PARIS) == over


def test_a_day_that_is_longer_or_shorter_ends_at_its_own_midnight():
    assert end_of(date(2026, 10, 25), None, None, PARIS) == datetime(2026, 10, 25, 23, tzinfo=UTC)
    assert end_of(date(2026, 3, 29), None, None, PARIS) == datetime(2026, 3, 29, 22, tzinfo=UTC)


@pytest.mark.parametrize("name", ["", "Mars/Phobos", "EST", "Etc/GMT+5", "../etc/passwd", "Europe/paris"])
def test_what_is_no_place_is_no_zone(name):
    assert name not in localtime.zones()
