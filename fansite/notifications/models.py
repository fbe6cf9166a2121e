"""Who is to be told of what, how far that is, and what each of them wants to hear of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fansite.core.db import Model, index_of_some
from fansite.lib.times import now

# `sent` is what was handed to the post; a mail that the post gives up makes it `failed`. `dropped`: nobody needed to know any more.
STATES = ("waiting", "sent", "dropped", "failed")
MAX_WHY = 300
WAITING = "state = 'waiting'"


class Occasion(Model):
    """Something happened that people are told of, by one kind of notice."""

    __tablename__ = "notice_occasion"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    # As events name it: `gig:12`.
    subject: Mapped[str] = mapped_column(sa.String(60))
    key: Mapped[str] = mapped_column(sa.String(40))
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # The event it was planned for last, and up to which account that is done: whoever is killed goes on from there.
    event_id: Mapped[int | None]
    reached: Mapped[int] = mapped_column(default=0, server_default="0")
    planned_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)

    __table_args__ = (sa.UniqueConstraint("subject", "kind", "key", name="uq_notice_occasion_subject_kind_key"),)


class Notice(Model):
    """One person, told of one occasion by one channel, once."""

    __tablename__ = "notice"
    id: Mapped[int] = mapped_column(primary_key=True)
    occasion_id: Mapped[int] = mapped_column(sa.ForeignKey("notice_occasion.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str] = mapped_column(sa.String(10))
    # Not before, and not later because of others.
    due_at: Mapped[datetime]
    at_latest: Mapped[datetime]
    state: Mapped[str] = mapped_column(sa.String(10), default="waiting", server_default="waiting")
    # Why it was dropped or failed, in a word or in those of the post.
    why: Mapped[str | None] = mapped_column(sa.String(MAX_WHY))
    settled_at: Mapped[datetime | None]
    mail_id: Mapped[int | None] = mapped_column(sa.ForeignKey("mail.id", ondelete="SET NULL"), index=True)

    occasion: Mapped[Occasion] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        sa.UniqueConstraint("occasion_id", "account_id", "channel", name="uq_notice_occasion_id_account_id_channel"),
        sa.CheckConstraint(sa.column("state").in_(STATES), name="state"),
        sa.Index("ix_notice_occasion_id_state", "occasion_id", "state"),
        index_of_some("ix_notice_waiting", "channel", "account_id", "due_at", "at_latest", where=WAITING),
    )


class Choice(Model):
    """That somebody wants one kind of notice by one channel, or not; without a row it is as the kind has it."""

    __tablename__ = "notice_choice"
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    channel: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    wanted: Mapped[bool]
    chosen_at: Mapped[datetime] = mapped_column(default=now)
