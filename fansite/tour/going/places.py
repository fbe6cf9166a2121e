"""The one place around which a fan wants to hear of gigs."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.accounts.visibility import VISIBILITIES
from fansite.core.db import db, touch, transaction
from fansite.core.errors import Refused
from fansite.lib import cities
from fansite.lib.times import now
from fansite.tour.going.models import RADII, FanPlace

# What a page depends on that says who lives where.
TAG = "list:places"


def place_of(account_id: int) -> FanPlace | None:
    return db.session.get(FanPlace, account_id)


def choose(text: str, km: int, *, by: Any) -> FanPlace:
    """A city by any of its names: the largest of those that are called so. Choosing again replaces the former."""
    found = cities.find(text, 1)
    if not found:
        raise Refused(_l("We do not know a town of this name. Try the next larger one."), field="place")
    if km not in RADII:
        raise Refused(_l("Choose how far around it."), field="km")
    city = found[0]
    with transaction() as session:
        place = session.get(FanPlace, by.id) or FanPlace(account_id=by.id)
        place.name, place.country, place.latitude, place.longitude = city.name, city.country, city.latitude, city.longitude
        place.km, place.chosen_at = km, now()
        session.add(place)
        _touch(by.id)
    return place


def show(shown_to: str, *, by: Any) -> None:
    """Who sees which city it is."""
    if shown_to not in VISIBILITIES:
        raise Refused(_l("Choose who sees it."), field="city_to")
    with transaction() as session:
        place = session.get(FanPlace, by.id)
        if place is not None and place.shown_to != shown_to:
            place.shown_to = shown_to
            _touch(by.id)


def forget(*, by: Any) -> None:
    with transaction() as session:
        session.execute(sa.delete(FanPlace).where(FanPlace.account_id == by.id))
        _touch(by.id)


def _touch(account_id: int) -> None:
    touch(TAG, f"account:{account_id}")
