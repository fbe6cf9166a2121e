"""One queue, one log: whatever needs a moderator is a `Review`."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fansite.core.db import Model, index_of_some
from fansite.lib.times import now

DECISIONS = ("approve", "reject", "remove")
CATEGORIES = ("spam", "abuse", "off-topic", "private", "illegal", "other")


class Review(Model):
    """Something a person has to look at, and what was decided. An undone decision opens it again."""

    __tablename__ = "review"
    id: Mapped[int] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(sa.String(20))
    subject_id: Mapped[int]
    # `pending`: held back until decided. `reported`: public, somebody complained.
    queue: Mapped[str] = mapped_column(sa.String(10))
    reasons: Mapped[list[str]] = mapped_column(default=list)
    opened_at: Mapped[datetime] = mapped_column(default=now)
    decision: Mapped[str | None] = mapped_column(sa.String(10))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"), index=True)
    # Told to the author.
    reason: Mapped[str | None] = mapped_column(sa.String(1000))
    # The house rules that held, and the point of them that was broken, if the moderator named one.
    rules_id: Mapped[int | None]
    rule: Mapped[int | None] = mapped_column(sa.SmallInteger)
    # The subject's status before the decision: what undo goes back to.
    before: Mapped[str | None] = mapped_column(sa.String(12))
    # Rises with every decision and undo: a form made for an older state is refused.
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    decided_by = relationship("Account", lazy="raise_on_sql")
    reports: Mapped[list[Report]] = relationship(back_populates="review", lazy="raise_on_sql", order_by="Report.id")

    __table_args__ = (
        sa.CheckConstraint(sa.column("queue").in_(["pending", "reported"]), name="queue"),
        sa.CheckConstraint(sa.column("decision").in_(DECISIONS), name="decision"),
        index_of_some("uq_review_open", "subject_kind", "subject_id", unique=True, where="decided_at IS NULL"),
        sa.Index("ix_review_subject", "subject_kind", "subject_id"),
        index_of_some("ix_review_queue_opened", "queue", "opened_at", where="decided_at IS NULL"),
        sa.Index("ix_review_decided_at", "decided_at"),
    )  # fmt: skip

    @property
    def subject(self) -> str:
        """`comment:12`."""
        return f"{self.subject_kind}:{self.subject_id}"

    @property
    def open(self) -> bool:
        return self.decided_at is None


class Report(Model):
    """Somebody, signed in or not, says that something is wrong. One a person and subject."""

    __tablename__ = "report"
    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(sa.ForeignKey("review.id", ondelete="CASCADE"), index=True)
    subject_kind: Mapped[str] = mapped_column(sa.String(20))
    subject_id: Mapped[int]
    reporter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"), index=True)
    category: Mapped[str] = mapped_column(sa.String(12))
    note: Mapped[str] = mapped_column(sa.String(1000), default="")
    at: Mapped[datetime] = mapped_column(default=now)

    review: Mapped[Review] = relationship(back_populates="reports")
    reporter = relationship("Account", lazy="raise_on_sql")

    __table_args__ = (
        sa.UniqueConstraint("subject_kind", "subject_id", "reporter_id"),
        sa.CheckConstraint(sa.column("category").in_(CATEGORIES), name="category"),
    )


class LogLine(Model):
    """What moderators did, for ever: the database refuses to change or drop a line."""

    __tablename__ = "moderation_log"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    act: Mapped[str] = mapped_column(sa.String(20))
    subject: Mapped[str] = mapped_column(sa.String(60), index=True)
    # No foreign keys: a line outlives what it speaks of. `by_id` is None for the checks themselves.
    by_id: Mapped[int | None]
    reason: Mapped[str] = mapped_column(sa.String(1000), default="")


class WatchedWord(Model):
    """A word of this site's own lists. Banned: held and marked. Suspect: published and put before a moderator."""

    __tablename__ = "watched_word"
    word: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(8))

    __table_args__ = (sa.CheckConstraint(sa.column("kind").in_(["banned", "suspect"]), name="kind"),)
