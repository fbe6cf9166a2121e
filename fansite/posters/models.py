"""A drawn poster."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from fansite.core.db import Model

# Of the poster of all evenings to come; that of a tour is `tour:<number>`.
COMING = "coming"
# Of what any of them is.
TAG = "posters"


class Poster(Model):
    """One tour in one language. Its files are named by `stem` and their look; the stem says what is drawn, so another poster has another
    name, and no cache elsewhere takes it for the old one."""

    __tablename__ = "poster"
    subject: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    language: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    # What is shown; empty until the first is drawn.
    stem: Mapped[str] = mapped_column(sa.String(60), default="", server_default="", index=True)
    # What is being drawn: after a kill its files are known, and go.
    drawing: Mapped[str] = mapped_column(sa.String(60), default="", server_default="")
    drawn_at: Mapped[datetime | None]

    @property
    def page_tags(self) -> tuple[str, str]:
        return f"poster:{self.subject}", TAG
