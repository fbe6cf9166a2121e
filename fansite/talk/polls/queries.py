"""A poll as its page shows it, and to whom it says how it stands: whoever has voted, and everybody once it is over."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.core.db import db
from fansite.core.kept import kept
from fansite.lib.numbers import percentages
from fansite.lib.times import now
from fansite.talk.polls.models import Option, Poll, Vote


class Answer(NamedTuple):
    """One that can be chosen. `votes` and `share` (in percent) are None for whoever is not told."""

    id: int
    words: str
    votes: int | None = None
    share: int | None = None


@dataclass(frozen=True)
class Shown:
    """A poll for one reader."""

    id: int
    question: str
    ends_at: datetime | None
    over: bool
    answers: list[Answer]
    # The answer this reader chose.
    mine: int | None = None
    # How many voted in all; None for whoever is not told.
    total: int | None = None

    @property
    def told(self) -> bool:
        return self.total is not None

    @property
    def tags(self) -> tuple[str, ...]:
        """What a stranger's page depends on: how it stands is on it only once it is over."""
        return tags_of(self.id) if self.told else ()

    @property
    def until(self) -> datetime | None:
        """When everybody is told."""
        return None if self.over else self.ends_at


def tag_of(poll_id: int) -> str:
    return f"poll:{poll_id}"


def tags_of(poll_id: int) -> tuple[str, ...]:
    """What is counted depends on the votes, and on whether those who voted are still here."""
    return tag_of(poll_id), "list:fans"


def poll_for(entry_id: int, person: Any, *, closed: bool = False) -> Shown | None:
    """In one question; in three for those who are told how it stands. In a discussion that is closed it is over, too."""
    rows = db.session.execute(_POLL, {"entry": entry_id}).all()
    if not rows:
        return None
    id, question, ends_at = rows[0][:3]
    over = closed or (ends_at is not None and ends_at <= now())
    mine = db.session.scalar(_MINE, {"poll": id, "account": person.id}) if person is not None else None
    answers = [Answer(option_id, words) for *_poll, option_id, words in rows]
    if not over and mine is None:
        return Shown(id, question, ends_at, over, answers)
    votes = counts(id)
    numbers = [votes.get(answer.id, 0) for answer in answers]
    told = [
        answer._replace(votes=number, share=share)
        for answer, number, share in zip(answers, numbers, percentages(numbers), strict=True)
    ]
    return Shown(id, question, ends_at, over, told, mine, sum(numbers))


def counts(poll_id: int) -> dict[int, int]:
    """Answer → how many of those who are here chose it."""

    def ask() -> dict[int, int]:
        found: Counter[int] = Counter()
        for option_id, number in db.session.execute(_COUNTS, {"poll": poll_id}):
            if option_id is not None:
                found[option_id] += number
        return dict(found)

    return kept(f"talk.poll.{poll_id}", tags_of(poll_id), ask)


def options_of(poll_id: int) -> set[int]:
    return set(db.session.scalars(sa.select(Option.id).where(Option.poll_id == poll_id)))


def texts_of(entry_ids: Any) -> dict[int, list[str]]:
    """Entry → the question of its poll and its answers, for many entries in one query."""
    found: dict[int, list[str]] = {}
    for entry_id, question, words in db.session.execute(_TEXTS, {"ids": list(entry_ids)}):
        found.setdefault(entry_id, [question]).append(words)
    return found


def votes_of(account_id: int) -> list[tuple[str, str, datetime]]:
    """(question, answer, when) of what somebody chose."""
    return [tuple(row) for row in db.session.execute(_VOTES_OF, {"account": account_id})]


# Put together once: that takes longer than the answer. Closed accounts are few and read off an index of their own: all votes are counted, and
# theirs subtracted again.
_POLL_ROW, _OPTION, _VOTE, _ACCOUNT = Poll.__table__.c, Option.__table__.c, Vote.__table__.c, Account.__table__.c
_POLL = (
    sa.select(_POLL_ROW.id, _POLL_ROW.question, _POLL_ROW.ends_at, _OPTION.id.label("option_id"), _OPTION.words)
    .join_from(Poll.__table__, Option.__table__, _OPTION.poll_id == _POLL_ROW.id)
    .where(_POLL_ROW.entry_id == sa.bindparam("entry"))
    .order_by(_OPTION.position)
)
_OF_POLL = _VOTE.poll_id == sa.bindparam("poll")
_MINE = sa.select(_VOTE.option_id).where(_OF_POLL, _VOTE.account_id == sa.bindparam("account"))
_THEIRS = sa.select(_VOTE.option_id).where(_OF_POLL, _VOTE.account_id == _ACCOUNT.id).correlate(Account.__table__)
_COUNTS = sa.union_all(
    sa.select(_VOTE.option_id, sa.func.count()).where(_OF_POLL).group_by(_VOTE.option_id),
    sa.select(_THEIRS.scalar_subquery(), sa.literal_column("-1")).where(_ACCOUNT.disabled_at.is_not(None)),
)
_TEXTS = (
    sa.select(_POLL_ROW.entry_id, _POLL_ROW.question, _OPTION.words)
    .join_from(Poll.__table__, Option.__table__, _OPTION.poll_id == _POLL_ROW.id)
    .where(_POLL_ROW.entry_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(_POLL_ROW.entry_id, _OPTION.position)
)
_VOTES_OF = (
    sa.select(_POLL_ROW.question, _OPTION.words, _VOTE.at)
    .join_from(Vote.__table__, Option.__table__, _OPTION.id == _VOTE.option_id)
    .join(Poll.__table__, _POLL_ROW.id == _VOTE.poll_id)
    .where(_VOTE.account_id == sa.bindparam("account"))
    .order_by(_VOTE.id)
)
