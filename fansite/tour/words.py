"""What is said of gigs in a few words, in the reader's language."""

from __future__ import annotations

from datetime import date, time
from functools import cache
from typing import Any

from babel import Locale, dates
from flask_babel import gettext as _

from fansite.core.web.language import locale_of
from fansite.core.web.paths import current_language
from fansite.lib import cities
from fansite.lib.times import as_said
from fansite.tour.models import Gig


def country_name(code: str) -> str:
    return str(_locale().territories.get(code, code))


def language_name(code: str) -> str:
    return str(_locale().languages.get(code, code))


def city_of(house: Any) -> str:
    """Its city as readers of this language call it."""
    return cities.name_in(house.city, house.country, current_language())


def city_named(city: Any) -> str:
    """The same of one of the table, or of a fan's place."""
    return cities.name_in(city.name, city.country, current_language())


def title_of(gig: Any) -> str:
    """Where it is, in a few words."""
    return f"{city_of(gig.venue)}, {gig.venue.name}"


def house_label(house: Any) -> str:
    """As the desk lists them, and as it is typed to find one."""
    return f"{house.city}: {house.name}"


def state_words(gig: Any) -> str:
    """The one thing to know first: what became of it, else how it stands with tickets. Empty while all is as usual."""
    if gig.state != "planned":
        return {
            "cancelled": _("Cancelled"),
            "postponed": _("Postponed"),
            "rescheduled": _("New date"),
            "moved": _("New place"),
        }[gig.state]
    return {"sold_out": _("Sold out"), "later": _("On sale soon")}.get(gig.tickets, "")


def stamp_kind(gig: Any) -> str:
    """Of the stamp: what is off or full is red, what is new or to come is not."""
    return "second" if gig.state in ("rescheduled", "moved") or (gig.state == "planned" and gig.tickets == "later") else ""


def short_day(of: date) -> str:
    """Fri 6 Nov."""
    return as_said(str(dates.format_skeleton("MMMEd", of, locale=_locale())), of, current_language())


def long_day(of: date) -> str:
    return as_said(str(dates.format_date(of, "full", locale=_locale())), of, current_language())


def dated(of: date) -> str:
    """6 Nov 2026."""
    return as_said(str(dates.format_date(of, "medium", locale=_locale())), of, current_language())


def leaf(of: date) -> tuple[str, str, str]:
    """(month, day, day of the week), as a leaf of a calendar has them."""
    locale = _locale()
    return (
        str(dates.format_date(of, "MMM", locale=locale)).rstrip("."),
        str(of.day),
        str(dates.format_date(of, "EEE", locale=locale)).rstrip("."),
    )


def month_name(of: date) -> str:
    """December 2026."""
    return str(dates.format_skeleton("yMMMM", of, locale=_locale()))


def hour(of: time) -> str:
    return f"{of:%H:%M}"


def offset_words(gig: Gig) -> str:
    """UTC+1: the offset that is valid there then."""
    begins = gig.begins_at
    if begins is None or (offset := begins.utcoffset()) is None:
        return ""
    minutes = round(offset.total_seconds() / 60)
    sign, (hours, rest) = "−" if minutes < 0 else "+", divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


def price_words(gig: Gig) -> str:
    """€17.00, as the reader's language writes it."""
    from babel.numbers import format_currency

    return str(format_currency(gig.price / 100, gig.currency, locale=_locale())) if gig.price is not None else ""


def former_words(gig: Any) -> Any:
    """What was announced before, to be struck out beside what holds now."""
    return gig.former[-1] if gig.former else None


def _locale() -> Locale:
    return _parsed(locale_of(current_language()))


@cache
def _parsed(name: str) -> Locale:
    return Locale.parse(name)
