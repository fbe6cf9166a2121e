from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fansite.core.db import Model, index_of_some


class Event(Model):
    """A fact in the past tense: `comment.published` about `comment:12`."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(60), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime] = mapped_column(index=True)


class Delivery(Model):
    """One event owed to one listener."""

    __tablename__ = "delivery"
    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"))
    listener: Mapped[str] = mapped_column(sa.String(80))
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(sa.Text)
    done_at: Mapped[datetime | None]

    event: Mapped[Event] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        sa.UniqueConstraint("event_id", "listener"),
        index_of_some("ix_delivery_open", "due_at", where="done_at IS NULL"),
    )


class Tick(Model):
    """Timed work, once per name and due time, whoever gets there first."""

    __tablename__ = "tick"
    name: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
