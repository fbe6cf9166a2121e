"""The one place around which a fan wants to hear of gigs."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.core.db import db, transaction
from fansite.core.errors import Refused
from fansite.lib import cities
from fansite.lib.times import now
from fansite.tour.going.models import RADII, FanPlace


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
    return place


def forget(*, by: Any) -> None:
    with transaction() as session:
        session.execute(sa.delete(FanPlace).where(FanPlace.account_id == by.id))
