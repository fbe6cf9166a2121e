"""Evenings of the demo band: three years of them in fourteen countries and more, two tours, every state there is."""

from __future__ import annotations

import json
import random
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.core.db import db
from fansite.core.wording import settings
from fansite.demo import setlists
from fansite.lib.times import now
from fansite.news import operations as news
from fansite.news.models import MAX_GIGS, NewsPost
from fansite.tour import operations as tour
from fansite.tour.models import Gig, Venue

USUAL = 60
BACK, AHEAD = 1000, 150
# How many of the usual are still to come.
TO_COME = 16
HOUSES = Path(__file__).with_name("content") / "houses.json"
SUPPORT = ("", "", "Anke & the Kettles", "Duo Tortue", "A choir of four bakers", "Whoever is in town")
CURRENCIES = {"CH": "CHF", "GB": "GBP", "DK": "DKK", "SE": "SEK", "CZ": "CZK", "CA": "CAD"}
REASONS = {
    "cancelled": "The roof of the house came down, slowly, on a Tuesday. Nobody was in it. Tickets are paid back.",
    "postponed": "Marius has his arm in a sling, and the piano has no left-handed parts. We are looking for a new date.",
    "rescheduled": "Jeanne had lost her voice. It is back. Every ticket stays valid.",
    "moved": "More of you want to come than the house can hold. Every ticket stays valid.",
}

RAISONS = {
    "cancelled": "Le toit de la salle est tombé, lentement, un mardi. Il n’y avait personne dessous. Les billets sont remboursés.",
    "postponed": "Marius a le bras en écharpe, et le piano n’a pas de partie pour gaucher. Nous cherchons une autre date.",
    "rescheduled": "Jeanne avait perdu sa voix. Elle est revenue. Tous les billets restent valables.",
    "moved": "Vous êtes plus nombreux à vouloir venir que la salle ne peut en contenir. Tous les billets restent valables.",
}
FANFARES = {"A choir of four bakers": "Un chœur de quatre boulangers", "Whoever is in town": "Qui se trouve en ville"}
# What the coming tour was announced with, in each language.
ANNOUNCED = ("the-cheese-train-a-photo-diary", "le-train-du-fromage-carnet-de-photos")


def load(number: int = 0) -> int:
    """As many as it takes to reach this number, at least the usual; a second time adds nothing."""
    wanted, there = max(number, USUAL), db.session.scalar(sa.select(sa.func.count()).select_from(Gig)) or 0
    by = db.session.execute(sa.select(Account).where(Account.origin == "demo:lucie")).scalar_one_or_none()
    if there >= wanted or by is None:
        return 0
    by_id, dice = by.id, random.Random(there)
    houses = [_house(row, by) for row in json.loads(HOUSES.read_text(encoding="utf-8"))]
    by = db.session.get_one(Account, by_id)
    tours = [tour.tour_named(name, by=by) for name in ("Two Coats, One Train", "Lava Lullaby")]
    names = [one.id for one in tours if one is not None]
    for nth in range(there, wanted):
        by = db.session.get_one(Account, by_id)
        _evening(nth, wanted, dice, houses, names, by)
    _announce(names[0], db.session.get_one(Account, by_id))
    setlists.load()
    if not there:
        setlists.plan_the_next(db.session.get_one(Account, by_id))
    return wanted - there


def _house(row: list[str], by: Account) -> int:
    name, address, city, country = row
    return tour.find_or_add({"name": name, "address": address, "city": city, "country": country}, by=by).id


def _evening(nth: int, of: int, dice: random.Random, houses: list[int], tours: list[int], by: Account) -> None:
    to_come = nth >= of - max(TO_COME, of // 10)
    today = now().date()
    day = today + timedelta(days=dice.randint(3, AHEAD) if to_come else -dice.randint(2, BACK))
    venue = db.session.get_one(Venue, houses[nth * 7 % len(houses)])
    starts = dice.choice((time(19, 30), time(20), time(20, 15), time(20, 30), time(21), None))
    facts: dict[str, Any] = {
        "venue_id": venue.id,
        "day": day,
        "starts": starts,
        "doors": _an_hour_before(starts),
        "ends": dice.choice((None, time(22, 30), time(0, 30))) if starts else None,
        "tour_id": tours[0] if to_come else tours[1] if (today - day).days < 200 else None,
        "support": dice.choice(SUPPORT),
        "tickets": dice.choice(("on_sale", "on_sale", "on_sale", "")),
        "ticket_url": "https://tickets.example/marmots",
        "price": dice.choice((1200, 1500, 1700, 2000, 2250)),
        "currency": CURRENCIES.get(venue.country, "EUR"),
        "age": dice.choice(("", "All ages, seated", "From 16")),
    }
    if facts["support"] in FANFARES and "fr" in settings().languages:
        facts["texts"] = {"fr": {"support": FANFARES[facts["support"]]}}
    gig_id = tour.draft(facts, by=by).id  # type: ignore[arg-type]
    announced = min(
        now() - timedelta(minutes=1), now() - timedelta(days=20) if to_come else now() + (day - timedelta(days=60) - today)
    )
    tour.publish(gig_id, by=by, at=announced)
    _become(gig_id, nth, of, day, houses, by)


def _become(gig_id: int, nth: int, of: int, day: date, houses: list[int], by: Account) -> None:
    """The last few show everything that can become of an evening."""
    left = of - 1 - nth
    if left == 1:
        tour.cancel(gig_id, by=by, **_why("cancelled"))
    elif left == 3:
        tour.postpone(gig_id, by=by, **_why("postponed"))
    elif left == 5:
        tour.reschedule(gig_id, {"day": day + timedelta(days=35)}, by=by, **_why("rescheduled"))
    elif left == 7:
        gig = db.session.get_one(Gig, gig_id)
        tour.move(gig_id, next(house for house in houses if house != gig.venue_id), by=by, **_why("moved"))
    elif left in (2, 9):
        tour.sell(gig_id, "sold_out", by=by)
    elif left == 4:
        tour.sell(gig_id, "later", by=by)


def _why(change: str) -> dict[str, Any]:
    french = {"fr": RAISONS[change]} if "fr" in settings().languages else {}
    return {"reason": REASONS[change], "reasons": french}


def _announce(tour_id: int, by: Account) -> None:
    """The coming tour's evenings stand below a post, and the post beside them."""
    gigs = list(db.session.scalars(sa.select(Gig.id).where(Gig.tour_id == tour_id)))[:MAX_GIGS]
    for post in db.session.scalars(sa.select(NewsPost).where(NewsPost.kind == "news", NewsPost.slug.in_(ANNOUNCED))).all():
        news.revise(post.id, by=by, version=post.version, gigs=gigs)


def _an_hour_before(starts: time | None) -> time | None:
    return starts.replace(hour=starts.hour - 1) if starts is not None else None
