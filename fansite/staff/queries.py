"""What lies on the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from fansite.accounts.models import Account
from fansite.core import changes, listing
from fansite.core.changes import Change
from fansite.core.content import STATUSES, Entry
from fansite.core.db import db
from fansite.core.db.moments import microseconds
from fansite.core.listing import EntryListing, Known, Listing, Order, Place
from fansite.core.web import entry_path
from fansite.core.web.paths import settings
from fansite.lib.times import now
from fansite.search import queries as search
from fansite.staff.models import PRESENT, EditorPresence, TranslationWaiver, WorkingCopy

A_HEAP = 8
# Of each kind and state, the titles that are looked through while somebody types.
LATELY = 500
# In how many a site may be written: numbers of texts and languages are told apart by it.
MOST_LANGUAGES = 1000
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
    order, of_status = ORDER.get(status, Entry.withdrawn_at.desc()), [Entry.status == status]
    if status == "withdrawn":  # by the index of its date, which says what else it holds; not by that of the status
        of_status = [Entry.withdrawn_at.is_not(None), sa.func.coalesce(Entry.status, "") == status]
    # Each kind by its own index, and of those few the first.
    first = [
        sa.select(sa.select(Entry.id).where(Entry.kind == kind, *of_status).order_by(order).limit(A_HEAP).subquery().c.id)
        for kind in kinds
    ]
    statement = sa.select(Entry).options(joinedload(Entry.author)).where(Entry.id.in_(sa.union_all(*first)))
    return db.session.scalars(statement.order_by(order, Entry.id.desc()).limit(A_HEAP)).all()


def page_of(kind: str, status: str | None, number: int) -> tuple[Sequence[Entry], int]:
    """Entries of a kind, the last changed first, and the number of the last page."""
    order = _entries(kind, status if status in STATUSES else None).order
    return listing.page_of(order, _SIGNED, number, A_PAGE)


_SIGNED = listing.entities(lambda: sa.select(Entry).options(joinedload(Entry.author)))


@cache
def _entries(kind: str, status: str | None) -> Listing:
    where = (Entry.kind == kind, *([Entry.status == status] if status else []))
    name = f"staff.entries.{kind}.{status or 'all'}"
    return Listing(name, ("entry",), Entry.id, microseconds(Entry.updated_at), where, was="second")


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
    start = start.lower()
    begins = Account.username_key.between(start, start + chr(0x10FFFF))  # as the index has them
    wanted = (begins, Account.disabled_at.is_(None))
    return db.session.scalars(sa.select(Account.username).where(*wanted).order_by(Account.username_key).limit(A_HEAP)).all()


def titled(words: str, kinds: Sequence[str]) -> list[Linked]:
    """Texts whose titles hold all of these words, or parts of words; what is public first, then the last changed. Of the older ones only
    what search knows: else each letter typed would look at every title there is."""
    wanted = words.split()[:6]
    found = [Linked(entry.title, entry_path(entry), _note(entry)) for entry in _lately_titled(wanted, kinds)]
    if len(found) < A_HEAP and wanted:
        there = {one.address for one in found}
        hits = [find.result for find in search.find(" ".join(wanted), None, None, 1).finds if find.kind in kinds]
        found += [
            Linked(hit.title, hit.address, hit.language.upper())
            for hit in hits
            if hit.address not in there and all(word.casefold() in hit.title.casefold() for word in wanted)
        ]
    return found[:A_HEAP]


def _lately_titled(words: Sequence[str], kinds: Sequence[str]) -> Sequence[Entry]:
    lately = [
        sa.select(
            sa.select(Entry.id, Entry.title)
            .where(Entry.kind == kind, Entry.status == status)
            .order_by(Entry.updated_at.desc(), Entry.id.desc())
            .limit(LATELY)
            .subquery()
        )
        for kind in kinds
        for status in ("published", "scheduled", "draft")
    ]
    every = sa.union_all(*lately).subquery()
    hold = sa.select(every.c.id).where(*(every.c.title.icontains(word, autoescape=True) for word in words))
    public = sa.case((Entry.status == "published", 0), else_=1)
    statement = sa.select(Entry).where(Entry.id.in_(hold)).order_by(public, Entry.updated_at.desc()).limit(A_HEAP)
    return db.session.scalars(statement).all()


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
    order = _all_lacking(tuple(kinds), tuple(languages)).order
    here = order.downwards(number, A_PAGE) if newest else order.upwards(number, A_PAGE)
    pairs = [(one // MOST_LANGUAGES, languages[one % MOST_LANGUAGES]) for one in here]
    rows = sa.select(Entry).options(joinedload(Entry.author)).where(Entry.id.in_({id for id, _language in pairs}))
    found = {entry.id: entry for entry in db.session.scalars(rows)}
    shown = [Lacking(found[id], language) for id, language in pairs if id in found]
    return shown, len(order), max(1, -(-len(order) // A_PAGE))


def count_lacking(kinds: Sequence[str]) -> int:
    return len(_all_lacking(tuple(kinds), settings().languages).order)


@cache
def _all_lacking(kinds: tuple[str, ...], languages: tuple[str, ...]) -> LackingListing:
    """A text that lacks two languages stands in it twice: its numbers are the text's, and in it the language's."""
    name, key = ".".join(("staff.lacking", *kinds, *languages)), microseconds(Entry.published_at)
    return LackingListing(name, ("entry",), Entry.id, key, _may_lack(kinds), languages=languages)


@dataclass(frozen=True)
class LackingListing(EntryListing):
    languages: tuple[str, ...] = ()

    def read(self) -> Known:
        number, places = changes.newest(), list[Place]()
        for nth, language in enumerate(self.languages):
            rows = db.session.connection().execute(sa.select(self.key, self.id).where(*self.where, _lacks(language)))
            places += [(key, id * MOST_LANGUAGES + nth) for key, id in rows]
        return Known(number, Order(places), {})

    def moves(self, what: list[Change]) -> tuple[set[Place], list[Place]]:
        lack = [sa.case((sa.and_(*self.where, _lacks(language)), 1), else_=0) for language in self.languages]
        statement = sa.select(self.key, self.id, *lack).where(self.id.in_(self.concerned(what)))
        now = db.session.connection().execute(statement).all()
        stood = {(key, id) for key, id, *_lack in now if key is not None} | {(one.first or 0, one.row_id) for one in what}
        return (
            {(key, id * MOST_LANGUAGES + nth) for key, id in stood for nth in range(len(self.languages))},
            [(key, id * MOST_LANGUAGES + nth) for key, id, *lacks in now for nth, lack in enumerate(lacks) if lack],
        )


# Drafts and texts taken down need no translation.
TRANSLATED = ("scheduled", "published")


def _may_lack(kinds: Sequence[str]) -> tuple[sa.ColumnElement[bool], ...]:
    """The first texts of their groups."""
    return Entry.kind.in_(kinds), Entry.status.in_(TRANSLATED), Entry.translation_of_id.is_(None)


def _lacks(language: str) -> sa.ColumnElement[bool]:
    """Nothing of its group is in this language, nor was it said to need none."""
    other = sa.orm.aliased(Entry, flat=True)
    there = sa.select(sa.literal(1)).where(other.translation_of_id == Entry.id, other.language == language).correlate(Entry)
    waived = (
        sa.select(sa.literal(1))
        .where(TranslationWaiver.entry_id == Entry.id, TranslationWaiver.language == language)
        .correlate(Entry)
    )
    return sa.and_(Entry.language != language, ~there.exists(), ~waived.exists())
