"""A free page: about, contact, press."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from fansite.core.content import Entry, Written


class Page(Written, Entry):
    __tablename__ = "page"
    __mapper_args__ = {"polymorphic_identity": "page"}

    # Its place in the menu; None keeps it out.
    menu_order: Mapped[int | None] = mapped_column()

    @property
    def link_tags(self) -> tuple[str, ...]:
        """The menu stands on every page; a translation changes it too, by taking the place of its original."""
        return ("site",)
