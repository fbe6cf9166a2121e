"""From draft to published and back: what every kind of entry that is written at the desk shares. A kind adds its own fields around it.

    draft → scheduled → published → withdrawn        `recall` leads back to draft from each of them

What is withdrawn answers 410 and can be published again with its first date. Events carry the kind: `news.published`, `page.revised` …
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import ModuleType
from typing import Any, TypeVar, Unpack

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.core.content import Entry, claim_slug, content_of, contents
from fansite.core.db import db, get, transaction
from fansite.core.errors import Conflict, Refused
from fansite.core.outbox import Event, record
from fansite.core.policy import require
from fansite.core.wording import Wording, first_slug, put, readable, settings, settle_address, touch_all
from fansite.lib.times import now

E = TypeVar("E", bound=Entry)

# ---- writing --------------------------------------------------------------------------------------------------------------


def draft(model: type[E], *, by: Any, **wording: Unpack[Wording]) -> E:
    """A new entry that nobody outside the desk can see."""
    with transaction():
        entry = new(model, by=by, **wording)
        entry.slug = first_slug(entry, wording.get("slug", ""))
        return drafted(entry)


def new(model: type[E], *, by: Any, **wording: Unpack[Wording]) -> Any:
    """An entry with its words, and without an address: nothing of it is stored yet. Inside a transaction."""
    require(_policy(model).edit, by)
    entry: Any = model(
        kind=_kind(model), status="draft", author_id=by.id, title="", body="", summary="", created_at=now(), updated_at=now()
    )
    put(entry, {"language": settings().language, "body": "", **wording})
    return entry


def drafted(entry: E) -> E:
    """Stores what is whole. Inside a transaction."""
    db.session.add(entry)
    db.session.flush()
    record(f"{entry.kind}.drafted", entry)
    return entry


def opened(model: type[E], entry_id: int, *, by: Any, version: int) -> E:
    """The entry, ready to be changed by this person, who saw it at this version. Inside a transaction."""
    entry = get(model, entry_id)
    require(content_of(entry).policy.edit, by, entry)
    if entry.version != version:
        raise Conflict(
            _l("Somebody else saved this text while you were writing. Nothing of either is lost: compare, then save again.")
        )
    return entry


def rewrite(entry: Any, *, otherwise: bool = False, **wording: Unpack[Wording]) -> None:
    """Saves what changed; `otherwise` says that fields of the kind's own changed too. Inside a transaction, after `opened`."""
    before, open_before = readable(entry), entry.comments_open
    old_title, old_language = entry.title, entry.language
    with db.session.no_autoflush:
        put(entry, wording)
        settle_address(entry, wording.get("slug", entry.slug), old_title, old_language)
    if otherwise or readable(entry) != before:
        entry.version += 1
        entry.updated_at = now()
        if entry.status == "published":
            touch_all(entry)
        record(f"{entry.kind}.revised", entry)
    elif entry.comments_open != open_before:
        entry.version += 1
        _comments_changed(entry)


def set_comments_open(entry_id: int, *, by: Any, opened: bool) -> None:
    with transaction():
        entry = _allowed(entry_id, "edit", by)
        if entry.comments_open != opened:
            entry.comments_open = opened
            _comments_changed(entry)


# ---- publishing -----------------------------------------------------------------------------------------------------------


def publish(entry_id: int, *, by: Any, at: datetime | None = None) -> Entry:
    """Now, or at a time to come; a time in the past becomes its date. Pressed twice it is published once."""
    with transaction():
        entry = _allowed(entry_id, "publish", by)
        if at is not None and at > now():
            _schedule(entry, at)
        elif entry.status != "published":
            _publish(entry, at)
        elif at is not None and at != entry.published_at:
            raise Refused(_l("It is public already. Take it back to the drafts first."), field="at")
        return entry


def publish_due(events: Sequence[Event]) -> None:
    """Listener of `<kind>.scheduled`, delivered when the time has come. Looks at the row: what was put off, called back or published
    meanwhile is left alone, so each publication happens once, by whichever worker comes first."""
    for event in events:
        with transaction() as session:
            entry = session.get(
                Entry, int(event.subject.partition(":")[2]), populate_existing=True, with_for_update={"of": Entry}
            )
            if (
                entry is not None
                and entry.status == "scheduled"
                and entry.published_at is not None
                and entry.published_at <= now()
            ):
                _publish(entry, entry.published_at)


def withdraw(entry_id: int, *, by: Any, reason: str = "") -> Entry:
    """Takes it off the site on purpose; its address says so."""
    with transaction():
        entry = _allowed(entry_id, "withdraw", by)
        if entry.status == "withdrawn":
            return entry
        if entry.status != "published":
            raise Refused(_l("It is not public: there is nothing to withdraw."))
        touch_all(entry)
        entry.status, entry.withdrawn_at = "withdrawn", now()
        record(f"{entry.kind}.withdrawn", entry, reason=reason.strip()[:1000], by=by.id)
        return entry


def recall(entry_id: int, *, by: Any) -> Entry:
    """Back to the drafts. What was public once keeps its date; a planned date is dropped."""
    with transaction():
        entry = _allowed(entry_id, "publish", by)
        was = entry.status
        if was == "draft":
            return entry
        if was == "published":
            touch_all(entry)
            entry.withdrawn_at = now()
        if was == "scheduled":
            entry.published_at = entry.withdrawn_at
        entry.status = "draft"
        record(f"{entry.kind}.recalled", entry, was=was)
        return entry


# ---- who, and when --------------------------------------------------------------------------------------------------------


def _kind(model: type[Entry]) -> str:
    return str(sa.inspect(model).polymorphic_identity)


def _policy(model: type[Entry]) -> ModuleType:
    return contents()[_kind(model)].policy


def _allowed(entry_id: int, verb: str, by: Any) -> Entry:
    entry = get(Entry, entry_id)
    require(getattr(content_of(entry).policy, verb), by, entry)
    return entry


def _schedule(entry: Entry, at: datetime) -> None:
    if entry.status == "published":
        raise Refused(_l("It is public already. Take it back to the drafts first."), field="at")
    if entry.status == "scheduled" and entry.published_at == at:
        return
    entry.status, entry.published_at = "scheduled", at
    record(f"{entry.kind}.scheduled", entry, due=at)


def _publish(entry: Entry, at: datetime | None) -> None:
    """What comes back keeps its date. A date in the past is also that of its last change: no crawler was there since."""
    planned = entry.status == "scheduled"
    entry.published_at = at or (None if planned else entry.published_at) or now()
    entry.status, entry.withdrawn_at = "published", None
    entry.updated_at = now() if planned or at is None else at
    claim_slug(entry)
    touch_all(entry)
    record(f"{entry.kind}.published", entry)


def _comments_changed(entry: Entry) -> None:
    entry.touch()
    record(f"{entry.kind}.comments_{'opened' if entry.comments_open else 'closed'}", entry)
