"""Labels that hang on entries of any kind."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from fansite.core.db import Model
from fansite.lib.slugs import MAX_SLUG

# What is longer is a sentence, and what is more than twenty helps nobody to find anything.
MAX_NAME = 60
MAX_TAGS = 20

entry_tag = sa.Table(
    "entry_tag",
    Model.metadata,
    sa.Column("entry_id", sa.ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("tag_id", sa.ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True),
    # The last entries under a tag are read without all the others.
    sa.Index("ix_entry_tag_tag_entry", "tag_id", "entry_id"),
)


class Tag(Model):
    __tablename__ = "tag"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(MAX_SLUG), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80))

    @property
    def subject_kind(self) -> str:
        return "tag"

    @property
    def page_tag(self) -> str:
        return f"tag:{self.slug}"


class Tagged:
    """A kind of entry that carries tags: their pages show it, so they are old when it changes."""

    @declared_attr
    def tags(cls) -> Mapped[list[Tag]]:
        return relationship(Tag, secondary=entry_tag, order_by=Tag.name, passive_deletes=True)

    @property
    def page_tags(self) -> tuple[str, ...]:
        own: tuple[str, ...] = super().page_tags  # type: ignore[misc]
        return (*own, *(tag.page_tag for tag in self.tags))
