"""The pages the law asks of whoever runs a site: a legal notice and a privacy page. A new site finds them written, but for what only
its owner knows; until that is filled in they stay drafts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.core.content import Entry, listed, of_kind, readable_in
from fansite.core.db import db, transaction
from fansite.core.errors import Refused
from fansite.core.kept import kept
from fansite.core.web import path_for
from fansite.core.web.paths import current_language, settings
from fansite.pages.models import Page

FOLDER = Path(__file__).parent / "texts"
# What each is called in an address; a translation has an address of its own.
SLUGS = {"legal": {"en": "legal", "fr": "mentions-legales"}, "privacy": {"en": "privacy", "fr": "confidentialite"}}
TITLES = {
    "legal": {"en": "Legal notice", "fr": "Mentions légales"},
    "privacy": {"en": "Privacy", "fr": "Confidentialité"},
}
# A place to be completed, in the languages of the texts: nobody overlooks it, and the page cannot be published with it.
BLANK = re.compile(r"⚠ (?:TO COMPLETE|À COMPLÉTER)[^\n*]*")


@dataclass(frozen=True)
class Lacking:
    """A duty that is not done: the page and how many blanks it has; no page at all counts as one."""

    duty: str
    page_id: int | None
    title: str
    language: str
    blanks: int


def blanks(body: str) -> list[str]:
    return BLANK.findall(body)


def require_complete(body: str) -> None:
    """A page with a blank must not look finished."""
    left = blanks(body)
    if left:
        raise Refused(_l("Fill in what is marked first: %(blank)s", blank=left[0].removeprefix("⚠ ")), field="body")


def add_drafts(author_id: int | None) -> None:
    """The texts the program brings, in the site's languages, for the staff to complete. A second time adds nothing."""
    with transaction():
        for duty in SLUGS:
            if not there(duty):
                add(duty, {language: shipped(duty, language) for language in _languages()}, author_id=author_id)


def add(duty: str, bodies: dict[str, str], *, author_id: int | None, at: datetime | None = None) -> None:
    """One page in each language, linked; public since `at`, or drafts. Inside a transaction."""
    first: Page | None = None
    for language, body in bodies.items():
        page = Page(
            kind="page", slug=SLUGS[duty][language], language=language, title=TITLES[duty][language], author_id=author_id,
            translation_of_id=first.id if first is not None else None, comments_open=False,
            status="published" if at is not None else "draft", published_at=at,
        )  # fmt: skip
        page.write(body)
        db.session.add(page)
        db.session.flush()
        first = first or page


def footer_pages() -> tuple[tuple[str, str], ...]:
    """(title, address) of those that are public, in the reader's language where there is one. Kept until a page changes."""
    language = current_language()

    def ask() -> tuple[tuple[str, str], ...]:
        slugs = [slug for names in SLUGS.values() for slug in names.values()]
        statement = sa.select(Page.title, Page.language, Page.slug).where(
            of_kind(Page), listed(), readable_in(language), Page.slug.in_(slugs)
        )
        rows = db.session.execute(statement.order_by(Page.id)).all()
        return tuple((title, path_for("pages.show", language=of, slug=slug)) for title, of, slug in rows)

    return kept(f"pages.duties.{language}", ("list:page",), ask)


def lacking() -> list[Lacking]:
    """What the law asks for and is not public yet, in each language of the site; for whoever runs it."""
    found = {(duty, page.language): page for duty, pages in _pages().items() for page in pages}
    wanted = [(duty, language) for duty in SLUGS for language in _languages()]
    return [
        _lacking(duty, language, page)
        for duty, language in wanted
        if (page := found.get((duty, language))) is None or not page.public
    ]


def _lacking(duty: str, language: str, page: Page | None) -> Lacking:
    if page is None:
        return Lacking(duty, None, TITLES[duty][language], language, 1)
    return Lacking(duty, page.id, page.title, language, len(blanks(page.body)))


def there(duty: str) -> bool:
    return bool(_pages()[duty])


def _pages() -> dict[str, Sequence[Page]]:
    """Duty → its pages of any status, known by their address or by what they translate."""
    found: dict[str, Sequence[Page]] = {}
    for duty, names in SLUGS.items():
        one = sa.orm.aliased(Entry, flat=True)
        named = sa.select(sa.func.coalesce(one.translation_of_id, one.id)).where(one.kind == "page", one.slug.in_(names.values()))
        mine = sa.func.coalesce(Page.translation_of_id, Page.id).in_(named)
        found[duty] = db.session.scalars(sa.select(Page).where(of_kind(Page), mine).order_by(Page.id)).all()
    return found


def _languages() -> list[str]:
    return [language for language in settings().languages if language in SLUGS["legal"]]


def shipped(duty: str, language: str) -> str:
    return (FOLDER / f"{duty}.{language}.md").read_text(encoding="utf-8")


__all__ = ["Lacking", "add", "add_drafts", "blanks", "footer_pages", "lacking", "require_complete", "shipped", "there"]
