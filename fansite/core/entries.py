"""What all kinds of entries have in common towards the outside: who finds what at an address, search and sitemaps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import abort, redirect
from flask_babel import gettext as _

from fansite.backends.search import Document
from fansite.core import markup
from fansite.core.content import Content, Entry, content_of, listed, moved
from fansite.core.db import db
from fansite.core.errors import Gone
from fansite.core.feature import Findable, Result
from fansite.core.web import entry_path
from fansite.core.web.paths import settings
from fansite.core.web.templating import day

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
        raise Gone(_("We took this text down on %(date)s.", date=day(entry.withdrawn_at, "long")))
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


def document_of(entry: Any, tags: Iterable[Any] = ()) -> Document:
    """An entry with a text, as search knows it."""
    assert entry.published_at is not None  # only what is public is indexed
    return Document(
        key=f"entry:{entry.id}",
        kind=entry.kind,
        language=entry.language,
        title=entry.title,
        body=text_of(entry),
        published_at=entry.published_at,
        year=year_of(entry.published_at),
        tags=tuple(tag.name for tag in tags),
    )


def findable_entries(content: Content) -> Findable:
    """Entries of a kind as search knows them: only what everyone may see."""
    model: Any = content.model

    def documents(ids: Sequence[int]) -> list[Document]:
        statement = sa.select(model).where(model.id.in_(ids), listed()).options(sa.orm.selectinload("*"))
        return [content.document(entry) for entry in db.session.scalars(statement)]

    def present(ids: Sequence[int]) -> dict[int, Result]:
        return {row.id: _result(Find._make(row)) for row in db.session.execute(_finds(model), {"ids": ids})}

    def hidden(owed: Callable[[str], sa.Select[Any]]) -> sa.Select[str, int]:
        # By the few ids: told of the kind, SQLite would rather look through all of it.
        of_kind = sa.and_(sa.func.coalesce(Entry.kind, "") == content.kind, Entry.id.in_(owed("entry")))
        return sa.select(sa.literal("entry"), Entry.id).where(of_kind, sa.not_(listed()))

    return Findable(
        content.kind,
        content.plural,
        "entry",
        documents,
        lambda last: _every(content.kind, last),
        hidden,
        present,
        one=content.label,
    )


def _every(kind: str, last: int) -> Iterator[list[int]]:
    while True:
        statement = sa.select(Entry.id).where(Entry.id > last, Entry.kind == kind, listed()).order_by(Entry.id).limit(BATCH)
        ids = list(db.session.scalars(statement))
        if not ids:
            return
        yield ids
        last = ids[-1]


class _OfFind(NamedTuple):
    id: int
    kind: str
    language: str
    slug: str
    title: str
    published_at: datetime
    author_id: int | None
    html: str
    # Of its author's account; None without one.
    username: str | None
    erased_at: datetime | None


class Find(_OfFind):
    """Of an entry, what search shows of it."""

    @property
    def author(self) -> Find | None:
        return self if self.username is not None else None


@cache
def _finds(model: Any) -> Any:
    """Put together once for each kind: that takes longer than the answer."""
    entry, own = Entry.__table__, model.__table__
    account = sa.inspect(Entry).relationships.author.mapper.local_table
    of_entry = [entry.c[name] for name in Find._fields[:7]]
    found = sa.select(*of_entry, own.c.html, account.c.username, account.c.erased_at)
    found = found.select_from(entry.join(own, own.c.id == entry.c.id).outerjoin(account, account.c.id == entry.c.author_id))
    return found.where(entry.c.id.in_(sa.bindparam("ids", expanding=True)), listed())


def _result(entry: Any) -> Result:
    return Result(
        title=entry.title,
        address=entry_path(entry),
        html=entry.html,
        at=entry.published_at,
        who=author_name(entry) or "",
        language=entry.language,
        by=entry.author_id if content_of(entry).replies else None,
    )


def author_name(entry: Any) -> str | None:
    """None when nobody signs it: imported without an author, or the account was erased."""
    return None if entry.author is None or entry.author.erased_at is not None else str(entry.author.username)
