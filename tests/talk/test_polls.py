"""Polls: one vote of each fan, and nobody is told how it stands before they said something themselves."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.core.db import db
from fansite.core.errors import Forbidden, NotFound, Refused
from fansite.lib.numbers import percentages
from fansite.talk import operations as talk
from fansite.talk.polls import operations, queries
from fansite.talk.polls.models import Option, Poll, Vote
from tests.talk.cast import discussion, with_poll

TOMORROW = date(2026, 11, 25)


@pytest.fixture
def poll(cast, clock):
    return with_poll(cast.fay, ends_on=TOMORROW).id


def options() -> list[int]:
    return list(db.session.scalars(sa.select(Option.id).order_by(Option.position)))


def votes() -> list[tuple[int, int]]:
    db.session.rollback()
    return [tuple(row) for row in db.session.execute(sa.select(Vote.account_id, Vote.option_id).order_by(Vote.account_id))]


def told(poll_id: int, person: object) -> list[tuple[int | None, int | None]]:
    return [(answer.votes, answer.share) for answer in queries.poll_for(poll_id, person).answers]


def test_one_vote_each_changed_and_taken_back(cast, poll):
    hay, puy, _road = options()
    for option in (hay, hay, puy):
        operations.vote(poll, option, by=cast.nora)
    assert votes() == [(cast.nora.id, puy)]
    operations.take_back(poll, by=cast.nora)
    operations.take_back(poll, by=cast.nora)
    assert votes() == []


def test_in_a_closed_discussion_nobody_votes_and_everybody_is_told(cast, poll, browser_as, stranger):
    hay, puy, _road = options()
    operations.vote(poll, hay, by=cast.nora)
    stranger.get("/talk/which-song-first")
    assert not stranger.page.xpath('//*[@class="poll__share"]')
    talk.set_open(poll, False, by=cast.milo)
    with pytest.raises(Refused):
        operations.vote(poll, puy, by=cast.nora)
    with pytest.raises(Refused):
        operations.take_back(poll, by=cast.nora)
    for visitor in (stranger, browser_as(cast.fay)):
        visitor.get("/talk/which-song-first")
        assert len(visitor.page.xpath('//*[@class="poll__share"]')) == 3
        assert not visitor.page.xpath('//form[@data-form="vote"]')
    talk.set_open(poll, True, by=cast.milo)
    operations.vote(poll, puy, by=cast.nora)
    assert votes() == [(cast.nora.id, puy)]


def test_fifty_votes_at_once_count_once(app, cast, poll):
    hay, puy, _road = options()
    nora, problems = cast.nora, []
    db.session.refresh(nora)
    db.session.expunge_all()

    def vote(option: int) -> None:
        with app.app_context():
            try:
                operations.vote(poll, option, by=nora)
            except Exception as problem:
                problems.append(problem)

    threads = [threading.Thread(target=vote, args=(hay if number % 2 else puy,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Whoever changes their mind as fast as that is told to slow down; no vote is counted twice for it.
    assert {type(problem).__name__ for problem in problems} <= {"TooMany"}
    assert len(votes()) == 1


def test_the_database_itself_takes_no_second_vote(cast, poll):
    hay, puy, _road = options()
    operations.vote(poll, hay, by=cast.nora)
    poll_id = db.session.scalar(sa.select(Poll.id))
    db.session.add(Vote(poll_id=poll_id, option_id=puy, account_id=cast.nora.id))
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_it_is_told_after_voting_and_to_all_when_it_is_over(cast, poll, clock):
    hay, _puy, _road = options()
    operations.vote(poll, hay, by=cast.nora)
    assert told(poll, cast.nora) == [(1, 100), (0, 0), (0, 0)]
    for reader in (None, cast.fay, cast.milo, cast.ada):
        shown = queries.poll_for(poll, reader)
        assert (shown.total, told(poll, reader)) == (None, [(None, None)] * 3)
    clock.shift(timedelta(days=2))
    for reader in (None, cast.fay):
        assert told(poll, reader) == [(1, 100), (0, 0), (0, 0)]


def test_it_ends_with_its_day(cast, poll, clock):
    """Midnight in the zone of the site."""
    clock.move_to(queries.poll_for(poll, None).ends_at - timedelta(seconds=1))
    operations.vote(poll, options()[0], by=cast.nora)
    clock.shift(1)
    with pytest.raises(Refused, match="over"):
        operations.vote(poll, options()[1], by=cast.nora)
    with pytest.raises(Refused, match="over"):
        operations.take_back(poll, by=cast.nora)
    assert queries.poll_for(poll, cast.nora).over


def test_who_may_vote_and_for_what(cast, poll):
    other = with_poll(cast.ada, options="Yes\nNo").id
    with pytest.raises(Refused):
        operations.vote(other, options()[0], by=cast.nora)  # an answer of another poll
    with pytest.raises(Refused):
        operations.vote(poll, None, by=cast.nora)
    with pytest.raises(Forbidden):
        operations.vote(poll, options()[0], by=cast.ben)
    with pytest.raises(NotFound):
        operations.vote(discussion(cast.ada).id, options()[0], by=cast.nora)
    talk.withdraw(poll, by=cast.fay)
    with pytest.raises(Exception, match="took this text down"):
        operations.vote(poll, options()[0], by=cast.nora)
    assert votes() == []


def test_of_who_leaves_or_is_banned_no_vote_is_counted(cast, poll, clock):
    hay, puy, _road = options()
    for who, option in ((cast.nora, hay), (cast.milo, hay), (cast.eli, puy)):
        operations.vote(poll, option, by=who)
    clock.shift(timedelta(days=2))
    assert told(poll, None) == [(2, 67), (1, 33), (0, 0)]
    accounts.disable(cast.nora.id, reason="spam", by=cast.ada)
    assert told(poll, None) == [(1, 50), (1, 50), (0, 0)]
    accounts.erase(cast.eli.id, by=cast.ada)
    assert told(poll, None) == [(1, 100), (0, 0), (0, 0)]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"options": "Only one"}, "options"),
        ({"options": "Same\nSame"}, "options"),
        ({"options": "\n".join(str(n) for n in range(11))}, "options"),
        ({"options": f"{'o' * 101}\nNo"}, "options"),
        ({"question": "Why?"}, "options"),
        ({"question": "q" * 161, "options": "Yes\nNo"}, "question"),
        ({"options": "Yes\nNo", "ends_on": date(2026, 11, 23)}, "ends_on"),
        ({"options": "Yes\nNo", "ends_on": date(2028, 1, 1)}, "ends_on"),
        ({"options": "Yes\nNo", "ends_on": date.max}, "ends_on"),
    ],
)
def test_what_is_no_poll_is_refused_beside_its_box(app, clock, typed, field):
    with pytest.raises(Refused) as problem:
        talk.fit("A title", "Some words", **typed)
    assert problem.value.field == field


def test_without_a_question_it_asks_what_the_title_says(cast):
    shown = queries.poll_for(with_poll(cast.fay).id, None)
    assert (shown.question, [answer.words for answer in shown.answers]) == ("Which song first?", ["Hay", "Puy", "Salt Road"])


@pytest.mark.once
@pytest.mark.parametrize(
    ("counts", "shares"),
    [
        ([0, 0], [0, 0]),
        ([1, 1, 1], [34, 33, 33]),
        ([2, 1, 0], [67, 33, 0]),
        ([1, 0, 0], [100, 0, 0]),
        ([1, 199], [1, 99]),
        ([1, 1, 1, 1, 1, 1, 1], [15, 15, 14, 14, 14, 14, 14]),
    ],
)
def test_percents_add_up_to_a_hundred(counts, shares):
    assert percentages(counts) == shares
    assert sum(shares) in (0, 100)


def test_what_waits_is_shown_with_its_poll_and_offers_no_vote(cast, browser_as):
    with_poll(cast.nora)
    nora = browser_as(cast.nora)
    nora.get("/talk/which-song-first")
    assert [one.text for one in nora.page.xpath('//ul[@class="poll__only"]/li')] == ["Hay", "Puy", "Salt Road"]
    assert not nora.page.xpath('//form[@data-form="vote"]') and "Sign in to vote" not in nora.text
