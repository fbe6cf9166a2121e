"""What is being written and is not saved yet, who is at which text, and which translations nobody needs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fansite.core.content import MAX_TITLE
from fansite.core.db import Model
from fansite.lib.times import now

# A little longer than two of the signs an open editor gives.
PRESENT = timedelta(seconds=30)


class WorkingCopy(Model):
    """All that stands in one editor's form, as it was a second ago. It never touches the text the public reads.

    A *sitting* is one opened editor, from its first word to saving; a text that is opened in two windows has two, so that neither
    writes over the other. `turn` counts its writes: a window that takes a copy over says which one it saw.
    """

    __tablename__ = "working_copy"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    sitting: Mapped[str] = mapped_column(sa.String(32))
    # The window or tab that wrote last.
    tab: Mapped[str] = mapped_column(sa.String(32), default="", server_default="")
    turn: Mapped[int] = mapped_column(default=1, server_default="1")
    kind: Mapped[str] = mapped_column(sa.String(20))
    # None while the text is new.
    entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("entry.id", ondelete="CASCADE"), index=True)
    base_version: Mapped[int] = mapped_column(default=1, server_default="1")
    title: Mapped[str] = mapped_column(sa.String(MAX_TITLE), default="", server_default="")
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    saved_at: Mapped[datetime] = mapped_column(default=now)
    dropped_at: Mapped[datetime | None]
    # Saved as the text: what this window still sends is late.
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("account_id", "sitting"),
        sa.Index("ix_working_copy_account_saved", "account_id", "saved_at"),
    )


class EditorPresence(Model):
    """Somebody has a text open: the row is renewed by their window and fades by itself."""

    __tablename__ = "editor_presence"
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True)
    since: Mapped[datetime]
    seen_at: Mapped[datetime]

    account = relationship("Account", lazy="raise_on_sql")


class TranslationWaiver(Model):
    """This text needs no version in that language: it leaves the list of what lacks one."""

    __tablename__ = "translation_waiver"
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
