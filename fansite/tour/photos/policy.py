"""Who may do what with photographs of an evening."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from fansite.core.policy import keeps_order, signed_in
from fansite.lib import localtime
from fansite.lib.times import now
from fansite.tour.models import Gig
from fansite.tour.photos.models import STANDING, FanPhoto


def opens_at(gig: Gig) -> datetime:
    """When the evening begins there: with the doors, or as early as that day can mean."""
    hours = [hour for hour in (gig.doors, gig.starts) if hour is not None]
    return localtime.local(gig.day, min(hours, default=time.min), gig.where)


def begun(gig: Gig) -> bool:
    """There is something to show."""
    return not gig.off and opens_at(gig) <= now()


def add(person: Any, gig: Gig) -> bool:
    return signed_in(person) and gig.public and begun(gig)


def see(person: Any, photo: FanPhoto) -> bool:
    """Everybody sees what is published; what waits is its author's and the moderators'."""
    if not photo.gig.public:
        return keeps_order(person)
    return photo.visible or keeps_order(person) or (_own(person, photo) and photo.status == "pending")


def withdraw(person: Any, photo: FanPhoto) -> bool:
    """What was refused is seen by nobody, and stays in its author's record."""
    return _own(person, photo) and photo.status in STANDING


def report(person: Any, photo: FanPhoto) -> bool:
    return photo.visible and not _own(person, photo)


def moderate(person: Any, _photo: FanPhoto | None = None) -> bool:
    return keeps_order(person)


def _own(person: Any, photo: FanPhoto) -> bool:
    return signed_in(person) and photo.account_id == person.id
