"""What all kinds of entries have in common towards the outside: who finds what at an address, search and sitemaps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import abort, redirect
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from fansite.backends.search import Document
from fansite.core import markup
from fansite.core.content import Content, Entry, content_of, listed, moved
from fansite.core.db import db
from fansite.core.errors import Gone
from fansite.core.feature import Findable, Result, SitemapPart
from fansite.core.web import entry_path, path_for
from fansite.core.web.paths import settings

BATCH = 500


# ---- at an address ----------------------------------------------------------------------------------------------------------


def stands_for(person: Any, entry: Entry | None) -> bool:
    """Whether an address is this entry's: what never was public keeps no address from what was there before."""
    return entry is not None and (content_of(entry).policy.read(person, entry) or entry.was_public)


def require_sight(person: Any, entry: Entry) -> None:
    """What was withdrawn says so, with its date; what is not for these eyes is not there."""
    if not content_of(entry).policy.read(person, entry):
        require_public(entry)


def require_public(entry: Entry) -> None:
    if entry.public:
        return
    if entry.status == "withdrawn" and entry.withdrawn_at is not None:
        raise Gone(_("We took this text down on %(date)s.", date=format_date(entry.withdrawn_at, "long")))
    abort(404)


def elsewhere(kind: str, slug: str, language: str, person: Any) -> Any:
    """Nothing stands at this address: leads to where it went, in one hop, or says that it is gone or never was."""
    entry = moved(kind, slug, language)
    if entry is None:
        abort(404)
    require_sight(person, entry)
    return redirect(entry_path(entry), 301)


# ---- search -----------------------------------------------------------------------------------------------------------------


def text_of(entry: Any) -> str:
    return markup.plain(entry.html)


def year_of(moment: datetime) -> int:
    """The year on the site's own calendar, as the archive has it."""
    return moment.astimezone(settings().timezone).year


def findable_entries(content: Content) -> Findable:
    """Entries of a kind as search knows them: only what everyone may see."""
    model = content.model

    def visible(ids: Sequence[int]) -> sa.Select[Any]:
        return sa.select(model).where(model.id.in_(ids), listed())

    def documents(ids: Sequence[int]) -> list[Document]:
        statement = visible(ids).options(sa.orm.selectinload("*"))
        return [content.document(entry) for entry in db.session.scalars(statement)]

    def present(ids: Sequence[int]) -> dict[int, Result]:
        statement = visible(ids).options(joinedload(model.author))
        return {entry.id: _result(entry) for entry in db.session.scalars(statement)}

    def hidden(owed: Callable[[str], sa.Select[Any]]) -> sa.Select[str, int]:
        of_kind = sa.and_(Entry.kind == content.kind, Entry.id.in_(owed("entry")))
        return sa.select(sa.literal("entry"), Entry.id).where(of_kind, sa.not_(listed()))

    return Findable(
        content.kind, content.plural, "entry", documents, lambda: _every(content.kind), hidden, present, one=content.label
    )


def _every(kind: str) -> Iterator[list[int]]:
    last = 0
    while True:
        statement = sa.select(Entry.id).where(Entry.id > last, Entry.kind == kind, listed()).order_by(Entry.id).limit(BATCH)
        ids = list(db.session.scalars(statement))
        if not ids:
            return
        yield ids
        last = ids[-1]


def _result(entry: Any) -> Result:
    return Result(
        title=entry.title,
        address=entry_path(entry),
        text=text_of(entry),
        at=entry.published_at,
        who=author_name(entry) or "",
        language=entry.language,
    )


def author_name(entry: Any) -> str | None:
    """None when nobody signs it: imported without an author, or the account was erased."""
    return None if entry.author is None or entry.author.erased_at is not None else str(entry.author.username)


# ---- sitemaps ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Address:
    id: int
    group: int
    language: str
    path: str
    changed: datetime
    cover_id: int | None


def sitemap_entries(content: Content) -> SitemapPart:
    """The public addresses of a kind, each with the last change a reader would notice and all its translations. Files are cut by id,
    so that an address stays in its file."""

    def count() -> int:
        return db.session.scalar(sa.select(sa.func.count()).select_from(Entry).where(Entry.kind == content.kind, listed())) or 0

    def rows(number: int, size: int) -> Iterator[tuple[str, Any, list[tuple[str, str]], int | None]]:
        left, after = size, _last_before(content.kind, number, size)
        while left and after is not None and (batch := _addresses(content, after, min(left, BATCH))):
            versions = _versions(content, batch)
            for address in batch:
                yield address.path, address.changed, versions.get(address.group, []), address.cover_id
            left, after = left - len(batch), batch[-1].id

    def lastmod(number: int, size: int) -> datetime | None:
        of_file = _in_order(content.kind, Entry.updated_at).offset((number - 1) * size).limit(size).subquery()
        return db.session.scalar(sa.select(sa.func.max(of_file.c.updated_at)))

    return SitemapPart(content.kind, count, rows, lastmod)


def _in_order(kind: str, *columns: Any) -> sa.Select[Any]:
    return sa.select(*columns).where(Entry.kind == kind, listed()).order_by(Entry.id)


def _last_before(kind: str, number: int, size: int) -> int | None:
    """The last id of the file before; None when that one is not full."""
    if number == 1:
        return 0
    return db.session.scalar(_in_order(kind, Entry.id).offset((number - 1) * size - 1).limit(1))


_COLUMNS = (
    Entry.id,
    sa.func.coalesce(Entry.translation_of_id, Entry.id),
    Entry.language,
    Entry.slug,
    Entry.updated_at,
    Entry.cover_id,
)


def _addresses(content: Content, after: int, limit: int) -> list[_Address]:
    return _read(content, _in_order(content.kind, *_COLUMNS).where(Entry.id > after).limit(limit))


def _versions(content: Content, batch: list[_Address]) -> dict[int, list[tuple[str, str]]]:
    """Group → (language, path) of each of its public texts, for groups with more than one."""
    groups = {address.group for address in batch}
    in_groups = sa.or_(Entry.id.in_(groups), Entry.translation_of_id.in_(groups))
    found: dict[int, list[tuple[str, str]]] = {}
    for address in _read(content, _in_order(content.kind, *_COLUMNS).where(in_groups)):
        found.setdefault(address.group, []).append((address.language, address.path))
    return {group: sorted(versions) for group, versions in found.items() if len(versions) > 1}


def _read(content: Content, statement: sa.Select[Any]) -> list[_Address]:
    return [
        _Address(id, group, language, path_for(content.endpoint, language=language, slug=slug), changed, cover_id)
        for id, group, language, slug, changed, cover_id in db.session.execute(statement)
    ]
