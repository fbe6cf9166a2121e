"""Letters to the band, kept before anything else is done with them."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from fansite.core.db import Model
from fansite.lib.times import now

STATES = ("new", "read", "answered", "spam")
MAX_NAME = 80
MAX_SUBJECT = 150
MAX_BODY = 10_000
# Long enough for a tour that was asked about a year before; spam for as long as somebody may look for a lost letter.
KEEP = timedelta(days=365)
KEEP_SPAM = timedelta(days=30)


class Letter(Model):
    """What somebody wrote, and how far the band is with it."""

    __tablename__ = "letter"
    id: Mapped[int] = mapped_column(primary_key=True)
    # Who was signed in while writing; the address of everybody else is only what they typed.
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(sa.String(MAX_NAME))
    email: Mapped[str] = mapped_column(sa.String(254))
    email_key: Mapped[str] = mapped_column(sa.String(254), index=True)
    subject: Mapped[str] = mapped_column(sa.String(MAX_SUBJECT))
    body: Mapped[str] = mapped_column(sa.Text)
    language: Mapped[str] = mapped_column(sa.String(8))
    received_at: Mapped[datetime] = mapped_column(default=now, index=True)
    # Why it was kept apart.
    reasons: Mapped[list[str]] = mapped_column(default=list)
    state: Mapped[str] = mapped_column(sa.String(10), default="new")
    # What undo goes back to.
    before: Mapped[str | None] = mapped_column(sa.String(10))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"), index=True)

    __table_args__ = (sa.CheckConstraint(sa.column("state").in_(STATES), name="state"),)

    @property
    def subject_kind(self) -> str:
        return "letter"
