"""What the demo band's own fans found a warm word for. Written in bulk, always the same for the same numbers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.comments.models import Comment
from fansite.core.content import Entry, listed
from fansite.core.db import Base, db, touch, transaction
from fansite.lib.times import now
from fansite.reactions.models import Reaction
from fansite.reactions.queries import tag_of

# The texts and the talk that were written for the demo, however large it is made.
MOST_TEXTS, MOST_COMMENTS = 60, 1500
# How many warm words a comment has, and a text: most a few, some many.
BELOW = (0, 0, 0, 1, 1, 2, 3, 5)
TEXTS = (4, 7, 9, 12, 19)


def load() -> int:
    """As long as nobody reacted to anything; returns how many words."""
    if db.session.scalar(sa.select(Reaction.id).limit(1)) is not None:
        return 0
    fans = list(db.session.scalars(sa.select(Account.id).where(*_OURS, Account.role == "fan").order_by(Account.id)))
    rows = [*_of("entry", _entries(), TEXTS, fans), *_of("comment", _comments(), BELOW, fans)]
    if not rows:
        return 0
    with transaction() as session:
        session.execute(sa.insert(Reaction), rows)
        for model, column in ((Entry, Reaction.entry_id), (Comment, Reaction.comment_id)):
            table = Base.metadata.tables[model.__tablename__]
            number = sa.select(sa.func.count()).where(column == table.c.id).scalar_subquery()
            given = sa.select(column).where(column.is_not(None))
            session.execute(sa.update(table).where(table.c.id.in_(given)).values(reactions_count=number))
        touch(*(tag_of(id) for id, _author, _at in _entries()))
    return len(rows)


def _of(kind: str, subjects: list[Any], numbers: tuple[int, ...], fans: list[int]) -> Iterator[dict[str, Any]]:
    """One word of each of a few fans, some time since it stands there; never of whose words they are."""
    other = {"entry": "comment", "comment": "entry"}[kind]
    for id, author_id, at in subjects:
        dice = random.Random(id)
        for fan in dice.sample(fans, min(len(fans), dice.choice(numbers))):
            if fan != author_id:
                yield {"account_id": fan, f"{kind}_id": id, f"{other}_id": None, "at": at + (now() - at) * dice.random() ** 4}


def _entries() -> list[Any]:
    signed = sa.select(Entry.id, Entry.author_id, Entry.published_at).where(Entry.kind == "news", listed())
    by_us = Entry.author_id.in_(sa.select(Account.id).where(*_OURS))
    return list(db.session.execute(signed.where(by_us).order_by(Entry.id).limit(MOST_TEXTS)))


def _comments() -> list[Any]:
    below = Comment.entry_id.in_([entry.id for entry in _entries()])
    said = sa.select(Comment.id, Comment.author_id, Comment.posted_at).where(below, Comment.status == "published")
    return list(db.session.execute(said.order_by(Comment.id).limit(MOST_COMMENTS)))


_OURS = (Account.origin.like("demo:%"), Account.disabled_at.is_(None), Account.erased_at.is_(None))
