"""The pages of `/talk/`: what everybody reads, what only some may do, and what never gets lost."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.bonds import operations as bonds
from fansite.core.db import db
from fansite.core.outbox.models import Event
from fansite.moderation import operations as moderation
from fansite.moderation.models import Review
from fansite.talk import operations
from fansite.talk.models import Discussion
from fansite.talk.polls import operations as polls
from fansite.talk.polls.models import Option
from tests.cast import PASSWORD
from tests.client import fields_of
from tests.conftest import NOON
from tests.plans import statements_noted
from tests.talk.cast import BODY, discussion, with_poll
from tests.texts import say

CAR = "/talk/a-car-to-brussels"
POLL = "/talk/which-song-first"


def typed(**more: str) -> dict[str, str]:
    return {"title": "A car to Brussels", "body": BODY, "tags": "lifts", **more}


def titles(visitor, path: str = "/talk/") -> list[str]:
    visitor.get(path)
    return [" ".join(one.text_content().split()) for one in visitor.page.xpath('//ul[@class="talk-rows"]/li//h2')]


def nodes(visitor) -> list[dict]:
    script = visitor.page.xpath('string(//script[@type="application/ld+json"])')
    return json.loads(script)["@graph"] if script else []


# ---- reading ----------------------------------------------------------------------------------------------------------------


def test_a_stranger_reads_the_lists(cast, stranger, clock):
    for path in ("/talk/", "/talk/newest", "/talk/unanswered"):
        stranger.get(path)
        assert "Nobody talks yet" in stranger.text
    car = discussion(cast.fay, tags="lifts")
    clock.shift(1)
    van = discussion(cast.ada, "A van", "Six seats")
    for path in ("/talk/", "/talk/newest", "/talk/unanswered", "/fr/talk/"):
        assert titles(stranger, path) == ["A van", "A car to Brussels"]
    assert titles(stranger, "/talk/tag/lifts") == ["A car to Brussels"]
    for nothing in ("/talk/tag/nothing", "/talk/?page=2", "/talk/nothing", "/fr/talk/tag/nothing"):
        stranger.get(nothing, status=404)
    for one in (car, van):
        say(one, cast.ada, "Yes")
    stranger.get("/talk/unanswered")
    assert "Nothing waits for an answer" in stranger.text


def test_a_page_says_what_is_true_at_once(cast, stranger):
    made = discussion(cast.fay, tags="lifts")
    assert titles(stranger) == ["A car to Brussels"]
    stranger.get(CAR)
    say(made, cast.ada, "I come along")
    stranger.get(CAR)
    assert "I come along" in stranger.text
    assert "1 reply" in stranger.text
    operations.withdraw(made.id, by=cast.fay)
    stranger.get(CAR, status=410)
    assert titles(stranger) == []
    stranger.get("/talk/tag/lifts", status=404)


def test_what_waits_is_its_authors_and_the_moderators(cast, stranger, browser_as):
    discussion(cast.nora)
    stranger.get(CAR, status=404)
    browser_as(cast.fay).get(CAR, status=404)
    for who in (cast.nora, cast.milo):
        visitor = browser_as(who)
        visitor.get(CAR)
        assert "This waits for a moderator" in visitor.text
        assert not visitor.page.xpath('//form[@data-form="comment"]')
    assert titles(browser_as(cast.nora)) == []


def test_a_discussion_in_another_language_stands_at_its_own_address(cast, stranger):
    discussion(cast.fay, "Une voiture", "Quatre places", language="fr")
    stranger.get("/talk/une-voiture", status=301)
    assert stranger.location == "/fr/talk/une-voiture"
    assert titles(stranger) == ["Une voiture"]
    assert stranger.page.xpath('//ul[@class="talk-rows"]//a/@lang') == ["fr"]


def test_search_engines_have_what_was_written_by_those_who_stand(cast, stranger, browser_as, worker):
    made = discussion(cast.fay, tags="lifts")
    say(made, cast.ada, "I come along")
    moderation.decide(_review_of(discussion(cast.nora, "Hats", "Cheap [hats](https://hats.example)")).id, "approve", by=cast.milo)
    worker()
    stranger.get(CAR)
    node = nodes(stranger)[0]
    assert (node["@type"], node["headline"], node["author"]["name"]) == ("DiscussionForumPosting", "A car to Brussels", "Fay")
    assert node["text"] == "Four seats from Lyon to Brussels, leaving at noon."
    assert {"url", "datePublished", "interactionStatistic"} <= node.keys()
    assert [comment["text"] for comment in node["comment"]] == ["I come along"]
    stranger.get("/talk/hats")
    assert stranger.page.xpath('//meta[@name="robots"]/@content') == ["noindex"]
    assert nodes(stranger) == []
    assert stranger.page.xpath('//a[@href="https://hats.example"]/@rel') == ["ugc nofollow noopener"]
    listed = stranger.client.get("/sitemaps/talk-1.xml").get_data(as_text=True)
    assert CAR in listed
    assert "hats" not in listed


def test_feeds_and_search_find_it(cast, stranger, worker):
    made = discussion(cast.fay, tags="lifts")
    say(made, cast.ada, "I come along")
    worker()
    assert "A car to Brussels" in stranger.client.get("/talk/feed.xml").get_data(as_text=True)
    assert "I come along" in stranger.client.get(f"{CAR}/feed.json").get_data(as_text=True)
    stranger.get("/search?q=brussels&kind=talk")
    assert "A car to Brussels" in stranger.text


def test_the_front_page_and_its_authors_say_so(cast, stranger):
    from fansite.core.asides import beside

    assert "in talk" not in _get(stranger, "/")
    discussion(cast.fay)
    assert "A car to Brussels" in _get(stranger, "/")
    (shown,) = beside("fan", cast.fay).shown
    assert [row.title for row in shown.found["rows"]] == ["A car to Brussels"]
    assert beside("fan", cast.nora).shown == []


def test_who_left_stands_there_without_a_name(cast, stranger):
    made = discussion(cast.fay)
    say(made, cast.ada, "I come along")
    accounts.erase(cast.fay.id)
    stranger.get(CAR)
    assert "[deleted]" in stranger.text
    assert "Fay" not in stranger.text
    assert nodes(stranger)[0]["author"] == {"@type": "Person", "name": "[deleted]"}


@pytest.mark.parametrize("path", ["/talk/", "/talk/unanswered", CAR])
def test_a_page_asks_as_much_of_two_as_of_thirty(cast, browser_as, clock, path):
    visitor = browser_as(cast.ada)

    def asked() -> int:
        visitor.get(path)  # what a process keeps until it changes is asked for once
        with statements_noted() as noted:
            visitor.get(path)
        return len(noted)

    made = discussion(cast.fay, tags="lifts")
    discussion(cast.ada, "Number 0", "Words", tags="lifts")
    few = asked()
    for number in range(1, 30):
        clock.shift(1)
        discussion(cast.ada, f"Number {number}", f"Words {number}", tags="lifts")
        say(made, cast.ada, f"Word {number}")
    assert asked() == few


# ---- writing ----------------------------------------------------------------------------------------------------------------


def test_a_fan_starts_one_by_the_form(cast, browser_as):
    fay = browser_as(cast.fay)
    fay.get("/talk/new")
    fay.submit("start", typed())
    assert fay.location == CAR
    fay.get(CAR)
    assert fay.page.xpath("string(//h1)") == "A car to Brussels"
    fay.get("/talk/new", status=200)
    fay.submit("start", typed(nonce="x"))  # the same words once more
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Discussion)) == 1


def test_what_is_refused_comes_back_whole(cast, browser_as):
    fay = browser_as(cast.fay)
    fay.get("/talk/new")
    fay.submit("start", typed(title=" ", options="One", ends_on="2026-13-40"), status=422)
    assert "Four seats from Lyon" in fay.page.xpath('string(//textarea[@name="body"])')
    assert fay.page.xpath('//input[@name="tags"]/@value') == ["lifts"]
    assert fay.page.xpath('//details[@open]//textarea[@name="options"]')
    fay.submit("start", typed(options="One", ends_on=""), status=422)
    assert fay.page.xpath('//textarea[@name="options"][@aria-invalid="true"]')


def test_a_stranger_writes_first_and_signs_in_after(cast, stranger):
    stranger.get("/fr/talk/new")
    stranger.submit("start", typed(options="Oui\nNon"), follow=True)
    assert "A car to Brussels" in stranger.text
    assert stranger.page.xpath("count(//blockquote[@class='draft__text'])") == 1
    stranger.submit("login", {"email": "fay", "password": PASSWORD})
    assert stranger.location == "/fr/talk/a-car-to-brussels"
    stranger.get(stranger.location)
    assert [one.strip() for one in stranger.page.xpath('//section[@id="poll"]//label//span/text()')] == ["Oui", "Non"]


def test_a_strangers_refused_words_stay_in_the_form(cast, stranger):
    stranger.get("/talk/new")
    stranger.submit("start", typed(body=""), status=422)
    assert stranger.page.xpath('//input[@name="title"]/@value') == ["A car to Brussels"]


def test_its_author_changes_and_takes_back(cast, browser_as, clock):
    discussion(cast.fay)
    fay, nora = browser_as(cast.fay), browser_as(cast.nora)
    for path in ("edit", "withdrawal"):
        nora.get(f"{CAR}/{path}", status=404)
        browser_as(None).get(f"{CAR}/{path}", status=302)
    fay.get(f"{CAR}/edit")
    fay.submit("edit", {"title": ""}, status=422)
    fay.submit("edit", {"title": "A van to Brussels"})
    fay.get(CAR)
    assert "A van to Brussels" in fay.text
    assert "edited" in fay.text
    clock.shift(timedelta(minutes=31))
    fay.get(f"{CAR}/withdrawal")
    fay.submit("withdraw")
    assert fay.location == "/account/talk?done=withdrawn"
    fay.get(fay.location)
    assert "taken back by you" in fay.text
    fay.get(CAR, status=410)


def test_who_comes_too_late_to_change_it_is_led_back_with_what_they_typed(cast, browser_as, clock):
    made = discussion(cast.fay)
    fay = browser_as(cast.fay)
    fay.get(f"{CAR}/edit")
    clock.shift(timedelta(minutes=31))
    fay.submit("edit", {"title": "A van", "body": "Six seats <and> a dog"}, status=422)
    assert "can no longer be changed" in fay.text
    assert fay.page.xpath("//main//textarea[@readonly]")[0].text.strip() == "Six seats <and> a dog"
    assert fay.page.xpath("//main//input[@readonly]/@value") == ["A van"]
    assert {CAR, f"{CAR}/withdrawal"} <= set(fay.page.xpath("//main//a/@href"))
    assert db.session.get(Discussion, made.id).body == BODY
    fay.get(f"{CAR}/edit", status=422)
    assert CAR in fay.page.xpath("//main//a/@href") and not fay.page.xpath("//main//textarea")
    operations.withdraw(made.id, by=cast.fay)
    fay.get(f"{CAR}/edit", status=422)
    assert fay.page.xpath("string(//h1)") == "You took this discussion back"
    assert "/account/talk" in fay.page.xpath("//main//a/@href") and CAR not in fay.page.xpath("//main//a/@href")


@pytest.mark.parametrize("kind", ["mute", "block"])
def test_whom_somebody_does_not_read_is_folded_away_in_what_they_began(cast, browser_as, stranger, kind):
    say(discussion(cast.fay), cast.ada, "I come along")
    nora = browser_as(cast.nora)
    bonds.tie(kind, cast.fay.id, by=cast.nora)
    nora.get(CAR)
    (details,) = nora.page.xpath('//div[@id="post"]/details[not(@open)]')
    assert details.xpath("summary")[0].text_content().strip() == "Somebody you do not read"
    assert "Four seats" in details.text_content() and "/fans/fay" in details.xpath(".//a/@href")
    assert not nora.page.xpath('//div[@id="post"]/*[not(self::details)]')
    assert "I come along" in nora.page.xpath("string(//article[not(@data-unheard)]//div[@class='comment__body'])")
    for other in (stranger, browser_as(cast.milo), browser_as(cast.fay)):
        other.get(CAR)
        assert not other.page.xpath('//div[@id="post"]/details')
    bonds.untie(kind, cast.fay.id, by=cast.nora)
    nora.get(CAR)
    assert not nora.page.xpath('//div[@id="post"]/details')


def test_ones_own_say_what_became_of_them(cast, browser_as):
    nora = browser_as(cast.nora)
    nora.get("/account/talk")
    assert "You have not started a discussion yet" in nora.text
    made = discussion(cast.nora)
    moderation.decide(_review_of(made).id, "reject", by=cast.milo, reason="Say where from")
    nora.get("/account/talk")
    assert "The moderator wrote: Say where from" in nora.text
    nora.get(f"{CAR}/edit")
    nora.submit("edit", {"body": "From Lyon."})
    assert db.session.get(Discussion, made.id, populate_existing=True).state == "pending"
    browser_as(cast.fay).get("/account/talk?page=2", status=404)


# ---- reporting and deciding ---------------------------------------------------------------------------------------------------


def test_anybody_reports_it_and_a_moderator_decides(cast, stranger, browser_as):
    made = discussion(cast.fay, tags="lifts", options="Yes\nNo")
    stranger.get(f"{CAR}/report")
    stranger.submit("report", {"category": "spam"})
    stranger.get(stranger.location)
    fay = browser_as(cast.fay)
    fay.get(f"{CAR}/report")
    fay.submit("report", {"category": "spam"}, status=422)
    milo = browser_as(cast.milo)
    milo.get("/moderation/reported")
    card = milo.page.xpath('string(//article[contains(@class, "review")])')
    assert all(words in card for words in ("Four seats from Lyon", "lifts", "Yes", "A car to Brussels"))
    moderation.decide(_review_of(made).id, "remove", by=cast.milo)
    stranger.get(CAR, status=410)
    milo.get(CAR)
    assert "A moderator took it down." in milo.text


def test_moderators_keep_it_in_order(cast, browser_as, stranger):
    discussion(cast.fay)
    milo = browser_as(cast.milo)
    for form, values, words in (
        ("pin", {"pinned": "y"}, "pinned"),
        ("closing", {"closed": "y"}, "This discussion is closed."),
        ("tags", {"tags": "Lifts, Brussels"}, "Lifts"),
    ):
        milo.get(CAR)
        milo.submit(form, values)
        milo.get(milo.location)
        assert words in milo.text
        stranger.get(CAR)
        assert words in stranger.text
    milo.submit("tags", {"tags": "…"}, status=422)
    assert milo.page.xpath('//input[@id="keeping-tags"]/@value') == ["…"]
    fay = browser_as(cast.fay)
    fay.get("/account/language")
    token = fields_of(fay.page.xpath('//form[@data-form="language"]')[0])
    for form, path in (("pin", "pin"), ("closing", "closing"), ("tags", "tags")):
        assert not stranger.page.xpath(f'//form[@data-form="{form}"]')
        fay.post(f"{CAR}/{path}", token, status=403)
        milo.get(f"{CAR}/{path}", status=405)


def test_who_asked_marks_what_answered_it(cast, browser_as, stranger):
    made = discussion(cast.fay)
    say(made, cast.ada, "It leaves at noon, from the station")
    stranger.get(CAR)
    assert not stranger.page.xpath('//form[@data-form="solve"]')
    fay = browser_as(cast.fay)
    fay.get(CAR)
    fay.submit("solve", {"solved": "y"})
    stranger.get(CAR)
    assert "It leaves at noon" in stranger.page.xpath('string(//aside[@id="solved"])')
    stranger.get("/talk/")
    assert "solved" in stranger.text
    fay.get(CAR)
    fay.submit("solve", {"solved": ""})
    stranger.get(CAR)
    assert not stranger.page.xpath('//aside[@id="solved"]')


# ---- voting -------------------------------------------------------------------------------------------------------------------


def test_what_was_begun_is_found_warm_by_others_and_not_by_its_author(cast, browser_as, stranger):
    made = discussion(cast.fay)
    visitors = {one: browser_as(getattr(cast, one)) for one in ("nora", "fay", "milo")}

    def seen(visitor) -> tuple[bool, str]:
        """Whether there is a button, and the number beside it."""
        visitor.get(CAR)
        form = '//form[@data-form="react-to-entry"]'
        return bool(visitor.page.xpath(f"{form}//button")), visitor.page.xpath(
            f'string({form}//*[contains(@class, "warmth__count")])'
        ).strip()

    assert [seen(one)[0] for one in (stranger, *visitors.values())] == [True, True, False, True]
    visitors["nora"].get(CAR)
    visitors["nora"].submit("react-to-entry", {"given": "yes"})
    assert visitors["nora"].location == f"{CAR}#reaction"
    assert [seen(one)[1] for one in (stranger, visitors["fay"])] == ["1", "1"]
    bonds.tie("block", cast.nora.id, by=cast.fay)
    for who, status in (("nora", 422), ("fay", 403)):
        token = visitors[who].page.xpath('string(//input[@name="csrf_token"]/@value)')
        visitors[who].post(f"/entries/{made.id}/reaction", {"csrf_token": token, "given": "yes"}, status=status)
    assert seen(stranger)[1] == "1"


def test_what_was_written_within_a_moment_is_told_to_the_moderators(cast, browser_as, clock):
    nora = browser_as(cast.nora)
    for number, seconds in enumerate((1, 60)):
        nora.get("/talk/new")
        clock.shift(seconds)
        nora.submit("start", typed(title=f"Car {number}", body=f"Seats: {number}"))
    reasons = db.session.scalars(sa.select(Review.reasons).order_by(Review.id)).all()
    assert reasons == [["written at once", "first discussion"], ["first discussion"]]


def test_a_fan_votes_and_sees_how_it_stands(cast, browser_as, stranger):
    with_poll(cast.fay)
    nora, hay = browser_as(cast.nora), str(db.session.scalar(sa.select(Option.id).where(Option.position == 0)))
    nora.get(POLL)
    assert not nora.page.xpath('//*[@class="poll__answers"]')
    nora.submit("vote", status=422)
    assert nora.page.xpath('string(//*[@id="poll"]//*[@class="field__problem"])') == "Choose one of the answers."
    nora.submit("vote", {"option": hay})
    nora.get(POLL)
    assert [one.text_content() for one in nora.page.xpath('//p[@class="poll__share"]/b')] == ["100 %", "0 %", "0 %"]
    nora.submit("unvote", {"option": "none"})
    nora.get(POLL)
    assert not nora.page.xpath('//*[@class="poll__answers"]')
    stranger.post(f"{POLL}/vote", {"option": hay}, status=302)
    nora.get(f"{POLL}/vote", status=405)


def test_how_it_stands_leaks_nowhere_before_it_is_over(cast, browser_as, stranger, clock):
    """Whatever the numbers are, others read the same bytes."""
    made = with_poll(cast.fay, ends_on=NOON.date()).id
    hay = db.session.scalar(sa.select(Option.id).where(Option.position == 0))
    paths = (
        POLL,
        "/talk/",
        "/",
        "/talk/feed.xml",
        "/talk/feed.json",
        f"{POLL}/feed.xml",
        "/search?q=song",
        "/sitemaps/talk-1.xml",
        f"{POLL}/report",
    )
    before = [stranger.client.get(path).get_data() for path in paths]
    for who in (cast.nora, cast.milo, cast.ada):
        polls.vote(made, hay, by=who)
    assert [stranger.client.get(path).get_data() for path in paths] == before
    assert not db.session.scalars(sa.select(Event).where(Event.name.like("%vote%"))).all()
    clock.shift(timedelta(days=1))
    stranger.get(POLL)
    assert "3 votes" in stranger.text
    assert "It is over." in stranger.text


# ---- the parts ----------------------------------------------------------------------------------------------------------------


def _get(visitor, path: str) -> str:
    visitor.get(path)
    return visitor.text


def _review_of(made) -> Review:
    of_it = (Review.subject_kind == "talk", Review.subject_id == made.id)
    return db.session.scalar(sa.select(Review).where(*of_it).order_by(Review.id.desc()).limit(1))
