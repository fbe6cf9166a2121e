"""What the front page says of the tour."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import g, request
from flask_babel import gettext as _

from fansite.tour import queries
from fansite.tour.going import queries as going
from fansite.tour.going.models import FanPlace
from fansite.tour.going.places import place_of
from fansite.tour.going.queries import Attender
from fansite.tour.queries import Evening, Night
from fansite.tour.words import city_named

NEXT = 5
# Of those near, how many are looked at for one that takes place.
NEAREST = 5
# Faces of who goes to the next one: two rows on a desk.
FACES = 36
LIVES_AT = "fansite.lives_at"


class Near(NamedTuple):
    """The evening that is least far from where a fan lives."""

    gig: Evening
    words: str


def next_gigs() -> dict[str, Any] | None:
    """The first ones; for a fan who said where they live, the one nearest there before all others."""
    coming = queries.upcoming()
    if not coming:
        return None
    place = _place(g.get("person"))
    around = _around(place, coming) if place is not None else {}
    shown = {gig.id: gig for gig in queries.shown([*coming[:NEXT], *around])}
    near = next((Near(shown[night.id], words) for night, words in around.items() if _is_on(shown, night)), None)
    others = [gig for night in coming[:NEXT] if (gig := shown.get(night.id)) and not (near and gig.id == near.gig.id)]
    return {"gigs": others[: NEXT - bool(near)], "near": near, "until": queries.next_over()}


class Together(NamedTuple):
    """The next evening, and who will be there."""

    gig: Evening
    number: int
    faces: list[Attender]


def who_is_going() -> dict[str, Any] | None:
    """To the next evening that takes place, as soon as somebody said so."""
    gig = next((gig for gig in queries.shown(queries.upcoming()[:NEXT]) if not gig.off), None)
    if gig is None:
        return None
    number = going.counts(gig.id)["going"]
    depends = {"tags": going.tags_of(gig.id), "until": queries.next_over()}
    if not number:
        return depends
    return {"together": Together(gig, number, going.people(gig.id, "going", FACES, reader=g.get("person"))), **depends}


def lives_nowhere(person: Any) -> str | None:
    """Of who never said where they live all see the same (`HomeSection.alike`)."""
    return "" if _place(person) is None else None


def _place(person: Any) -> FanPlace | None:
    """Asked once for a page."""
    if person is None:
        return None
    if LIVES_AT not in request.environ:
        request.environ[LIVES_AT] = place_of(person.id)
    found: FanPlace | None = request.environ[LIVES_AT]
    return found


def _around(place: FanPlace, coming: list[Night]) -> dict[Night, str]:
    """Those within the fan's distance and how far they are, the nearest first and of two the earlier."""
    found = sorted(queries.near(place, place.km, coming), key=lambda one: (one[1], one[0].over_at))
    return {night: _distance(km, place) for night, km in found[:NEAREST]}


def _distance(km: int, place: FanPlace) -> str:
    return _("%(km)s km from %(place)s", km=km, place=city_named(place)) if km else _("right where you are")


def _is_on(shown: dict[int, Evening], night: Night) -> bool:
    return night.id in shown and not shown[night.id].off
