"""Pictures, kept by the hash of what they show."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from fansite.core.db import Model
from fansite.lib.times import now


class Picture(Model):
    """One stored picture, re-encoded by us: never the bytes that were sent."""

    __tablename__ = "picture"
    id: Mapped[int] = mapped_column(primary_key=True)
    # The storage key and the last part of its address: <hash>.<jpg|png|webp>.
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int]
    alt: Mapped[str] = mapped_column(sa.String(300), default="")
    # Where an import found it.
    origin: Mapped[str | None] = mapped_column(sa.String(500), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
