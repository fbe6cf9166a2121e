"""Tags by their slugs, of many entries, and how often each is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from fansite.core.db import db
from fansite.tags.listing import UsesListing
from fansite.tags.models import Tag, Tagged, entry_tag


class _OfLabel(NamedTuple):
    id: int
    slug: str
    name: str


class Label(_OfLabel):
    """Of a tag, what a page says of it."""

    page_tag: Any = Tag.page_tag


_BY_SLUG = sa.select(Tag).where(Tag.slug == sa.bindparam("slug"))
_NAMES = (
    sa.select(entry_tag.c.entry_id, Tag.__table__.c.name)
    .join(Tag.__table__, Tag.__table__.c.id == entry_tag.c.tag_id)
    .where(entry_tag.c.entry_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(Tag.__table__.c.name)
)
_OF_ENTRY = sa.select(Tag).join(entry_tag).where(entry_tag.c.entry_id == sa.bindparam("entry")).order_by(Tag.name)


def take_along(entry: Tagged) -> None:
    """Reads the tags of an entry whose page is to be made, as reading `entry.tags` would, in a third of the time."""
    found = db.session.scalars(_OF_ENTRY, {"entry": entry.id}).all()  # type: ignore[attr-defined]
    set_committed_value(entry, "tags", list(found))


def by_slug(slug: str) -> Tag | None:
    return db.session.execute(_BY_SLUG, {"slug": slug}).scalar_one_or_none()


def names_of(entry_ids: Sequence[int]) -> dict[int, list[str]]:
    """Entry → the names of its tags, in their order, for many entries in one query."""
    found: dict[int, list[str]] = {entry_id: [] for entry_id in entry_ids}
    for entry_id, name in db.session.execute(_NAMES, {"ids": entry_ids}) if found else ():
        found[entry_id].append(name)
    return found


def named(used: Mapping[int, int]) -> list[tuple[str, str, int]]:
    """(slug, name, how often it is used) of these tags by their numbers, by name."""
    found = db.session.execute(sa.select(Tag.id, Tag.slug, Tag.name).where(Tag.id.in_(used)))
    return sorted(((slug, name, used[id]) for id, slug, name in found), key=lambda row: row[1].casefold())


def everything() -> Sequence[tuple[Tag, int]]:
    """Every tag and how many entries carry it, drafts among them: for the desk."""
    used = _USES.count()
    tags = sorted(db.session.scalars(sa.select(Tag)), key=lambda tag: tag.name.casefold())
    return [(tag, used.get(tag.id, 0)) for tag in tags]


_USES = UsesListing("tags.uses", ("tag",), entry_tag.c.entry_id, sa.literal_column("0", sa.Integer), ())
