"""What mails say of an evening first, in the language that is spoken."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from fansite.lib.times import now
from fansite.tour.words import short_day, title_of


def headline(evening: Any) -> str:
    """As a subject, and over what is said of it among others."""
    gig = evening.gig
    said = {"gig": title_of(gig), "day": short_day(gig.day)}
    if evening.news == "tomorrow":
        return _until(evening, said)
    return {
        "cancelled": lambda: _("Cancelled: %(gig)s, %(day)s", **said),
        "postponed": lambda: _("Postponed: %(gig)s, %(day)s", **said),
        "back": lambda: _("It takes place: %(gig)s, %(day)s", **said),
        "date": lambda: _("New date: %(gig)s, %(day)s", **said),
        "house": lambda: _("New place: %(gig)s, %(day)s", **said),
        "tickets": lambda: _("Tickets are on sale: %(gig)s, %(day)s", **said),
        "announced": lambda: _("Near you: %(gig)s, %(day)s", **said),
    }[evening.news]()


def _until(evening: Any, said: dict[str, str]) -> str:
    """At the clocks of the house, when it is said."""
    days = (evening.gig.day - now().astimezone(evening.gig.where).date()).days
    if days < 0:
        return _("It was on: %(gig)s, %(day)s", **said)
    if days == 0:
        return _("Today: %(gig)s, %(day)s", **said)
    return _("Tomorrow: %(gig)s, %(day)s", **said) if days == 1 else _("Soon: %(gig)s, %(day)s", **said)


def many_near(number: int) -> str:
    return ngettext("An evening near you", "%(num)d evenings near you", number)


def many_changed(number: int) -> str:
    return ngettext("Plans change for one evening", "Plans change for %(num)d evenings", number)


def many_cancelled(number: int) -> str:
    return ngettext("An evening is cancelled", "%(num)d evenings are cancelled", number)


def many_on_sale(number: int) -> str:
    return ngettext("Tickets for an evening are on sale", "Tickets for %(num)d evenings are on sale", number)


def many_tomorrow(number: int) -> str:
    return ngettext("An evening tomorrow", "%(num)d evenings tomorrow", number)
