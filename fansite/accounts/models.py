"""People and their ways in."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_login import UserMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fansite.core.db import Model, index_of_some
from fansite.core.policy import ROLES
from fansite.lib.times import now

# Long enough that a fan who comes every week never signs in again, short enough that a forgotten machine forgets too.
SESSION_IDLE = timedelta(days=30)
SESSION_LIFE = timedelta(days=180)
CONFIRM_WITHIN = timedelta(days=7)
RESET_WITHIN = timedelta(hours=2)
NEW_EMAIL_WITHIN = timedelta(days=1)
# Names are how people know each other: often enough to correct a choice, too seldom to shed a reputation.
RENAME_EVERY = timedelta(days=30)
# Long enough to sleep over it.
LEAVE_AFTER = timedelta(hours=24)
# What somebody asked to be handed over is kept this long, and made this often.
PARCEL_LIFE = timedelta(days=7)
PARCEL_EVERY = timedelta(days=1)
# What is shown in place of an erased account's name. Nobody can choose it.
ERASED = "[deleted]"


# Who is here and has said something that stayed.
HEARD = sa.text("disabled_at IS NULL AND erased_at IS NULL AND approved_comments > 0")
# Few beside all there are.
DISABLED = sa.text("disabled_at IS NOT NULL")


class Account(Model, UserMixin):
    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(sa.String(30))
    # Lower case: the one address of a profile.
    username_key: Mapped[str] = mapped_column(sa.String(30).with_variant(sa.String(30, collation="C"), "postgresql"), unique=True)
    # What the name looks like: `Ada1` and `adal` are one to the eye.
    likeness: Mapped[str] = mapped_column(sa.String(60), index=True)
    email: Mapped[str | None] = mapped_column(sa.String(254))
    email_key: Mapped[str | None] = mapped_column(sa.String(254), unique=True)
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    role: Mapped[str] = mapped_column(sa.String(10), default="fan", server_default="fan", index=True)
    language: Mapped[str] = mapped_column(sa.String(8), default="en")
    joined_at: Mapped[datetime] = mapped_column(default=now)
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None] = mapped_column(sa.String(500))
    erased_at: Mapped[datetime | None]
    # Kept by the comments' own operations: trust grows with what a moderator approved.
    approved_comments: Mapped[int] = mapped_column(default=0, server_default="0")
    refused_comments: Mapped[int] = mapped_column(default=0, server_default="0")
    # A moderator took the standing back that approved comments gave; it comes again when they say so.
    standing_lost_at: Mapped[datetime | None]
    origin: Mapped[str | None] = mapped_column(sa.String(300), unique=True)
    # The picture everybody sees, kept by the operations of `media`; without one a face is drawn from the name.
    face: Mapped[str | None] = mapped_column(sa.String(80))

    sessions = relationship("SignIn", back_populates="account", passive_deletes=True)

    __table_args__ = (
        sa.CheckConstraint(sa.column("role").in_(ROLES), name="role"),
        index_of_some("ix_account_heard", "id", where=HEARD),
        index_of_some("ix_account_disabled", "id", where=DISABLED),
    )

    @property
    def subject_kind(self) -> str:
        return "account"

    @property
    def page_tags(self) -> tuple[str, ...]:
        return (f"account:{self.id}", "list:fans")

    @property
    def active(self) -> bool:
        return self.disabled_at is None and self.erased_at is None

    is_active = active

    @property
    def stands(self) -> bool:
        """Known here: their page may be found, their links count, and they are not held up as newcomers are."""
        return self.keeps_order or (self.approved_comments > 0 and self.standing_lost_at is None)

    @property
    def keeps_order(self) -> bool:
        return self.role in ("moderator", "editor", "owner")

    @property
    def is_staff(self) -> bool:
        return self.role in ("editor", "owner")

    @property
    def is_owner(self) -> bool:
        return self.role == "owner"


class SignIn(Model):
    """One signed-in browser. The cookie holds the random token, the row only its hash."""

    __tablename__ = "sign_in"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    csrf: Mapped[str] = mapped_column(sa.String(64))
    agent: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)

    account: Mapped[Account] = relationship(back_populates="sessions")

    def alive(self, at: datetime) -> bool:
        return at - self.seen_at < SESSION_IDLE and at - self.created_at < SESSION_LIFE


class SignUp(Model):
    """Somebody asked to join; the account is made when the mailed link is used. Each request stands for itself, with its own password."""

    __tablename__ = "sign_up"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    username: Mapped[str] = mapped_column(sa.String(30))
    email: Mapped[str] = mapped_column(sa.String(254))
    email_key: Mapped[str] = mapped_column(sa.String(254), index=True)
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    language: Mapped[str] = mapped_column(sa.String(8))
    # The comment written before joining, posted on confirmation.
    draft: Mapped[str | None] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)

    @property
    def used(self) -> bool:
        """The link works once; the row stays a while without its secret, so that opening the link again can be answered kindly."""
        return not self.password_hash

    def alive(self, at: datetime) -> bool:
        return not self.used and at - self.created_at < CONFIRM_WITHIN


class MailedKey(Model):
    """A link that was mailed to somebody with an account: `reset` the password, or `email` for a new address."""

    __tablename__ = "mailed_key"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    purpose: Mapped[str] = mapped_column(sa.String(10))
    new_email: Mapped[str | None] = mapped_column(sa.String(254))
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)

    account: Mapped[Account] = relationship()

    __table_args__ = (sa.CheckConstraint(sa.column("purpose").in_(["reset", "email"]), name="purpose"),)

    def alive(self, at: datetime) -> bool:
        return at - self.created_at < (RESET_WITHIN if self.purpose == "reset" else NEW_EMAIL_WITHIN)


class FormerName(Model):
    """A profile's old address; answers 301 to the present one. Nobody else may take it."""

    __tablename__ = "former_name"
    username_key: Mapped[str] = mapped_column(sa.String(30), primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)


class Leaving(Model):
    """Somebody asked to be erased, and may still change their mind. The mailed token is a way back without signing in."""

    __tablename__ = "leaving"
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    # What they said in public stays under "[deleted]"; else their texts go, and the answers to them stay.
    keep_words: Mapped[bool]
    asked_at: Mapped[datetime] = mapped_column(default=now)
    due_at: Mapped[datetime] = mapped_column(index=True)

    account: Mapped[Account] = relationship()


class Parcel(Model):
    """Everything the site knows of somebody, asked for by them; the worker makes the file."""

    __tablename__ = "parcel"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[datetime] = mapped_column(default=now, index=True)
    ready_at: Mapped[datetime | None]
    file: Mapped[str | None] = mapped_column(sa.String(80))
    bytes: Mapped[int | None]

    def alive(self, at: datetime) -> bool:
        return self.ready_at is not None and at < self.kept_until

    @property
    def ready(self) -> bool:
        return self.alive(now())

    @property
    def kept_until(self) -> datetime:
        return self.asked_at + PARCEL_LIFE
