"""Where and when the band plays: venues, tours, gigs, and what changed about them once people had made plans."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, synonym

from fansite.core import markup
from fansite.core.content import Entry, Written, rendered
from fansite.core.db import Model
from fansite.lib import localtime
from fansite.lib.times import now

if TYPE_CHECKING:
    from fansite.tour.setlists.models import PressLink, SetlistLine

# What became of an announced evening. `postponed` waits for a new date, `rescheduled` has it, `moved` has another house.
STATES = ("planned", "postponed", "rescheduled", "moved", "cancelled")
# `later`: not yet on sale; "": none are sold, or nobody said.
TICKETS = ("", "later", "on_sale", "sold_out")
UNDO_WITHIN = timedelta(minutes=10)
# Former dates of one evening: who moves it more often has other worries.
MOST_FORMER = 10
MAX_NAME = 120
MAX_NOTE = 300


Point = tuple[float, float]


def point_of(place: Any) -> Point | None:
    """(latitude, longitude) in degrees, where somebody knows them."""
    return None if place.latitude is None or place.longitude is None else (place.latitude, place.longitude)


class Venue(Model):
    """A house one plays in. Two that turn out to be one are merged: the other stays as a signpost, so that an import finds its way."""

    __tablename__ = "venue"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(MAX_NAME))
    address: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    city: Mapped[str] = mapped_column(sa.String(80))
    # ISO 3166-1, two capitals.
    country: Mapped[str] = mapped_column(sa.String(2))
    # Degrees, WGS 84; None where nobody knows.
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    # Of the IANA database.
    zone: Mapped[str] = mapped_column(sa.String(40))
    website: Mapped[str] = mapped_column(sa.String(500), default="", server_default="")
    # What two spellings of it have in common: name, city and country.
    likeness: Mapped[str] = mapped_column(sa.String(260), unique=True)
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("venue.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
    )

    @property
    def point(self) -> Point | None:
        return point_of(self)


class Tour(Model):
    """Gigs that belong together, under a name."""

    __tablename__ = "tour"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(MAX_NAME))
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def page_tag(self) -> str:
        return f"tour:{self.id}"


class Gig(Written, Entry):
    """One evening at one house. Date and times are those of its clocks; the text is what there is to know beside."""

    __tablename__ = "gig"
    __mapper_args__ = {"polymorphic_identity": "gig"}

    venue_id: Mapped[int] = mapped_column(sa.ForeignKey("venue.id"), index=True)
    tour_id: Mapped[int | None] = mapped_column(sa.ForeignKey("tour.id", ondelete="SET NULL"), index=True)
    day: Mapped[date] = mapped_column(index=True)
    # None: to be announced.
    doors: Mapped[time | None]
    starts: Mapped[time | None]
    ends: Mapped[time | None]
    # That of the house, as it was known when this was saved.
    zone: Mapped[str] = mapped_column(sa.String(40))
    # When it is past, there.
    over_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(sa.String(12), default="planned", server_default="planned")
    tickets: Mapped[str] = mapped_column(sa.String(10), default="", server_default="")
    ticket_url: Mapped[str] = mapped_column(sa.String(500), default="", server_default="")
    on_sale_at: Mapped[datetime | None]
    # The lowest one pays, fees included, in hundredths.
    price: Mapped[int | None]
    # ISO 4217.
    currency: Mapped[str] = mapped_column(sa.String(3), default="", server_default="")
    support: Mapped[str] = mapped_column(sa.String(MAX_NOTE), default="", server_default="")
    age: Mapped[str] = mapped_column(sa.String(80), default="", server_default="")
    # For journalists; never shown to others.
    press_contact: Mapped[str] = mapped_column(sa.String(MAX_NOTE), default="", server_default="")
    # Why it is no longer as it was announced, told to everybody.
    reason: Mapped[str] = mapped_column(sa.String(500), default="", server_default="")
    # Where and when it was to be before, the latest last: {day, starts, venue, city}.
    former: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list, server_default="[]")
    # Of calendars (RFC 5545): never changes; rises with every change of time, place or state; when that was.
    uid: Mapped[str] = mapped_column(sa.String(80), unique=True)
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    changed_at: Mapped[datetime] = mapped_column(default=now)

    venue: Mapped[Venue] = relationship(lazy="raise_on_sql")
    tour: Mapped[Tour | None] = relationship(lazy="raise_on_sql")
    texts: Mapped[list[GigText]] = relationship(lazy="raise_on_sql", order_by="GigText.language", viewonly=True)
    # Written by operations of their own.
    setlist: Mapped[list[SetlistLine]] = relationship(lazy="raise_on_sql", viewonly=True, order_by="SetlistLine.position")
    press: Mapped[list[PressLink]] = relationship(lazy="raise_on_sql", viewonly=True, order_by="PressLink.id")

    __table_args__ = (  # type: ignore[assignment]
        sa.CheckConstraint(sa.column("state").in_(STATES), name="state"),
        sa.CheckConstraint(sa.column("tickets").in_(TICKETS), name="tickets"),
    )

    @property
    def page_tags(self) -> tuple[str, ...]:
        return (*super().page_tags, *((f"tour:{self.tour_id}",) if self.tour_id else ()))

    def words(self, language: str) -> Words:
        """For a reader of this language, each in it or else in the gig's own."""
        return Words(*(self.said(name, language) for name in Words._fields))

    def said(self, name: str, language: str) -> str:
        """One of them."""
        there = next((text for text in self.texts if text.language == language), self)
        return getattr(there, name) or getattr(self, name)

    @property
    def where(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def begins_at(self) -> datetime | None:
        """The moment it begins, with the offset that is valid there then."""
        return localtime.local(self.day, self.starts, self.where) if self.starts is not None else None

    @property
    def ends_at(self) -> datetime | None:
        if self.starts is None or self.ends is None:
            return None
        return localtime.end_of(self.day, self.starts, self.ends, self.where).astimezone(self.where)

    @property
    def doors_at(self) -> datetime | None:
        return localtime.local(self.day, self.doors, self.where) if self.doors is not None else None

    @property
    def begun_at(self) -> datetime:
        """The moment from which it has begun there: on stage, else the doors; where nobody said an hour, when it is over."""
        at = self.starts if self.starts is not None else self.doors
        return localtime.instant(self.day, at, self.where) if at is not None else self.over_at

    @property
    def begun(self) -> bool:
        """Whether what was played can be told: it took place, and everybody there has heard how it begins."""
        return not self.off and self.begun_at <= now()

    @property
    def announced(self) -> dict[str, Any]:
        """Its day and hour, as `former` keeps them."""
        return {"day": self.day.isoformat(), "starts": self.starts.isoformat("minutes") if self.starts else None}

    @property
    def waits(self) -> bool:
        """For a new date: neither to come nor past."""
        return self.state == "postponed"

    @property
    def off(self) -> bool:
        return self.state in ("cancelled", "postponed")


class Words(NamedTuple):
    """What is said of a gig in one language."""

    html: str
    support: str
    age: str
    reason: str


class GigText(Model):
    """What is said of a gig in another language of the site than its own. What is left empty is said in the gig's."""

    __tablename__ = "gig_text"
    gig_id: Mapped[int] = mapped_column(sa.ForeignKey("gig.id", ondelete="CASCADE"), primary_key=True)
    entry_id: Mapped[int] = synonym("gig_id")
    language: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    body: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    html: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    renderer: Mapped[int] = mapped_column(default=0, server_default="0", index=True)
    support: Mapped[str] = mapped_column(sa.String(MAX_NOTE), default="", server_default="")
    age: Mapped[str] = mapped_column(sa.String(80), default="", server_default="")
    reason: Mapped[str] = mapped_column(sa.String(500), default="", server_default="")

    def write(self, body: str) -> None:
        self.body = body
        self.html = rendered(body) if body else ""
        self.renderer = markup.RENDERER_VERSION

    @property
    def page_tags(self) -> tuple[str, ...]:
        return (f"entry:{self.gig_id}", "list:gig")


class Change(Model):
    """One act that changed what people had planned for, with all it was before: for a while it can be taken back."""

    __tablename__ = "gig_change"
    id: Mapped[int] = mapped_column(primary_key=True)
    gig_id: Mapped[int] = mapped_column(sa.ForeignKey("gig.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    # The state or the tickets' state it led to.
    to: Mapped[str] = mapped_column(sa.String(12))
    before: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    undone_at: Mapped[datetime | None]

    by = relationship("Account", lazy="raise_on_sql")
