"""Entries from JSON lines. An entry is known by kind, language and slug, as its line gives them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from fansite.accounts import queries as accounts
from fansite.core import markup
from fansite.core.command import in_batches
from fansite.core.content import Entry, contents
from fansite.core.db import db, get, touch, transaction
from fansite.core.errors import Refused as NotAllowed
from fansite.core.outbox import record
from fansite.core.wording import put, settings
from fansite.transfer import jsonlines
from fansite.transfer.jsonlines import EntryLine
from fansite.transfer.operations.texts import Text, Texts, carries_tags, entries_of
from fansite.transfer.problems import Refused
from fansite.transfer.report import Report
from fansite.transfer.source import Progress

SOURCE = "entries"
BATCH = 50


def import_entries(path: Path, census: jsonlines.Census, *, dry: bool = False, progress: Progress | None = None) -> Report:
    """Writes what `jsonlines.check` found in the file. A second time adds nothing; one that was killed is completed by the next."""
    _require_languages(path, census)
    lines = _Lines(census, dry)
    for batch in in_batches(jsonlines.entries(path, census, progress=progress), BATCH):
        lines.put(batch)
    if dry:
        lines.foresee()
    else:
        lines.complete()
    return lines.report


def _require_languages(path: Path, census: jsonlines.Census) -> None:
    """One of another language is refused with its line, as all that is wrong with a file."""
    foreign = set(census.languages) - set(settings().languages)
    if not foreign:
        return
    line = next(entry for entry in jsonlines.entries(path, census) if entry.language in foreign)
    spoken = ", ".join(settings().languages)
    raise Refused(line.line, f"“{line.language}” is none of this site's languages ({spoken}): see FANSITE_LANGUAGES")


class _Lines:
    def __init__(self, census: jsonlines.Census, dry: bool) -> None:
        self.report = Report()
        self.report.begin({}, census.problems)
        self._dry = dry
        self._texts = Texts(SOURCE, self.report, dry=dry)
        self._authors: dict[str, int | None] = {}
        # (line, its own origin, what it translates): looked up when all are here.
        self._translations: list[tuple[int, str, str]] = []
        # Origins a dry run would have brought, as hashes.
        self._foreseen: set[int] = set()

    def put(self, lines: Sequence[EntryLine]) -> None:
        elsewhere = self._standing_otherwise(lines)
        taken = [line for line in lines if _origin(line.kind, line.language, line.slug) not in elsewhere]
        for line in lines:
            if line not in taken:
                self.report.skipped[line.kind] += 1
                self.report.problems.note(line.line, f"{line.kind} “{line.slug}” was written here, and stays as it is")
        texts = [self._text(line) for line in taken]
        self._texts.put(texts)
        if self._dry:
            self._foreseen.update(hash(text.origin) for text in texts)
        self._translations += [
            (line.line, _origin(line.kind, line.language, line.slug), line.translation_of)
            for line in taken
            if line.translation_of
        ]

    def complete(self) -> None:
        for batch in in_batches(self._translations, BATCH):
            with transaction():
                for line, origin, original in batch:
                    self._translate(line, origin, original)
        with transaction():
            touch("site", "list:news", "list:page", "list:tag")
            record("content.loaded", "site:1", by="import")

    def foresee(self) -> None:
        """Tells which originals `complete` would not find."""
        for line, origin, original in self._translations:
            _source, kind, language, _slug = origin.split(":")
            brought = (hash(_origin(kind, other, original)) for other in settings().languages if other != language)
            if self._foreseen.isdisjoint(brought) and _original(kind, language, original) is None:
                self._tell_missing(line, kind, original)

    def _tell_missing(self, line: int, kind: str, original: str) -> None:
        self.report.problems.note(line, f"there is no {kind} “{original}” in another language to be translated")

    def _standing_otherwise(self, lines: Sequence[EntryLine]) -> set[str]:
        """Origins whose address is taken by something no line of ours brought."""
        origins = {_origin(line.kind, line.language, line.slug) for line in lines}
        here = entries_of(list(origins))
        statement = sa.select(Entry.kind, Entry.language, Entry.slug).where(
            Entry.slug.in_([line.slug for line in lines]), Entry.scope == "", Entry.kind.in_(jsonlines.KINDS)
        )
        standing = {_origin(kind, language, slug) for kind, language, slug in db.session.execute(statement)}
        return (origins & standing) - here.keys()

    def _text(self, line: EntryLine) -> Text:
        if line.tags and not carries_tags(line.kind):
            self.report.problems.note(line.line, f"a {line.kind} carries no tags: they were left out")
        return Text(
            line=line.line,
            origin=_origin(line.kind, line.language, line.slug),
            kind=line.kind,
            slug=line.slug,
            language=line.language,
            title=" ".join(markup.tidy(line.title).split()),
            body=markup.tidy(line.body),
            summary=line.summary,
            public=line.published_at is not None,
            published_at=line.published_at,
            changed_at=None,
            author_id=self._author(line),
            tags=line.tags,
            comments_open=line.comments_open,
            more=(line.author or "", line.translation_of or ""),
        )

    def _author(self, line: EntryLine) -> int | None:
        """Somebody who may publish here, or nobody."""
        if line.author is None:
            return None
        if line.author not in self._authors:
            account = accounts.by_username(line.author)
            known = account is not None and account.is_staff and account.active
            self._authors[line.author] = account.id if account is not None and known else None
            if not known:
                self.report.problems.note(
                    line.line, f"nobody called “{line.author}” writes for this site: left without an author"
                )
        return self._authors[line.author]

    def _translate(self, line: int, origin: str, original: str) -> None:
        """Joins a text and what it translates, unless they are together or somebody changed it here."""
        here = entries_of([origin]).get(origin)
        if here is None or here.changed_here:
            return
        entry = get(contents()[here.kind].model, here.id)
        other = _original(entry.kind, entry.language, original)
        if other is None:
            self._tell_missing(line, here.kind, original)
        elif other.group_id != entry.group_id:
            try:
                put(entry, {"translation_of": other.id})
            except NotAllowed as problem:
                self.report.problems.note(line, f"not joined with “{original}”: {problem}")
            entry.touch()


def _original(kind: str, language: str, slug: str) -> Entry | None:
    """By the slug its line gave it or, for what was written here, the one it has; in the site's own language first."""
    for other in [other for other in settings().languages if other != language]:
        by_line = sa.select(Entry).where(Entry.origin == _origin(kind, other, slug))
        by_address = sa.select(Entry).where(Entry.kind == kind, Entry.language == other, Entry.scope == "", Entry.slug == slug)
        found = db.session.scalar(by_line) or db.session.scalar(by_address)
        if found is not None:
            return found
    return None


def _origin(kind: str, language: str, slug: str) -> str:
    return f"{SOURCE}:{kind}:{language}:{slug}"
