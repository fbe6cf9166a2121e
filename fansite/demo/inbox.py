"""What fay finds on the site when she comes by: what the engine would have told her of the last weeks, the latest of it unread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.bonds.models import Bond
from fansite.comments.models import Comment, Mention
from fansite.core.content import Entry, listed
from fansite.core.db import db, transaction
from fansite.core.notices import Waiting
from fansite.core.outbox import Event
from fansite.demo import people
from fansite.lib.times import now
from fansite.notifications import inbox, queries
from fansite.notifications.models import Line, Notice, Occasion
from fansite.reactions.models import Reaction
from fansite.tour.models import Change

WHOSE = "fay"
# What lies before she has long read and forgotten; what came since her last visit is unread.
WEEKS = timedelta(days=21)
LAST_VISIT = timedelta(hours=10)


def load() -> int:
    """Once; returns how many lines."""
    fay = people.by_name().get(WHOSE)
    if fay is None or db.session.scalar(sa.select(Notice.id).where(Notice.account_id == fay.id).limit(1)) is not None:
        return 0
    with transaction():
        told = [one for event in sorted(_events(fay), key=lambda one: one.at) for one in _noted(event, fay.id)]
        return _written(told, fay.id)


# ---- what happened ------------------------------------------------------------------------------------------------------------


def _events(fay: Account) -> Iterator[Event]:
    """As the outbox would have named them."""
    since = now() - WEEKS
    for number, at in _answers(fay.id, since):
        yield _event("comment.published", f"comment:{number}", at)
    for number, at in _mentions(fay.id, since):
        yield _event("mention.made", f"comment:{number}", at, to=[fay.id])
    for comment, entry, by, at in _reactions(fay.id, since):
        yield _event("reaction.given", f"comment:{comment}" if comment else f"entry:{entry}", at, by=by)
    for by, at in _followers(fay.id, since):
        yield _event("bond.follow", f"account:{fay.id}", at, by=by)
    for kind, number, at in _texts(fay.id, since):
        yield _event(f"{kind}.published", f"entry:{number}", at)
    for gig, number, to, at in _changes(since):
        yield _event("gig.changed", f"gig:{gig}", at, change=number, to=to)


def _event(name: str, subject: str, at: datetime, **data: Any) -> Event:
    return Event(name=name, subject=subject, data=data, at=at)


def _answers(fay: int, since: datetime) -> Sequence[Any]:
    """To what she said, and in what she began."""
    parent = sa.orm.aliased(Comment)
    found = sa.select(Comment.id, Comment.posted_at).join(Entry, Entry.id == Comment.entry_id)
    hers = sa.or_(parent.author_id == fay, sa.and_(Entry.kind == "talk", Entry.author_id == fay))
    seen = (Comment.status == "published", Comment.author_id != fay, Comment.posted_at > since)
    return _rows(found.outerjoin(parent, parent.id == Comment.parent_id).where(hers, *seen).order_by(Comment.id))


def _mentions(fay: int, since: datetime) -> Sequence[Any]:
    found = sa.select(Comment.id, Comment.posted_at).join(Mention, Mention.comment_id == Comment.id)
    return _rows(found.where(Mention.account_id == fay, Comment.posted_at > since).order_by(Comment.id))


def _reactions(fay: int, since: datetime) -> Sequence[Any]:
    columns = (Reaction.comment_id, Reaction.entry_id, Reaction.account_id, Reaction.at)
    found = (
        sa.select(*columns).outerjoin(Comment, Comment.id == Reaction.comment_id).outerjoin(Entry, Entry.id == Reaction.entry_id)
    )
    return _rows(
        found.where(sa.func.coalesce(Comment.author_id, Entry.author_id) == fay, Reaction.at > since).order_by(Reaction.id)
    )


def _followers(fay: int, since: datetime) -> Sequence[Any]:
    found = sa.select(Bond.account_id, Bond.since).where(Bond.other_id == fay, Bond.kind == "follow", Bond.since > since)
    return _rows(found.order_by(Bond.account_id))


def _texts(fay: int, since: datetime) -> Sequence[Any]:
    followed = sa.select(Bond.other_id).where(Bond.account_id == fay, Bond.kind == "follow")
    found = sa.select(Entry.kind, Entry.id, Entry.published_at).where(listed(), Entry.kind.in_(("talk", "news")))
    wanted = (Entry.author_id.in_(followed), Entry.translation_of_id.is_(None), Entry.published_at > since)
    return _rows(found.where(*wanted).order_by(Entry.id))


def _changes(since: datetime) -> Sequence[Any]:
    found = sa.select(Change.gig_id, Change.id, Change.to, Change.at).where(Change.undone_at.is_(None), Change.at > since)
    return _rows(found.order_by(Change.id))


def _rows(statement: Any) -> Sequence[Any]:
    return db.session.execute(statement).all()


# ---- what she is told of it ---------------------------------------------------------------------------------------------------


def _noted(event: Event, fay: int) -> Iterator[tuple[Occasion, Notice]]:
    """By each kind of notice that concerns her and comes to the site."""
    for kind in queries.kinds().values():
        if event.name not in kind.events or queries.pace({}, fay, kind.name, "site") == "off":
            continue
        happening = kind.happened(event)
        if happening is None or fay not in kind.concerned(happening, fay - 1, 1)[0]:
            continue
        at = event.at
        occasion = Occasion(
            kind=kind.name, subject=happening.subject, key=happening.key, facts=happening.facts, planned_at=at, created_at=at
        )
        yield occasion, Notice(account_id=fay, channel="site", due_at=at, at_latest=at, state="sent", settled_at=at)


def _written(told: Sequence[tuple[Occasion, Notice]], fay: int) -> int:
    db.session.add_all([occasion for occasion, _notice in told])
    db.session.flush()
    for occasion, notice in told:
        notice.occasion_id = occasion.id
    db.session.add_all([notice for _occasion, notice in told])
    db.session.flush()
    at = {notice.id: notice.due_at for _occasion, notice in told}
    by_family: dict[str, list[Waiting]] = {}
    for occasion, notice in told:
        waiting = Waiting(notice.id, fay, occasion.kind, occasion.subject, occasion.key, occasion.facts, "site")
        by_family.setdefault(queries.family(occasion.kind), []).append(waiting)
    pieces = [piece for name, group in by_family.items() for piece in queries.kinds()[name].tell(group)[0]]
    for piece in pieces:
        inbox.put(fay, piece)
    for line in db.session.scalars(sa.select(Line).where(Line.account_id == fay)):
        line.at = at[line.newest]
        line.read_at = line.at + timedelta(hours=3) if line.at < now() - LAST_VISIT else None
    return len(pieces)
