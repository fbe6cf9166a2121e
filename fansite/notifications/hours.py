"""When somebody is told: at their own clocks, outside their quiet hours, or with all else of a day or a week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fansite.core.notices import Happening
from fansite.lib import localtime

# Digests lie there with the first coffee, those of a week before its end.
DIGEST_AT = time(8)
FRIDAY = 4
QUIET = (22, 8)
# More than that by one way on one day is a nuisance, whatever it says: the rest comes with the next day's digest.
MOST_A_DAY = {"mail": 5, "push": 10}
# Who was away so long reads no digests any more.
AWAY = timedelta(days=180)


@dataclass(frozen=True)
class Clock:
    """Somebody's clock, and the hours in which it wakes nobody."""

    zone: ZoneInfo
    quiet_from: int = QUIET[0]
    quiet_until: int = QUIET[1]

    def today(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def quiet_ends(self, at: datetime) -> datetime | None:
        """None outside of the quiet hours."""
        here = at.astimezone(self.zone)
        begins, ends, hour = self.quiet_from, self.quiet_until, here.hour
        over_night = begins > ends
        quiet = (hour >= begins or hour < ends) if over_night else begins <= hour < ends
        if not quiet:
            return None
        day = here.date() + timedelta(days=1 if over_night and hour >= begins else 0)
        return localtime.instant(day, time(ends), self.zone)

    def next_digest(self, pace: str, at: datetime) -> datetime:
        """The first that is not before `at`."""
        day = self.today(at)
        if localtime.instant(day, DIGEST_AT, self.zone) < at:
            day += timedelta(days=1)
        if pace == "weekly":
            day += timedelta(days=(FRIDAY - day.weekday()) % 7)
        return localtime.instant(day, DIGEST_AT, self.zone)


def planned(clock: Clock, way: str, pace: str, happening: Happening) -> tuple[datetime, datetime, str]:
    """From when on somebody may be told of it, how long it may wait for what else there is, and with what it goes. A digest that would
    come too late makes way for an earlier one, and that for a mail of its own."""
    at = happening.due_at
    if way == "site":
        return at, at, "now"
    for digest in {"weekly": ("weekly", "daily"), "daily": ("daily",)}.get(pace, ()):
        moment = clock.next_digest(digest, at)
        if in_time(moment, happening.needed_by):
            return moment, moment, digest
    awake = clock.quiet_ends(at)
    if awake is not None and in_time(awake, happening.needed_by):
        return awake, awake, "now"
    return at, happening.at_latest, "now"


def put_off(
    clock: Clock, way: str, pace: str, needed_by: datetime | None, *, told_today: int, at: datetime
) -> tuple[datetime, str] | None:
    """Until when it has to wait after all, now that its time has come, and with what it goes then; None when it may go."""
    awake = clock.quiet_ends(at) if pace == "now" or way == "push" else None
    if awake is not None and in_time(awake, needed_by):
        return awake, pace
    if pace != "now" or told_today < MOST_A_DAY[way]:
        return None
    tomorrow = clock.next_digest("daily", localtime.instant(clock.today(at) + timedelta(days=1), time(0), clock.zone))
    # By mail one too many is better than one too late. A device that was told ten times lies face down.
    return (tomorrow, "daily") if way == "push" or in_time(tomorrow, needed_by) else None


def in_time(moment: datetime, needed_by: datetime | None) -> bool:
    return needed_by is None or moment <= needed_by
