"""Gigs from a table or a calendar. One is known by its id there, else by day, city and house; nothing is published without a person who
says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from fansite.accounts import queries as accounts
from fansite.accounts.models import Account
from fansite.core.db import db, transaction
from fansite.core.errors import Refused as NotAllowed
from fansite.tour import operations as tour
from fansite.tour import queries
from fansite.tour.models import Gig, Venue
from fansite.tour.operations.changing import When
from fansite.transfer.changes import Changed, fields
from fansite.transfer.evenings import Census, Told
from fansite.transfer.problems import Refused
from fansite.transfer.report import Report

# These say that it takes place; that it has another day or house by now is no contradiction.
AS_ANNOUNCED = ("planned", "rescheduled", "moved")


def import_gigs(
    census: Census, *, publish: bool = False, dry: bool = False, progress: Callable[[int], None] = lambda _evenings: None
) -> Report:
    """Writes what the check of the file found, evening by evening. What is public here stays as it is, and what differs is told; with
    `publish`, an act that the file names (a new date, cancelled, sold out) is done as at the desk, and tells everybody."""
    report = Report()
    report.begin(census.left_out, census.problems)
    owner_id = db.session.scalar(accounts.owners().limit(1))
    if owner_id is None:
        raise Refused(None, "nobody owns this site yet: run “fansite init” first")
    for told in census.evenings:
        try:
            with transaction():  # the house goes with its evening
                _put(told, db.session.get_one(Account, owner_id), report, publish=publish)
                if dry:
                    raise _OnlyLooked
        except _OnlyLooked:
            pass
        except NotAllowed as refusal:
            report.skipped["gig"] += 1
            report.problems.note(told.where, f"{told.name}: {refusal.text}")
        progress(1)
    return report


class _OnlyLooked(Exception):
    """A dry run takes everything back."""


def _put(told: Told, by: Account, report: Report, *, publish: bool) -> None:
    here = _known(told)
    house = tour.find_or_add(told.house, by=by)
    facts = _facts(told, house, by)
    if here is None:
        _create(told, facts, house, by, report, publish=publish)
    elif here.was_public:
        _act(told, here, facts, house, by, report, publish=publish)
    else:
        _revise(told, here, facts, house, by, report, publish=publish)


def _known(told: Told) -> Gig | None:
    """By where it came from; one that was written down here, and comes back, by the name our own calendars gave it."""
    found = db.session.scalar(sa.select(Gig.id).where(Gig.origin == told.origin))
    if found is None and told.uid:
        found = db.session.scalar(sa.select(Gig.id).where(Gig.uid == told.uid))
    return queries.opened(found) if found is not None else None


def _facts(told: Told, house: Venue, by: Account) -> dict[str, Any]:
    """What the file says, in the words of `tour.draft`."""
    named = tour.tour_named(told.tour, by=by) if told.tour is not None else None
    tours = {"tour_id": named.id if named is not None else None} if told.tour is not None else {}
    return {"venue_id": house.id, **told.plans(ZoneInfo(house.zone)), **told.facts, **tours}


def _create(told: Told, facts: dict[str, Any], house: Venue, by: Account, report: Report, *, publish: bool) -> None:
    names = {"origin": told.origin, "sequence": told.sequence, **({"uid": told.uid} if told.uid else {})}
    gig = tour.draft({**facts, **names}, by=by)  # type: ignore[typeddict-item]
    report.created["gig"] += 1
    report.changes.append(Changed(told.where, _name(facts, house), "created", fields({}, _described(facts, told, house))))
    _publish(told, gig, by, report, publish=publish)


def _revise(told: Told, here: Gig, facts: dict[str, Any], house: Venue, by: Account, report: Report, *, publish: bool) -> None:
    """A draft. A new date of one that was written down before leaves the old one to be seen."""
    different = _differences(told, here, facts, house)
    if not different and not (publish and told.certain):
        report.skipped["gig"] += 1
        return
    if different:
        tour.revise(here.id, facts, by=by, version=here.version)  # type: ignore[arg-type]
    report.updated["gig"] += 1
    report.changes.append(Changed(told.where, _name(facts, house), "updated", different))
    _publish(told, here, by, report, publish=publish)


def _act(told: Told, here: Gig, facts: dict[str, Any], house: Venue, by: Account, report: Report, *, publish: bool) -> None:
    """People know of it."""
    different = _differences(told, here, facts, house)
    if different and publish:
        _tell(here, facts, by)
    left = _differences(told, queries.opened(here.id) or here, facts, house) if different and publish else different
    done = {name: pair for name, pair in different.items() if left.get(name) != pair}
    if done:
        report.updated["gig"] += 1
        report.changes.append(Changed(told.where, _name(facts, house), "updated", done))
    else:
        report.skipped["gig"] += 1
    if left:
        report.problems.note(
            told.where, f"{told.name} is public here and stays as it is ({', '.join(left)}): change its plans at the desk"
        )
        report.changes.append(Changed(told.where, _name({"day": here.day, "starts": here.starts}, here.venue), "skipped", left))


def _tell(here: Gig, facts: dict[str, Any], by: Account) -> None:
    """By the acts of the desk."""
    state, tickets = facts.get("state", here.state), facts.get("tickets") or here.tickets
    when = When(**{name: facts[name] for name in ("day", "doors", "starts", "ends") if name in facts})  # type: ignore[typeddict-item]
    if state == "rescheduled" and (facts["day"], facts["starts"]) != (here.day, here.starts):
        tour.reschedule(here.id, when, by=by)
    elif state == "moved" and facts["venue_id"] != here.venue_id:
        tour.move(here.id, facts["venue_id"], by=by)
    elif state == "cancelled" != here.state:
        tour.cancel(here.id, by=by)
    elif state == "postponed" != here.state:
        tour.postpone(here.id, by=by)
    if tickets != here.tickets:
        tour.sell(here.id, tickets, by=by)


def _publish(told: Told, gig: Gig, by: Account, report: Report, *, publish: bool) -> None:
    if not told.certain:
        report.problems.note(told.where, f"{told.name} is tentative: publish it once it is certain")
    elif publish:
        tour.publish(gig.id, by=by)


def _differences(told: Told, here: Gig, facts: dict[str, Any], house: Venue) -> dict[str, tuple[str, str]]:
    said = _described(facts, told, house)
    known = {name: getattr(here, name) for name in facts if name not in ("venue_id", "tour_id")}
    known |= {"venue": _house(here.venue), "body": here.body.strip(), "tour": here.tour.name if here.tour is not None else ""}
    if here.state in AS_ANNOUNCED and said.get("state") == "planned":
        said["state"] = here.state
    if facts["venue_id"] == here.venue_id:
        said["venue"] = known["venue"]
    return fields(known, said)


def _described(facts: dict[str, Any], told: Told, house: Venue) -> dict[str, Any]:
    tours = {"tour": " ".join(told.tour.split())} if told.tour is not None else {}
    return {
        "venue": _house(house),
        **{name: value for name, value in facts.items() if name not in ("venue_id", "tour_id")},
        **tours,
    }


def _house(house: Venue) -> str:
    return f"{house.city}, {house.name}"


def _name(facts: dict[str, Any], house: Venue) -> str:
    hour = f" {facts['starts']:%H:%M}" if facts["starts"] is not None else ""
    return f"{facts['day']}{hour} {_house(house)}"
