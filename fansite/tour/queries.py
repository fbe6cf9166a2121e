"""Finding gigs: what is to come and what is past, at the clocks of each place."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from functools import cache
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from fansite.core import listing
from fansite.core.content import Entry, listed
from fansite.core.db import db
from fansite.core.db.moments import microseconds
from fansite.core.kept import kept
from fansite.core.wording import settings
from fansite.lib import cities
from fansite.lib.times import from_microseconds, in_microseconds, now
from fansite.tour.models import Change, Gig, GigText, Point, Tour, Venue, point_of
from fansite.tour.setlists.models import SetlistLine

TAG = "list:gig"
PER_PAGE = 50
# Kilometres.
RADII = (50, 100, 250, 500)
RADIUS = 100


class Night(NamedTuple):
    """Of a public gig, what decides on which lists it stands."""

    # Microseconds since 1970.
    over_at: int
    id: int
    country: str
    city: str
    year: int
    tour_id: int | None
    latitude: float | None
    longitude: float | None

    @property
    def point(self) -> Point | None:
        return point_of(self)


class House(NamedTuple):
    name: str
    city: str
    country: str
    latitude: float | None
    longitude: float | None

    @property
    def point(self) -> Point | None:
        return point_of(self)


class Former(NamedTuple):
    """Where and when it was to be."""

    day: str
    starts: str | None
    venue: str | None
    city: str | None


class _OfEvening(NamedTuple):
    id: int
    kind: str
    language: str
    slug: str
    day: date
    starts: time | None
    zone: str
    over_at: datetime
    state: str
    tickets: str
    ticket_url: str
    on_sale_at: datetime | None
    former: tuple[Former, ...]
    venue: House


class Evening(_OfEvening):
    """Of a gig, what a list says of it: rows that are no objects of the mapper, so that two that say the same are the same."""

    where: Any = Gig.where
    begins_at: Any = Gig.begins_at
    waits: Any = Gig.waits
    off: Any = Gig.off


def nights() -> list[Night]:
    """All public gigs, the first to be over first; kept in the process until one of them changes. A band plays some thousand in its life."""
    return kept("tour.nights", (TAG,), lambda: [Night._make(row) for row in db.session.execute(_nights())])


def upcoming() -> list[Night]:
    """What is not over yet, there; what waits for a new date comes last."""
    return nights()[_past_until() :]


def past() -> list[Night]:
    """What is over, the last first."""
    return nights()[: _past_until()][::-1]


def next_over() -> datetime | None:
    """When the next one is over and these lists are others."""
    first = next(iter(upcoming()), None)
    return from_microseconds(first.over_at) if first is not None else None


def shown(of: Iterable[Night]) -> list[Evening]:
    """As lists show them, in this order."""
    return listing.chosen([night.id for night in of], _evenings)


def evenings(ids: Iterable[int]) -> list[Evening]:
    """Those of these that everybody may see."""
    return listing.chosen(sorted(ids), _evenings)


def whole(of: Iterable[Night]) -> list[Gig]:
    """The same with all there is to know."""
    return listing.chosen([night.id for night in of], _whole_by_ids)


def lately_announced(most: int) -> list[Gig]:
    """With their texts, the last first."""
    statement = _with_all(sa.select(Gig)).options(sa.orm.defer(Gig.body)).where(Gig.kind == "gig", listed())
    return list(db.session.scalars(statement.order_by(Gig.published_at.desc(), Gig.id.desc()).limit(most)).unique())


class Somewhere(Protocol):
    @property
    def latitude(self) -> float: ...
    @property
    def longitude(self) -> float: ...


def near(place: Somewhere, radius: int, of: Sequence[Night]) -> list[tuple[Night, int]]:
    """Those within so many kilometres, each with its distance, in the order given."""
    centre = (place.latitude, place.longitude)
    found = [(night, cities.distance_km(centre, night.point)) for night in of if night.point is not None]
    return [(night, round(distance)) for night, distance in found if distance <= radius]


def countries(of: Iterable[Night]) -> list[tuple[str, int]]:
    """(code, how many), the most first."""
    return Counter(night.country for night in of).most_common()


def years(of: Iterable[Night]) -> list[int]:
    return sorted({night.year for night in of}, reverse=True)


def by_slug(slug: str) -> Gig | None:
    """The gig at an address, with all that its page says of it."""
    return db.session.scalars(_by_slug(), {"slug": slug, "languages": settings().languages}).unique().first()


def opened(gig_id: int) -> Gig | None:
    return db.session.scalars(_by_id(), {"id": gig_id}).unique().one_or_none()


def texts_in(language: str, ids: Sequence[int]) -> dict[int, str]:
    """Gig → its text in this language, as HTML, where it has one."""
    return {row.gig_id: row.html for row in db.session.execute(_TEXTS, {"language": language, "ids": ids})} if ids else {}


def tour_at(slug: str) -> Tour | None:
    return db.session.scalar(_TOUR, {"slug": slug})


def last_change(gig_id: int) -> Change | None:
    """The last that was not taken back."""
    statement = sa.select(Change).where(Change.gig_id == gig_id, Change.undone_at.is_(None)).order_by(Change.id.desc()).limit(1)
    return db.session.scalar(statement)


def others_here(gig: Gig, most: int) -> list[Evening]:
    """Elsewhere in the same city, the latest first."""
    here = (gig.venue.country, gig.venue.city)
    return shown([night for night in nights() if (night.country, night.city) == here and night.id != gig.id][: -most - 1 : -1])


def _past_until() -> int:
    """How many of all are over by now."""
    return bisect_right(nights(), in_microseconds(now()), key=lambda night: night.over_at)


def with_house(statement: sa.Select[Any]) -> sa.Select[Any]:
    return statement.options(joinedload(Gig.venue), joinedload(Gig.tour), joinedload(Gig.author), joinedload(Gig.cover))


def _with_all(statement: sa.Select[Any]) -> sa.Select[Any]:
    """With what is said of it in all languages too: each gig stands once in the answer as soon as that is made `unique`."""
    return with_house(statement).options(joinedload(Gig.texts))


# Put together once: that takes longer than the answer.


@cache
def _nights() -> Any:
    columns = (
        microseconds(Gig.over_at),
        Gig.id,
        Venue.country,
        Venue.city,
        sa.extract("year", Gig.day),
        Gig.tour_id,
        Venue.latitude,
        Venue.longitude,
    )
    return sa.select(*columns).join(Gig.venue).where(listed()).order_by(Gig.over_at, Gig.id)


@cache
def _by_slug() -> Any:
    at = (Gig.language.in_(sa.bindparam("languages", expanding=True)), Gig.scope == "", Gig.slug == sa.bindparam("slug"))
    told = (selectinload(Gig.setlist).joinedload(SetlistLine.song), selectinload(Gig.press))
    return _with_all(sa.select(Gig)).options(*told).where(Gig.kind == "gig", *at)


@cache
def _by_id() -> Any:
    return _with_all(sa.select(Gig)).where(Gig.id == sa.bindparam("id"))


_ENTRY, _GIG, _VENUE = Entry.__table__.c, Gig.__table__.c, Venue.__table__.c
_OF_ENTRY = [_ENTRY[name] for name in Evening._fields[:4]]
_OF_GIG = [_GIG[name] for name in Evening._fields[4:-1]]
_EVENINGS = (
    sa.select(*_OF_ENTRY, *_OF_GIG, *(_VENUE[name] for name in House._fields))
    .select_from(Entry.__table__.join(Gig.__table__, _GIG.id == _ENTRY.id).join(Venue.__table__, _VENUE.id == _GIG.venue_id))
    .where(listed(), _ENTRY.id.in_(listing.IDS))
)


def _evenings(ids: Sequence[int]) -> list[Evening]:
    return [_evening(row) for row in db.session.execute(_EVENINGS, {"ids": ids})]


def _evening(row: Any) -> Evening:
    ends = len(Evening._fields) - 2
    former = tuple(Former(**was) for was in row[ends])
    return Evening._make([*row[:ends], former, House._make(row[ends + 1 :])])


def _whole_by_ids(ids: Sequence[int]) -> Iterable[Gig]:
    return db.session.scalars(_all_whole(), {"ids": ids}).unique()


@cache
def _all_whole() -> Any:
    return _with_all(sa.select(Gig)).options(sa.orm.defer(Gig.body)).where(listed(), Gig.id.in_(listing.IDS))


_TEXTS = sa.select(GigText.gig_id, GigText.html).where(
    GigText.gig_id.in_(listing.IDS), GigText.language == sa.bindparam("language"), GigText.html != ""
)
_TOUR = sa.select(Tour).where(Tour.slug == sa.bindparam("slug"))
