"""Addresses for what is imported: the one it had, as far as it is free and none of the site's own."""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa

from fansite.core.content import Entry
from fansite.core.db import db
from fansite.core.wording import reserved
from fansite.lib import slugs
from fansite.transfer.report import Report


class Slugs:
    """Remembers how far each address was numbered: a thousand texts of one name are a thousand steps, not half a million."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._numbers: Counter[tuple[str, str, str]] = Counter()
        self._given: set[int] = set()

    def take(self, kind: str, language: str, wanted: str, *, line: int) -> str:
        """`wanted`, or the next of `wanted-2`, `wanted-3` … that is free."""
        key = (kind, language, wanted)
        while True:
            self._numbers[key] += 1
            number = self._numbers[key]
            slug = wanted if number == 1 else slugs.numbered(wanted, number)
            if slugs.is_reserved(slug, reserved()) or not self._is_free(kind, language, slug):
                continue
            self._given.add(hash((kind, language, slug)))
            if slugs.is_reserved(wanted, reserved()):
                self._report.problems.note(line, f"“{wanted}” is an address of the site itself; this one became “{slug}”")
            return slug

    def _is_free(self, kind: str, language: str, slug: str) -> bool:
        if hash((kind, language, slug)) in self._given:
            return False
        standing = sa.select(Entry.id).where(
            Entry.kind == kind, Entry.language == language, Entry.scope == "", Entry.slug == slug
        )
        return db.session.scalar(standing) is None
