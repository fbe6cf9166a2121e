"""Who is to be told of what, how far that is, and what each of them wants to hear of."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fansite.core.db import Model, index_of_some
from fansite.lib.times import now

# `sent` is what was handed to the post; a mail that the post gives up makes it `failed`. `dropped`: nobody needed to know any more.
STATES = ("waiting", "sent", "dropped", "failed")
MAX_WHY = 300
WAITING = "state = 'waiting'"
# By which it goes; what they are stands in `channels`.
WAYS = ("site", "mail", "push")
# How soon somebody wants to hear: each by itself, or all of a day or a week in one mail.
PACES = ("now", "daily", "weekly")
UNREAD = "read_at IS NULL"
MAX_ENDPOINT = 800


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
    # From then on it waits for no quiet hour and no digest.
    needed_by: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("subject", "kind", "key", name="uq_notice_occasion_subject_kind_key"),
        sa.Index("ix_notice_occasion_kind_id", "kind", "id"),
    )


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
    # With what else it is told.
    pace: Mapped[str] = mapped_column(sa.String(6), default="now", server_default="now")
    # Where it stands in the list of its reader, until that was read and there is other news of the same.
    line_id: Mapped[int | None] = mapped_column(sa.ForeignKey("notice_line.id"), index=True)

    occasion: Mapped[Occasion] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        sa.UniqueConstraint("occasion_id", "account_id", "channel", name="uq_notice_occasion_id_account_id_channel"),
        sa.CheckConstraint(sa.column("state").in_(STATES), name="state"),
        sa.Index("ix_notice_occasion_id_state", "occasion_id", "state"),
        index_of_some("ix_notice_waiting", "channel", "account_id", "due_at", "at_latest", "pace", where=WAITING),
        index_of_some("ix_notice_due", "channel", "due_at", "account_id", where=WAITING),
    )


class Choice(Model):
    """That somebody wants one kind of notice by one channel, or not; without a row it is as the kind has it."""

    __tablename__ = "notice_choice"
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    channel: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    wanted: Mapped[bool]
    # How soon, where it is wanted.
    pace: Mapped[str] = mapped_column(sa.String(6), default="now", server_default="now")
    chosen_at: Mapped[datetime] = mapped_column(default=now)


class Setting(Model):
    """At whose clocks somebody is told, when they want quiet, and when they were here last."""

    __tablename__ = "notice_setting"
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    # None: the site's.
    zone: Mapped[str | None] = mapped_column(sa.String(60))
    # Hours of the day; the same twice is no quiet at all.
    quiet_from: Mapped[int] = mapped_column(default=22, server_default="22")
    quiet_until: Mapped[int] = mapped_column(default=8, server_default="8")
    seen_at: Mapped[datetime | None]


class Line(Model):
    """What somebody was told of one thing, as it stands in their list on the site: the newest notice counts, older ones hang on it."""

    __tablename__ = "notice_line"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    # The first of the kinds that are told together.
    family: Mapped[str] = mapped_column(sa.String(40))
    subject: Mapped[str] = mapped_column(sa.String(60))
    # Of its newest notice: by it the list is sorted.
    newest: Mapped[int]
    at: Mapped[datetime] = mapped_column(index=True)
    read_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("account_id", "subject", "family", name="uq_notice_line_account_id_subject_family"),
        sa.Index("ix_notice_line_account_id_newest", "account_id", "newest"),
        index_of_some("ix_notice_line_unread", "account_id", where=UNREAD),
    )


class Told(Model):
    """How often somebody was told something by one way on one day of theirs."""

    __tablename__ = "notice_told"
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    channel: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    day: Mapped[date]
    number: Mapped[int]


class Device(Model):
    """A browser that said it may be told: where its maker takes messages for it, and the keys they are locked with."""

    __tablename__ = "push_device"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    endpoint: Mapped[str] = mapped_column(sa.String(MAX_ENDPOINT), unique=True)
    p256dh: Mapped[str] = mapped_column(sa.String(100))
    auth: Mapped[str] = mapped_column(sa.String(40))
    agent: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    # When its maker took a message last, and when one was refused last.
    told_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]


class Push(Model):
    """A message on its way to one device; gone once it was taken."""

    __tablename__ = "push"
    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(sa.ForeignKey("push_device.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(sa.String(300))
    path: Mapped[str] = mapped_column(sa.String(300))
    language: Mapped[str] = mapped_column(sa.String(8))
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(default=now)
    not_after: Mapped[datetime | None]

    @property
    def subject_kind(self) -> str:
        return "push"
