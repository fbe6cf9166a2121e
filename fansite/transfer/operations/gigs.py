"""Gigs from a table. One is known by its id there, else by day, city and house; nothing is published without a person who says so."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from fansite.accounts import queries as accounts
from fansite.accounts.models import Account
from fansite.core.db import db, transaction
from fansite.core.errors import Refused as NotAllowed
from fansite.lib import cities
from fansite.tour import operations as tour
from fansite.tour import queries
from fansite.tour.models import Gig
from fansite.transfer.gigtable import STATUSES, Census, GigRow
from fansite.transfer.problems import Refused
from fansite.transfer.report import Report

SOURCE = "gigs"


def import_gigs(census: Census, *, publish: bool = False, dry: bool = False) -> Report:
    """Writes what the check of the file found. What is public here stays as it is: plans are changed at the desk, by an act that tells
    everybody."""
    report = Report()
    report.begin({}, census.problems)
    owner_id = db.session.scalar(accounts.owners().limit(1))
    if owner_id is None:
        raise Refused(None, "nobody owns this site yet: run “fansite init” first")
    for row in census.rows:
        try:
            with transaction():  # the house goes with its evening
                _put(row, owner_id, report, publish=publish)
                if dry:
                    raise _OnlyLooked
        except _OnlyLooked:
            continue
        except NotAllowed as refusal:
            report.skipped["gig"] += 1
            report.problems.note(row.line, f"{row.city}, {row.day}: {refusal.text}")
    return report


class _OnlyLooked(Exception):
    """A dry run takes everything back."""


def _put(row: GigRow, owner_id: int, report: Report, *, publish: bool) -> None:
    by = db.session.get_one(Account, owner_id)
    here = db.session.scalar(sa.select(Gig).where(Gig.origin == _origin(row)))
    if here is not None and here.was_public:
        report.skipped["gig"] += 1
        if _differs(here.id, row):
            report.problems.note(
                row.line, f"{row.city}, {row.day} is public here and stays as it is: change its plans at the desk"
            )
        return
    facts = _facts(row, by)
    if here is None:
        _published(row, tour.draft(facts, by=by), owner_id, publish)
        report.created["gig"] += 1
    elif _differs(here.id, row) or publish:
        _published(row, tour.revise(here.id, facts, by=by, version=here.version), owner_id, publish)
        report.updated["gig"] += 1
    else:
        report.skipped["gig"] += 1


def _facts(row: GigRow, by: Account) -> Any:
    house = tour.find_or_add(
        {
            "name": row.venue, "address": row.address, "city": row.city, "country": row.country, "latitude": row.latitude, "longitude": row.longitude, "zone": row.zone,
        },
        by=by,
    )  # fmt: skip
    made = tour.tour_named(row.tour, by=by)
    return {
        "venue_id": house.id,
        "tour_id": made.id if made is not None else None,
        "day": row.day,
        "starts": row.starts,
        "doors": row.doors,
        "tickets": STATUSES[row.status][1],
        "ticket_url": row.ticket_url,
        "body": row.notes,
        "origin": _origin(row),
    }


def _published(row: GigRow, gig: Gig, owner_id: int, publish: bool) -> None:
    """With what became of it, once it is public. Without a new date there is none to tell."""
    if not publish:
        return
    gig_id, by = gig.id, db.session.get_one(Account, owner_id)
    tour.publish(gig_id, by=by)
    state = STATUSES[row.status][0]
    if state == "cancelled":
        tour.cancel(gig_id, by=by)
    elif state == "postponed":
        tour.postpone(gig_id, by=by)


def _origin(row: GigRow) -> str:
    own = row.id or f"{row.day}:{cities.fold(row.city)}:{cities.fold(row.venue)}"
    return f"{SOURCE}:{own}"[:300]


def _differs(gig_id: int, row: GigRow) -> bool:
    gig = queries.opened(gig_id)
    assert gig is not None
    said = (gig.day, gig.starts, gig.doors, cities.fold(gig.venue.name), gig.tickets, gig.ticket_url, gig.body.strip())
    return said != (row.day, row.starts, row.doors, cities.fold(row.venue), STATUSES[row.status][1], row.ticket_url, row.notes)
