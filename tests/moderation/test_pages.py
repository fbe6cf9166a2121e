"""The queue as moderators, their browsers and programs meet it."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.accounts.models import SignIn
from fansite.comments import operations as comments
from fansite.comments.models import Comment
from fansite.core.db import db, get, transaction
from fansite.lib.times import w3c
from fansite.moderation import operations, words
from fansite.moderation.models import LogLine, Report, Review
from tests.client import ORIGIN
from tests.texts import news_post, say

QUEUE = "/moderation/"


@pytest.fixture
def post(cast):
    return news_post(cast.eli)


@pytest.fixture
def waiting(cast, post):
    return say(post, cast.nora, "My very first words").id


@pytest.fixture
def milo(cast, browser_as):
    return browser_as(cast.milo)


@pytest.fixture
def ada(cast, browser_as):
    return browser_as(cast.ada)


def cards(visitor) -> list[str]:
    return visitor.page.xpath('//article[contains(@class, "review")]/@data-subject')


def review_of(comment_id: int) -> int:
    return int(db.session.scalar(sa.select(sa.func.max(Review.id)).where(Review.subject_id == comment_id)))


def status_of(comment_id: int) -> str:
    return str(get(Comment, comment_id).status)


def token_of(visitor) -> str:
    visitor.get(QUEUE)
    return str(visitor.page.xpath('//input[@name="csrf_token"]/@value')[0])


def many_waiting(author: Any, entry: Any, number: int, *, reports: int = 0) -> None:
    """Reviews of waiting or reported comments, in bulk."""
    from tests.texts import many_comments

    ids = many_comments(entry.id, author.id, number)
    with transaction() as session:
        for place, comment_id in enumerate(ids):
            review = Review(
                subject_kind="comment", subject_id=comment_id, queue="reported" if reports else "pending", reasons=["taken up"]
            )
            session.add(review)
            session.flush()
            session.add_all(
                Report(review_id=review.id, subject_kind="comment", subject_id=comment_id, category="spam", note=f"{place} {n}")
                for n in range(reports)
            )


# ---- what waits -------------------------------------------------------------------------------------------------------------


def test_an_item_is_an_article_with_one_form(cast, post, milo):
    parent = say(post, cast.fay, "Who comes by train?").id
    waiting = say(post, cast.nora, "Me, from *Thiers*", parent_id=parent).id
    milo.get(QUEUE)
    review = review_of(waiting)
    card = milo.page.xpath(f'//article[@id="review-{review}"]')[0]
    assert card.get("class").split()[-1] == "review"
    assert card.get("data-subject") == f"comment:{waiting}"
    forms = card.xpath('.//form[@data-form="decision"]')
    assert len(forms) == 1
    assert forms[0].xpath(".//*[@name='decision']/@value") == ["approve", "reject"]
    assert forms[0].xpath(".//input[@name='reason']")
    said = " ".join(card.text_content().split())
    for words_there in (
        "nora",
        "nothing approved yet",
        "first comment",
        "We play Lisbon",
        "Who comes by train?",
        "Me, from Thiers",
    ):
        assert words_there in said
    assert card.xpath(".//em/text()") == ["Thiers"]


def test_a_decision_is_made_and_taken_back_on_the_page(cast, waiting, milo, stranger):
    milo.get(QUEUE)
    milo.submit("decision", {"decision": "approve"})
    assert milo.location == f"/moderation/?done={review_of(waiting)}"
    stranger.get("/news/lisbon")
    assert "My very first words" in stranger.text
    milo.get(milo.location)
    assert cards(milo) == []
    assert "Approved: Comment · nora" in milo.text
    milo.submit("undo", {"decision": "undo"})
    told = f"{QUEUE}?undone={review_of(waiting)}"
    assert milo.location == told
    stranger.get("/news/lisbon")
    assert "My very first words" not in stranger.text
    milo.get(told)
    assert cards(milo) == [f"comment:{waiting}"]
    assert "Taken back, it waits again: Comment · nora" in milo.text
    assert not milo.page.xpath('//form[@data-form="undo"]')
    operations.decide(review_of(waiting), "approve", by=cast.milo)
    milo.get(told)
    assert "waits again" not in milo.text


def test_who_was_signed_out_when_they_decided_comes_back_to_the_card(waiting, stranger, milo):
    review = review_of(waiting)
    stranger.post(f"/moderation/reviews/{review}/decision", {"decision": "approve"}, status=302)
    assert stranger.location == f"/login?next=/moderation/reviews/{review}"
    milo.get(f"/moderation/reviews/{review}")
    assert cards(milo) == [f"comment:{waiting}"]


def test_who_sifts_goes_on_sifting_after_a_decision(cast, post, waiting, milo):
    other = say(post, cast.nora, "Look at https://example.org/hats").id
    sifted = f"{QUEUE}?links=1"
    milo.get(sifted)
    assert cards(milo) == [f"comment:{other}"]
    milo.submit("decision", {"decision": "reject"})
    assert milo.location == f"{sifted}&done={review_of(other)}"
    milo.get(milo.location)
    assert cards(milo) == [] and "Rejected: Comment · nora" in milo.text
    milo.submit("undo", {"decision": "undo"})
    assert milo.location == f"{sifted}&undone={review_of(other)}"
    milo.get(milo.location)
    assert cards(milo) == [f"comment:{other}"] and "waits again" in milo.text


def test_a_refusal_tells_its_author_why(cast, waiting, milo, browser_as):
    milo.get(QUEUE)
    milo.submit("decision", {"decision": "reject", "reason": "  Advertising  "})
    nora = browser_as(cast.nora)
    nora.get("/account/comments")
    assert "The moderator wrote: Advertising" in nora.text
    assert status_of(waiting) == "rejected"


def test_what_was_decided_stands_under_recent_newest_first(clock, cast, post, milo, ada):
    ids = [say(post, cast.nora, f"Words {number}").id for number in range(3)]
    for comment in ids:
        clock.shift(60)
        operations.decide(review_of(comment), "approve", by=cast.ada)
    milo.get("/moderation/recent")
    assert cards(milo) == [f"comment:{comment}" for comment in reversed(ids)]
    card = milo.page.xpath(f'//article[@id="review-{review_of(ids[-1])}"]')[0]
    assert card.xpath(".//*[@name='decision']/@value") == ["undo", "remove"]
    assert "by ada" in " ".join(card.text_content().split())
    milo.submit("decision", {"decision": "remove", "reason": "On second thoughts"})
    assert status_of(ids[-1]) == "removed"
    milo.get("/moderation/recent")
    milo.submit("decision", {"decision": "undo"})
    assert status_of(ids[-1]) == "published"


def test_reports_are_told_with_their_notes(cast, post, milo):
    comment = say(post, cast.fay, "Tickets, cheap").id
    operations.report("comment", comment, category="spam", note="He sells <b>everywhere</b>", by=cast.nora, address="a")
    operations.report("comment", comment, category="illegal", note="", by=None, address="b")
    milo.get(QUEUE)
    assert cards(milo) == []
    milo.get("/moderation/reported")
    assert cards(milo) == [f"comment:{comment}"]
    said = milo.text
    for words_there in ("He sells <b>everywhere</b>", "nora", "a visitor", "against the law", "spam"):
        assert words_there in said
    milo.submit("decision", {"decision": "remove", "reason": "Tickets"})
    assert milo.location.startswith("/moderation/reported?done=")
    assert status_of(comment) == "removed"


def test_tabs_count_what_waits(cast, post, waiting, milo):
    operations.report("comment", say(post, cast.fay).id, category="spam", note="", by=None, address="a")
    say(post, cast.nora, "Another")
    milo.get("/moderation/recent")
    tabs = {link.get("href"): " ".join(link.text_content().split()) for link in milo.page.xpath('//ul[@class="tabs"]//a')}
    assert tabs == {"/moderation/": "Pending 2", "/moderation/reported": "Reported 1", "/moderation/recent": "Recent"}


def test_an_empty_queue_says_so(milo):
    for path in (QUEUE, "/moderation/reported", "/moderation/recent"):
        milo.get(path)
        assert cards(milo) == []
    milo.get(QUEUE)
    assert "The queue is empty" in milo.text


def test_twenty_five_stand_on_a_page(cast, post, milo):
    many_waiting(cast.nora, post, 51)
    for page, number in ((1, 25), (2, 25), (3, 1)):
        milo.get(f"{QUEUE}?page={page}")
        assert len(cards(milo)) == number
    milo.get(f"{QUEUE}?page=4", status=404)


def test_the_last_page_of_recent_offers_no_other(cast, post, milo):
    many_waiting(cast.nora, post, 25)
    for review in db.session.scalars(sa.select(Review.id)).all():
        operations.decide(review, "approve", by=cast.ada)
    milo.get("/moderation/recent")
    assert len(cards(milo)) == 25
    assert not milo.page.xpath('//nav[@class="pager"]')
    milo.get("/moderation/recent?page=2", status=404)


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 20])
def test_pages_that_are_none_are_not_found(milo, page):
    for path in (QUEUE, "/moderation/reported", "/moderation/recent"):
        milo.get(f"{path}?page={page}", status=404)


def test_what_its_author_took_back_leaves_the_queue(cast, waiting, milo):
    milo.get(QUEUE)
    comments.withdraw(waiting, by=cast.nora)
    milo.submit("decision", {"decision": "approve", "reason": "Welcome"}, status=422)
    assert "the author took the text back" in milo.text
    milo.get(QUEUE)
    assert cards(milo) == []
    assert status_of(waiting) == "withdrawn"


def test_a_card_shows_what_stood_there_before(cast, post, milo):
    comment = say(post, cast.nora, "See you in *Lisbon*").id
    milo.get(QUEUE)
    assert not milo.page.xpath("//article//details")
    comments.edit(comment, by=cast.nora, body="See you in <b>Porto</b>")
    comments.edit(comment, by=cast.nora, body="See you nowhere")
    milo.get(QUEUE)
    (earlier,) = milo.page.xpath("//article//details")
    assert [words.text_content() for words in earlier.xpath(".//li/p[1]")] == ["See you in *Lisbon*", "See you in <b>Porto</b>"]


def test_the_queue_says_since_when_the_first_waits(clock, cast, post, milo):
    say(post, cast.nora, "The first")
    first = db.session.scalar(sa.select(sa.func.min(Review.opened_at)))
    clock.shift(3600)
    say(post, cast.nora, "The second")
    milo.get(QUEUE)
    (line,) = (line for line in milo.page.xpath("//main//p") if "The oldest: " in line.text_content())
    assert line.xpath(".//time/@datetime") == [w3c(first)]
    milo.get("/moderation/recent")
    assert "The oldest:" not in milo.text


def test_what_was_decided_before_the_last_review_is_not_offered(cast, waiting, milo):
    operations.decide(review_of(waiting), "approve", by=cast.milo)
    operations.report("comment", waiting, category="spam", note="", by=None, address="a")
    milo.get("/moderation/recent")
    assert cards(milo) == [f"comment:{waiting}"]
    assert not milo.page.xpath('//form[@data-form="decision"]')
    milo.get("/moderation/reported")
    milo.submit("decision", {"decision": "approve"})
    milo.get("/moderation/recent")
    assert len(milo.page.xpath('//form[@data-form="decision"]')) == 1


# ---- two at once ------------------------------------------------------------------------------------------------------------


def test_the_second_is_told_who_decided_what(waiting, milo, ada):
    milo.get(QUEUE)
    ada.get(QUEUE)
    milo.submit("decision", {"decision": "approve"})
    ada.submit("decision", {"decision": "reject", "reason": "Unkind"}, status=409)
    assert "Somebody decided this a moment before you." in ada.text
    said = " ".join(ada.page.xpath(f'//article[@id="review-{review_of(waiting)}"]')[0].text_content().split())
    assert "Approved" in said
    assert "by milo" in said
    assert ada.page.xpath("//input[@name='reason']/@value") == ["Unkind"], "typed once is enough"
    assert status_of(waiting) == "published"
    ada.submit("decision", {"decision": "remove"})
    assert status_of(waiting) == "removed"


def test_an_undo_of_what_changed_meanwhile_is_refused(waiting, milo, ada):
    milo.get(QUEUE)
    milo.submit("decision", {"decision": "approve"}, follow=True)
    ada.get("/moderation/recent")
    ada.submit("decision", {"decision": "remove"})
    milo.submit("undo", {"decision": "undo"}, status=409)
    assert status_of(waiting) == "removed"


def test_a_double_click_is_one_decision(waiting, milo):
    milo.get(QUEUE)
    page = milo.response
    for _press in range(2):
        milo.response = page
        milo.submit("decision", {"decision": "approve"})
    assert db.session.scalars(sa.select(LogLine.act)).all() == ["approve"]


@pytest.mark.parametrize("end", ["demoted", "banned", "signed out"])
def test_who_is_no_moderator_any_more_decides_nothing(cast, waiting, milo, end):
    milo.get(QUEUE)
    if end == "demoted":
        accounts.set_role(cast.milo.id, "fan")
    elif end == "banned":
        accounts.disable(cast.milo.id)
    else:
        with transaction() as session:
            session.execute(sa.delete(SignIn))
    milo.submit("decision", {"decision": "approve", "reason": "Welcome"}, status=403 if end == "demoted" else 422)
    if end != "demoted":
        assert milo.page.xpath("//input[@name='reason']/@value") == ["Welcome"], "to be sent again after signing in"
    assert status_of(waiting) == "pending"


# ---- what is wrong ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        {"decision": "destroy"},
        {"decision": ""},
        {},
        {"decision": "APPROVE"},
        {"decision": "approve", "version": "x"},
        {"decision": "approve", "version": "[1]"},
        {"decision": "approve", "version": "9" * 30},
        {"decision": "approve", "reason": "r" * 1001},
        {"decision[]": "approve"},
    ],
)
def test_a_decision_of_another_shape_is_refused(waiting, milo, data):
    milo.post(f"/moderation/reviews/{review_of(waiting)}/decision", {**data, "csrf_token": token_of(milo)}, status=422)
    assert milo.page.xpath('//*[@role="alert"]')
    assert status_of(waiting) == "pending"
    if "reason" in data:
        assert milo.page.xpath("//input[@name='reason']/@value") == [data["reason"]]


def test_a_version_that_never_was_is_only_stale(waiting, milo):
    for version in ("9" * 9, "-1", "0"):
        data = {"decision": "approve", "version": version, "csrf_token": token_of(milo)}
        milo.post(f"/moderation/reviews/{review_of(waiting)}/decision", data, status=409)
    assert status_of(waiting) == "pending"


def test_what_never_was_cannot_be_decided(milo):
    token = token_of(milo)
    for path in ("/moderation/reviews/999/decision", "/moderation/comment/999", "/moderation/spaceship/1", "/moderation/entry/1"):
        milo.post(path, {"decision": "approve", "csrf_token": token}, status=404)
    for path in ("/moderation/comment/999", "/moderation/spaceship/1", "/moderation/nothing"):
        milo.get(path, status=404)
    milo.get("/moderation/reviews/1/decision", status=405)


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_decision_is_taken_from_nowhere_else(waiting, milo, headers):
    path = f"/moderation/reviews/{review_of(waiting)}/decision"
    right = {"decision": "approve", "csrf_token": token_of(milo)}
    if headers:
        assert milo.client.post(path, data=right, headers=headers).status_code == 403
    assert milo.client.post(path, data={"decision": "approve"}, headers=headers).status_code == 403
    assert milo.client.post(path, data={"decision": "approve"}, headers={"Origin": ORIGIN}).status_code == 422
    assert status_of(waiting) == "pending"


def test_getting_decides_nothing(waiting, milo):
    token = token_of(milo)
    for path in (QUEUE, f"/moderation/comment/{waiting}", "/moderation/recent"):
        milo.get(path, query_string={"decision": "approve", "csrf_token": token, "done": "9" * 30})
    assert status_of(waiting) == "pending"


def test_somebody_elses_decision_is_not_ones_own_to_be_told(cast, waiting, milo, ada):
    operations.decide(review_of(waiting), "approve", by=cast.ada)
    milo.get(f"{QUEUE}?done={review_of(waiting)}")
    assert not milo.page.xpath('//form[@data-form="undo"]')


# ---- one text by itself -----------------------------------------------------------------------------------------------------


def test_a_text_nobody_complained_about_can_be_removed(cast, post, milo, stranger):
    comment = say(post, cast.fay, "Nobody minds").id
    milo.get("/news/lisbon")
    milo.get(milo.page.xpath('//a[contains(@href, "/moderation/comment/")]/@href')[0])
    assert cards(milo) == [f"comment:{comment}"]
    assert db.session.scalar(sa.select(sa.func.count(Review.id))) == 0, "looking opens nothing"
    milo.submit("decision", {"decision": "remove", "reason": "Not here"})
    stranger.get(f"/comments/{comment}", status=410)
    milo.get(f"/moderation/comment/{comment}")
    milo.submit("decision", {"decision": "undo"})
    stranger.get(f"/comments/{comment}", status=302)


def test_only_who_keeps_order_is_offered_to(cast, post, stranger, browser_as):
    say(post, cast.fay)
    for visitor in (stranger, browser_as(cast.fay), browser_as(cast.nora)):
        visitor.get("/news/lisbon")
        assert not visitor.page.xpath('//a[contains(@href, "/moderation")]')


@pytest.mark.parametrize(
    "body", ["<script>alert(1)</script>", "[x](javascript:alert(1))", "</article></main>", "\u202eevil\u202c"]
)
def test_hostile_words_are_only_words(cast, post, milo, body):
    say(post, cast.nora, body)
    milo.get(QUEUE)
    assert len(cards(milo)) == 1


# ---- watched words ----------------------------------------------------------------------------------------------------------


def test_the_sites_own_words_are_kept(cast, post, milo):
    milo.get("/moderation/words")
    milo.submit("words-banned", {"words": "Autotune\r\n drum  machine \r\n\r\n"})
    milo.get(milo.location)
    assert milo.page.xpath('//form[.//*[contains(., "Saved.")]]/@data-form') == ["words-banned"]
    assert milo.page.xpath('//textarea[@id="words-banned"]')[0].text_content().split("\n")[1:] == ["autotune", "drum machine"]
    assert words.found("no AUTOTUNE please", "banned") == ["autotune"]
    assert say(post, cast.fay, "A drum machine!").status == "pending"


@pytest.mark.parametrize("data", [{"kind": "other", "words": "x"}, {"words": "x"}, {"kind": "banned", "words": "w" * 20_001}])
def test_a_list_of_another_shape_is_refused(milo, data):
    milo.post("/moderation/words", {**data, "csrf_token": token_of(milo)}, status=422)
    if data.get("kind") == "banned":
        assert data["words"] in milo.response.get_data(as_text=True)
    assert words.own_words("banned") == []


# ---- cost -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [3, 30, 600])
def test_the_queue_needs_few_queries_whatever_waits(cast, post, milo, count_queries, number):
    many_waiting(cast.nora, post, number)
    many_waiting(cast.fay, post, number, reports=3)
    comments.edit(say(post, cast.nora, "A slip").id, by=cast.nora, body="No slip")
    operations.decide(review_of(1), "approve", by=cast.milo)
    for path in (QUEUE, "/moderation/reported", "/moderation/recent", f"{QUEUE}?done={review_of(1)}"):
        milo.get(path)
        with count_queries() as counted:
            milo.get(path)
        assert len(counted) <= 11, f"{path}: {len(counted)}\n" + "\n".join(counted)
