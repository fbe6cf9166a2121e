"""Finding news posts: lists for readers of a language, one post, and what stands around it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from fansite.core import listing
from fansite.core.content import Entry, listed, readable_in
from fansite.core.db import db
from fansite.core.db.moments import microseconds
from fansite.core.kept import kept
from fansite.core.listing import Find
from fansite.core.web.paths import current_language
from fansite.core.wording import settings
from fansite.lib.times import from_microseconds, in_microseconds
from fansite.media.models import Photo, Picture
from fansite.news.models import NewsPost, post_gig
from fansite.tags import queries as tags
from fansite.tags.listing import TaggedListing
from fansite.tags.models import Tag, entry_tag
from fansite.tags.queries import Label
from fansite.tour import queries as gigs
from fansite.tour.models import Gig, Tour
from fansite.tour.queries import Evening

PER_PAGE = 20
RELATED = 3
LAST_OF_TAG = 50
IN_CLOUD = 30
# Beside an evening: more than that is a search.
TOLD = 10


@dataclass(frozen=True)
class Beside:
    """Another post, as a link to it."""

    id: int
    language: str
    slug: str
    title: str


@dataclass
class Around:
    """The neighbours of a post in time, those about the same, its public versions in all languages, itself included, and its tags."""

    newer: Beside | None = None
    older: Beside | None = None
    related: list[Beside] = field(default_factory=list)
    versions: list[Beside] = field(default_factory=list)
    # The numbers of the evenings it is about, those among them that are not public.
    gigs: list[int] = field(default_factory=list)
    tags: list[Label] = field(default_factory=list)


# ---- lists ------------------------------------------------------------------------------------------------------------------


class _OfCard(NamedTuple):
    id: int
    kind: str
    language: str
    translation_of_id: int | None
    slug: str
    title: str
    summary: str
    published_at: datetime
    comments_count: int
    cover_seed: int
    cover_motif: str
    cover: Photo | None


class Card(_OfCard):
    """Of a post, what a list says of it: rows that are no objects of the mapper, so that two that say the same are the same."""

    group_id: Any = Entry.group_id


def latest(language: str, limit: int, *, after: int = 0) -> Sequence[Card]:
    """The newest, but for so many of them."""
    return _cards(_latest(), {"language": language, "limit": limit, "after": after})


@cache
def _latest() -> Any:
    offered = _CARDS.where(readable_in(LANGUAGE)).order_by(Entry.published_at.desc(), Entry.id.desc())
    return offered.limit(sa.bindparam("limit", type_=sa.Integer())).offset(sa.bindparam("after", type_=sa.Integer()))


def page_of_all(language: str, number: int) -> tuple[Sequence[Card], int]:
    """The posts of one page and the number of the last."""
    return listing.page_of(_offered(language).order, _by_ids, number, PER_PAGE)


def page_of_tag(language: str, tag: Tag, number: int) -> tuple[Sequence[Card], int]:
    return listing.page_of(_offered(language).carrying(tag.id), _by_ids, number, PER_PAGE)


def latest_of_tag(language: str, tag: Tag, find: Find, limit: int) -> Sequence[Any]:
    """The newest that carry a tag, as `find` finds them."""
    return listing.chosen(_offered(language).carrying(tag.id).downwards(1, limit), find)


def page_of_year(language: str, year: int, number: int) -> tuple[Sequence[Card], int]:
    """The year as the site's own zone has it."""
    of_year = _offered(language).order.between(_begin(year), _begin(year + 1))
    return listing.page_of(of_year, _by_ids, number, PER_PAGE)


def _begin(year: int) -> int:
    return in_microseconds(datetime(year, 1, 1, tzinfo=settings().timezone))


@cache
def _offered(language: str) -> TaggedListing:
    """What a reader of this language is offered, by the time it was published."""
    where = (Entry.kind == "news", listed(), readable_in(language))
    key = microseconds(Entry.published_at)
    return TaggedListing(f"news.list.{language}", ("entry", "tag"), Entry.id, key, where, tags=("list:news",))


def cloud(language: str) -> list[tuple[str, str, int]]:
    """(slug, name, posts a reader of this language is offered) of the tags used most, by name."""
    return kept(f"news.cloud.{language}", ("list:news", "list:tag"), lambda: tags.named(_offered(language).most_used(IN_CLOUD)))


_ENTRY, _COVER = Entry.__table__.c, Picture.__table__.c
_OF_ENTRY = [_ENTRY[name] for name in Card._fields[:-1]]
_CARDS = (
    sa.select(*_OF_ENTRY, *(_COVER[name] for name in Photo._fields))
    .select_from(sa.outerjoin(Entry.__table__, Picture.__table__, _ENTRY.cover_id == _COVER.id))
    .where(_ENTRY.kind == "news", listed())
)
_CARDS_BY_IDS = _CARDS.where(_ENTRY.id.in_(listing.IDS))


def _by_ids(ids: Sequence[int]) -> list[Card]:
    return _cards(_CARDS_BY_IDS, {"ids": ids})


def _cards(statement: Any, facts: dict[str, Any]) -> list[Card]:
    return [_card(row[: len(_OF_ENTRY)], row[len(_OF_ENTRY) :]) for row in db.session.execute(statement, facts)]


def _card(entry: Sequence[Any], cover: Sequence[Any]) -> Card:
    return Card._make([*entry, Photo(*cover) if cover[0] else None])


def years(language: str) -> list[int]:
    """The years with something to read in this language, newest first."""
    order, zone, found = _offered(language).order, settings().timezone, []
    # The newest of all, then the newest before its year, and so on.
    last = order.last_key()
    while last is not None:
        found.append(from_microseconds(last).astimezone(zone).year)
        last = order.last_key(before=_begin(found[-1]))
    return found


# ---- one post ---------------------------------------------------------------------------------------------------------------


def around(post: NewsPost) -> Around:
    """All of it in one query."""
    found = Around()
    facts = {"id": post.id, "group": post.group_id, "language": post.language, "published_at": post.published_at}
    for role, id, language, slug, title in db.session.execute(_all_around(post.published_at is not None), facts):
        if role == "gigs":
            found.gigs.append(id)
        elif role == "tags":
            found.tags.append(Label(id, slug, title))
        elif role in ("versions", "related"):
            getattr(found, role).append(Beside(id, language, slug, title))
        else:
            setattr(found, role, Beside(id, language, slug, title))
    found.versions.sort(key=lambda version: version.language)
    found.tags.sort(key=lambda tag: tag.name)
    return found


@cache
def _all_around(in_time: bool) -> Any:
    """Put together once: that takes longer than the answer. Its parameters are `id`, `group`, `language` and `published_at`."""
    parts = [_versions(), _GIGS, _TAGS]
    if in_time:
        parts += [_neighbour(newer=True), _neighbour(newer=False), _related()]
    return sa.union_all(*parts)


LANGUAGE, GROUP = sa.bindparam("language", type_=sa.String()), sa.bindparam("group", type_=sa.Integer())
POST = sa.bindparam("id", type_=sa.Integer())


def _facts(role: str, table: Any) -> sa.Select[Any]:
    return sa.select(sa.literal(role), table.id, table.language, table.slug, table.title)


_GIGS = sa.select(sa.literal("gigs"), post_gig.c.gig_id, sa.literal(""), sa.literal(""), sa.literal("")).where(
    post_gig.c.post_id == POST
)
_TAGS = (
    sa.select(sa.literal("tags"), Tag.id, sa.literal(""), Tag.slug, Tag.name)
    .join(entry_tag, entry_tag.c.tag_id == Tag.id)
    .where(entry_tag.c.entry_id == POST)
)


def _versions() -> sa.Select[Any]:
    return _facts("versions", Entry).where(sa.or_(Entry.id == GROUP, Entry.translation_of_id == GROUP), listed())


def _neighbour(*, newer: bool) -> sa.Select[Any]:
    here = sa.tuple_(sa.bindparam("published_at", type_=Entry.published_at.type), POST)
    place = sa.tuple_(Entry.published_at, Entry.id)
    side = place > here if newer else place < here
    order = (Entry.published_at.asc(), Entry.id.asc()) if newer else (Entry.published_at.desc(), Entry.id.desc())
    statement = sa.select(Entry.id, Entry.language, Entry.slug, Entry.title).where(
        Entry.kind == "news", listed(), readable_in(LANGUAGE)
    )
    row = statement.where(side).order_by(*order).limit(1).subquery()
    return _facts("newer" if newer else "older", row.c)


def _related() -> sa.Select[Any]:
    """The few that share most tags with it, of the last that carry each of them: a tag may hang on tens of thousands."""
    own, other = entry_tag.alias(), entry_tag.alias()
    carriers = own.join(other, other.c.tag_id == own.c.tag_id)
    last = other.c.entry_id >= sa.func.coalesce(_first_of_last(own), 0)
    shared = sa.select(other.c.entry_id).select_from(carriers).where(own.c.entry_id == POST, last).subquery()
    most = (
        sa.select(Entry.id, Entry.language, Entry.slug, Entry.title)
        .join(shared, shared.c.entry_id == Entry.id)
        .where(
            Entry.kind == "news",
            listed(),
            readable_in(LANGUAGE),
            sa.func.coalesce(Entry.translation_of_id, Entry.id) != GROUP,
        )
        .group_by(Entry.id, Entry.language, Entry.slug, Entry.title, Entry.published_at)
        .order_by(sa.func.count().desc(), Entry.published_at.desc(), Entry.id.desc())
        .limit(RELATED)
    )
    return _facts("related", most.subquery().c)


def _first_of_last(own: Any) -> sa.ScalarSelect[Any]:
    """Where the last entries with one of its tags begin; NULL where they are all there are."""
    carriers = sa.select(entry_tag.c.entry_id).where(entry_tag.c.tag_id == own.c.tag_id).correlate(own)
    return carriers.order_by(entry_tag.c.entry_id.desc()).offset(LAST_OF_TAG - 1).limit(1).scalar_subquery()


# ---- evenings it is about ------------------------------------------------------------------------------------------------------


def evenings(ids: Collection[int]) -> list[Evening]:
    """The public ones among these, the first first."""
    return gigs.shown(night for night in gigs.nights() if night.id in ids) if ids else []


def about_gig(gig: Gig) -> dict[str, Any] | None:
    """Beside an evening: what is written about it in the reader's language, the newest first."""
    return _found(_about_gig(), {"gig": gig.id})


def about_tour(tour: Tour | None) -> dict[str, Any] | None:
    """Beside a tour: what is written about its evenings. Of all that is to come nothing: that is what the news are for."""
    return _found(_about_tour(), {"tour": tour.id}) if tour is not None else None


def _found(statement: Any, facts: dict[str, Any]) -> dict[str, Any] | None:
    rows = db.session.execute(statement, {"language": current_language(), **facts})
    posts = [Told(*row) for row in rows]
    return {"posts": posts} if posts else None


class Told(NamedTuple):
    """Of a post about an evening, a link to it."""

    id: int
    slug: str
    title: str
    published_at: datetime


@cache
def _about_gig() -> Any:
    return _TOLD.where(_ENTRY.id.in_(sa.select(post_gig.c.post_id).where(post_gig.c.gig_id == sa.bindparam("gig"))))


@cache
def _about_tour() -> Any:
    of_tour = sa.select(Gig.__table__.c.id).where(Gig.__table__.c.tour_id == sa.bindparam("tour"))
    return _TOLD.where(_ENTRY.id.in_(sa.select(post_gig.c.post_id).where(post_gig.c.gig_id.in_(of_tour))))


_TOLD = (
    sa.select(_ENTRY.id, _ENTRY.slug, _ENTRY.title, _ENTRY.published_at)
    .where(listed(), _ENTRY.language == LANGUAGE)
    .order_by(_ENTRY.published_at.desc(), _ENTRY.id.desc())
    .limit(TOLD)
)
