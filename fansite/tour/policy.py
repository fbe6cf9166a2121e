"""Who may do what with gigs: everyone reads what is public, the staff do the rest."""

from __future__ import annotations

from typing import Any

from fansite.core.policy import staff
from fansite.tour.models import Gig


def read(person: Any, gig: Gig) -> bool:
    return gig.public or staff(person)


def edit(person: Any, _gig: Gig | None = None) -> bool:
    return staff(person)


def publish(person: Any, _gig: Gig | None = None) -> bool:
    return staff(person)


def withdraw(person: Any, _gig: Gig | None = None) -> bool:
    return staff(person)
