"""Finding letters, and the page that stands over the form."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from fansite.accounts import emails
from fansite.contact.models import Letter
from fansite.core import listing
from fansite.core.content import Entry, listed, of_kind
from fansite.core.db import db
from fansite.core.db.moments import microseconds
from fansite.core.listing import Listing
from fansite.core.wording import settings
from fansite.pages.models import Page

A_PAGE = 30
# The post as it lies on the desk; spam lies apart.
HEAPS = {"open": ("new", "read"), "answered": ("answered",), "spam": ("spam",)}
SLUG = "contact"


def heap(name: str, page: int) -> tuple[Sequence[Letter], int]:
    """A page of one heap, newest first, and the number of the last page."""
    return listing.page_of(_LISTS[name].order, _LETTERS, page, A_PAGE)


def count_new() -> int:
    return len(_LISTS["new"].order)


_LETTERS = listing.entities(lambda: sa.select(Letter))
_LISTS = {
    name: Listing(f"letters.{name}", ("letter",), Letter.id, microseconds(Letter.received_at), (Letter.state.in_(states),))
    for name, states in {**HEAPS, "new": ("new",)}.items()
}


def letters_of(account_id: int, email: str | None) -> Sequence[Letter]:
    """Written while signed in, or under the account's proven address."""
    theirs = [Letter.account_id == account_id, *([Letter.email_key == emails.key(email)] if email else [])]
    return db.session.scalars(sa.select(Letter).where(sa.or_(*theirs)).order_by(Letter.id)).all()


def pages_over_the_form() -> dict[str, Page]:
    """The band's own page "contact", by language: the page of that address and its translations."""
    return {page.language: page for page in db.session.scalars(_over_the_form(tuple(settings().languages)))}


@cache
def _over_the_form(languages: tuple[str, ...]) -> Any:
    one = sa.orm.aliased(Entry, flat=True)
    named = sa.select(sa.func.coalesce(one.translation_of_id, one.id)).where(
        one.kind == "page",
        one.slug == SLUG,
        one.scope == "",
        one.language.in_(languages),
        one.status == "published",
        one.visibility == "public",
    )
    group = sa.func.coalesce(Page.translation_of_id, Page.id).in_(named)
    return sa.select(Page).where(of_kind(Page), listed(), group).order_by(Page.id.desc())
