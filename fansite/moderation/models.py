"""One queue, one log: whatever needs a moderator is a `Review`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

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
    # Whose it is; and a digest of its words, the same for all that say the same: by these moderators choose many at once.
    author_id: Mapped[int | None] = mapped_column(index=True)
    likeness: Mapped[str | None] = mapped_column(sa.String(32))
    # The clean-up that made the decision which stands.
    cleanup_id: Mapped[int | None] = mapped_column(index=True)

    decided_by = relationship("Account", lazy="raise_on_sql")
    # Without a key in the table: to add one, SQLite would make it anew without its triggers.
    author = relationship("Account", primaryjoin="foreign(Review.author_id) == Account.id", lazy="raise_on_sql", viewonly=True)
    links: Mapped[list[ReviewLink]] = relationship(lazy="raise_on_sql", cascade="all, delete-orphan", order_by="ReviewLink.host")
    reports: Mapped[list[Report]] = relationship(back_populates="review", lazy="raise_on_sql", order_by="Report.id")

    __table_args__ = (
        sa.CheckConstraint(sa.column("queue").in_(["pending", "reported"]), name="queue"),
        sa.CheckConstraint(sa.column("decision").in_(DECISIONS), name="decision"),
        index_of_some("uq_review_open", "subject_kind", "subject_id", unique=True, where="decided_at IS NULL"),
        sa.Index("ix_review_subject", "subject_kind", "subject_id"),
        index_of_some("ix_review_queue_opened", "queue", "opened_at", where="decided_at IS NULL"),
        index_of_some("ix_review_likeness", "likeness", "queue", where="decided_at IS NULL"),
        sa.Index("ix_review_decided_at", "decided_at"),
    )  # fmt: skip

    @property
    def subject(self) -> str:
        """`comment:12`."""
        return f"{self.subject_kind}:{self.subject_id}"

    @property
    def open(self) -> bool:
        return self.decided_at is None


class ReviewLink(Model):
    """A host that the words before the moderators link to."""

    __tablename__ = "review_link"
    review_id: Mapped[int] = mapped_column(sa.ForeignKey("review.id", ondelete="CASCADE"), primary_key=True)
    host: Mapped[str] = mapped_column(sa.String(100), primary_key=True, index=True)


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


class Cleanup(Model):
    """Many things put away in one act, with or without the accounts behind them; and all of it taken back in one, too."""

    __tablename__ = "cleanup"
    id: Mapped[int] = mapped_column(primary_key=True)
    # A double click or a retry brings the same.
    nonce: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"), index=True)
    asked_at: Mapped[datetime] = mapped_column(default=now)
    # What was chosen, as the page was asked for it (`Wanted.facts`).
    chosen: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # Told to the authors.
    reason: Mapped[str | None] = mapped_column(sa.String(1000))
    closes: Mapped[bool] = mapped_column(default=False)
    # All that the accounts behind what was chosen wrote goes along.
    everything: Mapped[bool] = mapped_column(default=False)
    done_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"), index=True)
    undo_asked_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]

    by = relationship("Account", lazy="raise_on_sql", foreign_keys=by_id)
    undone_by = relationship("Account", lazy="raise_on_sql", foreign_keys=undone_by_id)

    @property
    def at_work(self) -> bool:
        return self.undone_at is None if self.undo_asked_at is not None else self.done_at is None


class CleanupAccount(Model):
    """Somebody whose account is closed, or whose other texts are looked for, in a clean-up."""

    __tablename__ = "cleanup_account"
    cleanup_id: Mapped[int] = mapped_column(sa.ForeignKey("cleanup.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True)
    state: Mapped[str] = mapped_column(sa.String(8), default="waiting")
    # Of those this clean-up closed; who was closed already stays so when it is taken back.
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint(sa.column("state").in_(["waiting", "done", "undone"]), name="state"),
        sa.Index("ix_cleanup_account_state", "cleanup_id", "state"),
    )


class CleanupItem(Model):
    """One thing a clean-up puts away. `left`: somebody decided otherwise, or its author took it back."""

    __tablename__ = "cleanup_item"
    cleanup_id: Mapped[int] = mapped_column(sa.ForeignKey("cleanup.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    subject_id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(sa.String(8), default="waiting")
    review_id: Mapped[int | None] = mapped_column(sa.ForeignKey("review.id", ondelete="SET NULL"), index=True)
    # Nobody had asked about it: when the clean-up is taken back, no question stays.
    opened: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        sa.CheckConstraint(sa.column("state").in_(["waiting", "done", "left", "undone"]), name="state"),
        sa.Index("ix_cleanup_item_state", "cleanup_id", "state"),
    )
