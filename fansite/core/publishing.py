"""From draft to published and back: what every kind of entry that is written at the desk shares. A kind adds its own fields around it.

    draft → scheduled → published → withdrawn        `recall` leads back to draft from each of them

What is withdrawn answers 410 and can be published again with its first date. Events carry the kind: `news.published`, `page.revised` …
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import ModuleType
from typing import Any, TypedDict, TypeVar, Unpack

import sqlalchemy as sa
from flask import current_app
from flask_babel import lazy_gettext as _l

from fansite.core import markup
from fansite.core.content import (
    MAX_SUMMARY,
    MAX_TITLE,
    Entry,
    SlugHistory,
    change_slug,
    claim_slug,
    content_of,
    contents,
    free_slug,
)
from fansite.core.db import db, get, touch, transaction
from fansite.core.errors import Conflict, Refused
from fansite.core.outbox import Event, record
from fansite.core.policy import require
from fansite.lib import slugs
from fansite.lib.times import now
from fansite.settings import Settings

E = TypeVar("E", bound=Entry)

# A long read is 30,000; what is far longer is a paste gone wrong.
MAX_BODY = 300_000


class Wording(TypedDict, total=False):
    """What an editor may set. What is left out stays as it is; an empty summary or slug is made from the text."""

    title: str
    body: str
    summary: str
    slug: str
    language: str
    translation_of: int | None
    comments_open: bool


# ---- writing --------------------------------------------------------------------------------------------------------------


def draft(model: type[E], *, by: Any, **wording: Unpack[Wording]) -> E:
    """A new entry that nobody outside the desk can see."""
    with transaction() as session:
        require(_policy(model).edit, by)
        entry: Any = model(kind=_kind(model), status="draft", author_id=by.id, title="", body="", summary="", created_at=now(), updated_at=now())
        _put(entry, {"language": settings().language, "body": "", **wording})
        wanted = slugs.slugify(wording.get("slug", ""), fallback="") or slugs.slugify(entry.title, fallback=entry.kind)
        entry.slug = free_slug(model, wanted, entry.language, reserved=reserved())
        session.add(entry)
        session.flush()
        claim_slug(entry)
        record(f"{entry.kind}.drafted", entry)
        return entry


def opened(model: type[E], entry_id: int, *, by: Any, version: int) -> E:
    """The entry, ready to be changed by this person, who saw it at this version. Inside a transaction."""
    entry = get(model, entry_id)
    require(content_of(entry).policy.edit, by, entry)
    if entry.version != version:
        raise Conflict(_l("Somebody else saved this text while you were writing. Nothing of either is lost: compare, then save again."))
    return entry


def rewrite(entry: Any, *, otherwise: bool = False, **wording: Unpack[Wording]) -> None:
    """Saves what changed; `otherwise` says that fields of the kind's own changed too. Inside a transaction, after `opened`."""
    before, open_before = _readable(entry), entry.comments_open
    old_title, old_language = entry.title, entry.language
    with db.session.no_autoflush:
        _put(entry, wording)
        _settle_address(entry, wording.get("slug", entry.slug), old_title, old_language)
    if otherwise or _readable(entry) != before:
        entry.version += 1
        entry.updated_at = now()
        if entry.status == "published":
            _touch_all(entry)
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
            entry = session.get(Entry, int(event.subject.partition(":")[2]), populate_existing=True, with_for_update={"of": Entry})
            if entry is not None and entry.status == "scheduled" and entry.published_at is not None and entry.published_at <= now():
                _publish(entry, entry.published_at)


def withdraw(entry_id: int, *, by: Any, reason: str = "") -> Entry:
    """Takes it off the site on purpose; its address says so."""
    with transaction():
        entry = _allowed(entry_id, "withdraw", by)
        if entry.status == "withdrawn":
            return entry
        if entry.status != "published":
            raise Refused(_l("It is not public: there is nothing to withdraw."))
        _touch_all(entry)
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
            _touch_all(entry)
            entry.withdrawn_at = now()
        if was == "scheduled":
            entry.published_at = entry.withdrawn_at
        entry.status = "draft"
        record(f"{entry.kind}.recalled", entry, was=was)
        return entry


def was_public(entry: Entry) -> bool:
    """Whether its address was ever given to the public. While it is away, `withdrawn_at` is when it went."""
    return entry.status == "published" or entry.withdrawn_at is not None


def reserved() -> tuple[str, ...]:
    """Slugs no entry may take besides the site's own words: the languages."""
    return settings().languages


def settings() -> Settings:
    found: Settings = current_app.extensions["fansite"].settings
    return found


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
    _touch_all(entry)
    record(f"{entry.kind}.published", entry)


def _touch_all(entry: Entry) -> None:
    """Its own pages, its lists, and its translations: they link to it."""
    entry.touch()
    touch(*(f"entry:{id}" for id, _language in _others_of_group(entry)))


def _comments_changed(entry: Entry) -> None:
    entry.touch()
    record(f"{entry.kind}.comments_{'opened' if entry.comments_open else 'closed'}", entry)


def _others_of_group(entry: Entry) -> list[tuple[int, str]]:
    group = entry.translation_of_id or entry.id
    statement = sa.select(Entry.id, Entry.language).where(sa.or_(Entry.id == group, Entry.translation_of_id == group), Entry.id != entry.id)
    return [] if group is None else [(id, language) for id, language in db.session.execute(statement)]


# ---- the words --------------------------------------------------------------------------------------------------------------


def _readable(entry: Any) -> tuple[Any, ...]:
    """What a reader would notice."""
    return (entry.title, entry.body, entry.summary, entry.slug, entry.language, entry.translation_of_id)


def _put(entry: Any, wording: Wording) -> None:
    if "title" in wording:
        entry.title = _title(wording["title"])
    if "language" in wording or "translation_of" in wording:
        _put_in_group(entry, wording.get("language", entry.language), wording.get("translation_of", entry.translation_of_id))
    if "comments_open" in wording:
        entry.comments_open = wording["comments_open"]
    _put_text(entry, wording.get("body", entry.body), wording.get("summary", entry.summary).strip())


def _put_text(entry: Any, body: str, summary: str) -> None:
    """A summary nobody wrote follows the text."""
    if len(body) > MAX_BODY:
        raise Refused(_l("That is longer than this site can carry. Cut it in two."), field="body")
    if len(summary) > MAX_SUMMARY:
        raise Refused(_l("Say it in %(most)s characters at most.", most=MAX_SUMMARY), field="summary")
    unwritten = summary == entry.summary == _summary_of(entry)
    if body != entry.body or not entry.html:
        entry.write(body)
    entry.summary = summary if summary and not unwritten else _summary_of(entry)


def _title(text: str) -> str:
    title = " ".join(text.split())
    if not title:
        raise Refused(_l("Give it a title."), field="title")
    if len(title) > MAX_TITLE:
        raise Refused(_l("Say it in %(most)s characters at most.", most=MAX_TITLE), field="title")
    return title


def _summary_of(entry: Any) -> str:
    return markup.summary_of(entry.html)[:MAX_SUMMARY] if entry.html else ""


def _put_in_group(entry: Any, language: str, translation_of: int | None) -> None:
    """One text of each language in a group of translations; all point at the one that was first."""
    if language not in settings().languages:
        raise Refused(_l("This site does not speak that language."), field="language")
    if entry.status == "published":
        _touch_all(entry)  # those it may leave
    entry.language, entry.translation_of_id = language, _first_of_group(entry, translation_of)
    if any(language == taken for _id, taken in _others_of_group(entry)):
        raise Refused(_l("It exists in this language already."), field="translation_of" if translation_of else "language")


def _first_of_group(entry: Entry, other_id: int | None) -> int | None:
    if other_id is None or other_id == entry.translation_of_id:
        return other_id
    other = db.session.get(Entry, other_id)
    if other is None or other.kind != entry.kind or other.id == entry.id:
        raise Refused(_l("Choose a text of the same kind."), field="translation_of")
    if entry.translation_of_id is None and _others_of_group(entry):
        raise Refused(_l("Others are translations of this one: say it there."), field="translation_of")
    return other.group_id


# ---- the address ------------------------------------------------------------------------------------------------------------


def _settle_address(entry: Entry, wanted: str, old_title: str, old_language: str) -> None:
    slug = slugs.slugify(wanted, fallback="")
    if not slug or (slug == entry.slug and entry.title != old_title and not was_public(entry) and _made_of(slug, old_title)):
        # Nobody chose this address and nobody knows it: it follows the title.
        slug = slugs.slugify(entry.title, fallback=entry.kind)
        slug = free_slug(type(entry), slug, entry.language, own_id=entry.id, reserved=reserved())
    if entry.language == old_language:
        change_slug(entry, slug, reserved=reserved())
    else:
        _move_to_language(entry, slug, old_language)


def _made_of(slug: str, title: str) -> bool:
    made = slugs.slugify(title)
    return slug == made or (slug.startswith(f"{made}-") and slug[len(made) + 1 :].isdigit())


def _move_to_language(entry: Entry, slug: str, old_language: str) -> None:
    """The address in the former language leads here, as that of a former slug does."""
    if free_slug(type(entry), slug, entry.language, own_id=entry.id, reserved=reserved()) != slug:
        raise Refused(_l("Another text already has this address."), field="slug")
    old_slug, entry.slug = entry.slug, slug
    claim_slug(entry)
    if was_public(entry):
        key = {"kind": entry.kind, "language": old_language, "scope": entry.scope, "slug": old_slug}
        db.session.execute(sa.delete(SlugHistory).filter_by(**key))
        db.session.add(SlugHistory(entry_id=entry.id, **key))
