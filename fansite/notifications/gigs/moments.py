"""How long what happened to an evening is held back, and from when on nobody is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from fansite.core.notices import Happening
from fansite.lib import localtime
from fansite.lib.times import now
from fansite.tour.models import UNDO_WITHIN, Gig

# As long as it can be taken back, and a little for whoever presses at the last moment.
HOLD = UNDO_WITHIN + timedelta(minutes=1)
# Dates are announced one after the other; whoever writes them down for hours keeps nobody waiting longer than this.
PATIENCE = timedelta(minutes=20)
# So shortly before, people are on their way: better a mail too many.
SOON = timedelta(hours=3)
# So long before there is time to find a lift, or to sell a ticket: whoever sleeps at that hour, or gets one mail a week, is told all the same.
NEEDED = timedelta(hours=12)
# Where nobody said when it begins, no evening begins before.
EARLIEST = time(17)
# On the day before, at the clocks of the house: there is time to find a lift.
REMINDER = time(10)


def begins(gig: Gig) -> datetime:
    return localtime.instant(gig.day, gig.starts or gig.doors or EARLIEST, gig.where)


def too_late_from(gig: Gig, before: Mapping[str, Any]) -> datetime | None:
    """Never after the show began. Where a new date was looked for, there is none that could begin."""
    return None if gig.off and before.get("state") == "postponed" else begins(gig)


def reminder_at(gig: Gig) -> datetime:
    return localtime.instant(gig.day - timedelta(days=1), REMINDER, gig.where)


def held(gig: Gig, key: str, at: datetime, facts: dict[str, Any]) -> Happening:
    """Until nobody can take it back any more, unless either evening is too near for that."""
    soonest = min((one for one in (begins(gig), _began_before(facts)) if one is not None and one > now()), default=None)
    needed_by = soonest - NEEDED if soonest is not None else None
    if soonest is not None and soonest - now() < SOON:
        return Happening(f"gig:{gig.id}", key, at, at, facts, needed_by)
    return Happening(f"gig:{gig.id}", key, at + HOLD, at + HOLD + PATIENCE, facts, needed_by)


def _began_before(facts: dict[str, Any]) -> datetime | None:
    began = facts.get("began")
    return datetime.fromisoformat(began) if began else None
