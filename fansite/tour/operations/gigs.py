"""Writing a gig down and correcting it. What every kind of entry shares stands in `core/publishing`, acts that change plans in `changing`."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, TypedDict

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.core import publishing
from fansite.core.db import db, get, touch, transaction
from fansite.core.errors import Refused
from fansite.core.policy import require, staff
from fansite.lib import slugs
from fansite.lib.times import now
from fansite.tour.models import MAX_NAME, MAX_NOTE, MOST_FORMER, STATES, TICKETS, Gig, Tour, Venue
from fansite.tour.operations import texts
from fansite.tour.operations.settling import settle

CURRENCY = re.compile(r"[A-Z]{3}")
# In hundredths: a million of anything is a slip.
MOST_PRICE = 100_000_000
# Addresses below `/tour/` that are the site's own.
OWN_ADDRESSES = ("feed", "near", "past", "songs")
TEXTS = {"support": MAX_NOTE, "age": 80, "press_contact": MAX_NOTE, "ticket_url": 500}


class Facts(TypedDict, total=False):
    """What may be said of a gig. What is left out stays as it is."""

    venue_id: int
    tour_id: int | None
    day: date
    doors: time | None
    starts: time | None
    ends: time | None
    tickets: str
    ticket_url: str
    on_sale_at: datetime | None
    price: int | None
    currency: str
    support: str
    age: str
    press_contact: str
    body: str
    comments_open: bool
    cover_id: int | None
    # Of one that comes from elsewhere: what became of it there before anybody here knew it, and by which names it is known.
    state: str
    origin: str | None
    uid: str
    sequence: int
    # Language → `body`, `support`, `age` in it, where the site has others than the gig's own.
    texts: Mapping[str, Mapping[str, str]]


def draft(facts: Facts, *, by: Any) -> Gig:
    """A new gig that nobody outside the desk can see."""
    with transaction() as session:
        require(staff, by)
        venue, day = _venue(facts.get("venue_id")), facts.get("day")
        if day is None:
            raise Refused(_l("Say on which day."), field="day")
        with session.no_autoflush:
            gig = publishing.new(Gig, by=by, title=f"{venue.city}, {venue.name}", **_wording(facts))
            gig.uid, gig.sequence, gig.changed_at = facts.get("uid") or secrets.token_hex(20), facts.get("sequence", 0), now()
            gig.venue_id, gig.day, gig.former, gig.origin = venue.id, day, [], facts.get("origin")
            _put(gig, facts)
            settle(gig, venue)
        publishing.drafted(gig)
        texts.put(gig, facts.get("texts", {}))
        return gig  # type: ignore[no-any-return]


def revise(gig_id: int, facts: Facts, *, by: Any, version: int) -> Gig:
    """Corrects what was written down; an evening whose plans changed is changed by its own act, which tells everybody."""
    with transaction() as session:
        gig = publishing.opened(Gig, gig_id, by=by, version=version)
        before, planned, was = _all_of(gig), _planned(gig), gig.announced
        venue = _venue(facts.get("venue_id", gig.venue_id))
        with session.no_autoflush:
            gig.venue_id, gig.day = venue.id, facts.get("day") or gig.day
            _put(gig, facts)
            if facts.get("state") == "rescheduled" and gig.announced != was:
                gig.former = [*gig.former, {**was, "venue": None, "city": None}][-MOST_FORMER:]
            settle(gig, venue)
            if _planned(gig) != planned:
                note_change(gig)
            otherwise = texts.put(gig, facts.get("texts", {})) or _all_of(gig) != before
            publishing.rewrite(gig, otherwise=otherwise, slug=gig.slug, title=gig.title, **_wording(facts))
        return gig


def note_change(gig: Gig) -> None:
    """Calendars that know it have to be told: its number rises, whatever it says (RFC 5545, 3.8.7.4)."""
    gig.sequence += 1
    gig.changed_at = now()


def tour_named(name: str, *, by: Any) -> Tour | None:
    """The tour of this name, made when there is none; None for no name."""
    name = " ".join(name.split())
    if not name:
        return None
    if len(name) > MAX_NAME:
        raise Refused(_l("Say it in %(most)s characters at most.", most=MAX_NAME), field="tour")
    with transaction() as session:
        require(staff, by)
        slug = slugs.slugify(name, fallback="tour")
        slug = slugs.numbered(slug, 2) if slug in OWN_ADDRESSES else slug
        found = session.scalar(sa.select(Tour).where(Tour.slug == slug))
        if found is None:
            found = Tour(name=name, slug=slug)
            session.add(found)
            session.flush()
            touch("list:gig")
        return found


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _venue(venue_id: int | None) -> Venue:
    venue = db.session.get(Venue, venue_id) if venue_id else None
    if venue is not None and venue.merged_into_id:
        venue = get(Venue, venue.merged_into_id)
    if venue is None:
        raise Refused(_l("Choose the house."), field="venue")
    return venue


def _wording(facts: Facts) -> dict[str, Any]:
    return {name: facts[name] for name in ("body", "comments_open", "cover_id") if name in facts}  # type: ignore[literal-required]


def _put(gig: Gig, facts: Mapping[str, Any]) -> None:
    for name in ("tour_id", "doors", "starts", "ends", "on_sale_at"):
        if name in facts:
            setattr(gig, name, facts[name])
    for name, most in TEXTS.items():
        if name in facts:
            setattr(gig, name, _text(facts[name], most, name))
    if "state" in facts:
        _put_state(gig, facts)
    if gig.ticket_url and not gig.ticket_url.startswith(("https://", "http://")):
        raise Refused(_l("The address of the tickets begins with https://."), field="ticket_url")
    if "tickets" in facts:
        if facts["tickets"] not in TICKETS:
            raise Refused(_l("Choose how it stands with tickets."), field="tickets")
        gig.tickets = facts["tickets"]
    _put_price(gig, facts)
    if gig.starts is None and gig.ends is not None:
        raise Refused(_l("It can only end at a time when it begins at one."), field="ends")


def _put_state(gig: Gig, facts: Mapping[str, Any]) -> None:
    """Of one that people know, an act says it."""
    if facts["state"] not in STATES or (gig.was_public and facts["state"] != gig.state):
        raise Refused(_l("Choose what changes."), field="state")
    gig.state = facts["state"]


def _put_price(gig: Gig, facts: Mapping[str, Any]) -> None:
    price, currency = facts.get("price", gig.price), str(facts.get("currency", gig.currency) or "").upper()
    if price is not None and not 0 <= price <= MOST_PRICE:
        raise Refused(_l("That is no price."), field="price")
    if price is not None and not CURRENCY.fullmatch(currency):
        raise Refused(_l("Say in which currency, by its three letters."), field="currency")
    gig.price, gig.currency = price, currency if price is not None else ""


def _text(text: str | None, most: int, field: str) -> str:
    told = " ".join((text or "").split())
    if len(told) > most:
        raise Refused(_l("Say it in %(most)s characters at most.", most=most), field=field)
    return told


def _planned(gig: Gig) -> tuple[Any, ...]:
    """What calendars say of when and where."""
    return gig.day, gig.starts, gig.ends, gig.venue_id, gig.zone


def _all_of(gig: Gig) -> dict[str, Any]:
    return {
        name: getattr(gig, name) for name in (*Facts.__annotations__, "slug", "title") if name != "texts" and hasattr(gig, name)
    }
