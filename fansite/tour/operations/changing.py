"""Plans change: one act each, with a reason. It reaches everything at once, and can be taken back for a while."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, TypedDict

from flask_babel import lazy_gettext as _l

from fansite.core.db import get, touch, transaction
from fansite.core.errors import Refused
from fansite.core.outbox import record
from fansite.core.policy import require, staff
from fansite.core.wording import settings, touch_all
from fansite.lib.times import now
from fansite.tour import queries
from fansite.tour.models import MOST_FORMER, STATES, TICKETS, UNDO_WITHIN, Change, Gig, Venue
from fansite.tour.operations import texts
from fansite.tour.operations.gigs import note_change
from fansite.tour.operations.settling import settle

MAX_REASON = 500
# Of a gig, what an act may change, and what taking it back restores.
PLANS = ("state", "tickets", "day", "doors", "starts", "ends", "venue_id", "reason", "former")
# In which language → why; beside that of the gig's own.
Reasons = Mapping[str, str]
NONE: Reasons = {}


class When(TypedDict, total=False):
    """Of a new date. What is left out stays: who only says the day keeps the hour."""

    day: date
    doors: time | None
    starts: time | None
    ends: time | None


def cancel(gig_id: int, *, by: Any, reason: str = "", reasons: Reasons = NONE) -> Gig:
    return _change(gig_id, "cancelled", by=by, reason=reason, reasons=reasons)


def postpone(gig_id: int, *, by: Any, reason: str = "", reasons: Reasons = NONE) -> Gig:
    """To a day that is not known yet."""
    return _change(gig_id, "postponed", by=by, reason=reason, reasons=reasons)


def reschedule(gig_id: int, when: When, *, by: Any, reason: str = "", reasons: Reasons = NONE) -> Gig:
    """To another day or hour. The former stays to be seen beside the new."""
    return _change(gig_id, "rescheduled", by=by, reason=reason, reasons=reasons, **when)


def move(gig_id: int, venue_id: int, *, by: Any, reason: str = "", reasons: Reasons = NONE) -> Gig:
    """To another house, on the same evening."""
    return _change(gig_id, "moved", by=by, reason=reason, reasons=reasons, venue_id=venue_id)


def reinstate(gig_id: int, *, by: Any, reason: str = "", reasons: Reasons = NONE) -> Gig:
    """It takes place after all, as it was announced last."""
    return _change(gig_id, "planned", by=by, reason=reason, reasons=reasons)


def sell(gig_id: int, tickets: str, *, by: Any) -> Gig:
    """Tickets are to come, on sale, sold out."""
    return _change(gig_id, tickets, by=by, reason="", reasons=NONE)


def undo(change_id: int, *, by: Any) -> Gig:
    """All is as it was before, as long as nothing else happened since and it was done just now. A second press does nothing more."""
    with transaction():
        change = get(Change, change_id)
        gig = get(Gig, change.gig_id)
        require(staff, by)
        if change.undone_at is not None:
            return gig
        if now() - change.at > UNDO_WITHIN:
            raise Refused(_l("That is too long ago to be taken back. Change it once more instead."))
        last = queries.last_change(gig.id)
        if last is None or last.id != change.id:
            raise Refused(_l("Something else was changed since. Change it once more instead."))
        for name, value in _read(change.before).items():
            if name in PLANS:
                setattr(gig, name, value)
        _say_why(gig, change.before.get("reasons", {}))
        change.undone_at = now()
        _settled(gig)
        record("gig.changed", gig, change=change.id, to="undone")
        return gig


def _change(gig_id: int, to: str, *, by: Any, reason: str, reasons: Reasons, **plans: Any) -> Gig:
    with transaction() as session:
        gig = get(Gig, gig_id)
        require(staff, by)
        if not gig.was_public:
            raise Refused(_l("Nobody knows of it yet: change it as you like, and publish it then."))
        before = _plans(gig)
        _set(gig, to, plans)
        gig.reason = _reason(reason)
        _say_why(gig, reasons)
        if _plans(gig) == before:
            return gig
        change = Change(gig_id=gig.id, by_id=by.id, to=to, before=before)
        session.add(change)
        session.flush()
        _settled(gig)
        record("gig.changed", gig, change=change.id, to=to)
        return gig


def _set(gig: Gig, to: str, plans: dict[str, Any]) -> None:
    if to in TICKETS and to:
        gig.tickets = to
        return
    if to not in STATES:
        raise Refused(_l("Choose what changes."), field="to")
    former = gig.announced
    if to == "rescheduled":
        _set_date(gig, plans)
        gig.former = [*gig.former, {**former, "venue": None, "city": None}][-MOST_FORMER:]
    elif to == "moved":
        gig.former = [*gig.former, {**former, **_set_house(gig, plans["venue_id"])}][-MOST_FORMER:]
    gig.state = to


def _set_date(gig: Gig, plans: dict[str, Any]) -> None:
    if plans.get("day") is None:
        raise Refused(_l("Say on which day it is now. Without one it is postponed."), field="day")
    before = (gig.day, gig.starts)
    for name in ("day", "doors", "starts", "ends"):
        if name in plans:
            setattr(gig, name, plans[name])
    if (gig.day, gig.starts) == before and gig.state != "postponed":
        raise Refused(_l("That is the day and the hour it had."), field="day")


def _set_house(gig: Gig, venue_id: int) -> dict[str, str]:
    """The name of the former."""
    house, was = get(Venue, venue_id), get(Venue, gig.venue_id)
    if house.merged_into_id is not None:
        house = get(Venue, house.merged_into_id)
    if house.id == was.id:
        raise Refused(_l("It is at this house already."), field="venue")
    gig.venue_id = house.id
    return {"venue": was.name, "city": was.city}


def _settled(gig: Gig) -> None:
    touch_all(gig)
    settle(gig, get(Venue, gig.venue_id))
    note_change(gig)
    gig.version += 1
    gig.updated_at = now()
    touch_all(gig)
    touch("list:gig")


def _reason(text: str) -> str:
    told = " ".join(text.split())
    if len(told) > MAX_REASON:
        raise Refused(_l("Say it in %(most)s characters at most.", most=MAX_REASON), field="reason")
    return told


def _say_why(gig: Gig, reasons: Reasons) -> None:
    """In these languages; in others nothing, since what was said there is of another change."""
    others = [language for language in settings().languages if language != gig.language]
    texts.put(gig, {language: {"reason": reasons.get(language, "")} for language in others})


def _plans(gig: Gig) -> dict[str, Any]:
    told = {
        name: value.isoformat() if isinstance(value := getattr(gig, name), date | time | datetime) else value for name in PLANS
    }
    return {**told, "reasons": texts.reasons(gig)}


def _read(before: dict[str, Any]) -> dict[str, Any]:
    """The same as columns have it."""
    told = dict(before, day=date.fromisoformat(before["day"]))
    return told | {name: time.fromisoformat(before[name]) if before[name] else None for name in ("doors", "starts", "ends")}
