"""The warm word: it counts once, for who is here, and nowhere any more when they are gone."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.accounts.models import Account
from fansite.bonds import operations as bonds
from fansite.comments import operations as comments
from fansite.comments.models import Comment
from fansite.core.content import Entry
from fansite.core.db import db, get
from fansite.core.errors import Forbidden, Gone, NotFound, Refused, TooMany
from fansite.core.outbox import Event
from fansite.moderation import operations as moderation
from fansite.moderation.models import Review
from fansite.news import operations as news
from fansite.reactions import queries
from fansite.reactions.models import Reaction
from fansite.reactions.personal import export
from tests.texts import news_post, say


@pytest.fixture
def post(cast):
    return news_post(cast.eli)


@pytest.fixture
def said(cast, post):
    return say(post, cast.milo, "It rained in Lisbon")


def count(model, id) -> int:
    db.session.rollback()
    return get(model, id).reactions_count


def given() -> list[tuple[int, int | None, int | None]]:
    db.session.rollback()
    rows = db.session.execute(sa.select(Reaction.account_id, Reaction.entry_id, Reaction.comment_id).order_by(Reaction.id))
    return [tuple(row) for row in rows]


def test_whoever_presses_again_and_again_counts_once(cast, post, said):
    for _ in range(50):  # more than the pace would let anybody
        comments.react_to_comment(said.id, by=cast.fay, given=True)
        comments.react_to_entry(post.id, by=cast.fay, given=True)
    assert given() == [(cast.fay.id, None, said.id), (cast.fay.id, post.id, None)]
    assert (count(Comment, said.id), count(Entry, post.id)) == (1, 1)
    told = db.session.execute(sa.select(Event.subject, Event.data).where(Event.name == "reaction.given").order_by(Event.id))
    assert [(subject, data["by"]) for subject, data in told] == [
        (f"comment:{said.id}", cast.fay.id),
        (f"entry:{post.id}", cast.fay.id),
    ]


def test_fifty_presses_at_once_count_once(app, cast, said):
    fay_id, comment_id, problems = cast.fay.id, said.id, []
    db.session.rollback()

    def press() -> None:
        with app.app_context():
            try:
                comments.react_to_comment(comment_id, by=db.session.get(Account, fay_id), given=True)
            except Exception as problem:
                problems.append(problem)

    presses = [threading.Thread(target=press) for _ in range(50)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert problems == []
    assert given() == [(fay_id, None, comment_id)]
    assert count(Comment, comment_id) == 1


def test_it_is_taken_back_once_and_whatever_became_of_the_words(cast, post, said):
    comments.react_to_comment(said.id, by=cast.fay, given=True)
    comments.react_to_comment(said.id, by=cast.nora, given=True)
    comments.withdraw(said.id, by=cast.milo)
    news.withdraw(post.id, by=cast.eli)
    for _ in range(2):
        comments.react_to_comment(said.id, by=cast.fay, given=False)
    assert given() == [(cast.nora.id, None, said.id)]
    assert count(Comment, said.id) == 1


def test_nobody_reacts_to_their_own_words_and_the_banned_react_to_nothing(cast, post, said):
    for who in (cast.milo, cast.ben):
        with pytest.raises(Forbidden):
            comments.react_to_comment(said.id, by=who, given=True)
    with pytest.raises(Forbidden):
        comments.react_to_entry(post.id, by=cast.eli, given=True)
    assert given() == []


def test_what_one_does_not_see_is_not_there(cast, post, said):
    waiting = say(post, cast.nora, "My first words")
    with pytest.raises(NotFound):
        comments.react_to_comment(waiting.id, by=cast.fay, given=True)
    comments.withdraw(said.id, by=cast.milo)
    with pytest.raises(Gone):
        comments.react_to_comment(said.id, by=cast.fay, given=True)
    other = say(post, cast.milo, "Before it went")
    news.withdraw(post.id, by=cast.eli)
    for act in (
        lambda: comments.react_to_comment(other.id, by=cast.fay, given=True),
        lambda: comments.react_to_entry(post.id, by=cast.fay, given=True),
    ):
        with pytest.raises(Gone):
            act()
    with pytest.raises(NotFound):
        comments.react_to_entry(999, by=cast.fay, given=True)
    assert given() == []


def test_across_a_block_nobody_reacts_whoever_made_it(cast, post):
    fays, noras = say(post, cast.fay, "Soup"), say(post, cast.nora, "Bread")
    bonds.tie("block", cast.nora.id, by=cast.fay)
    moderation.decide(db.session.scalar(sa.select(Review.id)), "approve", by=cast.milo)
    with pytest.raises(Refused):
        comments.react_to_comment(fays.id, by=cast.nora, given=True)
    with pytest.raises(Refused):
        comments.react_to_comment(noras.id, by=cast.fay, given=True)
    assert given() == []


def test_a_machine_is_slowed_down(cast, post, clock):
    ids = [say(post, cast.milo, f"Word {number}").id for number in range(41)]
    for comment_id in ids[:40]:
        comments.react_to_comment(comment_id, by=cast.fay, given=True)
    with pytest.raises(TooMany):
        comments.react_to_comment(ids[40], by=cast.fay, given=True)
    assert len(given()) == 40


def test_who_is_banned_counts_nowhere_until_they_are_back(cast, post, said, worker):
    for who in (cast.fay, cast.nora):
        comments.react_to_comment(said.id, by=who, given=True)
        comments.react_to_entry(post.id, by=who, given=True)
    accounts.disable(cast.fay.id, by=cast.ada)
    worker()
    assert (count(Comment, said.id), count(Entry, post.id)) == (1, 1)
    assert [one.id for one in queries.people(said, 1)] == [cast.nora.id]
    accounts.enable(cast.fay.id, by=cast.ada)
    # Before the worker came by: what does not count yet is not taken off either.
    comments.react_to_comment(said.id, by=get(Account, cast.fay.id), given=False)
    worker()
    assert (count(Comment, said.id), count(Entry, post.id)) == (1, 2)


def test_who_leaves_vanishes_from_counts_and_lists(cast, post, said, app):
    comments.react_to_comment(said.id, by=cast.fay, given=True)
    comments.react_to_entry(post.id, by=cast.fay, given=True)
    comments.react_to_comment(said.id, by=cast.nora, given=True)
    clock = app.extensions["fansite"].clock
    before = clock.seen()
    for _ in range(2):  # a restored backup is erased again
        accounts.erase(cast.fay.id)
    assert (count(Comment, said.id), count(Entry, post.id)) == (1, 0)
    assert given() == [(cast.nora.id, None, said.id)]
    assert not clock.fresh(before, (queries.tag_of(post.id),))


def test_one_is_told_what_one_reacted_to(cast, post, said):
    assert export(cast.fay.id) == []
    comments.react_to_comment(said.id, by=cast.fay, given=True)
    comments.react_to_entry(post.id, by=cast.fay, given=True)
    (chapter,) = export(cast.fay.id)
    assert [(row["on"], row["address"].removeprefix("http://127.0.0.1:8000")) for row in chapter.rows] == [
        ("We play Lisbon", f"/comments/{said.id}"),
        ("We play Lisbon", f"/entries/{post.id}"),
    ]
