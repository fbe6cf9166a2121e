"""All that is to be known of some notices to tell them, as it stands now: in a fixed number of questions, however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.bonds.models import Bond
from fansite.comments import queries as comments
from fansite.comments.models import Comment
from fansite.core.content import Entry, listed
from fansite.core.db import db
from fansite.core.notices import Waiting
from fansite.moderation.models import Review
from fansite.notifications.people.given import still_given


class Text(NamedTuple):
    """Of an entry, what is told of it."""

    id: int
    kind: str
    language: str
    slug: str
    title: str
    summary: str
    author_id: int | None
    translation_of_id: int | None


class Someone(NamedTuple):
    id: int
    username: str
    username_key: str


@dataclass(frozen=True)
class Facts:
    # Only what everybody may read.
    comments: dict[int, Comment]
    # By the first text's number, all its versions.
    texts: dict[int, list[Text]]
    # Who is here.
    people: dict[int, Someone]
    # (reader, who did it): nothing of theirs is to reach them.
    deaf: set[tuple[int, int]]
    # (who follows, whom).
    following: set[tuple[int, int]]
    # (subject, who).
    reactions: set[tuple[str, int]]
    reviews: dict[int, Review]


def facts_of(waiting: Sequence[Waiting]) -> Facts:
    said = comments.many_with_context(_numbers(waiting, "comment"))
    readers = {notice.account_id for notice in waiting}
    doers = {notice.facts["by"] for notice in waiting if notice.facts.get("by")} | {
        one.author_id for one in said if one.author_id
    }
    given = [(notice.subject, notice.facts["by"]) for notice in waiting if notice.kind == "comment.reaction"]
    return Facts(
        comments={one.id: one for one in said if one.visible and one.entry.public},
        texts=_texts(_numbers(waiting, "entry")),
        people=_people(readers | doers),
        deaf=_deaf(readers, doers),
        following=_following(readers | doers),
        reactions=still_given(given) if given else set(),
        reviews=_reviews([notice.facts["review"] for notice in waiting if "review" in notice.facts]),
    )


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _numbers(waiting: Iterable[Waiting], kind: str) -> list[int]:
    return sorted({int(notice.subject.partition(":")[2]) for notice in waiting if notice.subject.startswith(f"{kind}:")})


def _texts(ids: Sequence[int]) -> dict[int, list[Text]]:
    if not ids:
        return {}
    columns = [Entry.__table__.c[name] for name in Text._fields]
    # Each by an index of its own.
    ways = (Entry.id.in_(ids), Entry.translation_of_id.in_(ids))
    statement = sa.union_all(*(sa.select(*columns).where(way, listed()) for way in ways))
    found: dict[int, list[Text]] = {}
    for text in map(Text._make, db.session.execute(statement)):
        found.setdefault(text.translation_of_id or text.id, []).append(text)
    return found


def _people(ids: Iterable[int]) -> dict[int, Someone]:
    here = (Account.disabled_at.is_(None), Account.erased_at.is_(None))
    columns = [Account.__table__.c[name] for name in Someone._fields]
    rows = db.session.execute(sa.select(*columns).where(Account.id.in_(list(ids)), *here))
    return {row.id: Someone._make(row) for row in rows}


def _deaf(readers: Iterable[int], doers: Iterable[int]) -> set[tuple[int, int]]:
    """Who mutes or blocks whom, or is blocked by them."""
    row, theirs, others = Bond.__table__.c, list(readers), list(doers)
    unheard = (row.account_id.in_(theirs), row.kind.in_(["mute", "block"]), row.other_id.in_(others))
    kept_away = (row.account_id.in_(others), row.kind == "block", row.other_id.in_(theirs))
    found = sa.union(
        sa.select(row.account_id, row.other_id).where(*unheard), sa.select(row.other_id, row.account_id).where(*kept_away)
    )
    return {(reader, doer) for reader, doer in db.session.execute(found)}


def _following(ids: Iterable[int]) -> set[tuple[int, int]]:
    row, among = Bond.__table__.c, list(ids)
    pairs = (row.account_id.in_(among), row.kind == "follow", row.other_id.in_(among))
    return {(who, whom) for who, whom in db.session.execute(sa.select(row.account_id, row.other_id).where(*pairs))}


def _reviews(ids: Sequence[int]) -> dict[int, Review]:
    if not ids:
        return {}
    found = db.session.scalars(sa.select(Review).where(Review.id.in_(ids)).execution_options(populate_existing=True))
    return {review.id: review for review in found}
