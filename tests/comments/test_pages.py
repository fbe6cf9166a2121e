"""Comments as a browser without scripts meets them, and as the page's script does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import g

from fansite.comments import operations as comments
from fansite.comments.models import MAX_BODY, THREADS_A_PAGE, Comment, Draft
from fansite.comments.sections import section
from fansite.core.content import Entry
from fansite.core.db import db, get, transaction
from fansite.moderation import operations as moderation
from fansite.moderation.models import Report, Review
from fansite.news import operations as news
from tests.client import ORIGIN
from tests.texts import many_comments, news_post, say

LISBON = "/news/lisbon"
JSON = {"Accept": "application/json"}


@pytest.fixture
def post(cast):
    return news_post(cast.eli)


@pytest.fixture
def fay(cast, browser_as):
    return browser_as(cast.fay)


@pytest.fixture
def nora(cast, browser_as):
    return browser_as(cast.nora)


def on_page(visitor) -> list[int]:
    """The comments of the page, as they follow each other."""
    return [int(name.removeprefix("comment-")) for name in visitor.page.xpath('//article[contains(@class, "comment")]/@id')]


def box(visitor) -> Any:
    return visitor.page.xpath('//form[@data-form="comment"]')[0]


def typed(visitor) -> str:
    """What stands in the box, as a browser would show it."""
    return str(visitor.page.xpath('//textarea[@name="body"]')[0].text_content()).removeprefix("\n")


def token_of(visitor) -> str:
    visitor.get("/account/comments")
    return str(visitor.page.xpath('//input[@name="csrf_token"]/@value')[0])


def written() -> list[tuple[str, str]]:
    db.session.rollback()
    return [tuple(row) for row in db.session.execute(sa.select(Comment.body, Comment.status).order_by(Comment.id))]


def hide(comment_id: int, by: Any, reason: str = "") -> int:
    review = moderation.take_up("comment", comment_id, by=by)
    moderation.decide(review, "remove", by=by, reason=reason)
    return review


def deeper(parent: Comment, bodies: list[str], by: Any) -> list[int]:
    """Each answers the one before."""
    ids = [parent.id]
    for body in bodies:
        ids.append(comments.post(parent.entry_id, by=by, body=body, parent_id=ids[-1]).id)
    return ids


# ---- reading ----------------------------------------------------------------------------------------------------------------


def test_a_comment_is_an_article_that_programs_can_read(cast, post, stranger):
    root = say(post, cast.fay, "Is there a *train* back?").id
    reply = say(post, cast.milo, "The last one leaves at eleven", parent_id=root).id
    stranger.get(LISBON)
    first, second = stranger.page.xpath('//article[contains(@class, "comment")]')
    assert (first.get("id"), first.get("data-status"), first.get("data-parent")) == (f"comment-{root}", "published", None)
    assert (second.get("id"), second.get("data-parent")) == (f"comment-{reply}", str(root))
    assert second.xpath("count(ancestor::ol)") == 2
    assert not stranger.page.xpath('//*[@role="tree"]')
    assert first.xpath(f'.//a[@href="/comments/{root}"]')
    assert first.xpath(".//em/text()") == ["train"]


def test_fifty_threads_stand_on_a_page_oldest_first(cast, post, stranger):
    ids = many_comments(post.id, cast.fay.id, 120)
    for page, expected in ((1, ids[:50]), (2, ids[50:100]), (3, ids[100:])):
        stranger.get(f"{LISBON}?page={page}")
        assert on_page(stranger) == expected
        assert stranger.page.xpath('//*[@class="comments__number"]/text()') == ["120"]
    stranger.get(f"{LISBON}?page=4", status=404)
    assert stranger.get(f"/comments/{ids[70]}", status=302).headers["Location"] == f"{LISBON}?page=2#comment-{ids[70]}"


def test_a_removed_thread_moves_no_other_to_another_page(cast, post, stranger):
    ids = many_comments(post.id, cast.fay.id, 60)
    for gone in ids[:3]:
        hide(gone, cast.milo)
    stranger.get(f"{LISBON}?page=2")
    assert on_page(stranger) == ids[50:]


def test_a_thread_of_two_thousand_goes_on_by_itself(cast, post, stranger, count_queries):
    ids = many_comments(post.id, cast.fay.id, 2000, in_one_thread=True)
    stranger.get(LISBON)
    assert on_page(stranger) == ids[:200]
    assert stranger.page.xpath('//p[@class="thread__more"]/a/@href') == [f"/comments/{ids[0]}/thread"]
    assert "1,800 more replies" in stranger.text or "1800 more replies" in stranger.text
    seen, page = [], 1
    while True:
        response = stranger.client.get(f"/comments/{ids[0]}/thread?page={page}")
        if response.status_code == 404:
            break
        stranger.response = response
        here = on_page(stranger)
        assert len(here) <= 200
        assert here[0] == ids[0], "whoever is answered stands above, on every page"
        assert not stranger.page.xpath("//article[@data-gone]")
        seen += here if page == 1 else here[1:]
        page += 1
    assert seen == ids
    for one in (ids[1], ids[199], ids[200], ids[1234], ids[-1]):
        path = stranger.get(f"/comments/{one}", status=302).headers["Location"]
        stranger.response = stranger.client.get(path.partition("#")[0])
        assert one in on_page(stranger)
    with count_queries() as counted:
        stranger.client.get(f"/comments/{ids[0]}/thread?page=5")
    assert len(counted) <= 3


def test_posting_takes_few_queries(cast, post, fay, count_queries):
    """From the session to the answer, with the two counters of how often somebody writes; below so many that a page shows only a share
    of a thread, two more say where in its thread a reply stands."""
    root = say(post, cast.milo).id
    many_comments(post.id, cast.milo.id, 250)
    fay.get(LISBON)
    fay.submit("comment", {"body": "First"})  # watched words are kept from now on
    form = {"csrf_token": token_of(fay)}
    for parent, most in (("", 13), (root, 17)):
        with count_queries() as counted:
            fay.post(f"/comments/on/{post.id}", {**form, "body": f"To {parent}", "nonce": f"n{parent}", "parent": parent})
        assert len(counted) <= most, "\n".join(counted)


def test_long_threads_share_the_page_fairly(cast, post, stranger):
    long = many_comments(post.id, cast.fay.id, 300, in_one_thread=True)
    short = say(post, cast.milo, "Short").id
    other = many_comments(post.id, cast.fay.id, 300, in_one_thread=True)
    stranger.get(LISBON)
    here = on_page(stranger)
    assert len(here) <= 200
    assert short in here
    assert abs(len(set(here) & set(long)) - len(set(here) & set(other))) <= 1
    left = [int(words.split()[0]) for words in stranger.page.xpath('//p[@class="thread__more"]/a/text()[1]')]
    assert sum(left) + len(here) == 601


def test_the_long_page_of_a_thread_has_its_own_address(cast, post, stranger):
    ids = many_comments(post.id, cast.fay.id, 300, in_one_thread=True)
    stranger.get(f"/comments/{ids[0]}/thread?page=2")
    assert stranger.page.xpath('//link[@rel="canonical"]/@href') == [f"{ORIGIN}/comments/{ids[0]}/thread?page=2"]
    assert stranger.get(f"/comments/{ids[5]}/thread", status=301).headers["Location"] == f"/comments/{ids[0]}/thread"
    assert stranger.get(f"/fr/comments/{ids[0]}/thread", status=301).headers["Location"] == f"/comments/{ids[0]}/thread"
    stranger.get(f"/comments/{ids[0]}/thread?page=3", status=404)


def test_a_hidden_comment_leaves_an_empty_place_above_its_replies(cast, post, stranger):
    ids = deeper(say(post, cast.fay, "I know where ada lives"), ["Please do not", "Agreed"], cast.milo)
    hide(ids[0], cast.milo)
    stranger.get(LISBON)
    assert on_page(stranger) == ids
    place = stranger.page.xpath(f'//article[@id="comment-{ids[0]}"]')[0]
    assert place.get("data-status") == "removed"
    assert "Removed by a moderator" in place.text_content()
    assert "Fay" not in place.text_content()
    assert "ada lives" not in stranger.text


def test_what_waits_again_leaves_no_word_of_a_removal_above_its_replies(cast, post, stranger):
    above = say(post, cast.fay, "Who comes?").id
    below = say(post, cast.milo, "Me", parent_id=above).id
    comments.edit(above, by=cast.fay, body="You connard")
    stranger.get(LISBON)
    assert on_page(stranger) == [above, below]
    place = stranger.page.get_element_by_id(f"comment-{above}").text_content()
    assert "Not here at the moment." in place
    assert "connard" not in place
    assert "emoved" not in place


def test_a_long_thread_goes_on_below_its_hidden_beginning(cast, post, stranger):
    ids = many_comments(post.id, cast.fay.id, 300, in_one_thread=True)
    hide(ids[0], cast.milo)
    stranger.get(LISBON)
    more = stranger.page.xpath('//p[@class="thread__more"]/a')[0]
    assert more.text_content().split()[0] == "99"
    stranger.get(more.get("href"))
    assert "Fay" not in stranger.page.findtext(".//h1")
    assert on_page(stranger)[:2] == ids[:2]
    path = stranger.get(f"/comments/{ids[-1]}", status=302).headers["Location"]
    stranger.get(path)
    assert ids[-1] in on_page(stranger)
    stranger.get(f"/comments/{ids[0]}", status=410)


def test_deep_replies_say_whom_they_answer(cast, post, stranger):
    ids = deeper(say(post, cast.fay, "One"), ["Two", "Three", "Four", "Five", "Six"], cast.milo)
    stranger.get(LISBON)
    last = stranger.page.xpath(f'//article[@id="comment-{ids[-1]}"]')[0]
    assert last.xpath(f'.//a[@href="#comment-{ids[-2]}"]/text()') == ["in reply to milo"]
    assert last.xpath("count(ancestor::ol)") == 5


# ---- the address of one comment ---------------------------------------------------------------------------------------------


def test_a_permalink_leads_to_its_place(cast, post, stranger):
    comment = say(post, cast.fay).id
    assert stranger.get(f"/comments/{comment}", status=302).headers["Location"] == f"{LISBON}#comment-{comment}"
    assert stranger.get(f"/fr/comments/{comment}", status=301).headers["Location"] == f"/comments/{comment}"


@pytest.mark.parametrize("act", ["removed", "withdrawn"])
def test_the_address_of_what_was_taken_down_says_so(cast, post, stranger, browser_as, act):
    comment = say(post, cast.fay, "Not for the search engines").id
    if act == "removed":
        hide(comment, cast.milo)
    else:
        comments.withdraw(comment, by=cast.fay)
    for visitor in (stranger, browser_as(cast.nora)):
        for path in (f"/comments/{comment}", f"/comments/{comment}/thread", f"/comments/{comment}/report"):
            visitor.get(path, status=410)
            assert "search engines" not in visitor.response.get_data(as_text=True)


def test_what_waits_is_there_for_its_author_only(cast, post, stranger, nora, fay):
    waiting = say(post, cast.nora, "My very first words").id
    for visitor in (stranger, fay):
        visitor.get(f"/comments/{waiting}", status=404)
        visitor.get(LISBON)
        assert "very first words" not in visitor.response.get_data(as_text=True)
    nora.get(f"/comments/{waiting}", status=302)
    nora.get(nora.location)
    article = nora.page.xpath(f'//article[@id="comment-{waiting}"]')[0]
    assert article.get("data-status") == "pending"
    assert "Waiting for a moderator. Only you can see it." in article.text_content()
    assert nora.page.xpath('//*[@class="comments__number"]/text()') == ["0"]


def test_what_was_rejected_is_nowhere(cast, post, stranger, fay, browser_as):
    comment = say(post, cast.nora, "Buy my soap").id
    moderation.decide(db.session.scalar(sa.select(Review.id)), "reject", by=cast.milo)
    for visitor in (stranger, fay, browser_as(cast.milo)):
        visitor.get(f"/comments/{comment}", status=404)
        visitor.get(f"/comments/{comment}/thread", status=404)
        visitor.get(f"/comments/{comment}/report", status=404)


@pytest.mark.parametrize(("act", "status"), [(news.recall, 404), (news.withdraw, 410)])
def test_comments_go_with_their_entry(cast, post, stranger, act, status):
    comment, waiting = say(post, cast.fay, "Under a post that goes").id, say(post, cast.nora, "Never seen here").id
    act(post.id, by=cast.eli)
    for path in (f"/comments/{comment}", f"/comments/{comment}/thread", f"/comments/{comment}/report"):
        stranger.get(path, status=status)
    stranger.get(f"/comments/{waiting}", status=404)


@pytest.mark.parametrize("path", ["/comments/999", "/comments/0", "/comments/x", "/comments/-1", "/comments/1/nothing"])
def test_what_never_was_is_not_found(app, stranger, path):
    stranger.get(path, status=404)


# ---- writing ----------------------------------------------------------------------------------------------------------------


def test_a_fan_writes_and_is_led_to_the_comment(post, fay):
    fay.get(LISBON)
    fay.submit("comment", {"body": "See you\n\nin Lisbon"})
    comment = db.session.scalar(sa.select(Comment.id))
    assert fay.location == f"{LISBON}#comment-{comment}"
    fay.get(fay.location)
    assert on_page(fay) == [comment]
    assert typed(fay) == ""


def test_on_a_later_page_the_address_names_the_page(cast, post, fay):
    many_comments(post.id, cast.milo.id, 50)
    fay.get(LISBON)
    fay.submit("comment", {"body": "The fifty-first"})
    assert fay.location.startswith(f"{LISBON}?page=2#comment-")


def test_a_reply_knows_whom_it_answers_without_a_script(cast, post, fay):
    first = say(post, cast.milo, "Who has a tent?")
    fay.get(LISBON)
    link = fay.page.xpath(f'//a[@data-reply="{first.id}"]/@href')[0]
    fay.get(link)
    assert "Replying to milo" in fay.text
    fay.submit("comment", {"body": "I have two"})
    reply = db.session.scalars(sa.select(Comment).order_by(Comment.id.desc())).first()
    assert reply.parent_id == first.id


def test_what_is_cut_from_the_page_can_be_answered(cast, post, fay):
    ids = many_comments(post.id, cast.milo.id, 300, in_one_thread=True)
    fay.get(f"/comments/{ids[0]}/thread?page=2")
    assert box(fay).xpath('.//input[@name="parent"]/@value') == [str(ids[0])]
    link = fay.page.xpath(f'//a[@data-reply="{ids[-1]}"]/@href')[0]
    fay.get(link)
    assert box(fay).xpath('.//input[@name="parent"]/@value') == [str(ids[-1])]
    fay.submit("comment", {"body": "Found you down here"})
    answer = db.session.scalars(sa.select(Comment).order_by(Comment.id.desc())).first()
    assert (answer.parent_id, answer.depth) == (ids[-1], 3)
    fay.get(fay.location)
    assert answer.id in on_page(fay)


def test_a_comment_of_another_page_can_be_answered(cast, post, stranger):
    ids = many_comments(post.id, cast.milo.id, 60)
    stranger.get(f"{LISBON}?reply={ids[-1]}")
    assert box(stranger).xpath('.//input[@name="parent"]/@value') == [str(ids[-1])]
    stranger.get(f"{LISBON}?page=2")
    assert stranger.page.xpath(f'//a[@data-reply="{ids[-1]}"]/@href') == [f"{LISBON}?page=2&reply={ids[-1]}#reply"]


def test_nobody_answers_what_cannot_be_answered(cast, post, stranger):
    waiting, elsewhere = say(post, cast.nora), say(news_post(cast.eli, slug="porto"), cast.milo)
    for wanted in (str(waiting.id), str(elsewhere.id), "999", "x", "9" * 40, "-1"):
        stranger.get(f"{LISBON}?reply={wanted}")
        assert box(stranger).xpath('.//input[@name="parent"]/@value') == [""]


def test_a_waiting_reply_in_a_long_thread_leads_its_author_to_it(cast, post, nora):
    ids = many_comments(post.id, cast.fay.id, 200, in_one_thread=True)
    say(post, cast.milo, "Another thread")
    nora.get(f"/comments/{ids[0]}/thread?reply={ids[-1]}")
    nora.submit("comment", {"body": "Do I wait here?"}, follow=True)
    waiting = db.session.scalar(sa.select(sa.func.max(Comment.id)))
    assert waiting in on_page(nora)
    assert not nora.page.xpath("//article[@data-gone]"), "who is answered is cut, not removed"


def test_a_double_click_stores_one_comment(post, fay):
    fay.get(LISBON)
    page = fay.response
    places = set()
    for _press in range(2):
        fay.response = page
        fay.submit("comment", {"body": "Pressed twice"})
        places.add(fay.location)
    fay.get(LISBON)
    fay.submit("comment", {"body": "Another page, another comment"})
    assert len(places) == 1
    assert [body for body, _status in written()] == ["Pressed twice", "Another page, another comment"]


def test_an_idempotency_key_stores_one_comment(post, fay):
    action, token = f"/comments/on/{post.id}", token_of(fay)
    answers = [
        fay.post(
            action, {"body": f"Try {number}", "csrf_token": token}, headers={"Idempotency-Key": "k" * 200, **JSON}, status=201
        )
        for number in range(3)
    ]
    assert len({answer.get_json()["address"] for answer in answers}) == 1
    fay.post(action, {"body": "Another", "csrf_token": token}, headers={"Idempotency-Key": "k" * 199 + "z"})
    assert [body for body, _status in written()] == ["Try 0", "Another"]


def test_the_same_nonce_of_two_people_is_two_comments(cast, post, fay, browser_as):
    milo = browser_as(cast.milo)
    for visitor in (fay, milo):
        visitor.post(f"/comments/on/{post.id}", {"body": "Mine", "nonce": "same", "csrf_token": token_of(visitor)})
    assert len(written()) == 2


def test_nothing_but_words_parent_and_nonce_is_taken(cast, post, nora):
    more = {
        "status": "published",
        "author_id": str(cast.ada.id),
        "id": "77",
        "thread": "9",
        "html": "<b>x</b>",
        "posted_at": "2001-01-01",
    }
    nora.post(f"/comments/on/{post.id}", {"body": "Only this", "csrf_token": token_of(nora), **more})
    comment = db.session.scalars(sa.select(Comment)).one()
    assert (comment.status, comment.author_id, comment.thread, comment.body) == ("pending", cast.nora.id, None, "Only this")
    assert comment.id != 77


# ---- write first, sign in after ---------------------------------------------------------------------------------------------


def test_a_strangers_words_are_kept_while_they_sign_in(post, stranger):
    stranger.get(LISBON)
    assert not stranger.page.xpath('//input[@name="csrf_token"]')
    stranger.submit("comment", {"body": "Words of a stranger"})
    assert stranger.location.startswith("/login?draft=")
    assert "Set-Cookie" not in stranger.response.headers
    stranger.get(stranger.location)
    assert "Words of a stranger" in stranger.text
    assert {form.get("data-form") for form in stranger.page.xpath("//form[@data-form]")} >= {"login", "join"}
    assert written() == []


def test_in_french_the_way_stays_french(cast, stranger):
    news_post(cast.eli, slug="lisbonne", language="fr")
    stranger.get("/fr/news/lisbonne")
    stranger.submit("comment", {"body": "À bientôt"})
    assert stranger.location.startswith("/fr/login?draft=")


def test_below_a_french_text_all_acts_are_french(cast, fay):
    text = news_post(cast.eli, slug="lisbonne", language="fr")
    own, of_another = say(text, cast.fay).id, say(text, cast.milo).id
    fay.get("/fr/news/lisbonne")
    acts = fay.page.xpath(
        '//article[contains(@class, "comment")]//footer//@href | //article[contains(@class, "comment")]//form/@action'
    )
    assert {f"/fr/comments/{own}/edit", f"/fr/comments/{own}/withdrawal", f"/fr/comments/{of_another}/report"} <= set(acts)
    assert all(act.startswith("/fr/") for act in acts)


def test_a_session_that_ended_meanwhile_loses_nothing(cast, post, fay):
    from fansite.accounts.models import SignIn

    fay.get(LISBON)
    with transaction() as session:
        session.execute(sa.delete(SignIn))
    fay.submit("comment", {"body": "Written for an hour"})
    assert fay.location.startswith("/login?draft=")
    fay.get(fay.location)
    assert "Written for an hour" in fay.text


def test_who_is_banned_meanwhile_is_a_stranger(cast, post, fay):
    from fansite.accounts import operations as accounts

    fay.get(LISBON)
    accounts.disable(cast.fay.id)
    fay.submit("comment", {"body": "One more thing"})
    assert fay.location.startswith("/login?draft=")
    assert written() == []


def test_a_draft_that_is_refused_waits_in_the_box(post, fay):
    token = comments.keep_draft(post.id, body="I wrote this before", parent_id=None, address="192.0.2.1")
    fay.get(f"{LISBON}?draft={token}")
    assert typed(fay) == "I wrote this before"
    fay.submit("comment")
    assert written() == [("I wrote this before", "published")]


def test_a_draft_is_shown_to_nobody_without_its_token_or_elsewhere(cast, post, fay, stranger):
    token = comments.keep_draft(post.id, body="Between us", parent_id=None, address="192.0.2.1")
    news_post(cast.eli, slug="porto")
    fay.get(f"/news/porto?draft={token}")
    assert typed(fay) == ""
    stranger.get(f"{LISBON}?draft={token}")
    assert "Between us" not in stranger.response.get_data(as_text=True), "pages of strangers are shared"
    fay.get(f"{LISBON}?draft={'x' * 43}")
    assert typed(fay) == ""


def test_a_draft_for_closed_comments_is_shown_to_be_copied(cast, post, fay):
    token = comments.keep_draft(post.id, body="Too late, but mine", parent_id=None, address="192.0.2.1")
    with transaction():
        get(Entry, post.id).comments_open = False
    fay.get(f"{LISBON}?draft={token}")
    assert "Comments on this post are closed." in fay.text
    assert typed(fay) == "Too late, but mine"


def test_a_draft_for_a_page_that_is_gone_is_shown_at_the_door(cast, post, stranger):
    from tests.cast import PASSWORD

    stranger.get(LISBON)
    stranger.submit("comment", {"body": "Where did it go?"}, follow=True)
    news.withdraw(post.id, by=cast.eli)
    stranger.submit("login", {"email": "fay", "password": PASSWORD}, follow=True)
    assert "Where did it go?" in stranger.text
    assert written() == []


# ---- what is refused comes back ---------------------------------------------------------------------------------------------

TOO_COMPLEX = "[" * 5000
REFUSED = {"empty": "", "spaces": "   \n\t ", "too long": "é" * (MAX_BODY + 1), "too complex": TOO_COMPLEX}


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize("who", ["fay", None])
def test_what_is_refused_comes_back_whole(cast, post, browser_as, kind, who):
    visitor = browser_as(getattr(cast, who) if who else None)
    parent = say(post, cast.milo, "Who has a tent?").id
    visitor.get(f"{LISBON}?reply={parent}")
    visitor.submit("comment", {"body": REFUSED[kind]}, status=422)
    assert typed(visitor) == REFUSED[kind]
    assert box(visitor).xpath('.//input[@name="parent"]/@value') == [str(parent)]
    assert visitor.page.xpath('//textarea[@aria-invalid="true"]')
    assert visitor.page.xpath('//*[@role="alert"]')
    assert visitor.response.headers["Cache-Control"] == "private, no-store"
    assert len(written()) == 1
    assert db.session.scalar(sa.select(sa.func.count(Draft.id))) == 0


def test_what_is_refused_stays_a_reply_on_whatever_page(cast, post, fay):
    ids = many_comments(post.id, cast.milo.id, 60)
    fay.get(f"{LISBON}?page=2&reply={ids[-1]}")
    fay.submit("comment", {"body": ""}, status=422)
    assert on_page(fay) == ids[50:]
    fay.submit("comment", {"body": "Now with words"})
    assert db.session.scalars(sa.select(Comment).order_by(Comment.id.desc())).first().parent_id == ids[-1]


def test_the_page_of_a_refused_comment_leads_on(cast, post, fay):
    """It stands at an address that only takes forms: its links go to the entry."""
    many_comments(post.id, cast.milo.id, 60)
    fay.get(LISBON)
    fay.submit("comment", {"body": ""}, status=422)
    links = fay.page.xpath("//main//a/@href")
    assert not [link for link in links if link.startswith("?")]
    assert f"{LISBON}?page=2" in links


def test_ten_thousand_characters_are_taken(post, fay):
    fay.get(LISBON)
    fay.submit("comment", {"body": "x" * MAX_BODY})


def test_a_reply_to_what_vanished_comes_back_as_one_of_its_own(cast, post, fay):
    parent = say(post, cast.milo, "Who has a tent?").id
    fay.get(f"{LISBON}?reply={parent}")
    comments.withdraw(parent, by=cast.milo)
    fay.submit("comment", {"body": "I have two"}, status=422)
    assert "The comment you answer is no longer here." in fay.text
    assert typed(fay) == "I have two"
    fay.submit("comment")
    assert db.session.scalars(sa.select(Comment.parent_id).where(Comment.body == "I have two")).one() is None


@pytest.mark.parametrize("parent", ["x", "1e3", "0", "-1", "9" * 30, "1; DROP TABLE comment", "[]", "{}"])
def test_a_parent_of_any_shape_is_refused_with_the_text(post, fay, stranger, parent):
    for visitor in (fay, stranger):
        visitor.get(LISBON)
        visitor.submit("comment", {"body": "Kept", "parent": parent}, status=422)
        assert typed(visitor) == "Kept"
    assert written() == []


@pytest.mark.parametrize("who", ["fay", None])
def test_words_for_closed_comments_can_be_read_and_copied(cast, post, browser_as, who):
    visitor = browser_as(getattr(cast, who) if who else None)
    visitor.get(LISBON)
    with transaction():
        entry = get(Entry, post.id)
        entry.comments_open = False
        entry.touch()
    visitor.submit("comment", {"body": "An hour's work\n\n<b>of mine</b>"}, status=422)
    assert "Comments on this page are closed." in visitor.text
    assert typed(visitor) == "An hour's work\n\n<b>of mine</b>"
    visitor.get(LISBON)
    assert not visitor.page.xpath('//form[@data-form="comment"]')


@pytest.mark.parametrize("who", ["fay", None])
@pytest.mark.parametrize(("end", "status"), [("withdraw", 410), ("recall", 404)])
def test_words_for_a_page_that_is_gone_can_be_read_and_copied(cast, post, browser_as, who, end, status):
    visitor = browser_as(getattr(cast, who) if who else None)
    visitor.get(LISBON)
    getattr(news, end)(post.id, by=cast.eli)
    visitor.submit("comment", {"body": "An hour's work"}, status=status)
    assert typed(visitor) == "An hour's work"
    assert "We play Lisbon" not in visitor.text
    assert written() == []


def test_too_fast_is_told_how_long_to_wait_and_keeps_the_words(clock, post, fay):
    fay.get(LISBON)
    for number in range(6):
        fay.submit("comment", {"body": f"Number {number}"}, follow=True)
    fay.submit("comment", {"body": "Number 6"}, status=429)
    assert 1 <= int(fay.response.headers["Retry-After"]) <= 61
    assert typed(fay) == "Number 6"
    clock.shift(61)
    fay.submit("comment")


def test_a_flood_of_strangers_drafts_is_stopped_by_address(clock, post, stranger):
    for number in range(20):
        stranger.client.post(f"/comments/on/{post.id}", data={"body": f"Draft {number}"}, headers={"Origin": ORIGIN})
    for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP"):
        stranger.post(f"/comments/on/{post.id}", {"body": "One more"}, status=429, headers={header: "192.0.2.99"})
        assert 1 <= int(stranger.response.headers["Retry-After"]) <= 601
        assert typed(stranger) == "One more"
    assert db.session.scalar(sa.select(sa.func.count(Draft.id))) == 20


@pytest.mark.parametrize(
    "body", ["<script>alert(1)</script>", "</textarea><script>alert(1)</script>", '"><img src=x onerror=alert(1)>']
)
def test_what_comes_back_is_text_and_nothing_else(post, stranger, body):
    stranger.get(LISBON)
    stranger.submit("comment", {"body": body + "x" * MAX_BODY}, status=422)
    assert typed(stranger) == body + "x" * MAX_BODY


# ---- for the page's script --------------------------------------------------------------------------------------------------


def test_a_script_is_told_where_the_comment_stands(post, fay, stranger):
    fay.get(LISBON)
    fay.submit("comment", {"body": "By script"}, status=201, headers=JSON)
    comment = db.session.scalar(sa.select(Comment.id))
    assert fay.response.get_json() == {"address": f"{LISBON}#comment-{comment}"}
    stranger.get(LISBON)
    stranger.submit("comment", {"body": "By script"}, status=200, headers=JSON)
    assert stranger.response.get_json()["address"].startswith("/login?draft=")
    stranger.get(LISBON)
    stranger.submit("comment", {"body": ""}, status=422, headers=JSON)
    assert box(stranger).xpath('.//*[@class="field__problem"]'), "the form to put in place of the old one"


# ---- forged and stale -------------------------------------------------------------------------------------------------------


def test_an_old_token_gives_everything_back_to_send_again(cast, post, fay):
    parent = say(post, cast.milo, "Who has a tent?").id
    fay.get(f"{LISBON}?reply={parent}")
    fay.submit("comment", {"body": "Line one\nline <two>", "csrf_token": "of-yesterday"}, status=422)
    assert typed(fay) == "Line one\nline <two>"
    again = fay.page.xpath("//main//form")[0]
    fields = {field.get("name"): field.get("value") for field in again.xpath('.//input[@type="hidden"]')}
    assert fields["parent"] == str(parent)
    fay.post(again.get("action"), {**fields, "body": typed(fay)})
    answer = db.session.scalars(sa.select(Comment).order_by(Comment.id.desc())).first()
    assert (answer.body, answer.parent_id) == ("Line one\nline <two>", parent)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("act", ["on", "edit", "withdrawal", "report"])
def test_nothing_is_taken_from_elsewhere(cast, post, fay, stranger, headers, act):
    mine = say(post, cast.fay, "Mine").id
    path = f"/comments/on/{post.id}" if act == "on" else f"/comments/{mine}/{act}"
    data = {"body": "Forged", "category": "spam"}
    before = written()
    right = {**data, "csrf_token": token_of(fay)}
    if headers:
        assert fay.client.post(path, data=right, headers=headers).status_code == 403
    assert fay.client.post(path, data=data, headers=headers).status_code == 403
    if act in ("on", "report"):
        assert stranger.client.post(path, data=data, headers=headers).status_code == 403
    assert written() == before
    assert db.session.scalar(sa.select(sa.func.count(Report.id))) == 0
    assert db.session.scalar(sa.select(sa.func.count(Draft.id))) == 0


def test_getting_changes_nothing(cast, post, fay):
    mine = say(post, cast.fay, "Mine").id
    token = token_of(fay)
    for path in (f"/comments/{mine}/edit", f"/comments/{mine}/withdrawal", f"/comments/{mine}/report"):
        fay.get(path, query_string={"body": "Forged", "category": "spam", "csrf_token": token})
    fay.client.get(f"/comments/on/{post.id}", query_string={"body": "Forged", "csrf_token": token})
    assert written() == [("Mine", "published")]


# ---- changing, taking back, sending again ------------------------------------------------------------------------------------


def test_one_changes_ones_own_words(clock, cast, post, fay, stranger):
    mine = say(post, cast.fay, "See you tehre").id
    fay.get(LISBON)
    fay.get(fay.page.xpath(f'//article[@id="comment-{mine}"]//a[contains(@href, "/edit")]/@href')[0])
    assert typed(fay) == "See you tehre"
    fay.submit("edit", {"body": "See you there"})
    assert fay.location == f"{LISBON}#comment-{mine}"
    stranger.get(LISBON)
    assert "See you there" in stranger.text
    assert "edited" in stranger.text


@pytest.mark.parametrize("kind", REFUSED)
def test_a_change_that_is_refused_comes_back_whole(cast, post, fay, kind):
    mine = say(post, cast.fay, "Mine").id
    fay.get(f"/comments/{mine}/edit")
    fay.submit("edit", {"body": REFUSED[kind]}, status=422)
    assert typed(fay) == REFUSED[kind]
    assert written() == [("Mine", "published")]


def test_a_change_that_comes_too_late_gives_the_words_back(clock, cast, post, fay):
    mine = say(post, cast.fay, "Mine").id
    fay.get(f"/comments/{mine}/edit")
    clock.shift(timedelta(minutes=31))
    fay.submit("edit", {"body": "A better wording"}, status=422)
    assert typed(fay) == "A better wording"
    assert "can no longer be changed" in fay.text
    fay.get(f"/comments/{mine}/edit", status=422)
    assert written() == [("Mine", "published")]


def test_changes_have_a_pace_and_say_how_long_to_wait(clock, cast, post, fay):
    mine = say(post, cast.fay, "Mine").id
    for number in range(5):
        comments.edit(mine, by=cast.fay, body=f"Mine {number}")
    fay.get(f"/comments/{mine}/edit")
    fay.submit("edit", {"body": "Mine again"}, status=429)
    assert 1 <= int(fay.response.headers["Retry-After"]) <= 61
    assert typed(fay) == "Mine again"


def test_a_change_for_the_worse_waits_in_place(clock, cast, post, fay, stranger):
    mine = say(post, cast.fay, "Mine").id
    fay.get(f"/comments/{mine}/edit")
    fay.submit("edit", {"body": "https://a.example https://b.example https://c.example"}, follow=True)
    assert fay.page.xpath(f'//article[@id="comment-{mine}"]/@data-status') == ["pending"]
    stranger.get(LISBON)
    assert on_page(stranger) == []


def test_one_takes_ones_own_words_back(cast, post, fay, stranger):
    mine = say(post, cast.fay, "In anger").id
    fay.get(f"/comments/{mine}/withdrawal")
    fay.submit("withdraw", follow=True)
    assert fay.address == "/account/comments?done=withdrawn"
    assert "it has left every page" in fay.text
    stranger.get(LISBON)
    assert "In anger" not in stranger.text
    fay.get("/account/comments")
    assert fay.page.xpath(f'//article[@id="mine-{mine}"]/@data-status') == ["withdrawn"]
    fay.post(f"/comments/{mine}/withdrawal", {"csrf_token": token_of(fay)})


def test_a_refused_comment_says_why_and_is_sent_again(cast, post, nora, stranger):
    mine = say(post, cast.nora, "BUY").id
    moderation.decide(db.session.scalar(sa.select(Review.id)), "reject", by=cast.milo, reason="Advertising <b>")
    nora.get("/account/comments")
    assert "Advertising <b>" in nora.text
    nora.get(nora.page.xpath(f'//article[@id="mine-{mine}"]//a[contains(@href, "/edit")]/@href')[0])
    assert typed(nora) == "BUY"
    assert "Advertising <b>" in nora.text
    nora.submit("edit", {"body": "I only meant the record"}, follow=True)
    assert nora.page.xpath(f'//article[@id="comment-{mine}"]/@data-status') == ["pending"]
    stranger.get(LISBON)
    assert on_page(stranger) == []


def test_ones_own_list_shows_all_states_and_only_ones_own(cast, post, nora):
    say(post, cast.milo, "Not nora's")
    say(post, cast.nora, "Waits")
    removed, withdrawn = say(post, cast.nora, "Removed").id, say(post, cast.nora, "Withdrawn").id
    for review in db.session.scalars(sa.select(Review.id).where(Review.subject_id == removed)).all():
        moderation.decide(review, "approve", by=cast.milo)
        moderation.decide(review, "remove", by=cast.milo, reason="Unkind")
    comments.withdraw(withdrawn, by=cast.nora)
    nora.get("/account/comments")
    assert nora.page.xpath("//article/@data-status") == ["withdrawn", "removed", "pending"]
    assert "Not nora's" not in nora.text
    assert "Unkind" in nora.text
    assert "no-store" in nora.response.headers["Cache-Control"]
    nora.get("/account/comments?page=2", status=404)


@pytest.mark.parametrize("act", ["edit", "withdrawal"])
def test_the_words_of_others_are_not_there_to_change(cast, post, browser_as, stranger, act):
    theirs = say(post, cast.fay, "Hands off").id
    for name in ("nora", "milo", "eli", "ada"):
        visitor = browser_as(getattr(cast, name))
        visitor.get(f"/comments/{theirs}/{act}", status=404)
        visitor.post(f"/comments/{theirs}/{act}", {"body": "Mine now", "csrf_token": token_of(visitor)}, status=404)
    stranger.get(f"/comments/{theirs}/{act}", status=302)
    assert stranger.location == f"/login?next=/comments/{theirs}/{act}"
    assert written() == [("Hands off", "published")]


# ---- reporting --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["nora", None])
def test_anyone_reports(cast, post, browser_as, who):
    visitor = browser_as(getattr(cast, who) if who else None)
    comment = say(post, cast.fay, "Cheap tickets from me").id
    visitor.get(LISBON)
    visitor.get(visitor.page.xpath(f'//a[contains(@href, "/comments/{comment}/report")]/@href')[0])
    assert bool(visitor.page.xpath('//form[@data-form="report"]//input[@name="csrf_token"]')) == bool(who)
    visitor.submit("report", {"category": "spam", "note": "He sells them everywhere"}, follow=True)
    assert "a person will look at it" in visitor.text
    report = db.session.scalars(sa.select(Report)).one()
    assert (report.category, report.note) == ("spam", "He sells them everywhere")
    assert report.reporter_id == (cast.nora.id if who else None)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"note": "No category"}, "No category"),
        ({"category": "boring", "note": "Kept"}, "Kept"),
        ({"category": "spam", "note": "n" * 1001}, "n" * 1001),
    ],
)
def test_a_report_to_correct_keeps_what_was_typed(cast, post, stranger, data, words):
    comment = say(post, cast.fay).id
    stranger.post(f"/comments/{comment}/report", data, status=422)
    assert str(stranger.page.xpath('//textarea[@name="note"]')[0].text_content()).removeprefix("\n") == words
    assert db.session.scalar(sa.select(sa.func.count(Report.id))) == 0


def test_reports_have_a_pace(clock, cast, post, stranger):
    comment = say(post, cast.fay).id
    for _number in range(20):
        stranger.client.post(f"/comments/{comment}/report", data={"category": "spam"}, headers={"Origin": ORIGIN})
    stranger.post(f"/comments/{comment}/report", {"category": "spam", "note": "Again"}, status=429)
    assert 61 < int(stranger.response.headers["Retry-After"]) <= 601
    assert "Again" in stranger.response.get_data(as_text=True)


def test_a_page_depends_on_whom_its_box_answers_wherever_that_comment_stands(app, cast, stranger):
    post = news_post(cast.eli)
    many_comments(post.id, cast.fay.id, THREADS_A_PAGE)
    far = say(post, cast.milo)
    with app.test_request_context(f"/news/lisbon?reply={far.id}"):
        g.language = "en"
        made = section(post, None)
    assert made.reply_to is not None and made.reply_to.id == far.id
    assert far.id not in {comment.id for comment, _opens, _closes in made.rows}
    assert f"account:{cast.milo.id}" in made.tags
