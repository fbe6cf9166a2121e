"""What can happen to a comment."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.comments import operations as comments
from fansite.comments.models import EDIT_WINDOW, MAX_BODY, MAX_DEPTH, Comment, Draft, Revision
from fansite.core import markup
from fansite.core.db import db, get, transaction
from fansite.core.errors import Forbidden, Gone, NotFound, Refused, TooMany
from fansite.core.outbox import Event
from fansite.moderation import operations as moderation
from fansite.moderation.models import Review
from fansite.news.models import NewsPost
from tests.texts import news_post, say


@pytest.fixture
def post(cast):
    return news_post(cast.eli)


def open_reviews():
    return db.session.scalars(sa.select(Review).where(Review.decided_at.is_(None))).all()


def test_a_first_comment_waits_for_a_moderator(cast, post):
    comment = say(post, cast.nora)
    assert comment.status == "pending"
    assert comment.thread is None
    assert [review.reasons for review in open_reviews()] == [["first comment"]]
    assert get(NewsPost, post.id).comments_count == 0


def test_a_trusted_fan_is_published_at_once(cast, post):
    comment = say(post, cast.fay)
    assert comment.visible
    assert comment.thread == 1
    assert not open_reviews()
    assert get(NewsPost, post.id).comments_count == 1


@pytest.mark.parametrize("name", ["milo", "eli", "ada"])
def test_the_team_is_published_at_once(cast, post, name):
    assert say(post, getattr(cast, name), "Even with https://three.example https://links.example https://here.example").visible


def test_the_banned_cannot_post(cast, post):
    with pytest.raises(Forbidden):
        say(post, cast.ben)


def test_the_same_nonce_is_stored_once(cast, post):
    first = say(post, cast.fay, "Twice", nonce="n1").id
    second = say(post, cast.fay, "Twice", nonce="n1").id
    assert first == second
    assert db.session.scalar(sa.select(sa.func.count(Comment.id))) == 1


def test_the_same_words_at_the_same_place_a_moment_later_are_a_retry(cast, post):
    assert say(post, cast.fay, "Once more").id == say(post, cast.fay, "Once more").id


def test_racing_requests_with_one_nonce_store_one_comment(app, cast, post):
    fay_id, entry_id, ids, problems = cast.fay.id, post.id, [], []
    db.session.rollback()

    def press():
        from fansite.accounts.models import Account

        with app.app_context():
            try:
                ids.append(comments.post(entry_id, by=db.session.get(Account, fay_id), body="Race", nonce="same").id)
            except TooMany as problem:
                problems.append(problem)

    pressers = [threading.Thread(target=press) for _ in range(6)]
    for presser in pressers:
        presser.start()
    for presser in pressers:
        presser.join()
    assert not problems
    assert len(set(ids)) == 1
    assert db.session.scalar(sa.select(sa.func.count(Comment.id))) == 1


def test_threads_are_numbered_when_they_are_first_published(cast, post):
    waiting = say(post, cast.nora, "First, but waits").id
    shown = say(post, cast.fay, "Second, at once").id
    comments_of = get(Comment, shown)
    assert comments_of.thread == 1
    moderation.decide(open_reviews()[0].id, "approve", by=cast.milo)
    assert get(Comment, waiting).thread == 2
    assert get(NewsPost, post.id).threads_count == 2


def test_a_removed_thread_keeps_its_number(cast, post):
    first = say(post, cast.fay, "One").id
    say(post, cast.fay, "Two")
    review = moderation.take_up("comment", first, by=cast.milo)
    moderation.decide(review, "remove", by=cast.milo)
    third = say(post, cast.fay, "Three")
    assert third.thread == 3
    assert get(NewsPost, post.id).comments_count == 2


def test_deep_replies_hang_on_the_ancestor_above(cast, post):
    parent, deepest = None, []
    for level in range(8):
        parent = say(post, cast.milo, f"Level {level}", parent_id=parent.id if parent else None)
        deepest.append(parent)
    assert [comment.depth for comment in deepest] == [1, 2, 3, 4, 5, 5, 5, 5]
    above = deepest[MAX_DEPTH - 2].path
    assert all(comment.path == f"{above}/{comment.id:010d}" for comment in deepest[MAX_DEPTH - 1 :])
    assert deepest[7].parent_id == deepest[6].id


def test_replies_are_counted_at_the_first_comment_of_their_thread(cast, post):
    root = say(post, cast.milo, "Root")
    reply = say(post, cast.milo, "Reply", parent_id=root.id)
    say(post, cast.milo, "Deeper", parent_id=reply.id)
    assert get(Comment, root.id).replies_count == 2
    comments.withdraw(reply.id, by=cast.milo)
    assert get(Comment, root.id).replies_count == 1


@pytest.mark.parametrize("body", ["", "   \n ", "x" * (MAX_BODY + 1)])
def test_what_is_empty_or_too_long_is_refused(cast, post, body):
    with pytest.raises(Refused) as refused:
        say(post, cast.fay, body)
    assert refused.value.field == "body"


def test_closed_comments_take_nothing(cast):
    post = news_post(cast.eli, comments_open=False)
    with pytest.raises(Refused, match="closed"):
        say(post, cast.fay)


@pytest.mark.parametrize(("status", "answer"), [("draft", NotFound), ("scheduled", NotFound), ("withdrawn", Gone)])
def test_what_is_not_public_takes_nothing(cast, status, answer):
    post = news_post(cast.eli, status=status)
    with pytest.raises(answer):
        say(post, cast.fay)


def test_a_comment_makes_only_those_pages_old_that_show_or_count_it(cast, post):
    """On a site where much is said, a page that kept up with all of it would never be ready."""
    comment = say(post, cast.fay)
    (event,) = db.session.scalars(sa.select(Event).where(Event.name == "comment.published"))
    assert set(event.data["tags"]) == {f"entry:{post.id}", f"comment:{comment.id}", "list:comments", f"by:{cast.fay.id}"}


def test_a_text_is_rendered_before_others_have_to_wait(cast, post, monkeypatch):
    """Only one at a time may write."""
    writing: list[bool] = []
    render = markup.render
    monkeypatch.setattr(
        markup, "render", lambda *text, **how: writing.append(bool(db.session().info.get("writing"))) or render(*text, **how)
    )
    say(post, cast.fay)
    assert writing == [False]


def test_links_count_from_the_moment_a_moderator_said_yes(cast, post):
    """Decided between the reading of the form and the lock: the text is as the decision says."""
    nora = db.session.get_one(Account, cast.nora.id)
    assert not nora.approved_comments
    with db.engine.begin() as meanwhile:
        meanwhile.execute(sa.text("UPDATE account SET approved_comments = 1 WHERE id = :id"), {"id": nora.id})
    comment = say(post, nora, "[mine](https://example.com)")
    assert comment.visible
    assert 'rel="ugc noopener"' in comment.html


def test_a_reply_to_a_hidden_comment_is_refused(cast, post):
    waiting = say(post, cast.nora)
    with pytest.raises(Refused) as refused:
        say(post, cast.fay, "To nobody", parent_id=waiting.id)
    assert refused.value.field == "parent"


def test_a_reply_across_posts_is_refused(cast, post):
    elsewhere = say(news_post(cast.eli, slug="porto"), cast.milo)
    with pytest.raises(Refused):
        say(post, cast.fay, "Wrong room", parent_id=elsewhere.id)


def test_seven_a_minute_are_too_many_for_a_fan(clock, cast, post):
    for number in range(6):
        say(post, cast.fay, f"Number {number}")
    with pytest.raises(TooMany) as slow:
        say(post, cast.fay, "Number 6")
    assert 1 <= slow.value.retry_after <= 61
    clock.shift(61)
    assert say(post, cast.fay, "Number 6").visible


def test_an_edit_keeps_the_earlier_words_and_is_checked_again(clock, cast, post):
    comment = say(post, cast.fay, "See you there")
    clock.shift(120)
    comments.edit(comment.id, by=cast.fay, body="Buy at https://a.example https://b.example https://c.example")
    comment = get(Comment, comment.id)
    assert comment.status == "pending"
    assert db.session.scalars(sa.select(Revision.body)).all() == ["See you there"]
    assert open_reviews()[0].reasons == ["many links"]
    assert get(NewsPost, post.id).comments_count == 0


def test_after_half_an_hour_nothing_is_edited(clock, cast, post):
    comment = say(post, cast.fay)
    clock.shift(EDIT_WINDOW)
    with pytest.raises(Forbidden):
        comments.edit(comment.id, by=cast.fay, body="Too late")
    assert get(Comment, comment.id).body == "See you in Lisbon"


def test_nobody_edits_the_words_of_others(cast, post):
    comment = say(post, cast.fay)
    for other in (cast.nora, cast.milo, cast.ada):
        with pytest.raises(Forbidden):
            comments.edit(comment.id, by=other, body="Mine now")


def test_a_withdrawn_comment_leaves_every_count_and_its_review(cast, post):
    comment = say(post, cast.nora)
    comments.withdraw(comment.id, by=cast.nora)
    assert get(Comment, comment.id).status == "withdrawn"
    assert not open_reviews()
    with pytest.raises(Forbidden):
        comments.withdraw(say(post, cast.fay).id, by=cast.nora)


def test_a_refused_comment_can_be_corrected_and_sent_again(cast, post):
    comment = say(post, cast.nora, "BUY")
    moderation.decide(open_reviews()[0].id, "reject", by=cast.milo, reason="Advertising")
    assert (get(Comment, comment.id).status, get(Comment, comment.id).reason) == ("rejected", "Advertising")
    comments.resend(comment.id, by=cast.nora, body="I only meant the record")
    assert get(Comment, comment.id).status == "pending"
    assert open_reviews()[0].reasons == ["sent again after: Advertising"]


def test_what_was_taken_down_can_be_corrected_too_but_not_taken_back(cast, post):
    comment = say(post, cast.fay)
    moderation.decide(moderation.take_up("comment", comment.id, by=cast.milo), "remove", by=cast.milo, reason="Unkind")
    with pytest.raises(Forbidden):
        comments.withdraw(comment.id, by=cast.fay)
    assert comments.resend(comment.id, by=cast.fay, body="Kinder words").status == "pending"
    assert [review.reasons for review in open_reviews()] == [["sent again after: Unkind"]]


def test_taking_words_back_costs_no_trust(cast, post):
    first = say(post, cast.nora)
    moderation.decide(open_reviews()[0].id, "approve", by=cast.milo)
    comments.withdraw(first.id, by=cast.nora)
    assert say(post, cast.nora, "Once more").visible


def test_a_retry_spends_nothing_of_the_pace(clock, cast, post):
    for _press in range(20):
        say(post, cast.fay, "Again and again", nonce="n1")
    for number in range(5):
        say(post, cast.fay, f"Another {number}")
    with pytest.raises(TooMany):
        say(post, cast.fay, "The seventh")


def test_a_draft_becomes_one_comment_however_often_it_is_posted(cast, post):
    token = comments.keep_draft(post.id, body="Written first", parent_id=None, address="192.0.2.1")
    first = comments.post_draft(token, by=cast.fay).id
    again = comments.post_draft(token, by=cast.fay).id
    assert first == again
    assert db.session.scalars(sa.select(Comment.body)).all() == ["Written first"]


def test_a_draft_lives_seven_days_and_its_token_is_not_stored(clock, cast, post):
    token = comments.keep_draft(post.id, body="Written first", parent_id=None, address="192.0.2.1")
    assert token not in db.session.scalars(sa.select(Draft.token_hash)).all()
    clock.shift(timedelta(days=6, hours=23))
    assert comments.find_draft(token).body == "Written first"
    clock.shift(timedelta(hours=2))
    assert comments.find_draft(token) is None


def test_every_change_bumps_the_entry_and_is_a_fact(app, cast, post):
    clock = app.extensions["fansite"].clock
    seen = clock.seen()
    say(post, cast.fay)
    assert not clock.fresh(seen, [f"entry:{post.id}"])
    assert not clock.fresh(seen, ["list:comments"])
    assert clock.fresh(seen, ["entry:999"])
    assert "comment.published" in db.session.scalars(sa.select(Event.name)).all()


def test_nothing_is_stored_when_the_operation_fails_half_way(app, cast, post, monkeypatch):
    monkeypatch.setattr(comments.writing, "_tell_moderators", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        say(post, cast.nora)
    with transaction() as session:
        assert session.scalar(sa.select(sa.func.count(Comment.id))) == 0
        assert session.scalar(sa.select(sa.func.count(Event.id)).where(Event.name == "comment.held")) == 0


def test_a_duplicate_bumps_too(app, cast, post):
    """The first answer may have died between COMMIT and bump."""
    say(post, cast.fay, "Twice", nonce="n1")
    clock = app.extensions["fansite"].clock
    seen = clock.seen()
    say(post, cast.fay, "Twice", nonce="n1")
    assert not clock.fresh(seen, [f"entry:{post.id}"])
