"""What fans said of gigs and who may see it, the place each of them asked about, and where their own calendar is to be had."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fansite.accounts.visibility import ME, VISIBILITIES
from fansite.core.db import Model
from fansite.lib.times import now

# `going` and `interested` are said before an evening, `there` ("I was there") when it is over.
WORDS = ("going", "interested", "there")
# Kilometres around a fan's place.
RADII = (25, 50, 100, 250, 500)
RADIUS = 100


class Attendance(Model):
    """One word of one fan about one gig."""

    __tablename__ = "attendance"
    id: Mapped[int] = mapped_column(primary_key=True)
    gig_id: Mapped[int] = mapped_column(sa.ForeignKey("gig.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    word: Mapped[str] = mapped_column(sa.String(10))
    said_at: Mapped[datetime] = mapped_column(default=now)

    account = relationship("Account", lazy="raise_on_sql")

    __table_args__ = (
        sa.UniqueConstraint("gig_id", "account_id", name="uq_attendance_gig_id_account_id"),
        sa.CheckConstraint(sa.column("word").in_(WORDS), name="word"),
        # With all that counts and lists ask, so that those of an evening with fifty thousand are read off the index.
        sa.Index("ix_attendance_gig_word_said", "gig_id", "word", "said_at", "account_id"),
    )


class Discretion(Model):
    """A fan who does not show everybody where they go: only `members`, or nobody but themselves (`me`). Who has no row hides nothing."""

    __tablename__ = "discretion"
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    shown_to: Mapped[str] = mapped_column(sa.String(8))

    __table_args__ = (sa.CheckConstraint(sa.column("shown_to").in_(VISIBILITIES[1:]), name="shown_to"),)


class FanPlace(Model):
    """Where a fan lives, or would travel from: a city of the table, and how far around it evenings are near."""

    __tablename__ = "fan_place"
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    # ISO 3166-1, two capitals.
    country: Mapped[str] = mapped_column(sa.String(2))
    # Degrees, WGS 84.
    latitude: Mapped[float]
    longitude: Mapped[float]
    km: Mapped[int] = mapped_column(default=RADIUS)
    chosen_at: Mapped[datetime] = mapped_column(default=now)
    # Who sees the city: never where in it, nor how far around it they ask.
    shown_to: Mapped[str] = mapped_column(sa.String(8), default=ME, server_default=ME)

    __table_args__ = (
        sa.CheckConstraint(sa.column("km").in_(RADII), name="km"),
        sa.CheckConstraint(sa.column("shown_to").in_(VISIBILITIES), name="shown_to"),
        # Who lives in a city, and how many.
        sa.Index("ix_fan_place_city", "shown_to", "country", "name", "account_id"),
    )

    @property
    def point(self) -> tuple[float, float]:
        """(latitude, longitude) in degrees."""
        return self.latitude, self.longitude


class FanCalendar(Model):
    """The address of a fan's own calendar. Whoever knows the secret reads it, so that calendar programs can, which sign in nowhere. It is kept
    as it is, not as a hash: the fan is shown it again for the next device, and all it opens is what their page says as well."""

    __tablename__ = "fan_calendar"
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(default=now)
