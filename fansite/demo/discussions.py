"""What the fans of the demo talk about: discussions with their replies, some solved, pinned, closed or with a poll, one that waits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.comments import bulk
from fansite.core import markup
from fansite.core.db import db, get, touch, transaction
from fansite.demo import material
from fansite.lib.times import now
from fansite.talk import operations
from fansite.talk.models import Discussion
from fansite.talk.polls.models import Option, Poll, Vote


def load() -> int:
    """A second time adds nothing."""
    if db.session.scalar(sa.select(Discussion.__table__.c.id).limit(1)) is not None:
        return 0
    people = {
        account.origin.removeprefix("demo:"): account
        for account in db.session.scalars(sa.select(Account).where(Account.origin.like("demo:%")))
        if account.origin
    }
    told = material.discussions()
    with transaction():
        for row in told:
            _start(row, people)
        touch("list:talk", "list:comments")
    return len(told)


def _start(row: dict[str, Any], people: dict[str, Account]) -> None:
    words = operations.fit(
        row["title"],
        row["body"],
        row.get("tags", ""),
        question=row.get("question", ""),
        options="\n".join(row.get("options", [])),
    )
    discussion = operations.start(words, by=people[row["by"]], language=row.get("language", "en"))
    at = now() - timedelta(days=row["days_ago"])
    discussion.created_at = discussion.updated_at = discussion.last_said_at = at
    if discussion.public:
        discussion.published_at = at
        discussion.pinned_at = at if row.get("pinned") else None
        discussion.comments_open = not row.get("closed", False)
    db.session.flush()
    _reply(discussion, row, people)
    _vote(discussion, row.get("votes", {}), people)


def _reply(discussion: Discussion, row: dict[str, Any], people: dict[str, Account]) -> None:
    sayings = [
        bulk.Saying(
            number,
            discussion.id,
            people[by].id,
            answers,
            discussion.created_at + timedelta(hours=hours),
            body,
            markup.render(body, trust="fan", standing=True),
            "published",
        )
        for number, (by, hours, answers, body) in enumerate(row.get("replies", []))
    ]
    if not sayings:
        return
    said = bulk.add(sayings)
    last, solved = max(said, key=lambda one: one.saying.at), row.get("solved")
    there = get(Discussion, discussion.id)
    there.last_comment_id, there.last_said_at = last.id, last.saying.at
    if solved is not None:
        there.solved_comment_id = next(one.id for one in said if one.saying.number == solved)


def _vote(discussion: Discussion, votes: dict[str, int], people: dict[str, Account]) -> None:
    """Who chose which answer, by its place."""
    poll_id = db.session.scalar(sa.select(Poll.id).where(Poll.entry_id == discussion.id))
    options = db.session.scalars(sa.select(Option.id).where(Option.poll_id == poll_id).order_by(Option.position)).all()
    db.session.add_all([Vote(poll_id=poll_id, option_id=options[nth], account_id=people[who].id) for who, nth in votes.items()])
