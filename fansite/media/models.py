"""Pictures, kept by the hash of what they show, and the faces of fans."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fansite.core.db import Model, index_of_some
from fansite.lib.times import now

MAX_ALT = 300
MAX_CREDIT = 200
# A phone, a phone held close, a desk, a large one. What is smaller is never blown up.
WIDTHS = (320, 640, 1280, 1920)
# What a shared link shows: always a JPEG, which every messenger reads.
SHARED_WIDTH = 1200
# Which part must stay when a frame cuts the rest away.
FOCUSES = ("", "top", "bottom", "left", "right")
# Long enough for an undo after the holidays.
KEEP_REMOVED = timedelta(days=30)
STATUSES = ("pending", "published", "rejected", "removed", "withdrawn")


class Picture(Model):
    """One stored picture, re-encoded by us: never the bytes that were sent."""

    __tablename__ = "picture"
    id: Mapped[int] = mapped_column(primary_key=True)
    # The storage key and the last part of its address: <hash>.<jpg|png|webp>. Smaller ones are <hash>w640.webp.
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int]
    transparent: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # What stands there while it is on its way: a WebP a few pixels wide, in base64.
    blur: Mapped[str] = mapped_column(sa.String(2000), default="", server_default="")
    # What it shows, for who does not see it. Empty says nothing yet, unless it is `decorative`: then there is nothing to say.
    alt: Mapped[str] = mapped_column(sa.String(MAX_ALT), default="")
    decorative: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    credit: Mapped[str] = mapped_column(sa.String(MAX_CREDIT), default="", server_default="")
    focus: Mapped[str] = mapped_column(sa.String(10), default="", server_default="")
    # Where it stands when it is not the library's: a feature has such a shelf, and says who sees what stands there.
    shelf: Mapped[str] = mapped_column(sa.String(10), default="", server_default="")
    # No rule for deletion: accounts are erased, never deleted, and SQLite shows none of a column that was added.
    uploaded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"), index=True)
    # Where an import found it, and that address's path without the size WordPress put into names.
    origin: Mapped[str | None] = mapped_column(sa.String(500), index=True)
    origin_path: Mapped[str | None] = mapped_column(sa.String(500), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    # Taken out of the library; the file goes for good after `KEEP_REMOVED`.
    removed_at: Mapped[datetime | None] = mapped_column(index=True)

    uploaded_by = relationship("Account", lazy="raise_on_sql")

    __table_args__ = (
        sa.CheckConstraint(sa.column("focus").in_(FOCUSES), name="focus"),
        index_of_some("ix_picture_shelf", "shelf", where="shelf <> ''"),
    )

    @property
    def subject_kind(self) -> str:
        return "picture"

    @property
    def digest(self) -> str:
        return self.name.partition(".")[0]

    @property
    def described(self) -> bool:
        return bool(self.alt) or self.decorative

    @property
    def widths(self) -> Sequence[int]:
        return [*(width for width in WIDTHS if width < self.width), min(self.width, WIDTHS[-1])]

    @property
    def fallback(self) -> str:
        """For browsers without WebP, and for what must keep its see-through parts."""
        return "png" if self.transparent else "jpg"

    @property
    def shared_name(self) -> str:
        return f"{self.digest}w{min(self.width, SHARED_WIDTH)}s.jpg"

    def sized(self, width: int, kind: str) -> str:
        return f"{self.digest}w{width}.{kind}"

    def sizes(self) -> dict[str, tuple[int, str]]:
        """Name → (width, kind) of every smaller version there is or will be."""
        sized = {self.sized(width, kind): (width, kind) for width in self.widths for kind in ("webp", self.fallback)}
        return {**sized, self.shared_name: (min(self.width, SHARED_WIDTH), "jpg")}


class _OfPhoto(NamedTuple):
    name: str
    width: int
    height: int
    transparent: bool
    blur: str
    alt: str
    focus: str


class Photo(_OfPhoto):
    """Of a picture, what a page that shows it says."""

    digest: Any = Picture.digest
    widths: Any = Picture.widths
    fallback: Any = Picture.fallback
    sized: Any = Picture.sized


class Face(Model):
    """A picture somebody sent of themselves. Of each person one is shown; those before it wait to be swept."""

    __tablename__ = "face"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    # The storage key: drawn by lot, so that nobody guesses the address of one that waits.
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    status: Mapped[str] = mapped_column(sa.String(10))
    # Told to its owner when it was refused.
    reason: Mapped[str | None] = mapped_column(sa.String(1000))
    sent_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now, index=True)

    account = relationship("Account", lazy="raise_on_sql")

    __table_args__ = (sa.CheckConstraint(sa.column("status").in_(STATUSES), name="status"),)

    @property
    def subject_kind(self) -> str:
        return "face"

    @property
    def visible(self) -> bool:
        return self.status == "published"
