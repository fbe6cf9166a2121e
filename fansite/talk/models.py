"""A discussion somebody started. What is said below it are comments; what its author wrote is never destroyed by a moderator's act."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from fansite.comments.models import NOBODY, Known, Rendered, rendered
from fansite.core import markup
from fansite.core.content import Entry, Written
from fansite.core.db import Model, index_of_some
from fansite.lib.times import now
from fansite.tags.models import Tagged

MAX_TITLE = 120
MAX_BODY = 10_000
MAX_TAGS = 5
# Long enough to fix a typo, too short to rewrite what others answered.
EDIT_WINDOW = timedelta(minutes=30)
DRAFT_LIFE = timedelta(days=7)
STATES = ("published", "pending", "rejected", "removed", "withdrawn")
STANDING = ("published", "pending")
REFUSED = ("rejected", "removed")
# What stands over a discussion whose author took their words along.
WORDLESS = "[deleted]"


class Discussion(Tagged, Written, Entry):
    """`state` is what became of it; the entry's own `status` follows: only what is published is public."""

    __tablename__ = "discussion"
    state: Mapped[str] = mapped_column(sa.String(10), default="pending")
    # Told to the author when it was refused.
    reason: Mapped[str | None] = mapped_column(sa.String(1000))
    # Whether its author stands, as the site last knew: its links count for search engines, and they may have it.
    author_stands: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    edited_at: Mapped[datetime | None]
    pinned_at: Mapped[datetime | None]
    # The reply that answered it, as its author or a moderator has it.
    solved_comment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment.id", ondelete="SET NULL"), index=True)
    # What was said last: the newest published reply, and when; before there is one, when the discussion began.
    last_comment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("comment.id", ondelete="SET NULL"), index=True)
    last_said_at: Mapped[datetime] = mapped_column(default=now)
    # A double click or a retry brings the same nonce; with its author's number in it.
    nonce: Mapped[str | None] = mapped_column(sa.String(64), unique=True)

    __mapper_args__ = {"polymorphic_identity": "talk"}
    __table_args__ = (
        sa.CheckConstraint(sa.column("state").in_(STATES), name="state"),
        # The few something was said in last are read off it.
        sa.Index("ix_discussion_last_said", "last_said_at"),
        index_of_some("ix_discussion_pinned", "pinned_at", where="pinned_at IS NOT NULL"),
    )  # type: ignore[assignment]

    @property
    def visible(self) -> bool:
        return self.state == "published"

    @property
    def page_tags(self) -> tuple[str, ...]:
        by = (f"by:{self.author_id}",) if self.author_id else ()
        return (*super().page_tags, *by)

    def still_editable(self, at: datetime) -> bool:
        return self.state in STANDING and at - self.created_at < EDIT_WINDOW

    def write(self, body: str, *, known: Known = NOBODY) -> None:
        """A fan's Markdown, not the desk's. `known` is who can be named in it."""
        self.take(rendered(body, standing=self.author_stands, known=known))

    def take(self, text: Rendered) -> None:
        self.body, self.html, self.renderer = text.body, text.html, markup.RENDERER_VERSION
        self.author_stands = text.standing


class Revision(Model):
    """An earlier wording of a discussion."""

    __tablename__ = "discussion_revision"
    id: Mapped[int] = mapped_column(primary_key=True)
    discussion_id: Mapped[int] = mapped_column(sa.ForeignKey("discussion.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(sa.String(MAX_TITLE))
    body: Mapped[str] = mapped_column(sa.Text)
    until: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"), index=True)


class Draft(Model):
    """What a stranger wrote, kept until they signed in. The token is the key; the row holds its hash."""

    __tablename__ = "discussion_draft"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    language: Mapped[str] = mapped_column(sa.String(8))
    title: Mapped[str] = mapped_column(sa.String(MAX_TITLE))
    body: Mapped[str] = mapped_column(sa.Text)
    # The boxes of the form as they were typed: tags, and what the poll is made of.
    more: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)
    # The discussion it became: sending it again leads there.
    discussion_id: Mapped[int | None] = mapped_column(sa.ForeignKey("discussion.id", ondelete="SET NULL"), index=True)

    def alive(self, at: datetime) -> bool:
        return at - self.created_at < DRAFT_LIFE
