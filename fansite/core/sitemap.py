"""Entries as sitemaps list them: the public addresses of a kind, each with the last change a reader would notice and all its translations.

A file holds a range of ids, so that an address stays in its file whatever comes and goes. The last change of each file is put together from
those of blocks of ids, of which a process keeps one number each: a change is followed by looking at its block.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from math import gcd
from typing import Any

import sqlalchemy as sa

from fansite.core import changes
from fansite.core.changes import Change
from fansite.core.content import Content, Entry, listed
from fansite.core.db import db
from fansite.core.db.moments import microseconds, w3c_text
from fansite.core.feature import Addresses, SitemapPart
from fansite.core.listing import Known, Listing, Order, Place
from fansite.core.web import path_for
from fansite.lib.times import from_microseconds

BATCH = 5000
A_BLOCK = 1000


def sitemap_entries(
    content: Content, *, only: tuple[sa.ColumnElement[bool], ...] = (), topics: tuple[str, ...] = ("entry",)
) -> SitemapPart:
    """All of a kind, or `only` those of it; `topics` are those of the changes that may move one in or out."""

    def files(size: int) -> list[tuple[int, datetime]]:
        block = gcd(size, A_BLOCK)
        newest: dict[int, int] = {}
        for nth, changed in _dates(content.kind, block, only, topics).order.places():
            number = nth * block // size + 1
            newest[number] = max(changed, newest.get(number, changed))
        return [(number, from_microseconds(changed)) for number, changed in newest.items()]

    def rows(number: int, size: int) -> Iterator[Addresses]:
        stems = _Stems(content)
        of_file = {"first": (number - 1) * size + 1, "last": number * size}
        found: Any = db.session.connection().execute(_addresses(content.kind, only), of_file)
        with closing(found):
            while batch := found.cursor.fetchmany(BATCH):
                yield Addresses(batch, stems, _versions(stems, batch))

    return SitemapPart(content.kind, files, rows)


def _addresses(kind: str, only: tuple[sa.ColumnElement[bool], ...]) -> Any:
    """Its parameters are the `first` and the `last` id."""
    statement = sa.select(*_FACTS, w3c_text(Entry.updated_at), Entry.cover_id).where(
        Entry.kind == kind, listed(), *only, _IN_RANGE
    )
    return statement.order_by(Entry.id)


_FACTS = (Entry.id, Entry.translation_of_id, Entry.language, Entry.slug)
_IN_RANGE = Entry.id.between(sa.bindparam("first", type_=sa.Integer()), sa.bindparam("last", type_=sa.Integer()))


class _Stems(dict[str, str]):
    """Language → what stands before the slug in an address of this kind: a million addresses are not built one by one."""

    def __init__(self, content: Content) -> None:
        super().__init__()
        self.content = content

    def __missing__(self, language: str) -> str:
        stem = path_for(self.content.endpoint, language=language, slug="x").removesuffix("x")
        self[language] = stem
        return stem


def _versions(stems: _Stems, batch: Sequence[Any]) -> dict[int, list[tuple[str, str]]]:
    """Group → (language, path) of each of its public texts, for the groups of these rows with more than one."""
    kind, first, last = stems.content.kind, batch[0][0], batch[-1][0]
    others = _plain(_TRANSLATIONS_OF_RANGE, {"kind": kind, "first": first, "last": last})
    # Of a group whose original lies in this range, the batch and the others are all there is.
    elsewhere = sorted({row[1] for row in batch if row[1] is not None and not first <= row[1] <= last})
    if elsewhere:
        others += _plain(_OF_GROUPS, {"kind": kind, "groups": elsewhere})
    found: dict[int, dict[str, str]] = {original or id: {} for id, original, _language, _slug in others}
    if not found:
        return {}
    for id, original, language, slug in chain(others, (row[:4] for row in batch)):
        versions = found.get(original or id)
        if versions is not None:
            versions[language] = stems[language] + slug
    return {group: sorted(versions.items()) for group, versions in found.items() if len(versions) > 1}


def _plain(statement: Any, facts: dict[str, Any]) -> list[Any]:
    """Rows as the driver gives them: neither the session nor the mapper looks at each of a million."""
    found: Any = db.session.connection().execute(statement, facts)
    return list(found.cursor.fetchall())


# Told plainly of kind and state, SQLite would rather read all that is public than the few of these groups.
_PUBLIC = (
    sa.func.coalesce(Entry.kind, "") == sa.bindparam("kind", type_=sa.String()),
    sa.func.coalesce(Entry.status, "") == "published",
    sa.func.coalesce(Entry.visibility, "") == "public",
)
_GROUPS = sa.bindparam("groups", expanding=True, type_=sa.Integer())
_TRANSLATIONS_OF_RANGE = sa.select(*_FACTS).where(
    Entry.translation_of_id.between(sa.bindparam("first", type_=sa.Integer()), sa.bindparam("last", type_=sa.Integer())), *_PUBLIC
)
_OF_GROUPS = sa.union(
    sa.select(*_FACTS).where(Entry.id.in_(_GROUPS), *_PUBLIC),
    sa.select(*_FACTS).where(Entry.translation_of_id.in_(_GROUPS), *_PUBLIC),
)


@dataclass(frozen=True)
class _Dates(Listing):
    """One place a block of ids: its number, and the last change within it in microseconds."""

    block: int = A_BLOCK

    def read(self) -> Known:
        number, last = changes.newest(), db.session.connection().scalar(sa.select(sa.func.max(Entry.id))) or 0
        # Block by block, each read off the index: all of them in one question would be sorted first.
        return Known(number, Order(self._of_blocks(range((last - 1) // self.block + 1))), {})

    def follow(self, before: Known, number: int, what: list[Change]) -> Known:
        blocks = {(id - 1) // self.block for id in changes.rows_of(what)}
        gone = [place for nth in blocks for place in before.order.between(nth, nth + 1).places()]
        return Known(number, before.order.changed(gone, self._of_blocks(blocks)), {})

    def _of_blocks(self, blocks: Iterable[int]) -> list[Place]:
        connection, statement = db.session.connection(), sa.select(self.key).where(*self.where, _IN_RANGE)
        found = [
            (nth, connection.scalar(statement, {"first": nth * self.block + 1, "last": (nth + 1) * self.block})) for nth in blocks
        ]
        return [(nth, newest) for nth, newest in found if newest is not None]


def _dates(kind: str, block: int, only: tuple[sa.ColumnElement[bool], ...], topics: tuple[str, ...]) -> Listing:
    key = microseconds(sa.func.max(Entry.updated_at))
    where = (Entry.kind == kind, listed(), *only)
    return _Dates(f"sitemap.{kind}.{block}", topics, Entry.id, key, where, tags=(f"list:{kind}",), block=block)
