"""Tags by their slugs, of many entries, and how often each is used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from fansite.core.db import db
from fansite.tags.listing import UsesListing
from fansite.tags.models import Tag, Tagged, entry_tag

_BY_SLUG = sa.select(Tag).where(Tag.slug == sa.bindparam("slug"))
_OF_ENTRY = sa.select(Tag).join(entry_tag).where(entry_tag.c.entry_id == sa.bindparam("entry")).order_by(Tag.name)


def take_along(entry: Tagged) -> None:
    """Reads the tags of an entry whose page is to be made, as reading `entry.tags` would, in a third of the time."""
    found = db.session.scalars(_OF_ENTRY, {"entry": entry.id}).all()  # type: ignore[attr-defined]
    set_committed_value(entry, "tags", list(found))


def by_slug(slug: str) -> Tag | None:
    return db.session.execute(_BY_SLUG, {"slug": slug}).scalar_one_or_none()


def tags_of(entry_ids: Iterable[int]) -> dict[int, list[Tag]]:
    """Entry → its tags by name, for many entries in one query."""
    found: dict[int, list[Tag]] = {entry_id: [] for entry_id in entry_ids}
    statement = (
        sa.select(entry_tag.c.entry_id, Tag).join(Tag, Tag.id == entry_tag.c.tag_id).where(entry_tag.c.entry_id.in_(found))
    )
    for entry_id, tag in db.session.execute(statement.order_by(Tag.name)):
        found[entry_id].append(tag)
    return found


def named(used: Mapping[int, int]) -> list[tuple[str, str, int]]:
    """(slug, name, how often it is used) of these tags by their numbers, by name."""
    found = db.session.execute(sa.select(Tag.id, Tag.slug, Tag.name).where(Tag.id.in_(used)))
    return sorted(((slug, name, used[id]) for id, slug, name in found), key=lambda row: row[1].casefold())


def everything() -> Sequence[tuple[Tag, int]]:
    """Every tag and how many entries carry it, drafts among them: for the desk."""
    used = _USES.count()
    return [(tag, used.get(tag.id, 0)) for tag in db.session.scalars(sa.select(Tag).order_by(Tag.name))]


_USES = UsesListing("tags.uses", ("tag",), entry_tag.c.entry_id, sa.literal_column("0", sa.Integer), ())
