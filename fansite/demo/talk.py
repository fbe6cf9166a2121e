"""What a large crowd says: many short threads, some long ones, one that never ends; the same for the same numbers each time."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.comments import bulk
from fansite.comments.models import Comment
from fansite.core import markup
from fansite.core.content import Entry
from fansite.core.db import db, transaction
from fansite.demo import material
from fansite.lib.times import now
from fansite.moderation.models import Review

BATCH = 10_000
LONGEST_THREAD = 2_000
# So much of all that is said is long; the rest fills up with the usual few words.
LONG_PART = 0.1
MOST_WAITING = 400
# An answer goes to one of the last so many of its thread.
WITHIN_SIGHT = 12


@dataclass(frozen=True)
class Place:
    """A post there is something said below."""

    id: int
    language: str
    published_at: datetime
    comments: int


def say(total: int) -> int:
    """Brings the number of comments up to `total`; returns how many were added."""
    missing = total - (db.session.scalar(sa.select(sa.func.count(Comment.id))) or 0)
    if missing <= 0:
        return 0
    dice = random.Random(total)
    crowd = _Crowd(dice, missing)
    for places in _in_batches(_places(dice, missing)):
        sayings = [saying for place in places for saying in crowd.said_below(place)]
        with transaction() as session:
            rows = bulk.add(sayings)
            waiting = [row for row in rows if row.saying.status == "pending"]
            if waiting:
                session.execute(sa.insert(Review), [_review(row) for row in waiting])
    return missing


def _places(dice: random.Random, missing: int) -> list[Place]:
    """How much is said below each post: below most a little, below a few very much; together what is missing."""
    entries = db.session.execute(
        sa.select(Entry.id, Entry.language, Entry.published_at)
        .where(Entry.kind == "news", Entry.status == "published")
        .order_by(Entry.published_at.desc(), Entry.id)
    ).all()
    db.session.rollback()
    weights = [dice.paretovariate(1.3) for _ in entries]
    weights[len(weights) // 2] = max(weights)  # the endless one stands on no front page
    all_of_it, endless = sum(weights), _longest(missing)
    shares = [int((missing - endless) * weight / all_of_it) for weight in weights]
    shares[len(weights) // 2] += endless
    for _ in range(missing - sum(shares)):
        shares[dice.randrange(len(shares))] += 1
    return [
        Place(id, language, at, share)
        for (id, language, at), share in zip(entries, shares, strict=True)
        if share and at is not None
    ]


class _Crowd:
    """Who speaks, when, and in which words."""

    def __init__(self, dice: random.Random, missing: int) -> None:
        self.dice = dice
        self.latest = now() - timedelta(minutes=5)
        self.words: dict[str, list[tuple[str, str]]] = {}
        for row in material.comments():
            if row["status"] == "published":
                self.words.setdefault(row["language"], []).append((row["body"], markup.render(row["body"], trust="fan")))
        people = db.session.execute(
            sa.select(Account.joined_at, Account.id)
            .where(Account.role == "fan", Account.disabled_at.is_(None), Account.erased_at.is_(None))
            .order_by(Account.joined_at, Account.id)
        ).all()
        db.session.rollback()
        self.joined = [joined for joined, _id in people]
        self.people = [id for _joined, id in people]
        self.waiting = min(MOST_WAITING, missing // 200)
        self.step = max(1, missing // self.waiting) if self.waiting else 0
        self.longest = _longest(missing)
        self.number = 0

    def said_below(self, place: Place) -> Iterator[bulk.Saying]:
        left, at = place.comments, place.published_at
        while left > 0:
            at = self._later(at, 1 + 30_000 // place.comments)
            size = self._size_of_thread(left)
            yield from self._thread(place, size, at)
            left -= size

    def _size_of_thread(self, left: int) -> int:
        if self.longest and left >= self.longest:
            size, self.longest = self.longest, 0
            return size
        return min(left, int(self.dice.paretovariate(1.5)), 200)

    def _thread(self, place: Place, size: int, at: datetime) -> Iterator[bulk.Saying]:
        recent: list[int] = []
        for nth in range(size):
            self.number += 1
            parent = self.dice.choice(recent) if recent else None
            body, html = self.dice.choice(self.words.get(place.language) or self.words["en"])
            waits = size == 1 and self.waiting > 0 and self.number % self.step < 3
            self.waiting -= waits
            status = "pending" if waits else "published"
            yield bulk.Saying(self.number, place.id, self._who(at), parent, at, body, html, status)
            recent = [*recent[-WITHIN_SIGHT:], self.number]
            at = self._later(at, 300 if nth < 20 else 2_000)

    def _who(self, at: datetime) -> int:
        """Somebody who was there then; a few say very much."""
        there = bisect_right(self.joined, at) or len(self.joined)
        return int(self.people[int(there * self.dice.random() ** 2)])

    def _later(self, at: datetime, minutes: int) -> datetime:
        return min(at + timedelta(seconds=60 * minutes * self.dice.expovariate(1.0)), self.latest)


def _longest(missing: int) -> int:
    """How long the endless thread is, where there is enough said for one."""
    return LONGEST_THREAD if missing * LONG_PART >= LONGEST_THREAD else 0


def _review(row: bulk.Row) -> dict[str, Any]:
    return {
        "subject_kind": "comment",
        "subject_id": row.id,
        "queue": "pending",
        "reasons": ["first comment"],
        "opened_at": row.saying.at,
    }


def _in_batches(places: Sequence[Place]) -> Iterator[list[Place]]:
    """Whole posts, so that whoever answers and whom they answer are written together."""
    batch: list[Place] = []
    said = 0
    for place in places:
        batch.append(place)
        said += place.comments
        if said >= BATCH:
            yield batch
            batch, said = [], 0
    if batch:
        yield batch
