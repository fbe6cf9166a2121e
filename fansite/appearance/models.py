"""How the site was wanted to look: the draft, what is shown now, and what was before."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fansite.core.db import Model
from fansite.lib.times import now

MAX_LINE = 80
MAX_LINKS = 12
MAX_LINK = 300


@dataclass(frozen=True)
class Wanted:
    """All an owner can say about the looks. What is left empty stays as the theme has it."""

    name: str = ""
    # By language.
    lines: dict[str, str] = field(default_factory=dict)
    # What it means to react here; without one the site's own word stands.
    warm_words: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    theme: str = ""
    # Name of an ink → #rrggbb, by day.
    colours: dict[str, str] = field(default_factory=dict)
    # theme, text or picture
    logo: str = "theme"
    logo_picture: int | None = None
    # scene or picture
    hero: str = "scene"
    hero_picture: int | None = None
    # The hour of the scene; "" goes with the visitor's machine: day when it is light, night when it is dark.
    hour: str = ""
    # Names of the parts of the front page, in order; None shows all in their usual one.
    sections: list[str] | None = None

    def stored(self) -> dict[str, Any]:
        return asdict(self)

    def with_(self, **changes: Any) -> Wanted:
        return replace(self, **changes)

    @staticmethod
    def read(stored: dict[str, Any]) -> Wanted:
        """What an older release kept may lack something, what a newer one kept may have more."""
        known = Wanted.__dataclass_fields__
        return Wanted(**{name: value for name, value in stored.items() if name in known})


class Look(Model):
    """One version. The one without `published_at` is the draft; the one published last is what everybody sees."""

    __tablename__ = "look"
    id: Mapped[int] = mapped_column(primary_key=True)
    stored: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime] = mapped_column(default=now)
    # No rule for deletion: accounts are erased, never deleted.
    saved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"), index=True)
    published_at: Mapped[datetime | None] = mapped_column(index=True)

    saved_by = relationship("Account", lazy="raise_on_sql")

    @property
    def wanted(self) -> Wanted:
        return Wanted.read(self.stored)
