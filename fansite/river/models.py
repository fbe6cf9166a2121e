"""Who did what: a line each, for the river that runs past the people's page."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from fansite.core.db import Model

# `said` a comment, `wrote` a discussion or news, `goes` to an evening, `was` at one, `showed` a photo of one, `follows` somebody, `came`:
# said the first thing that stayed.
VERBS = ("said", "wrote", "goes", "was", "showed", "follows", "came")
KEEP = timedelta(days=365)


class Activity(Model):
    """One act. It stays a line for as long as what it tells is true and its author wants it to be one: whoever reads asks for both."""

    __tablename__ = "activity"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    verb: Mapped[str] = mapped_column(sa.String(10))
    # What was done something to, as events name it. No foreign key: whoever reads looks whether it is there.
    subject_kind: Mapped[str] = mapped_column(sa.String(10))
    subject_id: Mapped[int]
    # The text or evening it is about.
    entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("entry.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    # Its author took the line away.
    hidden_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint(
            "account_id", "verb", "subject_kind", "subject_id", name="uq_activity_account_id_verb_subject_kind_subject_id"
        ),
        sa.CheckConstraint(sa.column("verb").in_(VERBS), name="verb"),
        # The last of one sort, and the last of a few people, without reading any other.
        sa.Index("ix_activity_verb_at", "verb", "at", "id"),
        sa.Index("ix_activity_account_at", "account_id", "at", "id"),
        sa.Index("ix_activity_subject", "subject_kind", "subject_id"),
    )
