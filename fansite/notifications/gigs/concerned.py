"""Whom an evening concerns: who said that they go or might, and who asked about a place near it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from fansite.core.content import Entry
from fansite.core.db import db
from fansite.core.notices import Happening
from fansite.lib import cities
from fansite.notifications.models import Choice, Notice, Occasion
from fansite.tour.going.models import RADII, Attendance, FanPlace
from fansite.tour.models import Change

ANNOUNCED = "gig.announced"
# Of a degree of latitude.
KILOMETRES = 111.0
PLANS = ("going", "interested")

Found = tuple[list[int], int | None]
# Accounts, each with whether it is concerned: by those who are not one knows how far one looked.
Stream = Sequence[tuple[int, bool]]
Point = tuple[float, float]


def near(happening: Happening, after: int, most: int) -> Found:
    return _slice(most, _near(happening.facts, after, most))


def going(happening: Happening, after: int, most: int) -> Found:
    return _slice(most, _going(happening, after, most))


def going_or_near(happening: Happening, after: int, most: int) -> Found:
    """Or, for what was taken back after all, who was told of it."""
    if "undone" in happening.facts:
        return _slice(most, told_before(happening, after, most))
    return _slice(most, _going(happening, after, most), _near(happening.facts, after, most))


def told_before(happening: Happening, after: int, most: int) -> Stream:
    """Who was told of the change that was taken back."""
    change = f"change:{happening.key.partition(':')[2]}"
    of_it = (Occasion.subject == happening.subject, Occasion.key == change, Notice.state == "sent", Notice.account_id > after)
    statement = sa.select(Notice.account_id).join(Occasion, Occasion.id == Notice.occasion_id).where(*of_it)
    found = db.session.scalars(statement.distinct().order_by(Notice.account_id).limit(most))
    return [(account, True) for account in found]


def near_enough(point: Point | None, place: Point, km: int) -> int | None:
    """The distance, if it is within reach."""
    distance = cities.distance_km(place, point) if point is not None else None
    return round(distance) if distance is not None and distance <= km else None


def points(facts: dict[str, Any]) -> list[Point]:
    """Where it is, and where it was to be."""
    return [(latitude, longitude) for latitude, longitude in facts.get("points", ())]


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _slice(most: int, *streams: Stream) -> Found:
    """Of several streams, as far as all of them were read."""
    ends = [stream[-1][0] for stream in streams if len(stream) == most]
    reached = min(ends) if ends else None
    return sorted({one for stream in streams for one, concerned in stream if concerned and one <= (reached or one)}), reached


def _going(happening: Happening, after: int, most: int) -> Stream:
    """Who changed it knows; unless they go there, like everybody else."""
    gig_id, by = int(happening.subject.partition(":")[2]), happening.facts.get("change")
    statement = sa.select(Attendance.account_id, Attendance.word).where(
        Attendance.gig_id == gig_id, Attendance.account_id > after
    )
    said_before = happening.facts.get("said_before")
    rows = db.session.execute(statement.add_columns(Attendance.said_at).order_by(Attendance.account_id).limit(most))
    own = _by(by)
    return [
        (account, word in PLANS and (word == "going" or account != own) and (said_before is None or at.isoformat() < said_before))
        for account, word, at in rows
    ]


def _near(facts: dict[str, Any], after: int, most: int) -> Stream:
    """Who wants to hear of none near them, by no way, hears of no changes there either."""
    found = points(facts)
    if not found:
        return []
    place, own = FanPlace, _by(facts.get("change"), facts.get("entry"))
    deaf = sa.and_(*(_deaf(way).exists() for way in ("mail", "site")))
    statement = sa.select(place.account_id, place.latitude, place.longitude, place.km).where(
        place.account_id > after, sa.or_(*(_around(point) for point in found)), ~deaf
    )
    rows = db.session.execute(statement.order_by(place.account_id).limit(most))
    return [
        (account, account != own and any(near_enough(point, (latitude, longitude), km) is not None for point in found))
        for account, latitude, longitude, km in rows
    ]


def _deaf(way: str) -> sa.Select[Any]:
    chosen = (Choice.kind == ANNOUNCED, Choice.channel == way, Choice.wanted.is_(False))
    return sa.select(sa.literal(1)).where(Choice.account_id == FanPlace.account_id, *chosen)


def _around(point: Point) -> sa.ColumnElement[bool]:
    """A box that holds all within the widest radius; near the poles, and where the days meet, every longitude."""
    latitude, longitude = point
    high = max(RADII) / KILOMETRES
    band = FanPlace.latitude.between(latitude - high, latitude + high)
    wide = high / max(math.cos(math.radians(min(abs(latitude) + high, 90.0))), 0.01)
    if abs(longitude) + wide > 180:
        return band
    return sa.and_(band, FanPlace.longitude.between(longitude - wide, longitude + wide))


def _by(change_id: int | None, entry_id: int | None = None) -> int | None:
    """Whoever did it."""
    if change_id is not None:
        return db.session.scalar(sa.select(Change.by_id).where(Change.id == change_id))
    return db.session.scalar(sa.select(Entry.author_id).where(Entry.id == entry_id)) if entry_id is not None else None
