"""What acts are about, as it stands now: what was taken down, taken back or is over is not told. Of each sort in one or two queries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.bonds.models import Bond
from fansite.comments import queries as comments
from fansite.core import markup
from fansite.core.content import Entry, listed
from fansite.core.db import db
from fansite.core.listing import IDS
from fansite.core.web import entry_path, path_for
from fansite.lib.times import now
from fansite.media.models import Picture
from fansite.river.models import Activity
from fansite.river.queries import Act, Doer, doer_columns, known
from fansite.tour import queries as tour
from fansite.tour.going.models import Attendance
from fansite.tour.going.queries import tag_of as going_tag
from fansite.tour.photos import queries as photos
from fansite.tour.photos.models import FanPhoto
from fansite.tour.photos.models import of_gig as photo_tag
from fansite.tour.queries import Evening
from fansite.tour.words import short_day, title_of

EXCERPT = 160


class Shot(NamedTuple):
    picture: Picture
    address: str


@dataclass(frozen=True)
class Told:
    """What one act is about. Acts of one sort with the same `about` on one day are one line."""

    about: int
    title: str = ""
    address: str = ""
    # Of the title; empty where it is in the reader's.
    language: str = ""
    # What they said, in short.
    words: str = ""
    day: str = ""
    whom: Doer | None = None
    shot: Shot | None = None
    # What a page depends on that tells it.
    tags: tuple[str, ...] = ()
    # From then on it is told no more.
    until: datetime | None = None


def told(acts: Sequence[Act]) -> dict[int, Told]:
    """By the act's number, those that are to be told."""
    found: dict[int, Told] = {}
    for verbs, tell in TELLERS:
        of_sort = [act for act in acts if act.verb in verbs]
        found |= tell(of_sort) if of_sort else {}
    return found


def would_change(act: Act) -> tuple[str, ...]:
    """What a page depends on that looked at an act, though it tells nothing of it now: it may be true again."""
    entry = (f"entry:{act.entry_id}",) if act.entry_id is not None else ()
    if act.entry_id is not None and act.verb in ("goes", "was"):
        return (*entry, going_tag(act.entry_id))
    if act.entry_id is not None and act.verb == "showed":
        return (*entry, photo_tag(act.entry_id))
    return (f"ties:{act.doer.id}",) if act.verb == "follows" else entry


# ---- the sorts --------------------------------------------------------------------------------------------------------------


def _said(acts: Sequence[Act]) -> dict[int, Told]:
    public = {said.id: (said, place, title) for said, place, title in comments.public_ones(_subjects(acts))}
    found = {}
    for act in acts:
        if act.subject_id not in public:
            continue
        said, place, title = public[act.subject_id]
        if said.author_id == act.doer.id:
            found[act.id] = Told(
                about=place.id,
                title=title,
                address=path_for("comments.permalink", comment_id=said.id),
                language=place.language,
                words=markup.summary_of(said.html, length=EXCERPT),
                tags=(f"entry:{place.id}", f"comment:{said.id}"),
            )
    return found


class _Text(NamedTuple):
    id: int
    kind: str
    language: str
    slug: str
    title: str
    author_id: int | None


def _wrote(acts: Sequence[Act]) -> dict[int, Told]:
    rows = db.session.execute(_TEXTS.where(Entry.id.in_(_subjects(acts))))
    texts = {row.id: _Text._make(row) for row in rows}
    return {
        act.id: Told(text.id, text.title, entry_path(text), text.language, tags=(f"entry:{text.id}",))
        for act in acts
        if (text := texts.get(act.subject_id)) is not None and text.author_id == act.doer.id
    }


def _attended(acts: Sequence[Act]) -> dict[int, Told]:
    """What somebody meant to do, and did not say of what is over, is nobody's business."""
    gigs = {gig.id: gig for gig in tour.evenings(set(_subjects(acts)))}
    words = _words(acts)
    found = {}
    for act in acts:
        gig = gigs.get(act.subject_id)
        if gig is None or words.get(act.id) != ("going" if act.verb == "goes" else "there"):
            continue
        if act.verb == "was" or (not gig.off and gig.over_at > now()):
            until = gig.over_at if act.verb == "goes" else None
            found[act.id] = _of_evening(gig, address=entry_path(gig), tags=(going_tag(gig.id), f"entry:{gig.id}"), until=until)
    return found


def _showed(acts: Sequence[Act]) -> dict[int, Told]:
    shown = {photo.id: photo for photo in photos.many(_subjects(acts)) if photo.visible and photo.gig.public}
    found = {}
    for act in acts:
        photo = shown.get(act.subject_id)
        if photo is not None and photo.account_id == act.doer.id:
            shot = Shot(photo.picture, path_for("tour.photo", slug=photo.gig.slug, photo_id=photo.id))
            tags = (photo_tag(photo.gig_id), f"entry:{photo.gig_id}")
            found[act.id] = _of_evening(photo.gig, address=_photos_of(photo), tags=tags, shot=shot)
    return found


def _follows(acts: Sequence[Act]) -> dict[int, Told]:
    """Only between people who are both here, and as long as it holds."""
    rows = db.session.execute(_FOLLOWED, {"ids": [act.id for act in acts]})
    whom = {number: Doer._make(facts) for number, *facts in rows}
    return {
        act.id: Told(
            about=other.id,
            title=other.username,
            address=path_for("fans.show", username=other.username_key),
            whom=other,
            tags=(f"ties:{act.doer.id}", f"ties:{other.id}", f"account:{other.id}"),
        )
        for act in acts
        if (other := whom.get(act.id)) is not None
    }


def _came(acts: Sequence[Act]) -> dict[int, Told]:
    return {act.id: Told(0) for act in acts if act.doer.id == act.subject_id}


Tell = Callable[[Sequence[Act]], dict[int, Told]]
TELLERS: tuple[tuple[tuple[str, ...], Tell], ...] = (
    (("said",), _said),
    (("wrote",), _wrote),
    (("goes", "was"), _attended),
    (("showed",), _showed),
    (("follows",), _follows),
    (("came",), _came),
)


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _subjects(acts: Sequence[Act]) -> list[int]:
    return [act.subject_id for act in acts]


def _words(acts: Sequence[Act]) -> dict[int, str]:
    """What each of them says of the evening by now."""
    rows = db.session.execute(_WORDS, {"ids": [act.id for act in acts]})
    return {row.id: row.word for row in rows}


def _of_evening(gig: Evening | Any, **more: Any) -> Told:
    return Told(about=gig.id, title=title_of(gig), day=short_day(gig.day), **more)


def _photos_of(photo: FanPhoto) -> str:
    return path_for("tour.photos", slug=photo.gig.slug)


_TEXTS = sa.select(*(Entry.__table__.c[name] for name in _Text._fields)).where(listed())
# By both, through the lines themselves: to one evening fifty thousand go, and as many follow one person.
_LINE, _SAID_OF, _BOND = Activity.__table__.c, Attendance.__table__.c, Bond.__table__.c
_OF_THESE = _LINE.id.in_(IDS)
_WORDS = (
    sa.select(_LINE.id, _SAID_OF.word)
    .join_from(
        Activity.__table__,
        Attendance.__table__,
        sa.and_(_SAID_OF.gig_id == _LINE.subject_id, _SAID_OF.account_id == _LINE.account_id),
    )
    .where(_OF_THESE)
)
_FOLLOWED = (
    sa.select(_LINE.id, *doer_columns())
    .join_from(
        Activity.__table__,
        Bond.__table__,
        sa.and_(_BOND.account_id == _LINE.account_id, _BOND.kind == "follow", _BOND.other_id == _LINE.subject_id),
    )
    .join(Account.__table__, Account.__table__.c.id == _BOND.other_id)
    .where(_OF_THESE, known())
)
