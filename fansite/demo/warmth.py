"""What the demo band's own fans found a warm word for. Written in bulk, always the same for the same numbers."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.comments.models import Comment
from fansite.core.content import Entry, listed
from fansite.core.db import Base, db, touch, transaction
from fansite.demo import people
from fansite.demo.people import Fan
from fansite.lib.times import now
from fansite.reactions.models import Reaction
from fansite.reactions.queries import tag_of

# The texts and the talk that were written for the demo, however large it is made.
MOST_TEXTS, MOST_COMMENTS = 60, 1500
# How many warm words a comment has, and a text: most a few, some many.
BELOW = (0, 0, 0, 1, 1, 2, 3, 5)
TEXTS = (4, 7, 9, 12, 19)


class Words(NamedTuple):
    """Somebody's, since when they stand there, and how many found a warm word for them."""

    id: int
    author_id: int | None
    at: datetime
    number: int


def load() -> int:
    """As long as nobody reacted to anything; returns how many words."""
    if db.session.scalar(sa.select(Reaction.id).limit(1)) is not None:
        return 0
    fans, entries = people.fans(), list(_entries())
    with transaction():
        given = warm("entry", entries, fans) + warm("comment", _comments(entries), fans)
        touch(*(tag_of(entry.id) for entry in entries))
    return given


def warm(kind: str, words: Iterable[Words], fans: Sequence[Fan]) -> int:
    """So many of the fans for each, and it is counted beside them. Inside a transaction, where nobody reacted to them yet."""
    rows = list(_of(kind, words, fans))
    if rows:
        model, column = (Entry, Reaction.entry_id) if kind == "entry" else (Comment, Reaction.comment_id)
        table = Base.metadata.tables[model.__tablename__]
        number = sa.select(sa.func.count()).where(column == table.c.id).scalar_subquery()
        db.session.execute(sa.insert(Reaction), rows)
        for ids in _some({row[f"{kind}_id"] for row in rows}):
            db.session.execute(sa.update(table).where(table.c.id.in_(ids)).values(reactions_count=number))
    return len(rows)


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _of(kind: str, words: Iterable[Words], fans: Sequence[Fan]) -> Iterator[dict[str, Any]]:
    """One word of each of a few fans, some time since it stands there and they are here; never of whose words they are."""
    other = {"entry": "comment", "comment": "entry"}[kind]
    for id, author_id, at, number in words:
        dice = random.Random(id)
        others = [fan for fan in dice.sample(fans, min(len(fans), number + 1)) if fan.id != author_id]
        for fan in others[:number]:
            since = max(at, fan.joined_at)
            moment = since + (now() - since) * dice.random() ** 4
            yield {"account_id": fan.id, f"{kind}_id": id, f"{other}_id": None, "at": moment}


def _entries() -> Iterator[Words]:
    signed = sa.select(Entry.id, Entry.author_id, Entry.published_at).where(Entry.kind == "news", listed())
    by_us = Entry.author_id.in_(sa.select(Account.id).where(Account.origin.like(f"{people.ORIGIN}%")))
    return _each(signed.where(by_us).order_by(Entry.id).limit(MOST_TEXTS), TEXTS)


def _comments(entries: Sequence[Words]) -> Iterator[Words]:
    below = Comment.entry_id.in_([entry.id for entry in entries])
    said = sa.select(Comment.id, Comment.author_id, Comment.posted_at).where(below, Comment.status == "published")
    return _each(said.order_by(Comment.id).limit(MOST_COMMENTS), BELOW)


def _each(statement: Any, numbers: Sequence[int]) -> Iterator[Words]:
    for id, author_id, at in db.session.execute(statement).all():
        yield Words(id, author_id, at, random.Random(-id).choice(numbers))


def _some(ids: set[int]) -> Iterator[list[int]]:
    """As many as one statement takes on every database."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), 500):
        yield ordered[start : start + 500]
