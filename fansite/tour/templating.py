"""What templates say of gigs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from fansite.comments import author_name
from fansite.core.web.paths import current_language
from fansite.lib.times import now
from fansite.tour import maps, words
from fansite.tour.models import Gig, Words
from fansite.tour.queries import Evening


def is_over(gig: Any) -> bool:
    return gig.over_at <= now()


def map_of(gigs: Sequence[Evening]) -> Markup:
    """Of evenings whose place is known."""
    pins = [maps.Pin(words.city_of(gig.venue), *gig.venue.point, gig.off) for gig in gigs if gig.venue.point is not None]
    return maps.drawn(pins, _("Drawn map of the evenings: %(cities)s", cities=", ".join(dict.fromkeys(pin.name for pin in pins))))


def by_month(gigs: Iterable[Evening]) -> list[tuple[str, list[Evening]]]:
    """Under the names of their months, in the order given; what waits for a new date under its own."""
    waiting = _("A new date is being looked for")
    return [(month, list(of)) for month, of in groupby(gigs, lambda gig: waiting if gig.waits else words.month_name(gig.day))]


def iso_minutes(at: datetime | None) -> str:
    """2026-12-11T20:15+01:00."""
    return at.isoformat(timespec="minutes") if at is not None else ""


def reason_of(gig: Gig) -> str:
    """Why it is no longer as it was announced, in the reader's language as far as it is told in it."""
    return gig.said("reason", current_language())


def words_of(gig: Gig) -> Words:
    """In the reader's language."""
    return gig.words(current_language())


NAMES: dict[str, Any] = {
    "words_of": words_of,
    "reason_of": reason_of,
    "leaf_of": words.leaf,
    "former_of": words.former_words,
    "state_of": words.state_words,
    "stamp_of": words.stamp_kind,
    "city_of": words.city_of,
    "city_named": words.city_named,
    "title_of": words.title_of,
    "country_of": words.country_name,
    "house_label": words.house_label,
    "hour_of": words.hour,
    "short_day": words.short_day,
    "long_day": words.long_day,
    "month_of": words.month_name,
    "price_of": words.price_words,
    "offset_of": words.offset_words,
    "is_over": is_over,
    "map_of": map_of,
    "by_month": by_month,
    "iso_minutes": iso_minutes,
    "as_date": date.fromisoformat,
    "photo_credit": author_name,
}
