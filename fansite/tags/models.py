"""Labels that hang on entries of any kind."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from fansite.core.db import Model
from fansite.lib.slugs import MAX_SLUG

entry_tag = sa.Table(
    "entry_tag",
    Model.metadata,
    sa.Column("entry_id", sa.ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("tag_id", sa.ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Tag(Model):
    __tablename__ = "tag"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(MAX_SLUG), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80))
