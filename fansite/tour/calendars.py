"""Gigs as calendars read them (RFC 5545, RFC 7986): byte for byte the same until something changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fansite.core import markup
from fansite.core.kept import site_name
from fansite.core.web import entry_path, public_url
from fansite.core.web.paths import current_language
from fansite.lib.times import utc
from fansite.tour.models import Gig
from fansite.tour.words import city_of, country_name, state_words, title_of

# How often a calendar should look: most decide for themselves, some times a day at best.
LOOK_AGAIN = timedelta(hours=6)
STATUS = {"cancelled": "CANCELLED", "postponed": "TENTATIVE"}
# Where nobody said when it ends, calendars show an evening.
USUAL = timedelta(hours=3)
COLOUR = "gold"


def calendar_of(gigs: Sequence[Gig], name: str, address: str | None) -> bytes:
    """`address` is where the calendar itself is to be had; None where only its owner shall know: files are handed on."""
    from icalendar import Calendar, vDuration, vText, vUri  # dear to import, and asked for by calendars alone

    made = Calendar()
    made.add("prodid", f"-//{site_name()}//Fansite//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    for key in ("name", "x-wr-calname"):
        made.add(key, vText(name))
    made.add("refresh-interval", vDuration(LOOK_AGAIN), parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", vDuration(LOOK_AGAIN))
    if address is not None:
        made.add("source", vUri(address), parameters={"VALUE": "URI"})
    made.add("color", COLOUR)
    if gigs:
        made.add("last-modified", max(utc(gig.changed_at) for gig in gigs))
    for gig in gigs:
        made.add_component(_event(gig))
    if any(gig.starts is not None for gig in gigs):
        days = [gig.day for gig in gigs]
        made.add_missing_timezones(first_date=min(days) - timedelta(days=366), last_date=max(days) + timedelta(days=366))
        _in_order(made)
    text: bytes = made.to_ical()
    return text


def _event(gig: Gig) -> Any:
    from icalendar import Event, vUri

    address = public_url(entry_path(gig))
    event = Event()
    event.add("uid", gig.uid)
    event.add("dtstamp", utc(gig.changed_at))
    event.add("last-modified", utc(gig.changed_at))
    event.add("sequence", gig.sequence)
    event.add("summary", _summary(gig))
    for name, value in zip(("dtstart", "dtend"), _span(gig), strict=True):
        event.add(name, value)
    event.add("status", STATUS.get(gig.state, "CONFIRMED"))
    event.add("location", _location(gig))
    if gig.venue.point is not None:
        event.add("geo", gig.venue.point)
    event.add("url", vUri(address))
    event.add("description", _description(gig, address))
    if gig.off:
        event.add("transp", "TRANSPARENT")
    _add_own_words(event, gig)
    return event


def _add_own_words(event: Any, gig: Gig) -> None:
    """What no property of RFC 5545 says: so another site of this kind reads the evening back whole."""
    house = {f"x-{name}": getattr(gig.venue, name) for name in ("address", "city", "country", "zone")}
    if gig.starts is not None and gig.ends is None:
        house["x-end"] = "open"
    event.add("x-fansite-house", gig.venue.name, parameters={name: value for name, value in house.items() if value})
    told = {"x-tickets": gig.tickets, "x-url": gig.ticket_url}
    event.add("x-fansite-state", gig.state, parameters={name: value for name, value in told.items() if value})
    if before := _before_the_notes(gig):
        event.add("x-fansite-before", before)


def _span(gig: Gig) -> tuple[date | datetime, date | datetime]:
    """As clocks there show it. Without an hour it is the whole day: never midnight."""
    if gig.starts is None:
        return gig.day, gig.day + timedelta(days=1)
    begins = datetime.combine(gig.day, gig.starts, gig.where)
    if gig.ends is None:
        return begins, (begins.astimezone(UTC) + USUAL).astimezone(gig.where)
    return begins, datetime.combine(gig.day + timedelta(days=1 if gig.ends <= gig.starts else 0), gig.ends, gig.where)


def _summary(gig: Gig) -> str:
    """Calendars that know nothing of states show it all the same."""
    words = f"{site_name()}: {title_of(gig)}"
    return f"{state_words(gig)}: {words}" if gig.off or gig.tickets == "sold_out" else words


def _location(gig: Gig) -> str:
    house = gig.venue
    return ", ".join(part for part in (house.name, house.address, city_of(house), country_name(house.country)) if part)


def _description(gig: Gig, address: str) -> str:
    words = gig.words(current_language())
    said = [_before_the_notes(gig), markup.plain(words.html) if words.html else "", address]
    return "\n".join(part for part in said if part)


def _before_the_notes(gig: Gig) -> str:
    words = gig.words(current_language())
    return "\n".join(part for part in (words.reason, words.support) if part)


def _in_order(made: Any) -> None:
    """Zones before what is said in them, by name: sets have no order, and the same calendar is the same bytes."""
    zones = sorted((part for part in made.subcomponents if part.name == "VTIMEZONE"), key=lambda part: str(part["TZID"]))
    made.subcomponents[:] = [*zones, *(part for part in made.subcomponents if part.name != "VTIMEZONE")]
