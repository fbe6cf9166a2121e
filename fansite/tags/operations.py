"""What can happen to tags. A tag is known by its slug: "Été 2026" and "ete 2026" are one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.core import markup
from fansite.core.db import db, get, touch, transaction
from fansite.core.errors import Refused
from fansite.core.outbox import record
from fansite.core.policy import require
from fansite.lib import slugs
from fansite.tags import policy
from fansite.tags.models import MAX_NAME, MAX_TAGS, Tag, Tagged, entry_tag


def split(text: str) -> list[str]:
    """What somebody typed into one box, separated by commas."""
    return [name for name in text.replace("\n", ",").split(",") if name.strip()]


def normalise(names: Iterable[str]) -> dict[str, str]:
    """Slug → name, each once and in order; refuses what is too long, too many or no word at all."""
    found: dict[str, str] = {}
    for given in names:
        name = markup.one_line(given).lstrip("# ")
        slug = slugs.slugify(name, fallback="")
        if not slug:
            raise Refused(_l("“%(name)s” holds no word.", name=given.strip()[:MAX_NAME]), field="tags")
        if len(name) > MAX_NAME:
            raise Refused(_l("A tag has %(most)s characters at most.", most=MAX_NAME), field="tags")
        found.setdefault(slug, name)
    if len(found) > MAX_TAGS:
        raise Refused(_l("%(most)s tags are enough for one text.", most=MAX_TAGS), field="tags")
    return found


def label(entry: Tagged, names: Iterable[str]) -> bool:
    """Gives an entry exactly these tags, making those nobody used before; whether anything changed. Inside a transaction."""
    wanted = normalise(names)
    if wanted.keys() == {tag.slug for tag in entry.tags}:
        return False
    known = {tag.slug: tag for tag in db.session.scalars(sa.select(Tag).where(Tag.slug.in_(wanted)))}
    before = list(entry.tags)
    entry.tags = [known.get(slug) or Tag(slug=slug, name=name) for slug, name in wanted.items()]
    touch(*(tag.page_tag for tag in [*before, *entry.tags]))
    db.session.flush()
    return True


def rename(tag_id: int, name: str, *, by: Any) -> Tag:
    """Another spelling on every page; the address stays."""
    with transaction():
        tag = get(Tag, tag_id)
        require(policy.rename, by, tag)
        name = next(iter(normalise([name]).values()))
        if name != tag.name:
            tag.name = name
            entries = db.session.scalars(sa.select(entry_tag.c.entry_id).where(entry_tag.c.tag_id == tag.id)).all()
            touch(tag.page_tag, "list:tag", *(f"entry:{entry_id}" for entry_id in entries))
            for entry_id in entries:  # search knows them by their tags' names too
                record("entry.relabelled", f"entry:{entry_id}")
        return tag
