"""Whatever happens in whatever order: the counts beside comments are those one gets by counting."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.comments import operations as comments
from fansite.comments.models import REFUSED, STATUSES, Comment
from fansite.core.content import Entry
from fansite.core.db import db, transaction
from fansite.core.errors import Problem
from fansite.lib.times import now
from fansite.moderation import operations as moderation
from fansite.moderation.models import LogLine, Review
from tests.texts import news_post

ACTS = 500
BODIES = ("Lovely", "Idiot", "Connard", "https://a.example https://b.example https://c.example", "See https://a.example")


class Crowd:
    """People and moderators who do anything at any time, the same on every database; what they may not do is refused and changes nothing."""

    def __init__(self, cast: Any, seed: int) -> None:
        self.chance = random.Random(seed)
        self.entries = [news_post(cast.eli, slug=f"post-{n}").id for n in range(2)]
        self.writers = (cast.fay, cast.nora, cast.eli)
        self.moderators = (cast.milo, cast.ada)
        self.weights = {
            self.post: 6, self.decide: 8, self.undo: 3, self.report: 3, self.take_up: 2, self.edit: 2, self.resend: 2, self.withdraw: 1,
        }  # fmt: skip
        self.done = 0

    def act(self) -> None:
        try:
            self.chance.choices(list(self.weights), list(self.weights.values()))[0]()
            self.done += 1
        except Problem:
            db.session.rollback()

    def post(self) -> None:
        entry = self.chance.choice(self.entries)
        published = sa.select(Comment.id).where(Comment.entry_id == entry, Comment.status == "published")
        above = db.session.scalars(published.order_by(Comment.id)).all()
        parent = self.chance.choice([None, *above])
        comments.post(entry, by=self.chance.choice(self.writers), body=self.words(), parent_id=parent)

    def edit(self) -> None:
        comment, author = self.comment()
        comments.edit(comment, by=author, body=self.words())

    def resend(self) -> None:
        comment, author = self.comment(Comment.status.in_(REFUSED))
        comments.resend(comment, by=author, body=self.words())

    def withdraw(self) -> None:
        comment, author = self.comment()
        comments.withdraw(comment, by=author)

    def report(self) -> None:
        comment, _author = self.comment()
        moderation.report(
            "comment", comment, category="abuse", note="", by=self.chance.choice((None, *self.writers)), address="a"
        )

    def take_up(self) -> None:
        comment, _author = self.comment()
        moderation.take_up("comment", comment, by=self.chance.choice(self.moderators))

    def decide(self) -> None:
        review = self.review(Review.decided_at.is_(None) if self.chance.random() < 0.7 else sa.true())
        decision = self.chance.choice(("approve", "approve", "reject", "remove"))
        moderation.decide(review.id, decision, by=self.chance.choice(self.moderators), version=review.version)

    def undo(self) -> None:
        moderation.undo(self.review(Review.decision.is_not(None)).id, by=self.chance.choice(self.moderators))

    def words(self) -> str:
        return f"{self.chance.choice(BODIES)} {self.chance.random()}"

    def comment(self, *which: sa.ColumnElement[bool]) -> tuple[int, Any]:
        found = db.session.scalars(sa.select(Comment).where(*which).order_by(Comment.id)).all()
        if not found:
            raise Problem
        one = self.chance.choice(found)
        return one.id, next(writer for writer in self.writers if writer.id == one.author_id)

    def review(self, which: sa.ColumnElement[bool]) -> Review:
        found = db.session.scalars(sa.select(Review).where(which).order_by(Review.id)).all()
        if not found:
            raise Problem
        return self.chance.choice(found)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.once)])
def test_counts_are_what_one_counts_after_any_five_hundred_acts(clock, cast, seed):
    before = {
        account.id: (account.approved_comments, account.refused_comments) for account in db.session.scalars(sa.select(Account))
    }
    with transaction() as session:  # a first day is too short for five hundred acts
        session.execute(sa.update(Account).values(joined_at=now() - timedelta(days=3)))
    crowd = Crowd(cast, seed)
    for number in range(ACTS):
        crowd.act()
        clock.shift(40)
        if number % 50 == 0:
            assert_counted(before)
    assert_counted(before)
    assert crowd.done > ACTS / 2
    assert set(db.session.scalars(sa.select(Comment.status))) == set(STATUSES)


def assert_counted(before: dict[int, tuple[int, int]]) -> None:
    db.session.expire_all()
    everything = db.session.scalars(sa.select(Comment)).all()
    for entry in db.session.scalars(sa.select(Entry)):
        here = [comment for comment in everything if comment.entry_id == entry.id]
        assert entry.comments_count == sum(comment.visible for comment in here)
        numbers = sorted(comment.thread for comment in here if comment.parent_id is None and comment.thread is not None)
        assert numbers == list(range(1, entry.threads_count + 1)), "numbers are given once, without gaps"
    for root in everything:
        if root.parent_id is None:
            below = [comment for comment in everything if comment.root_id == root.id and comment.id != root.id]
            assert root.replies_count == sum(comment.visible for comment in below)
            assert all(comment.thread == root.thread for comment in below)
    for account in db.session.scalars(sa.select(Account)):
        theirs = [comment for comment in everything if comment.author_id == account.id]
        approved, refused = before[account.id]
        under_a_no = [comment for comment in theirs if comment.status in REFUSED or refused_last(comment)]
        shown = [comment for comment in theirs if comment.shown_at is not None]
        assert account.approved_comments == approved + len(set(shown) - set(under_a_no))
        assert account.refused_comments == refused + len(under_a_no)


def refused_last(comment: Comment) -> bool:
    """What its author did since does not clear a moderator's no; only a yes does, or taking the no back."""
    said: list[str] = []
    for act in db.session.scalars(sa.select(LogLine.act).where(LogLine.subject == f"comment:{comment.id}").order_by(LogLine.id)):
        if act == "undo":
            said.pop()
        else:
            said.append(act)
    return not comment.visible and said[-1:] in (["reject"], ["remove"])
