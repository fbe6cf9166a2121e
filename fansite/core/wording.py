"""The words of an entry and their place: title, text, summary, language, translations, address. Everything here runs inside a transaction."""

from __future__ import annotations

from typing import Any, TypedDict

import sqlalchemy as sa
from flask import current_app
from flask_babel import lazy_gettext as _l

from fansite.core import markup
from fansite.core.content import MAX_SUMMARY, MAX_TITLE, Entry, change_slug, claim_slug, free_slug, remember_slug
from fansite.core.db import db, touch
from fansite.core.errors import Refused
from fansite.lib import slugs
from fansite.settings import Settings

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
    # A picture of the library, or None for a drawn cover: which of the many, and of what.
    cover_id: int | None
    cover_seed: int
    cover_motif: str


def readable(entry: Any) -> tuple[Any, ...]:
    """What a reader would notice."""
    words = (entry.title, entry.body, entry.summary, entry.slug, entry.language, entry.translation_of_id)
    return (*words, entry.cover_id, entry.cover_seed, entry.cover_motif)


def put(entry: Any, wording: Wording) -> None:
    if "title" in wording:
        entry.title = _title(wording["title"])
    if "language" in wording or "translation_of" in wording:
        _put_in_group(entry, wording.get("language", entry.language), wording.get("translation_of", entry.translation_of_id))
    if "comments_open" in wording:
        entry.comments_open = wording["comments_open"]
    if "cover_id" in wording:
        entry.cover_id = wording["cover_id"]
    entry.cover_seed = wording.get("cover_seed", entry.cover_seed or 0)
    entry.cover_motif = wording.get("cover_motif", entry.cover_motif or "")
    _put_text(entry, wording.get("body", entry.body), wording.get("summary", entry.summary).strip())


def _put_text(entry: Any, body: str, summary: str) -> None:
    """A summary nobody wrote follows the text."""
    if body != entry.body:
        markup.check(body, limit=MAX_BODY)
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


# ---- translations ---------------------------------------------------------------------------------------------------------


def touch_all(entry: Entry) -> None:
    """Its own pages, its lists, what links to it, and its translations: they do too; and wherever is shown what was said below it."""
    entry.touch()
    if entry.comments_count:
        touch("list:comments")
    touch(*entry.link_tags, *(f"entry:{id}" for id, _language in others_of_group(entry)))


def others_of_group(entry: Entry) -> list[tuple[int, str]]:
    group = entry.translation_of_id or entry.id
    statement = sa.select(Entry.id, Entry.language).where(
        sa.or_(Entry.id == group, Entry.translation_of_id == group), Entry.id != entry.id
    )
    return [] if group is None else [(id, language) for id, language in db.session.execute(statement)]


def _put_in_group(entry: Any, language: str, translation_of: int | None) -> None:
    """One text of each language in a group of translations; all point at the one that was first."""
    if language not in settings().languages:
        raise Refused(_l("This site does not speak that language."), field="language")
    if entry.status == "published":
        touch_all(entry)  # those it may leave
    entry.language, entry.translation_of_id = language, _first_of_group(entry, translation_of)
    if any(language == taken for _id, taken in others_of_group(entry)):
        raise Refused(_l("It exists in this language already."), field="translation_of" if translation_of else "language")


def _first_of_group(entry: Entry, other_id: int | None) -> int | None:
    if other_id is None or other_id == entry.translation_of_id:
        return other_id
    other = db.session.get(Entry, other_id)
    if other is None or other.kind != entry.kind or other.id == entry.id:
        raise Refused(_l("Choose a text of the same kind."), field="translation_of")
    if entry.translation_of_id is None and others_of_group(entry):
        raise Refused(_l("Others are translations of this one: say it there."), field="translation_of")
    return other.group_id


# ---- the address ------------------------------------------------------------------------------------------------------------


def first_slug(entry: Entry, wanted: str) -> str:
    """The address of a new entry: the one asked for or one made of its title, with a number when it is taken."""
    slug = slugs.slugify(wanted, fallback="") or slugs.slugify(entry.title, fallback=entry.kind)
    return free_slug(type(entry), slug, entry.language, own_id=entry.id, reserved=reserved())


def settle_address(entry: Entry, wanted: str, old_title: str, old_language: str) -> None:
    slug = slugs.slugify(wanted, fallback="")
    if not slug or (slug == entry.slug and entry.title != old_title and not entry.was_public and _made_of(slug, old_title)):
        # Nobody chose this address and nobody knows it: it follows the title.
        slug = first_slug(entry, "")
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
    remember_slug(entry, old_slug, old_language)


def reserved() -> tuple[str, ...]:
    """Slugs no entry may take besides the site's own words: the languages."""
    return settings().languages


def settings() -> Settings:
    found: Settings = current_app.extensions["fansite"].settings
    return found
