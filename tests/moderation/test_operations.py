"""Deciding, and taking it back."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.comments import operations as comments
from fansite.comments.models import Comment
from fansite.core.db import db, get, transaction
from fansite.core.errors import Conflict, Forbidden, NotFound, Refused
from fansite.moderation import checks, operations, words
from fansite.moderation.checks import Writing
from fansite.moderation.models import LogLine, Report, Review
from tests.conftest import NOON
from tests.texts import news_post, say


@pytest.fixture
def post(cast):
    return news_post(cast.eli)


@pytest.fixture
def waiting(cast, post):
    return say(post, cast.nora)


def review_of(comment):
    return db.session.scalars(sa.select(Review).where(Review.subject_id == comment.id).order_by(Review.id.desc())).first()


def report(comment, by=None, category="spam", address="192.0.2.7"):
    operations.report("comment", comment.id, category=category, note="look", by=by, address=address)


def test_approving_publishes_and_builds_trust(cast, waiting):
    operations.decide(review_of(waiting).id, "approve", by=cast.milo)
    assert get(Comment, waiting.id).visible
    assert get(Account, cast.nora.id).approved_comments == 1
    assert db.session.scalars(sa.select(LogLine.act)).all() == ["approve"]


@pytest.mark.parametrize(("decision", "status"), [("reject", "rejected"), ("remove", "rejected")])
def test_what_was_never_public_is_rejected(cast, waiting, decision, status):
    operations.decide(review_of(waiting).id, decision, by=cast.milo, reason="No")
    assert get(Comment, waiting.id).status == status
    assert get(Account, cast.nora.id).refused_comments == 1


def test_every_decision_can_be_taken_back(cast, waiting):
    for decision in ("approve", "reject"):
        operations.decide(review_of(waiting).id, decision, by=cast.milo)
        operations.undo(review_of(waiting).id, by=cast.milo)
        assert get(Comment, waiting.id).status == "pending"
        assert review_of(waiting).open
        account = get(Account, cast.nora.id)
        assert (account.approved_comments, account.refused_comments) == (0, 0)
    assert db.session.scalars(sa.select(LogLine.act).order_by(LogLine.id)).all() == ["approve", "undo", "reject", "undo"]


def test_a_removed_comment_comes_back_as_it_was(cast, post):
    comment = say(post, cast.fay)
    review = operations.take_up("comment", comment.id, by=cast.milo)
    operations.decide(review, "remove", by=cast.milo, reason="By mistake")
    assert get(Comment, comment.id).status == "removed"
    operations.undo(review, by=cast.ada)
    comment = get(Comment, comment.id)
    assert comment.visible
    assert comment.reason is None
    assert comment.thread == 1


def test_of_two_moderators_one_wins_and_the_other_is_told(cast, waiting):
    review = review_of(waiting).id
    operations.decide(review, "approve", by=cast.milo, version=1)
    with pytest.raises(Conflict):
        operations.decide(review, "reject", by=cast.ada, version=1)
    with pytest.raises(Conflict):
        operations.decide(review, "reject", by=cast.ada)
    assert get(Comment, waiting.id).visible


def test_racing_moderators_leave_one_decision(app, cast, waiting):
    review, comment_id = review_of(waiting).id, waiting.id
    ids = {"approve": cast.milo.id, "reject": cast.ada.id}
    outcome = []
    db.session.rollback()

    def press(decision, account_id):
        with app.app_context():
            try:
                operations.decide(review, decision, by=db.session.get(Account, account_id))
                outcome.append(decision)
            except Conflict:
                outcome.append("told")

    pressers = [threading.Thread(target=press, args=pair) for pair in ids.items()]
    for presser in pressers:
        presser.start()
    for presser in pressers:
        presser.join()
    assert sorted(outcome)[-1] == "told"
    assert len(outcome) == 2
    won = min(outcome, key=lambda word: word == "told")
    db.session.expire_all()
    assert get(Comment, comment_id).status == {"approve": "published", "reject": "rejected"}[won]
    assert len(db.session.scalars(sa.select(LogLine)).all()) == 1


def test_a_double_click_is_one_decision(cast, waiting):
    review = review_of(waiting).id
    operations.decide(review, "approve", by=cast.milo)
    operations.decide(review, "approve", by=cast.milo)
    assert len(db.session.scalars(sa.select(LogLine)).all()) == 1


@pytest.mark.parametrize("name", ["fay", "nora", "ben"])
def test_fans_decide_nothing(cast, waiting, name):
    with pytest.raises(Forbidden):
        operations.decide(review_of(waiting).id, "approve", by=getattr(cast, name))
    with pytest.raises(Forbidden):
        operations.take_up("comment", waiting.id, by=getattr(cast, name))


def test_reports_gather_in_one_review(cast, post):
    comment = say(post, cast.fay)
    report(comment, cast.nora)
    report(comment, None, "abuse", address="192.0.2.8")
    report(comment, cast.nora, "private")
    review = review_of(comment)
    assert review.queue == "reported"
    assert review.reasons == ["reported: spam", "reported: abuse"]
    rows = db.session.execute(sa.select(Report.category, Report.reporter_id).order_by(Report.id)).all()
    assert [tuple(row) for row in rows] == [("private", cast.nora.id), ("abuse", None)]


def test_what_was_judged_fine_is_not_reported_open_again_until_it_changes(clock, cast, post):
    comment = say(post, cast.fay)
    report(comment, cast.nora)
    clock.shift(60)
    operations.decide(review_of(comment).id, "approve", by=cast.milo)
    clock.shift(60)
    report(comment, None)
    assert not review_of(comment).open
    comments.edit(comment.id, by=cast.fay, body="Other words now")
    clock.shift(60)
    report(comment, cast.eli)
    assert review_of(comment).open


def test_who_reported_before_is_heard_again_when_the_text_has_changed(clock, cast, post):
    comment = say(post, cast.fay)
    report(comment, cast.nora)
    first = review_of(comment).id
    operations.decide(first, "approve", by=cast.milo)
    clock.shift(60)
    comments.edit(comment.id, by=cast.fay, body="Something worse")
    report(comment, cast.nora, "abuse")
    again = review_of(comment)
    assert again.id != first
    assert again.open
    assert [tuple(row) for row in db.session.execute(sa.select(Report.review_id, Report.category))] == [(again.id, "abuse")]


def test_what_was_decided_before_the_last_review_is_history(cast, waiting):
    first = review_of(waiting).id
    operations.decide(first, "approve", by=cast.milo)
    report(waiting, cast.fay)
    last = review_of(waiting).id
    for _open_or_decided in range(2):
        with pytest.raises(Refused, match="newer review"):
            operations.undo(first, by=cast.milo)
        with pytest.raises(Refused, match="newer review"):
            operations.decide(first, "remove", by=cast.ada)
        operations.decide(last, "remove", by=cast.ada)
    assert get(Comment, waiting.id).status == "removed"
    operations.undo(last, by=cast.milo)
    assert get(Comment, waiting.id).visible


def test_what_is_public_again_after_an_undo_waits_among_the_reported(cast, waiting):
    review = review_of(waiting).id
    operations.decide(review, "approve", by=cast.milo)
    operations.decide(review, "remove", by=cast.milo)
    operations.undo(review, by=cast.milo)
    assert get(Comment, waiting.id).visible
    assert review_of(waiting).queue == "reported"


def test_what_nobody_sees_cannot_be_reported(cast, waiting):
    with pytest.raises(NotFound):
        report(waiting, cast.fay)
    with pytest.raises(NotFound):
        operations.report("comment", 999, category="spam", note="", by=None, address="a")
    with pytest.raises(NotFound):
        operations.report("spaceship", 1, category="spam", note="", by=None, address="a")


def test_an_unknown_category_is_refused(cast, post):
    with pytest.raises(Refused):
        report(say(post, cast.fay), category="boring")


def test_what_its_author_took_back_is_nobodys_to_decide(cast, waiting):
    review = review_of(waiting).id
    comments.withdraw(waiting.id, by=cast.nora)
    with pytest.raises((Conflict, Refused)):
        operations.decide(review, "approve", by=cast.milo)
    assert get(Comment, waiting.id).status == "withdrawn"


# ---- the checks -------------------------------------------------------------------------------------------------------------


def verdict(author, text, earlier=()):
    return checks.judge(Writing(text=text, author=author, at=NOON, earlier=earlier))


def test_checks_speak_in_order_and_say_why(cast):
    assert verdict(cast.milo, "connard https://x.example").status == "published"
    held = verdict(cast.nora, "You connard, see https://x.example")
    assert held.status == "pending"
    assert held.reasons == ["banned word: connard", "link in a first comment", "first comment"]
    assert verdict(cast.fay, "See https://x.example").status == "published"
    assert verdict(cast.fay, "[a](https://a.example) [b](https://b.example) https://c.example").reasons == ["many links"]


def test_suspect_words_are_published_and_put_before_a_moderator(cast, post):
    comment = say(post, cast.fay, "Free gift card for everyone")
    assert comment.visible
    assert review_of(comment).queue == "reported"
    assert review_of(comment).reasons == ["suspect word: gift card"]


def test_words_are_whole_and_blind_to_case_and_accents(cast):
    assert words.found("ENCULÉ !", "banned") == ["encule"]
    assert words.found("con\u00adn\u200bard", "banned") == ["connard"]
    assert words.found("Scunthorpe and Cockburn say hello", "banned") == []


def test_the_sites_own_words_count_at_once(cast):
    words.set_words("banned", ["Autotune", "drum machine"], by=cast.milo)
    assert words.found("No autotune, no Drum  Machine", "banned") == ["autotune", "drum machine"]
    words.set_words("banned", [], by=cast.milo)
    assert words.found("No autotune", "banned") == []


def test_a_change_of_the_words_is_a_moderators_and_stands_in_the_log(cast):
    with pytest.raises(Forbidden):
        words.set_words("banned", ["marmot"], by=cast.fay)
    words.set_words("suspect", ["kazoo"], by=cast.milo)
    line = db.session.scalars(sa.select(LogLine)).one()
    assert (line.act, line.subject, line.by_id) == ("words", "words:suspect", cast.milo.id)


def test_the_log_is_never_changed(cast, waiting):
    operations.decide(review_of(waiting).id, "approve", by=cast.milo)
    for change in (sa.update(LogLine).values(act="reject"), sa.delete(LogLine)):
        with pytest.raises(sa.exc.DatabaseError, match="append-only"), transaction() as session:
            session.execute(change)


def test_a_long_text_and_a_long_list_stay_cheap(cast):
    words.set_words("suspect", [f"word{n} phrase{n}" for n in range(5000)], by=cast.milo)
    assert words.found("nothing to see " * 700, "suspect") == []


def test_the_same_text_again_waits(cast):
    assert verdict(cast.fay, "Great show!!", [("great   show", NOON)]).reasons == ["repeated text"]


def test_who_was_often_refused_is_read_first(cast):
    cast.fay.refused_comments = 2
    assert verdict(cast.fay, "Hello").reasons == ["often refused"]
