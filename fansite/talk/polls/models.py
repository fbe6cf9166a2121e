"""A poll, what can be chosen in it, and who chose what: one vote of each fan, and the database says so."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from fansite.core.db import Model
from fansite.lib.times import now

MAX_QUESTION = 160
MAX_OPTION = 100
FEWEST, MOST = 2, 10


class Poll(Model):
    __tablename__ = "poll"
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id", ondelete="CASCADE"), unique=True)
    question: Mapped[str] = mapped_column(sa.String(MAX_QUESTION))
    # None: for as long as the discussion stands.
    ends_at: Mapped[datetime | None]
    made_at: Mapped[datetime] = mapped_column(default=now)

    def over(self, at: datetime) -> bool:
        return self.ends_at is not None and self.ends_at <= at


class Option(Model):
    __tablename__ = "poll_option"
    id: Mapped[int] = mapped_column(primary_key=True)
    poll_id: Mapped[int] = mapped_column(sa.ForeignKey("poll.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(sa.SmallInteger)
    words: Mapped[str] = mapped_column(sa.String(MAX_OPTION))

    __table_args__ = (sa.UniqueConstraint("poll_id", "position"),)


class Vote(Model):
    __tablename__ = "poll_vote"
    id: Mapped[int] = mapped_column(primary_key=True)
    poll_id: Mapped[int] = mapped_column(sa.ForeignKey("poll.id", ondelete="CASCADE"))
    option_id: Mapped[int] = mapped_column(sa.ForeignKey("poll_option.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (
        sa.UniqueConstraint("poll_id", "account_id"),
        # Votes are counted off the index.
        sa.Index("ix_poll_vote_poll_option", "poll_id", "option_id"),
    )
