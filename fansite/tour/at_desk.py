"""What the desk looks for: houses by their words, and evenings of any status."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from fansite.core import listing
from fansite.core.content import Entry
from fansite.core.db import db
from fansite.lib import cities
from fansite.lib.numbers import number_or_none
from fansite.tour.models import Gig, Tour, Venue
from fansite.tour.queries import PER_PAGE, with_house

# Of houses, on one page of the desk: more are looked for by their name.
MOST_VENUES = 500
MOST_OFFERED = 300
# Of evenings to choose from, where one says which a text is about.
MOST_CHOICES = 300


def venues(words: str = "", most: int = MOST_VENUES) -> Sequence[Venue]:
    """Houses by name or city in any of its names, those that were merged left out."""
    statement = sa.select(Venue).where(Venue.merged_into_id.is_(None))
    for word in words.split()[:6]:
        spellings = {cities.fold(word), *(cities.fold(city.name) for city in cities.all_named(word))}
        statement = statement.where(sa.or_(*(Venue.likeness.contains(one, autoescape=True) for one in sorted(spellings))))
    return db.session.scalars(statement.order_by(Venue.city, Venue.name).limit(most)).all()


def venues_meant(words: str, most: int) -> Sequence[Venue]:
    """Those somebody means who types a number, a label ("Brussels: La Cale") or some words: the exact one first of all."""
    number = number_or_none(words.strip())
    venue = db.session.get(Venue, number) if number is not None else None
    if venue is not None and venue.merged_into_id is None:
        return [venue]
    if not cities.fold(words):
        return []
    town, _, name = words.partition(":")
    towns = {cities.fold(town), *(cities.fold(city.name) for city in cities.all_named(town))}
    labels = [Venue.likeness.startswith(f"{cities.fold(name)}|{one}|", autoescape=True) for one in sorted(towns)]
    exact = sa.select(Venue).where(Venue.merged_into_id.is_(None), sa.or_(*labels))
    return (db.session.scalars(exact).all() if name.strip() else ()) or venues(words, most)


def venues_lately() -> list[Venue]:
    """The last that were written down, in the order of lists: who begins to type is offered them."""
    statement = sa.select(Venue).where(Venue.merged_into_id.is_(None)).order_by(Venue.id.desc()).limit(MOST_OFFERED)
    return sorted(db.session.scalars(statement), key=lambda venue: (venue.city, venue.name))


def all_at_desk(number: int) -> tuple[list[Gig], int]:
    """Gigs of any status for the desk, the latest day first, and the number of the last page."""
    row = Gig.__table__.c
    total = db.session.scalar(sa.select(sa.func.count()).select_from(Gig.__table__)) or 0
    ids = sa.select(row.id).order_by(row.day.desc(), row.id.desc()).limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    return listing.chosen(list(db.session.scalars(ids)), _at_desk), max(1, -(-total // PER_PAGE))


class Choice(NamedTuple):
    """An evening to be chosen at the desk, of any status."""

    id: int
    title: str
    day: date
    status: str
    # Its name, "" for none.
    tour: str


def to_choose(since: date, chosen: Collection[int]) -> list[Choice]:
    """What is to come and what was since that day, and whatever is chosen already; the first first."""
    found = [*db.session.execute(_to_choose(), {"since": since})]
    known = {row.id for row in found}
    others = [one for one in chosen if one not in known]
    found += db.session.execute(_chosen(), {"ids": others}) if others else []
    return sorted((Choice._make([*row[:4], row[4] or ""]) for row in found), key=lambda one: (one.day, one.id))


# Put together once: that takes longer than the answer.

_CHOICES = (
    sa.select(Entry.__table__.c.id, Entry.__table__.c.title, Gig.__table__.c.day, Entry.__table__.c.status, Tour.name)
    .select_from(Gig.__table__)
    .join(Entry.__table__, Entry.__table__.c.id == Gig.__table__.c.id)
    .outerjoin(Tour, Tour.id == Gig.__table__.c.tour_id)
)


@cache
def _to_choose() -> Any:
    return _CHOICES.where(Gig.__table__.c.day >= sa.bindparam("since")).order_by(Gig.__table__.c.day).limit(MOST_CHOICES)


@cache
def _chosen() -> Any:
    return _CHOICES.where(Gig.__table__.c.id.in_(sa.bindparam("ids", expanding=True)))


_at_desk = listing.entities(lambda: with_house(sa.select(Gig)).options(sa.orm.defer(Gig.body), sa.orm.defer(Gig.html)))
