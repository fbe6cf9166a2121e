"""What an event means to those who go, or might: what became of an evening, or that it is tomorrow."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from fansite.core.content import listed
from fansite.core.db import db, transaction
from fansite.core.notices import Happening
from fansite.core.outbox import Event, record
from fansite.lib import localtime
from fansite.lib.times import now
from fansite.notifications.gigs import concerned, moments
from fansite.notifications.planning import open_occasion
from fansite.tour import queries
from fansite.tour.models import Change, Gig, Venue

TOMORROW = "gig.tomorrow"
# No clock is further from another.
A_DAY_ANYWHERE = timedelta(days=3)
# What becomes of an evening, and which kind of notice it is.
CHANGED = ("postponed", "rescheduled", "moved", "planned")
CANCELLED = ("cancelled",)
# That it is sold out helps nobody by mail.
TICKETS = ("on_sale",)


def announced(event: Event) -> Happening | None:
    """Once; who was not told when it was taken down is told when it is published again."""
    gig = _public(event)
    if gig is None or gig.off or moments.begins(gig) <= now():
        return None
    return moments.held(gig, "announced", event.at, {"entry": gig.id, "points": _places(gig.venue)})


def changed(event: Event) -> Happening | None:
    if event.data["to"] == "undone":
        return _undone(event)
    return _change(event, CHANGED)


def cancelled(event: Event) -> Happening | None:
    return _change(event, CANCELLED)


def on_sale(event: Event) -> Happening | None:
    return _change(event, TICKETS)


def tomorrow(event: Event) -> Happening | None:
    gig = _public(event)
    return _reminder(gig) if gig is not None else None


def note_tomorrow() -> None:
    """Routine: evenings whose day before has come at their clocks, each once."""
    at = now()
    soon = sa.select(Gig).where(listed(), Gig.over_at > at, Gig.over_at < at + A_DAY_ANYWHERE)
    for gig in db.session.scalars(soon.options(sa.orm.defer(Gig.body), sa.orm.defer(Gig.html))).all():
        happening = _reminder(gig)
        if happening is not None:
            with transaction():
                if open_occasion(TOMORROW, happening):
                    record(TOMORROW, happening.subject)


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _public(event: Event) -> Gig | None:
    gig = queries.opened(int(event.subject.partition(":")[2]))
    return gig if gig is not None and gig.public else None


def _change(event: Event, wanted: tuple[str, ...]) -> Happening | None:
    gig, to = _public(event), event.data["to"]
    if gig is None or to not in wanted:
        return None
    change = db.session.get(Change, event.data["change"])
    if change is None:
        return None
    facts = _facts(gig, change)
    end = moments.too_late_from(gig, facts["before"])
    if end is not None and end <= now():
        return None
    return moments.held(gig, f"change:{change.id}", event.at, facts)


def _undone(event: Event) -> Happening | None:
    """Who was told before it was taken back: when the evening is near, mails do not wait. Others hear nothing of either."""
    gig, change = _public(event), db.session.get(Change, event.data["change"])
    if gig is None or change is None or change.to not in (*CHANGED, *CANCELLED) or moments.begins(gig) <= now():
        return None
    facts = {"undone": change.to, "points": _places(gig.venue)}
    happening = Happening(f"gig:{gig.id}", f"undo:{change.id}", event.at, event.at, facts, needed_by=event.at)
    return happening if concerned.told_before(happening, 0, 1) else None


def _reminder(gig: Gig) -> Happening | None:
    """Who said so after that hour knows by themselves."""
    due = moments.reminder_at(gig)
    if gig.off or not due <= now() < moments.begins(gig):
        return None
    facts = {"said_before": due.isoformat()}
    return Happening(f"gig:{gig.id}", f"day:{gig.day.isoformat()}", due, due, facts, moments.begins(gig) - moments.NEEDED)


def _facts(gig: Gig, change: Change) -> dict[str, Any]:
    """What held before, as its readers know it."""
    was = change.before
    house = db.session.get(Venue, was["venue_id"]) or gig.venue
    day, starts = date.fromisoformat(was["day"]), was["starts"] or was["doors"]
    began = localtime.instant(day, time.fromisoformat(starts) if starts else moments.EARLIEST, ZoneInfo(house.zone))
    before = {
        "state": was["state"],
        "day": was["day"],
        "starts": was["starts"],
        "venue_id": house.id,
        "venue": house.name,
        "city": house.city,
    }
    return {"change": change.id, "began": began.isoformat(), "before": before, "points": _places(gig.venue, house)}


def _places(*houses: Venue) -> list[tuple[float, float]]:
    return list(dict.fromkeys(house.point for house in houses if house.point is not None))
