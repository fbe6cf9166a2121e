"""What stands on a poster, in the language it is for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _

from fansite.core.kept import site_name
from fansite.core.web import path_for, public_url
from fansite.posters.sheet import MOST, Night, Poster
from fansite.tour import words
from fansite.tour.models import Tour
from fansite.tour.queries import Evening

# From when on a day without its year would be taken for another.
A_YEAR = 330


def poster_of(tour: Tour | None, evenings: Sequence[Evening]) -> Poster:
    """Of all that is to come where there is no tour."""
    days = [gig.day for gig in evenings]
    with_year = (max(days) - min(days)).days > A_YEAR
    shown = evenings if len(evenings) <= MOST else evenings[: MOST - 1]
    more = len(evenings) - len(shown)
    address = public_url(path_for("tour.show", slug=tour.slug) if tour is not None else path_for("tour.index"))
    return Poster(
        seed=f"tour:{tour.id}" if tour is not None else "tour",
        band=site_name(),
        title=tour.name if tour is not None else _("On tour"),
        span=_span(min(days), max(days)),
        nights=tuple(_night(gig, with_year) for gig in shown),
        address=urlsplit(address).netloc + urlsplit(address).path.rstrip("/"),
        more=_("… and %(num)s more", num=more) if more else "",
    )


def _span(first: date, last: date) -> str:
    months = [words.month_name(day) for day in (first, last)]
    return " – ".join(dict.fromkeys(months))


def _night(gig: Evening, with_year: bool) -> Night:
    was, house = words.former_words(gig), gig.venue
    facts = [f"{house.name}, {words.country_name(house.country)}"]
    if gig.starts is not None and not gig.off:
        facts.append(words.hour(gig.starts))
    return Night(
        day=_day(gig.day, with_year),
        city=words.city_of(house),
        house=" · ".join(facts),
        state=_state(gig),
        was=_day(date.fromisoformat(was.day), with_year) if was and gig.state == "rescheduled" else "",
        house_was=(was.venue or "") if was and gig.state == "moved" else "",
        off=gig.off,
    )


def _day(of: date, with_year: bool) -> str:
    return f"{words.short_day(of)} {of.year}" if with_year else words.short_day(of)


def _state(gig: Any) -> str:
    """What a poster would be wrong without: that tickets come later is soon untrue. Full is full, whatever else became of it."""
    if gig.tickets == "sold_out" and not gig.off:
        return _("Sold out")
    return words.state_words(gig) if gig.state != "planned" else ""
