"""The rules of the house, in versions. A version never changes: what somebody accepted, or was judged by, can be read for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fansite.core.db import Model
from fansite.lib.times import now

MAX_SHORT = 300
MAX_CHANGED = 500
MAX_BODY = 20_000


@dataclass(frozen=True)
class Wording:
    """What one version says in one language."""

    short: str
    body: str
    changed: str = ""


class Rules(Model):
    """One version; its number is what people name it by."""

    __tablename__ = "rules"
    id: Mapped[int] = mapped_column(primary_key=True)
    published_at: Mapped[datetime] = mapped_column(default=now)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"), index=True)

    texts: Mapped[list[RulesText]] = relationship(lazy="selectin", order_by="RulesText.language")

    def text_in(self, language: str) -> RulesText:
        """In the reader's language, or in whichever it was written."""
        return next((text for text in self.texts if text.language == language), self.texts[0])


class RulesText(Model):
    """A version in one language."""

    __tablename__ = "rules_text"
    rules_id: Mapped[int] = mapped_column(sa.ForeignKey("rules.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    # One line, over the box where somebody is about to write.
    short: Mapped[str] = mapped_column(sa.String(MAX_SHORT))
    body: Mapped[str] = mapped_column(sa.Text)
    # Each point of the first numbered list can be pointed at: `#rule-2`.
    html: Mapped[str] = mapped_column(sa.Text)
    points: Mapped[list[str]] = mapped_column(default=list)
    # What is different from the version before.
    changed: Mapped[str] = mapped_column(sa.String(MAX_CHANGED), default="")


class Acceptance(Model):
    """Somebody accepted a version, by joining or by writing below it."""

    __tablename__ = "rules_acceptance"
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    rules_id: Mapped[int] = mapped_column(sa.ForeignKey("rules.id", ondelete="CASCADE"), primary_key=True, index=True)
    at: Mapped[datetime] = mapped_column(default=now)
