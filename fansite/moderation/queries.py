"""The queue, as its page needs it: a fixed number of queries however much waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import joinedload, selectinload

from fansite.accounts.models import Account
from fansite.core import listing
from fansite.core.db import db
from fansite.core.db.moments import microseconds
from fansite.core.listing import Listing
from fansite.moderation.models import DECISIONS, LogLine, Report, Review
from fansite.moderation.sifting import Sieve
from fansite.rules import queries as rules
from fansite.rules.queries import Brief

PER_PAGE = 25
LINES_A_PAGE = 50
QUEUES = ("pending", "reported", "recent")


class Record(NamedTuple):
    """Of what somebody sent, how much became public, and how much a moderator refused."""

    approved: int = 0
    refused: int = 0


@dataclass(frozen=True)
class Card:
    """What a moderator has to see about a subject, whatever it is."""

    html: Any
    author_name: str
    author_path: str | None
    # Facts for a sentence: texts approved and refused, and since when the author is here.
    approved: int
    refused: int
    author_since: datetime | None
    entry_title: str
    entry_path: str
    posted_at: datetime
    status: str
    parent_name: str = ""
    parent_text: str = ""
    # What stood there before: (words, until when), oldest first.
    earlier: Sequence[tuple[str, datetime]] = ()


def known_of(author: Account | None, also: Record = Record()) -> dict[str, Any]:
    """What a card says of an author: how their comments fared, and what `also` is theirs; and since when they are here."""
    if author is None:
        return {"approved": 0, "refused": 0, "author_since": None}
    return {
        "approved": author.approved_comments + also.approved,
        "refused": author.refused_comments + also.refused,
        "author_since": author.joined_at,
    }


@dataclass(frozen=True)
class Item:
    """A review with its card; the card is None when the subject is gone."""

    review: Review
    card: Card | None
    # A decision before the last review of a text is history.
    latest: bool = True
    # The house rules that held when it was decided.
    rules: Brief | None = None


@dataclass(frozen=True)
class LogEntry:
    """A line of the log with who is behind its numbers."""

    line: LogLine
    by: str | None
    author: str | None
    # The last word about its subject, and a decision: it can be taken back.
    reversible: bool


def count_decided() -> int:
    return len(_QUEUES["recent"].order)


def counts() -> dict[str, int]:
    """How many wait in each queue."""
    return {queue: len(_QUEUES[queue].order) for queue in ("pending", "reported")}


def in_queue(queue: str, page: int, *, also: int | None = None) -> tuple[Sequence[Item], Item | None]:
    """A page of what waits, oldest first; of `recent`, what was decided, newest first. And one more review, wherever it stands."""
    reviews, _last = listing.page_of(_QUEUES[queue].order, REVIEWS, page, PER_PAGE, upwards=queue != "recent")
    return _and_one(reviews, also)


def in_sieve(sieve: Sieve, page: int, *, also: int | None = None) -> tuple[Sequence[Item], Item | None]:
    """The same of what waits and is wanted."""
    here = sieve.reviews.order_by(Review.opened_at, Review.id).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    return _and_one(listing.chosen(db.session.scalars(here).all(), REVIEWS), also)


def count_in_sieve(sieve: Sieve) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(sieve.reviews.subquery())) or 0


def _and_one(reviews: Sequence[Review], also: int | None) -> tuple[Sequence[Item], Item | None]:
    other = listing.chosen([also], REVIEWS) if also else []
    found = items([*reviews, *other])
    return found[: len(reviews)], found[-1] if other else None


def alike(items: Sequence[Item], queue: str) -> dict[str, int]:
    """Of what these say, how many that wait say the same, where there is more than one."""
    said = {item.review.likeness for item in items if item.review.likeness}
    if not said:
        return {}
    waiting = (Review.likeness.in_(said), Review.decided_at.is_(None), Review.queue == queue)
    statement = sa.select(Review.likeness, sa.func.count()).where(*waiting).group_by(Review.likeness)
    return {str(likeness): number for likeness, number in db.session.execute(statement) if number > 1}


def _waiting(queue: str) -> Listing:
    where = (Review.decided_at.is_(None), Review.queue == queue)
    return Listing(f"moderation.{queue}", ("review",), Review.id, microseconds(Review.opened_at), where)


_DECIDED = (Review.decided_at.is_not(None), Review.decision.is_not(None))
_QUEUES = {
    "pending": _waiting("pending"),
    "reported": _waiting("reported"),
    "recent": Listing("moderation.recent", ("review",), Review.id, microseconds(Review.decided_at), _DECIDED, was="second"),
}


def review_item(review_id: int) -> Item | None:
    review = db.session.execute(_with_people(sa.select(Review).where(Review.id == review_id))).scalar_one_or_none()
    return items([review])[0] if review is not None else None


def latest_review_of(kind: str, subject_id: int) -> Review | None:
    statement = (
        sa.select(Review).where(Review.subject_kind == kind, Review.subject_id == subject_id).order_by(Review.id.desc()).limit(1)
    )
    return db.session.execute(_with_people(statement)).scalar_one_or_none()


def item_without_review(kind: str, subject_id: int, card: Card) -> Item:
    """For a text nobody complained about: a review that is not stored yet."""
    review = Review(subject_kind=kind, subject_id=subject_id, queue="reported", reasons=[], opened_at=card.posted_at, version=1)
    review.reports, review.links, review.decided_by = [], [], None
    return Item(review, card)


def items(reviews: Sequence[Review]) -> list[Item]:
    by_kind: dict[str, list[int]] = {}
    for review in reviews:
        by_kind.setdefault(review.subject_kind, []).append(review.subject_id)
    kinds = current_app.extensions["fansite"].reviewables
    cards = {kind: kinds[kind].cards(ids) for kind, ids in by_kind.items() if kind in kinds}
    past = _superseded(reviews)
    versions = rules.briefs({review.rules_id for review in reviews if review.rules_id is not None and review.rule is not None})
    return [
        Item(
            review,
            cards.get(review.subject_kind, {}).get(review.subject_id),
            latest=review.id not in past,
            rules=versions.get(review.rules_id or 0),
        )
        for review in reviews
    ]


def log_lines(before: int | None) -> tuple[list[LogEntry], int | None]:
    """A page of the log, newest first, and the key of the next page."""
    statement = sa.select(LogLine).where(LogLine.id < before) if before is not None else sa.select(LogLine)
    lines = db.session.scalars(statement.order_by(LogLine.id.desc()).limit(LINES_A_PAGE + 1)).all()
    shown = lines[:LINES_A_PAGE]
    return entries_of(shown), shown[-1].id if len(lines) > LINES_A_PAGE else None


def entries_of(shown: Sequence[LogLine]) -> list[LogEntry]:
    names = _names({line.by_id for line in shown if line.by_id is not None})
    authors, last = _authors({line.subject for line in shown}), _last_words({line.subject for line in shown})
    return [
        LogEntry(
            line,
            by=names.get(line.by_id) if line.by_id is not None else None,
            author=authors.get(line.subject),
            reversible=line.act in DECISIONS and last.get(line.subject) == line.id,
        )
        for line in shown
    ]


def rules_named(kind: str, ids: Sequence[int]) -> dict[int, tuple[Brief, int | None]]:
    """Of these subjects, the rules their last decision was made under, and the point that was named."""
    statement = sa.select(Review.subject_id, Review.rules_id, Review.rule).where(
        Review.subject_kind == kind, Review.subject_id.in_(ids), Review.decision.is_not(None), Review.rules_id.is_not(None)
    )
    rows = {subject: (version or 0, rule) for subject, version, rule in db.session.execute(statement.order_by(Review.id))}
    versions = rules.briefs({version for version, _rule in rows.values()})
    return {subject: (versions[version], rule) for subject, (version, rule) in rows.items() if version in versions}


def refused_before(kind: str, subject_id: int) -> bool:
    """Whether the decision before the last one that stands was a no: what stands again when the last is taken back."""
    return _standing_decisions(kind, subject_id)[-2:-1] in (["reject"], ["remove"])


def _standing_decisions(kind: str, subject_id: int) -> list[str]:
    """By the log: what was taken back was never said."""
    acts = sa.select(LogLine.act).where(LogLine.subject == f"{kind}:{subject_id}", LogLine.act.in_((*DECISIONS, "undo")))
    standing: list[str] = []
    for act in db.session.scalars(acts.order_by(LogLine.id)):
        if act != "undo":
            standing.append(act)
        elif standing:
            standing.pop()
    return standing


def _names(account_ids: set[int]) -> dict[int, str]:
    return dict(db.session.execute(sa.select(Account.id, Account.username).where(Account.id.in_(account_ids))).all())


def _authors(subjects: set[str]) -> dict[str, str]:
    by_kind: dict[str, list[int]] = {}
    for subject in subjects:
        kind, _colon, number = subject.partition(":")
        if number.isdigit():
            by_kind.setdefault(kind, []).append(int(number))
    kinds = current_app.extensions["fansite"].reviewables
    people = {f"account:{id}": name for id, name in _names(set(by_kind.pop("account", ()))).items()}
    return people | {
        f"{kind}:{id}": card.author_name
        for kind, ids in by_kind.items()
        if kind in kinds
        for id, card in kinds[kind].cards(ids).items()
    }


def _last_words(subjects: set[str]) -> dict[str, int]:
    """Of the lines that decide; pinned or closed, a discussion is what it was decided to be."""
    decisive = (LogLine.subject.in_(subjects), LogLine.act.in_((*DECISIONS, "undo")))
    statement = sa.select(LogLine.subject, sa.func.max(LogLine.id)).where(*decisive)
    return dict(db.session.execute(statement.group_by(LogLine.subject)).all())


def _superseded(reviews: Sequence[Review]) -> set[int]:
    decided = [review.id for review in reviews if not review.open]
    if not decided:
        return set()
    newer = sa.orm.aliased(Review)
    same = sa.and_(newer.subject_kind == Review.subject_kind, newer.subject_id == Review.subject_id, newer.id > Review.id)
    return set(db.session.scalars(sa.select(Review.id).where(Review.id.in_(decided), sa.exists().where(same))))


def _with_people(statement: sa.Select[Any]) -> sa.Select[Any]:
    return statement.options(
        joinedload(Review.decided_by),
        joinedload(Review.author),
        selectinload(Review.links),
        selectinload(Review.reports).joinedload(Report.reporter),
    )


REVIEWS = listing.entities(lambda: _with_people(sa.select(Review)))
