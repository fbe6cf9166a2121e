"""What lies on the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from fansite.accounts.models import Account
from fansite.core.content import STATUSES, Entry
from fansite.core.db import db
from fansite.core.kept import kept
from fansite.core.web import entry_path
from fansite.core.web.paths import settings
from fansite.lib.times import now
from fansite.staff.models import PRESENT, EditorPresence, TranslationWaiver, WorkingCopy

A_HEAP = 8
A_PAGE = 50
MOST_CHOICES = 200
A_FEW = 2

# Drafts and texts taken down: the last touched first. What is planned: the next first.
ORDER: dict[str, sa.ColumnElement[Any]] = {
    "draft": Entry.updated_at.desc(),
    "scheduled": Entry.published_at.asc(),
    "published": Entry.published_at.desc(),
}


def heap(status: str, kinds: Sequence[str]) -> Sequence[Entry]:
    """The first few of one status, of all kinds."""
    order = ORDER.get(status, Entry.withdrawn_at.desc())
    # Each kind by its own index, and of those few the first.
    first = [
        sa.select(
            sa.select(Entry.id).where(Entry.status == status, Entry.kind == kind).order_by(order).limit(A_HEAP).subquery().c.id
        )
        for kind in kinds
    ]
    statement = sa.select(Entry).options(joinedload(Entry.author)).where(Entry.id.in_(sa.union_all(*first)))
    return db.session.scalars(statement.order_by(order, Entry.id.desc()).limit(A_HEAP)).all()


def page_of(kind: str, status: str | None, number: int) -> tuple[Sequence[Entry], int]:
    """Entries of a kind, the last changed first, and the number of the last page."""
    wanted = [Entry.kind == kind, *([Entry.status == status] if status in STATUSES else [])]
    total = db.session.scalar(sa.select(sa.func.count()).select_from(Entry).where(*wanted)) or 0
    last = max(1, -(-total // A_PAGE))
    order = (Entry.updated_at.desc(), Entry.id.desc())
    # What is passed over is passed over in the index alone.
    ids = sa.select(Entry.id).where(*wanted).order_by(*order).limit(A_PAGE).offset((number - 1) * A_PAGE)
    statement = sa.select(Entry).options(joinedload(Entry.author)).where(Entry.id.in_(ids.subquery().select()))
    return db.session.scalars(statement.order_by(*order)).all(), last


def opened(model: type[Any], entry_id: int) -> Any:
    statement = sa.select(model).options(joinedload(model.author)).where(model.id == entry_id)
    return db.session.execute(statement).unique().scalar_one_or_none()


def translatable(kind: str, entry: Any) -> list[tuple[int, str]]:
    """(id, words) of the texts that lack a version in some language of the site; the one chosen already among them."""
    other = sa.orm.aliased(Entry, flat=True)
    versions = sa.select(sa.func.count()).where(other.translation_of_id == Entry.id).correlate(Entry).scalar_subquery()
    wanted = versions < len(settings().languages) - 1
    if entry is not None and entry.translation_of_id:
        wanted = sa.or_(wanted, Entry.id == entry.translation_of_id)
    statement = sa.select(Entry.id, Entry.title, Entry.language).where(
        Entry.kind == kind, Entry.translation_of_id.is_(None), wanted
    )
    if entry is not None:
        statement = statement.where(Entry.id != entry.id)
    rows = db.session.execute(statement.order_by(Entry.id.desc()).limit(MOST_CHOICES))
    return [(id, f"{title} ({language})") for id, title, language in rows]


def versions(entry: Any) -> Sequence[Entry]:
    """The other texts of its group, of any status."""
    group = sa.or_(Entry.id == entry.group_id, Entry.translation_of_id == entry.group_id)
    return db.session.scalars(sa.select(Entry).where(group, Entry.id != entry.id).order_by(Entry.language)).all()


# ---- what is being written ------------------------------------------------------------------------------------------------


def made_in(person: Any, sitting: str) -> int | None:
    """The text that a sitting became."""
    statement = sa.select(WorkingCopy.entry_id).where(
        WorkingCopy.account_id == person.id, WorkingCopy.sitting == sitting, WorkingCopy.finished_at.is_not(None)
    )
    return db.session.scalar(statement) if sitting else None


def finished(person: Any, sitting: str, entry_id: int) -> WorkingCopy | None:
    """What a sitting left when it was saved as this text."""
    wanted = (WorkingCopy.account_id == person.id, WorkingCopy.sitting == sitting, WorkingCopy.entry_id == entry_id)
    return db.session.scalar(sa.select(WorkingCopy).where(*wanted, WorkingCopy.finished_at.is_not(None))) if sitting else None


def copy_of(person: Any, sitting: str, entry_id: int | None) -> WorkingCopy | None:
    """One's own, of this text (None: of a new one)."""
    wanted = (WorkingCopy.sitting == sitting, _open_copies(person), WorkingCopy.entry_id == entry_id)
    return db.session.scalar(sa.select(WorkingCopy).where(*wanted))


def copies_waiting(person: Any, kind: str, entry_id: int | None) -> Sequence[WorkingCopy]:
    """What one was writing here and neither saved nor dropped, the last first."""
    statement = (
        sa.select(WorkingCopy)
        .options(sa.orm.defer(WorkingCopy.fields))
        .where(_open_copies(person), WorkingCopy.kind == kind, WorkingCopy.entry_id == entry_id, WorkingCopy.dropped_at.is_(None))
    )
    return db.session.scalars(statement.order_by(WorkingCopy.saved_at.desc()).limit(A_FEW)).all()


def unfinished(person: Any) -> Sequence[WorkingCopy]:
    """All that one was writing and has not saved."""
    statement = (
        sa.select(WorkingCopy)
        .options(sa.orm.defer(WorkingCopy.fields))
        .where(_open_copies(person), WorkingCopy.dropped_at.is_(None))
    )
    return db.session.scalars(statement.order_by(WorkingCopy.saved_at.desc()).limit(A_HEAP)).all()


def _open_copies(person: Any) -> sa.ColumnElement[bool]:
    return sa.and_(WorkingCopy.account_id == person.id, WorkingCopy.finished_at.is_(None))


def others_present(person: Any, entry_id: int) -> Sequence[EditorPresence]:
    """Who else has it open."""
    statement = (
        sa.select(EditorPresence)
        .options(joinedload(EditorPresence.account))
        .where(
            EditorPresence.entry_id == entry_id, EditorPresence.account_id != person.id, EditorPresence.seen_at > now() - PRESENT
        )
    )
    return db.session.scalars(statement.order_by(EditorPresence.since)).all()


# ---- what may be linked to ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Linked:
    title: str
    address: str
    # Its language, and its state while the public does not see it.
    note: str


def names(start: str) -> Sequence[str]:
    """Of people who can be met on the site."""
    wanted = (Account.username_key.startswith(start.lower(), autoescape=True), Account.disabled_at.is_(None))
    return db.session.scalars(sa.select(Account.username).where(*wanted).order_by(Account.username_key).limit(A_HEAP)).all()


def titled(words: str) -> list[Linked]:
    """Texts whose titles hold all of these words; what is public first, then the last changed."""
    wanted = [Entry.title.icontains(word, autoescape=True) for word in words.split()[:6]]
    public = sa.case((Entry.status == "published", 0), else_=1)
    statement = sa.select(Entry).where(Entry.status.in_(("published", "scheduled", "draft")), *wanted)
    found = db.session.scalars(statement.order_by(public, Entry.updated_at.desc()).limit(A_HEAP))
    return [Linked(entry.title, entry_path(entry), _note(entry)) for entry in found]


def _note(entry: Entry) -> str:
    states = {"scheduled": _("planned"), "draft": _("draft")}
    return " · ".join(filter(None, (entry.language.upper(), states.get(entry.status, ""))))


# ---- what lacks a translation ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lacking:
    entry: Entry
    language: str


def lacking(kinds: Sequence[str], languages: Sequence[str], *, newest: bool, number: int) -> tuple[list[Lacking], int, int]:
    """(text, language it lacks): a page of them, the number of all, and the last page. Drafts and texts taken down need none."""
    total = _count_lacking(kinds, languages)
    here = slice((number - 1) * A_PAGE, number * A_PAGE)
    first = [
        sa.select(_first_lacking(language, kind, status, newest, here.stop).subquery())
        for language in languages
        for kind in kinds
        for status in TRANSLATED
    ]
    some = sa.union_all(*first).subquery()
    order = some.c.at.desc() if newest else some.c.at.asc()
    statement = sa.select(Entry, some.c.language).join(some, some.c.id == Entry.id).options(joinedload(Entry.author))
    rows = db.session.execute(statement.order_by(order, Entry.id, some.c.language).limit(A_PAGE).offset(here.start))
    return [Lacking(entry, language) for entry, language in rows], total, max(1, -(-total // A_PAGE))


def _first_lacking(language: str, kind: str, status: str, newest: bool, number: int) -> sa.Select[Any]:
    """Read off the index until there are enough."""
    order = (Entry.published_at.desc(), Entry.id.asc()) if newest else (Entry.published_at.asc(), Entry.id.asc())
    return _lacking_in(language, [kind], [status]).order_by(*order).limit(number)


def count_lacking(kinds: Sequence[str]) -> int:
    """How many, as far as the public can see: asked again when a text comes, goes or is told to need none."""

    return _count_lacking(kinds, settings().languages)


def _count_lacking(kinds: Sequence[str], languages: Sequence[str]) -> int:
    def count() -> int:
        every = sa.union_all(*(_lacking_in(language, kinds, TRANSLATED) for language in languages)).subquery()
        return db.session.scalar(sa.select(sa.func.count()).select_from(every)) or 0

    name = ".".join(("staff.lacking", *kinds, *languages))
    return kept(name, (*(f"list:{kind}" for kind in kinds), "list:translations"), count)


# Drafts and texts taken down need no translation.
TRANSLATED = ("scheduled", "published")


def _lacking_in(language: str, kinds: Sequence[str], statuses: Sequence[str]) -> sa.Select[Any]:
    """The first texts of their groups, none of which is in this language or was said to need none."""
    other = sa.orm.aliased(Entry, flat=True)
    there = sa.select(sa.literal(1)).where(other.translation_of_id == Entry.id, other.language == language).correlate(Entry)
    waived = (
        sa.select(sa.literal(1))
        .where(TranslationWaiver.entry_id == Entry.id, TranslationWaiver.language == language)
        .correlate(Entry)
    )
    lacking: Any = sa.select(
        Entry.id.label("id"),
        sa.literal(language).label("language"),
        Entry.published_at.label("at"),
    ).where(
        Entry.kind.in_(kinds),
        Entry.status.in_(statuses),
        Entry.translation_of_id.is_(None),
        Entry.language != language,
        ~there.exists(),
        ~waived.exists(),
    )
    return lacking  # type: ignore[no-any-return]
