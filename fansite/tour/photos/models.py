"""A photograph of an evening, lent by the fan who took it."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fansite.core.db import Model
from fansite.lib.times import now
from fansite.media.models import Picture
from fansite.tour.models import Gig

SHELF = "gig"
MAX_CAPTION = 200
STATUSES = ("published", "pending", "rejected", "removed", "withdrawn")
REFUSED = ("rejected", "removed")
STANDING = ("published", "pending")
# Long enough for an undo after the holidays, as with faces.
KEEP_REMOVED = timedelta(days=30)


class FanPhoto(Model):
    """One photograph of one evening. What it shows is said in its picture's `alt`: the caption is both."""

    __tablename__ = "fan_photo"
    id: Mapped[int] = mapped_column(primary_key=True)
    gig_id: Mapped[int] = mapped_column(sa.ForeignKey("gig.id", ondelete="CASCADE"))
    picture_id: Mapped[int] = mapped_column(sa.ForeignKey("picture.id"), unique=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(sa.String(10))
    sent_at: Mapped[datetime] = mapped_column(default=now)
    # When everybody could see it for the first time.
    shown_at: Mapped[datetime | None]
    changed_at: Mapped[datetime] = mapped_column(default=now, index=True)
    # Told to its author when it was refused.
    reason: Mapped[str | None] = mapped_column(sa.String(1000))

    gig: Mapped[Gig] = relationship(lazy="raise_on_sql")
    picture: Mapped[Picture] = relationship(lazy="raise_on_sql")
    author = relationship("Account", lazy="raise_on_sql")

    __table_args__ = (
        sa.CheckConstraint(sa.column("status").in_(STATUSES), name="status"),
        sa.Index("ix_fan_photo_gig_status", "gig_id", "status", "id"),
        sa.Index("ix_fan_photo_account_status", "account_id", "status", "id"),
    )

    @property
    def subject_kind(self) -> str:
        return "photo"

    @property
    def caption(self) -> str:
        return self.picture.alt

    @property
    def visible(self) -> bool:
        return self.status == "published"

    @property
    def page_tags(self) -> tuple[str, ...]:
        """All pages that show it: those of its evening, and of who took it."""
        return (of_gig(self.gig_id), of_fan(self.account_id))


def of_gig(gig_id: int) -> str:
    return f"photos:{gig_id}"


def of_fan(account_id: int) -> str:
    return f"photos-by:{account_id}"
