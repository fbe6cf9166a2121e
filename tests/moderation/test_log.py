"""The log of moderation: who decided what, when and why; and what can be taken back."""

from __future__ import annotations

import pytest

from fansite.accounts.models import Account
from fansite.comments import operations as comments
from fansite.comments.models import Comment
from fansite.core.db import db
from fansite.core.errors import Refused
from fansite.moderation import operations, queries, words
from fansite.moderation.models import Review
from tests.texts import news_post, say


@pytest.fixture
def post(cast):
    return news_post(cast.eli, slug="tour")


def review_of(comment_id):
    return db.session.query(Review.id).filter_by(subject_id=comment_id).order_by(Review.id.desc()).first()[0]


def test_every_decision_is_told_with_its_reason_and_the_last_word_can_be_taken_back(cast, post, browser_as):
    said = say(post, cast.nora, "Cheap hats").id
    operations.decide(review_of(said), "reject", by=cast.milo, reason="No hats")
    operations.undo(review_of(said), by=cast.ada)
    operations.decide(review_of(said), "approve", by=cast.ada)
    words.set_words("banned", ["casino"], by=cast.milo)
    milo = browser_as(cast.milo)
    milo.get("/moderation/log")
    lines = [" ".join(line.text_content().split()) for line in milo.page.xpath("//li[@data-act]")]
    assert [line.split()[0] for line in lines] == ["changed", "approved", "taken", "rejected"]
    assert "by milo" in lines[3] and "No hats" in lines[3] and "Comment · nora" in lines[3]
    assert [number for number, line in enumerate(lines) if "Can be taken back" in line] == [1]
    assert milo.page.xpath("//li[@data-act='approve']//a/@href")[0] == f"/moderation/comment/{said}"


def test_it_is_read_page_by_page_in_a_few_queries(cast, post, browser_as, monkeypatch, count_queries):
    monkeypatch.setattr(queries, "LINES_A_PAGE", 3)
    for number in range(7):
        words.set_words("banned", [f"w{number}"], by=cast.milo)
    milo = browser_as(cast.milo)
    seen, path = [], "/moderation/log"
    while path:
        with count_queries() as asked:
            milo.get(path)
        assert len(asked) < 20
        seen += milo.page.xpath("//li[@data-act]/@id")
        path = next(iter(milo.page.xpath("//a[contains(@href, 'before=')]/@href")), None)
    assert len(seen) == len(set(seen)) == 7 and seen == sorted(seen, reverse=True)


def test_who_was_erased_is_not_named_in_it(cast, post, browser_as):
    from fansite.accounts import operations as accounts

    said = say(post, cast.nora, "Cheap hats").id
    operations.decide(review_of(said), "reject", by=cast.milo, reason="No hats")
    accounts.erase(cast.nora.id)
    accounts.erase(cast.milo.id)
    ada = browser_as(cast.ada)
    ada.get("/moderation/log")
    assert "nora" not in ada.text and "milo" not in ada.text and "[deleted]" in ada.text


def test_nobody_reports_their_own_comment(cast, post, browser_as):
    said = say(post, cast.fay, "See you there").id
    fay = browser_as(cast.fay)
    fay.get(f"/comments/{said}/report")
    fay.submit("report", {"category": "spam", "note": "Do take it down"}, status=422)
    assert "wrote this yourself" in fay.text and "Do take it down" in fay.text
    assert db.session.query(Review).count() == 0
    with pytest.raises(Refused):
        operations.report("comment", said, category="spam", note="", by=cast.fay, address="1")


def record(cast):
    account = db.session.get(Account, cast.fay.id, populate_existing=True)
    return account.approved_comments, account.refused_comments


def test_sending_it_again_and_taking_it_back_does_not_clear_a_refusal(cast, post):
    said = say(post, cast.fay, "Cheap hats here").id
    operations.decide(operations.take_up("comment", said, by=cast.milo), "remove", by=cast.milo)
    assert record(cast) == (3, 1)
    comments.resend(said, by=cast.fay, body="Dear hats here")
    assert record(cast) == (3, 1), "while it waits the no stands"
    comments.withdraw(said, by=cast.fay)
    assert record(cast) == (3, 1)


def test_a_yes_clears_it_and_the_undo_of_the_yes_brings_it_back(cast, post):
    said = say(post, cast.fay, "Cheap hats here").id
    operations.decide(operations.take_up("comment", said, by=cast.milo), "remove", by=cast.milo)
    comments.resend(said, by=cast.fay, body="Dear hats here")
    operations.decide(review_of(said), "approve", by=cast.milo)
    assert record(cast) == (4, 0)
    operations.undo(review_of(said), by=cast.milo)
    assert record(cast) == (3, 1)
    operations.decide(review_of(said), "approve", by=cast.milo)
    assert db.session.get(Comment, said).visible and record(cast) == (4, 0)


def test_of_two_noes_on_one_review_the_first_stands_when_the_second_is_taken_back(cast, post):
    said = say(post, cast.fay, "Cheap hats here").id
    review = operations.take_up("comment", said, by=cast.milo)
    operations.decide(review, "reject", by=cast.milo)
    operations.decide(review, "remove", by=cast.ada, version=db.session.get(Review, review).version)
    operations.undo(review, by=cast.ada)
    comments.resend(said, by=cast.fay, body="Dear hats here")
    operations.decide(review_of(said), "approve", by=cast.milo)
    assert record(cast) == (4, 0)
    operations.undo(review_of(said), by=cast.milo)
    assert record(cast) == (3, 1)
