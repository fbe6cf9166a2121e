"""Who found a warm word for what. How many did is kept beside the words themselves (`reactions_count`)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from fansite.core.db import Model
from fansite.lib.times import now

MAX_WORD = 24


class Reaction(Model):
    """Of one person, to a comment or to an entry."""

    __tablename__ = "reaction"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("entry.id", ondelete="CASCADE"))
    comment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(default=now)
    # Not while its account is closed. What is counted is told by the row itself, so that it is taken off once, whatever comes first.
    counted: Mapped[bool] = mapped_column(default=True, server_default=sa.true())

    __table_args__ = (
        sa.UniqueConstraint("account_id", "entry_id"),
        sa.UniqueConstraint("account_id", "comment_id"),
        sa.CheckConstraint("(entry_id IS NULL) <> (comment_id IS NULL)", name="one_subject"),
        # Those of one text, the latest first, without reading the others.
        sa.Index("ix_reaction_entry", "entry_id", "id", "counted", "account_id"),
        sa.Index("ix_reaction_comment", "comment_id", "id", "counted", "account_id"),
    )
