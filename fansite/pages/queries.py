"""Finding free pages, and those in the menu."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from fansite.core.content import Entry, listed, of_kind, readable_in
from fansite.core.db import db
from fansite.core.kept import kept
from fansite.core.web import path_for
from fansite.core.web.paths import current_language
from fansite.pages.models import Page


def versions(page: Page) -> Sequence[tuple[str, str]]:
    """(language, slug) of its public texts, itself included."""
    return [(language, slug) for language, slug in db.session.execute(_VERSIONS, {"group": page.group_id})]


_GROUP = sa.bindparam("group", type_=sa.Integer)
_VERSIONS = (
    sa.select(Entry.language, Entry.slug)
    .where(sa.or_(Entry.id == _GROUP, Entry.translation_of_id == _GROUP), listed())
    .order_by(Entry.language)
)


def menu_pages() -> tuple[tuple[str, str], ...]:
    """(title, address): the menu in the reader's language, kept in the process until a page changes."""
    language = current_language()

    def ask() -> tuple[tuple[str, str], ...]:
        statement = sa.select(Page.title, Page.language, Page.slug).where(
            of_kind(Page), listed(), readable_in(language), Page.menu_order.is_not(None)
        )
        rows = db.session.execute(statement.order_by(Page.menu_order, Page.title))
        return tuple((title, _address(of, slug)) for title, of, slug in rows)

    return kept(f"pages.menu.{language}", ("list:page",), ask)


def _address(language: str, slug: str) -> str:
    """The band's own page of this name stands above the form for letters, which speaks the reader's language."""
    return path_for("contact.write") if slug == "contact" else path_for("pages.show", language=language, slug=slug)
