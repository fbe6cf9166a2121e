"""Houses and gigs for tests, made by the operations."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from fansite.tour import operations as tour
from fansite.tour.models import Gig, Venue

HOUSES: dict[str, dict[str, Any]] = {
    "brussels": {"name": "La Vieille Brasserie", "city": "Brussels", "country": "BE", "address": "Rue du Houblon 14"},
    "lyon": {"name": "La Cale Sèche", "city": "Lyon", "country": "FR"},
    "london": {"name": "The Lantern Room", "city": "London", "country": "GB"},
    "chatham": {
        "name": "Hotel Chatham",
        "city": "Waitangi",
        "country": "NZ",
        "zone": "Pacific/Chatham",
        "latitude": -43.95,
        "longitude": -176.56,
    },
}


def house(eli: Any, key: str = "brussels") -> Venue:
    return tour.find_or_add(HOUSES[key], by=eli)  # type: ignore[arg-type]


def gig(eli: Any, key: str = "brussels", *, day: date = date(2026, 12, 11), published: bool = True, **more: Any) -> Gig:
    """An evening at noon of 24 November, 17 days ahead."""
    facts = {"venue_id": house(eli, key).id, "day": day, "starts": time(20, 15), "doors": time(19), **more}
    made = tour.draft(facts, by=eli)  # type: ignore[arg-type]
    if published:
        tour.publish(made.id, by=eli)
    return made
