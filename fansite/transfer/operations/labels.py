"""Tags for many entries at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from fansite.core import markup
from fansite.core.db import db, touch
from fansite.lib import slugs
from fansite.tags.models import Tag, entry_tag
from fansite.transfer.report import Report

MAX_NAME = 80
# More than an editor may give, for old sites used them freely; what is beyond is no description any more.
MOST = 100


def named(names: Sequence[str]) -> dict[str, str]:
    """Slug → name, each once and in order; what holds no word is left out."""
    found: dict[str, str] = {}
    for name in names:
        name = " ".join(markup.tidy(name).split()).lstrip("# ")[:MAX_NAME]
        if slug := slugs.slugify(name, fallback=""):
            found.setdefault(slug, name)
    return dict(list(found.items())[:MOST])


class Labels:
    """Gives entries their tags, and makes those nobody used before. Inside a transaction."""

    def __init__(self, report: Report) -> None:
        self._ids: dict[str, int] = {}
        self._report = report

    def put(self, wanted: Mapping[int, Mapping[str, str]], *, fresh: bool) -> None:
        """Entry → its tags by slug. `fresh` entries have none yet."""
        if not fresh:
            self._take_off(list(wanted))
        self._find_or_make({slug: name for tags in wanted.values() for slug, name in tags.items()})
        rows = [{"entry_id": entry_id, "tag_id": self._ids[slug]} for entry_id, tags in wanted.items() for slug in tags]
        if rows:
            db.session.execute(sa.insert(entry_tag), rows)
            touch("list:tag", *(f"tag:{slug}" for tags in wanted.values() for slug in tags))

    def foresee(self, wanted: Iterable[Mapping[str, str]]) -> None:
        """Counts those `put` would make, each once."""
        unknown = self._unknown({slug for tags in wanted for slug in tags})
        self._ids.update(dict.fromkeys(unknown, 0))
        self._report.created["tag"] += len(unknown)

    def _take_off(self, entry_ids: list[int]) -> None:
        mine = entry_tag.c.entry_id.in_(entry_ids)
        before = db.session.scalars(sa.select(Tag.slug).join(entry_tag, entry_tag.c.tag_id == Tag.id).where(mine).distinct())
        touch(*(f"tag:{slug}" for slug in before))
        db.session.execute(sa.delete(entry_tag).where(mine))

    def _find_or_make(self, wanted: Mapping[str, str]) -> None:
        made = [Tag(slug=slug, name=wanted[slug]) for slug in self._unknown(wanted)]
        db.session.add_all(made)
        db.session.flush()
        self._ids.update({tag.slug: tag.id for tag in made})
        self._report.created["tag"] += len(made)

    def _unknown(self, slugs: Iterable[str]) -> list[str]:
        missing = [slug for slug in slugs if slug not in self._ids]
        found = db.session.execute(sa.select(Tag.slug, Tag.id).where(Tag.slug.in_(missing))) if missing else ()
        self._ids.update({tag.slug: tag.id for tag in found})
        return [slug for slug in missing if slug not in self._ids]
