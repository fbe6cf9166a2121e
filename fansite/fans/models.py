"""What fans say of themselves: the words as they keep them, and each wording they asked to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fansite.accounts.visibility import EVERYONE, ME, VISIBILITIES
from fansite.core import markup
from fansite.core.db import Model
from fansite.lib.times import now

MAX_BIO = 2_000
MOST_SONGS = 5
MAX_SONG = 120
STATUSES = ("published", "pending", "rejected", "removed", "replaced", "withdrawn")
REFUSED = ("rejected", "removed")
# Long enough for an undo after the holidays.
KEEP_REPLACED = timedelta(days=30)


class Profile(Model):
    """A fan's own words, and who sees which of them. What is for themselves alone is never asked to be shown, and no moderator reads it.
    City and evenings are not here: who sees those stands with them, since the tour decides on it too."""

    __tablename__ = "fan_profile"
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    bio: Mapped[str] = mapped_column(sa.Text, default="")
    songs: Mapped[list[str]] = mapped_column(default=list)
    bio_to: Mapped[str] = mapped_column(sa.String(8), default=EVERYONE)
    songs_to: Mapped[str] = mapped_column(sa.String(8), default=EVERYONE)
    # How much they said and who follows them, and what was earned with it.
    badges_to: Mapped[str] = mapped_column(sa.String(8), default=EVERYONE)
    changed_at: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = tuple(
        sa.CheckConstraint(sa.column(name).in_(VISIBILITIES), name=name) for name in ("bio_to", "songs_to", "badges_to")
    )

    @property
    def asked(self) -> tuple[str, list[str]]:
        """Of the words, those that others are to see."""
        return self.bio if self.bio_to != ME else "", self.songs if self.songs_to != ME else []


class Wording(Model):
    """Words somebody asked to be shown, as they stood then. Of each person one is published and at most one waits."""

    __tablename__ = "fan_wording"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    body: Mapped[str] = mapped_column(sa.Text)
    html: Mapped[str] = mapped_column(sa.Text)
    renderer: Mapped[int] = mapped_column(index=True)
    songs: Mapped[list[str]] = mapped_column(default=list)
    status: Mapped[str] = mapped_column(sa.String(10))
    # Told to its author when it was refused.
    reason: Mapped[str | None] = mapped_column(sa.String(1000))
    written_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now)
    # The one that took its place: when that one is taken back, this is shown again.
    replaced_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("fan_wording.id", ondelete="SET NULL"), index=True)

    account = relationship("Account", lazy="raise_on_sql")

    __table_args__ = (
        sa.CheckConstraint(sa.column("status").in_(STATUSES), name="status"),
        sa.Index("ix_fan_wording_account_status", "account_id", "status"),
        sa.Index("ix_fan_wording_status_changed", "status", "changed_at"),
    )

    @property
    def subject_kind(self) -> str:
        return "profile"

    @property
    def page_tags(self) -> tuple[str, ...]:
        return (f"account:{self.account_id}",)

    @property
    def visible(self) -> bool:
        return self.status == "published"

    @property
    def text(self) -> str:
        """All of it as it was typed: what the checks are given."""
        return "\n".join([self.body, *self.songs])

    def says(self, bio: str, songs: Sequence[str]) -> bool:
        return (self.body, self.songs) == (bio, list(songs))

    def says_more_than(self, bio: str, songs: Sequence[str]) -> bool:
        """Whether those words are a part of these."""
        return bio in ("", self.body) and set(songs) <= set(self.songs)

    def write(self, body: str, *, standing: bool) -> None:
        """Links of who stands count for search engines."""
        self.body, self.renderer = body, markup.RENDERER_VERSION
        self.html = markup.render(body, trust="fan", standing=standing, id_prefix="about-") if body else ""
