"""Texts as entries: made, renewed or passed over, a batch in each transaction.

An item that is the same as last time is passed over; one that changed renews its entry, unless somebody changed that here since: what is done
at the desk wins, and the report says so. Nothing is ever deleted.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from fansite.core import markup
from fansite.core.content import MAX_SUMMARY, MAX_TITLE, Entry, claim_slug, contents, rendered
from fansite.core.db import db, get, touch, transaction
from fansite.core.outbox import record
from fansite.core.wording import MAX_BODY, touch_all
from fansite.lib.times import now
from fansite.tags.models import Tagged
from fansite.transfer.models import Imported
from fansite.transfer.operations.labels import Labels, named
from fansite.transfer.operations.slugs import Slugs
from fansite.transfer.report import Report

TITLE_FROM_TEXT = 60
NAMELESS = "…"
CHANGED_HERE = "it was changed here since, and stays as it is"


@dataclass(slots=True)
class Text:
    """An item as an entry here shall be. `body` is Markdown; `origin` names the item wherever it is met again."""

    line: int
    origin: str
    kind: str
    slug: str
    language: str
    title: str
    body: str
    summary: str
    # Not for the public: a draft. Else published, or scheduled while its time is to come.
    public: bool
    published_at: datetime | None
    changed_at: datetime | None
    author_id: int | None
    tags: tuple[str, ...]
    comments_open: bool
    # What else makes it another text: the author's name there, what it translates.
    more: tuple[str, ...] = ()
    cover_id: int | None = None
    # Of all that the item says.
    digest: str = field(default="", init=False)
    # Set on the way: links within the old site exchanged, and whether one is left that may still be.
    linked: str = ""
    links_open: bool = False
    html: str = ""

    def __post_init__(self) -> None:
        date = self.published_at.isoformat() if self.public and self.published_at else ""
        said = (
            self.kind,
            self.title,
            self.body,
            self.summary,
            self.public,
            date,
            self.comments_open,
            sorted(self.tags),
            self.more,
        )
        self.digest = sha256(json.dumps(said).encode()).hexdigest()[:40]

    def status(self, at: datetime) -> str:
        if not self.public:
            return "draft"
        return "scheduled" if self.published_at is not None and self.published_at > at else "published"

    def render(self) -> None:
        """The costly part, done before anybody is kept waiting at the write lock."""
        self.linked = self.linked or self.body
        self.html = rendered(self.linked)
        self.title = self.title or markup.summary_of(self.html, TITLE_FROM_TEXT) or self.slug or NAMELESS
        self.summary = self.summary or (markup.summary_of(self.html)[:MAX_SUMMARY] if self.html else "")


@dataclass(frozen=True)
class Here:
    """An entry of this origin that is here already, and how the last import left it."""

    id: int
    kind: str
    status: str
    version: int
    digest: str | None
    left_version: int | None
    left_status: str | None

    @property
    def changed_here(self) -> bool:
        published_in_time = (self.left_status, self.status) == ("scheduled", "published")
        return self.version != self.left_version or (self.status != self.left_status and not published_in_time)


class Texts:
    """Writes the texts of one source."""

    def __init__(self, source: str, report: Report, *, dry: bool) -> None:
        self.source = source
        self._report = report
        self._dry = dry
        self._slugs = Slugs(report)
        self._labels = Labels(report)

    def put(self, texts: Sequence[Text]) -> dict[str, int]:
        """Origin → entry, of all that are here now. In a dry run, of those that were."""
        here = entries_of([text.origin for text in texts])
        fresh = [text for text in texts if text.origin not in here]
        changed = [text for text in texts if text.origin in here and self._renews(text, here[text.origin])]
        ids = {origin: entry.id for origin, entry in here.items()}
        if self._dry:
            self._foresee(fresh, changed)
            return ids
        for text in [*fresh, *changed]:
            self._tell_what_is_lost(text)
            text.render()
        if fresh or changed:
            with transaction():
                ids |= self._make(fresh)
                self._renew(changed, entries_of([text.origin for text in changed]))
        return ids

    def _renews(self, text: Text, here: Here) -> bool:
        if here.digest == text.digest:
            self._report.skipped[text.kind] += 1
            return False
        if here.kind != text.kind:
            return self._leave(text, f"it came as {here.kind} and stays that")
        if here.changed_here:
            return self._leave(text, CHANGED_HERE)
        return True

    def _leave(self, text: Text, why: str) -> bool:
        self._report.skipped[text.kind] += 1
        self._report.problems.note(text.line, f"“{text.title[:80]}” changed, but {why}")
        return False

    def _foresee(self, fresh: Sequence[Text], changed: Sequence[Text]) -> None:
        """The same numbers and remarks as if they were written."""
        for text in [*fresh, *changed]:
            self._tell_what_is_lost(text)
        for text in fresh:
            self._slugs.take(text.kind, text.language, text.slug, line=text.line)
        self._labels.foresee(named(text.tags) for text in [*fresh, *changed] if carries_tags(text.kind))
        self._report.created.update(text.kind for text in fresh)
        self._report.updated.update(text.kind for text in changed)

    def _tell_what_is_lost(self, text: Text) -> None:
        if len(text.title) > MAX_TITLE:
            self._report.problems.note(text.line, f"“{text.title[:80]}…” is longer than {MAX_TITLE} letters, and its end was cut")
        try:
            markup.check(text.body, limit=MAX_BODY)
        except markup.TooComplex as problem:
            self._report.problems.note(text.line, f"“{text.title[:80]}” is shown as it was typed: {problem.text}")

    # ---- new ----------------------------------------------------------------------------------------------------------

    def _make(self, texts: Sequence[Text]) -> dict[str, int]:
        made = [(text, self._entry(text)) for text in texts]
        db.session.add_all(entry for _text, entry in made)
        db.session.flush()
        for text, entry in made:
            claim_slug(entry)
            self._remember(text, entry)
            _announce(entry)
        self._labels.put({entry.id: named(text.tags) for text, entry in made if carries_tags(text.kind)}, fresh=True)
        touch(*(f"list:{text.kind}" for text in texts))
        self._report.created.update(text.kind for text in texts)
        return {text.origin: entry.id for text, entry in made}

    def _entry(self, text: Text) -> Any:
        at = now()
        status = text.status(at)
        published_at = (text.published_at or text.changed_at or at) if text.public else None
        written_at = min(text.published_at or text.changed_at or at, at)
        return contents()[text.kind].model(
            kind=text.kind,
            slug=self._slugs.take(text.kind, text.language, text.slug, line=text.line),
            language=text.language,
            title=_fitted(text.title),
            summary=text.summary[:MAX_SUMMARY],
            status=status,
            author_id=text.author_id,
            created_at=written_at,
            published_at=published_at,
            updated_at=max(written_at, min(text.changed_at or written_at, at)),
            comments_open=text.comments_open,
            origin=text.origin,
            cover_id=text.cover_id,
            version=1,
            body=text.linked,
            html=text.html,
            renderer=markup.RENDERER_VERSION,
        )

    # ---- changed ------------------------------------------------------------------------------------------------------

    def _renew(self, texts: Sequence[Text], here: dict[str, Here]) -> None:
        labelled = {}
        for text in texts:
            if here[text.origin].changed_here:  # in the moment since we looked
                self._leave(text, CHANGED_HERE)
                continue
            entry: Any = get(contents()[text.kind].model, here[text.origin].id)
            self._rewrite(entry, text)
            self._remember(text, entry)
            if carries_tags(text.kind):
                labelled[entry.id] = named(text.tags)
            self._report.updated[text.kind] += 1
        db.session.flush()
        self._labels.put(labelled, fresh=False)

    def _rewrite(self, entry: Any, text: Text) -> None:
        at, was = now(), entry.status
        entry.title, entry.summary = _fitted(text.title), text.summary[:MAX_SUMMARY]
        entry.body, entry.html, entry.renderer = text.linked, text.html, markup.RENDERER_VERSION
        entry.cover_id = text.cover_id or entry.cover_id
        entry.author_id, entry.comments_open = text.author_id or entry.author_id, text.comments_open
        entry.status = text.status(at)
        if text.public:
            entry.published_at, entry.withdrawn_at = text.published_at or entry.published_at or at, None
        elif was == "published":
            entry.withdrawn_at = at
        # Who has it open at the desk is told, and cannot overwrite this in silence.
        entry.version += 1
        entry.updated_at = at
        touch_all(entry)
        if entry.status != was:
            _announce(entry)

    def _remember(self, text: Text, entry: Entry) -> None:
        db.session.merge(
            Imported(
                entry_id=entry.id,
                source=self.source,
                digest=text.digest,
                version=entry.version,
                status=entry.status,
                links_open=text.links_open,
            )
        )


def entries_of(origins: Sequence[str]) -> dict[str, Here]:
    """Origin → its entry, of those that are here."""
    columns = (Entry.origin, Entry.id, Entry.kind, Entry.status, Entry.version)
    left = (Imported.digest, Imported.version, Imported.status)
    statement = sa.select(*columns, *left).outerjoin(Imported, Imported.entry_id == Entry.id).where(Entry.origin.in_(origins))
    return {str(row[0]): Here(*row[1:]) for row in db.session.execute(statement)}


def carries_tags(kind: str) -> bool:
    return issubclass(contents()[kind].model, Tagged)


def _fitted(title: str) -> str:
    if len(title) <= MAX_TITLE:
        return title
    cut = title[: MAX_TITLE - 1]
    return (cut.rpartition(" ")[0] or cut) + "…"


def _announce(entry: Entry) -> None:
    """The worker publishes it on time. Nothing else about single entries is told in bulk."""
    if entry.status == "scheduled":
        record(f"{entry.kind}.scheduled", entry, due=entry.published_at)
