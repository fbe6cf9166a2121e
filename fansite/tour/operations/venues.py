"""What can happen to the houses one plays in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, TypedDict

import sqlalchemy as sa
from babel import Locale
from flask_babel import lazy_gettext as _l

from fansite.core.db import db, get, touch, transaction
from fansite.core.errors import Refused
from fansite.core.outbox import record
from fansite.core.policy import require, staff
from fansite.lib import cities, localtime
from fansite.tour.models import MAX_NAME, Gig, Venue
from fansite.tour.operations import settling


class House(TypedDict, total=False):
    """What may be said of a venue. Of a known city the zone and the place are found; of others they have to be told."""

    name: str
    address: str
    city: str
    country: str
    latitude: float | None
    longitude: float | None
    zone: str
    website: str


def find_or_add(house: House, *, by: Any) -> Venue:
    """The venue of this name in this city, however it is written, or a new one. One that was merged leads to the other."""
    with transaction() as session:
        require(staff, by)
        told = _named(house)
        found = session.scalar(sa.select(Venue).where(Venue.likeness == likeness_of(told)))
        if found is not None:  # where it is need not be told again
            return get(Venue, found.merged_into_id) if found.merged_into_id else found
        _place(told, house)
        venue = Venue(**told, likeness=likeness_of(told))
        session.add(venue)
        session.flush()
        return venue


def revise(venue_id: int, house: House, *, by: Any) -> Venue:
    """Says what is given and keeps the rest. Its gigs move with it: their clocks, their addresses, their calendars."""
    with transaction() as session:
        require(staff, by)
        venue = get(Venue, venue_id)
        said: House = {**_said_of(venue), **house}  # type: ignore[typeddict-item]
        told = _named(said)
        _place(told, said)
        likeness = likeness_of(told)
        if likeness != venue.likeness and session.scalar(sa.select(Venue.id).where(Venue.likeness == likeness)) is not None:
            raise Refused(_l("This house is in the list already. Merge the two instead."), field="name")
        for name, value in told.items():
            setattr(venue, name, value)
        venue.likeness = likeness
        session.flush()
        _settle_all_at(venue)
        return venue


def merge(venue_id: int, into_id: int, *, by: Any) -> Venue:
    """One house that is in the list twice: all gigs go to the other, and so does whoever looks for this one."""
    with transaction() as session:
        require(staff, by)
        venue, into = get(Venue, venue_id), get(Venue, into_id)
        if venue.id == into.id or into.merged_into_id is not None:
            raise Refused(_l("Choose another house to merge it into."), field="into")
        session.execute(sa.update(Venue).where(Venue.merged_into_id == venue.id).values(merged_into_id=into.id))
        session.execute(sa.update(Gig.__table__).where(Gig.__table__.c.venue_id == venue.id).values(venue_id=into.id))  # type: ignore[arg-type]
        venue.merged_into_id = into.id
        session.flush()
        session.expire_all()
        _settle_all_at(into)
        return into


def likeness_of(told: Mapping[str, Any]) -> str:
    city = cities.named(told["city"], told["country"])
    return "|".join((cities.fold(told["name"]), cities.fold(city.name if city else told["city"]), told["country"]))[:260]


def _settle_all_at(venue: Venue) -> None:
    gigs = db.session.scalars(sa.select(Gig).where(Gig.venue_id == venue.id)).all()
    for gig in gigs:
        if settling.settle(gig, venue) and gig.was_public:
            record("gig.revised", gig)
        gig.touch()
    touch("list:gig")


def _said_of(venue: Venue) -> dict[str, Any]:
    return {name: getattr(venue, name) for name in House.__annotations__}


def _named(house: House) -> dict[str, Any]:
    told: dict[str, Any] = {name: " ".join(str(house.get(name) or "").split()) for name in ("name", "address", "city", "website")}
    if not told["name"]:
        raise Refused(_l("Say what the house is called."), field="name")
    if not told["city"]:
        raise Refused(_l("Say which city it is in."), field="city")
    for name, most in (("name", MAX_NAME), ("address", 200), ("city", 80), ("website", 500)):
        if len(told[name]) > most:
            raise Refused(_l("Say it in %(most)s characters at most.", most=most), field=name)
    if told["website"] and not told["website"].startswith(("https://", "http://")):
        raise Refused(_l("A website begins with https://."), field="website")
    told["country"] = str(house.get("country") or "").strip().upper()
    if told["country"] not in countries():
        raise Refused(_l("Choose the country."), field="country")
    return told


def _place(told: dict[str, Any], house: House) -> None:
    """Where it is and which time it has, from the table of cities as far as nobody said."""
    latitude, longitude = house.get("latitude"), house.get("longitude")
    if (latitude is None) != (longitude is None) or not -90 <= (latitude or 0) <= 90 or not -180 <= (longitude or 0) <= 180:
        raise Refused(_l("A place has a latitude of at most 90 and a longitude of at most 180 degrees."), field="latitude")
    city = cities.named(told["city"], told["country"])
    zone = str(house.get("zone") or "") or (city.zone if city else "")
    if not zone and latitude is not None and longitude is not None:
        zone = cities.nearest(latitude, longitude).zone
    if zone not in localtime.zones():
        raise Refused(_l("Choose the time zone: the list of cities does not know this one."), field="zone")
    if latitude is None and city is not None:
        latitude, longitude = city.latitude, city.longitude
    told |= {"zone": zone, "latitude": latitude, "longitude": longitude}


@cache
def countries() -> Mapping[str, str]:
    """Code of ISO 3166-1 → English name."""
    return {
        code: name
        for code, name in Locale("en").territories.items()
        if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES
    }


# What CLDR lists beside countries.
NO_COUNTRIES = ("EU", "EZ", "UN", "XA", "XB", "ZZ", "QO")
