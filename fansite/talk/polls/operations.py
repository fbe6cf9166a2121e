"""What happens in a poll: it is asked along with its discussion, and a fan chooses, chooses otherwise, or takes it back while it is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.accounts.models import Account
from fansite.core import limits, markup
from fansite.core.db import db, get, touch, transaction
from fansite.core.entries import require_public
from fansite.core.errors import NotFound, Refused
from fansite.core.policy import require
from fansite.core.wording import settings
from fansite.lib import localtime
from fansite.lib.times import now
from fansite.talk import policy
from fansite.talk.models import Discussion
from fansite.talk.polls import queries
from fansite.talk.polls.models import FEWEST, MAX_OPTION, MAX_QUESTION, MOST, Option, Poll, Vote

# To change one's mind a few times is human.
PACE = "30 per minute"
LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Ask:
    """A poll that is to be made. Without a question of its own it asks what the title says."""

    question: str
    options: tuple[str, ...]
    ends_at: datetime | None

    @property
    def text(self) -> str:
        return "\n".join([self.question, *self.options])


def fit(question: str, options: str, ends_on: date | None) -> Ask | None:
    """The poll as it will be stored; None where nothing was asked. `options` are one a line."""
    question = markup.one_line(question)
    lines = map(markup.one_line, options.splitlines())
    chosen = tuple(dict.fromkeys(line for line in lines if markup.says_something(line)))
    if not question and not chosen:
        return None
    if len(question) > MAX_QUESTION:
        raise Refused(_l("Say it in %(most)s characters at most.", most=MAX_QUESTION), field="question")
    if not FEWEST <= len(chosen) <= MOST:
        raise Refused(
            _l("Give between %(fewest)s and %(most)s different answers, one a line.", fewest=FEWEST, most=MOST), field="options"
        )
    if any(len(words) > MAX_OPTION for words in chosen):
        raise Refused(_l("Say each answer in %(most)s characters at most.", most=MAX_OPTION), field="options")
    return Ask(question, chosen, _end_of(ends_on))


def attach(discussion: Discussion, ask: Ask) -> None:
    """Inside the transaction that starts the discussion."""
    poll = Poll(entry_id=discussion.id, question=ask.question or discussion.title, ends_at=ask.ends_at)
    db.session.add(poll)
    db.session.flush()
    db.session.add_all([Option(poll_id=poll.id, position=number, words=words) for number, words in enumerate(ask.options)])


def vote(discussion_id: int, option_id: int | None, *, by: Any) -> None:
    """One vote of a fan; another replaces it. The same once more changes nothing."""
    account_id = by.id
    with transaction() as session:
        account, poll = _who_and_what(account_id, discussion_id)
        if option_id not in queries.options_of(poll.id):
            raise Refused(_l("Choose one of the answers."), field="option")
        given = _vote_of(poll.id, account.id)
        touch(queries.tag_of(poll.id))
        if given is not None and given.option_id == option_id:
            return
        limits.spend("vote", PACE, str(account.id))
        given = given or Vote(poll_id=poll.id, account_id=account.id)
        given.option_id, given.at = option_id, now()
        session.add(given)


def take_back(discussion_id: int, *, by: Any) -> None:
    account_id = by.id
    with transaction() as session:
        account, poll = _who_and_what(account_id, discussion_id)
        session.execute(sa.delete(Vote).where(Vote.poll_id == poll.id, Vote.account_id == account.id))
        touch(queries.tag_of(poll.id))


def forget_votes(account_id: int) -> None:
    """Inside the erasing transaction: of who leaves no vote is counted any more."""
    of_them = Vote.account_id == account_id
    polls = db.session.scalars(sa.select(Vote.poll_id).where(of_them)).all()
    db.session.execute(sa.delete(Vote).where(of_them))
    touch(*(queries.tag_of(poll_id) for poll_id in polls))


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _who_and_what(account_id: int, discussion_id: int) -> tuple[Account, Poll]:
    """Both as they are now: a poll that is open, and somebody who may say something in it."""
    account, discussion = get(Account, account_id), get(Discussion, discussion_id)
    require_public(discussion)
    require(policy.vote, account, discussion)
    poll = db.session.scalar(sa.select(Poll).where(Poll.entry_id == discussion_id))
    if poll is None:
        raise NotFound()
    if poll.over(now()) or not discussion.comments_open:
        raise Refused(_l("This poll is over."))
    return account, poll


def _vote_of(poll_id: int, account_id: int) -> Vote | None:
    return db.session.scalar(sa.select(Vote).where(Vote.poll_id == poll_id, Vote.account_id == account_id))


def _end_of(day: date | None) -> datetime | None:
    """When that day is over on the site's own clock."""
    if day is None:
        return None
    try:
        ends_at = localtime.instant(day + timedelta(days=1), localtime.MIDNIGHT, settings().timezone)
    except OverflowError:
        ends_at = None
    if ends_at is None or not now() < ends_at < now() + LONGEST:
        raise Refused(_l("Choose a day to come, within a year."), field="ends_on")
    return ends_at
