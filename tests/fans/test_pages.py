"""`/fans/` and `/fans/<username>`: who somebody is here, and only what everyone may read of theirs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.accounts.models import Account
from fansite.comments import operations as comments
from fansite.comments.queries import people
from fansite.core.db import get, touch, transaction
from fansite.fans import queries as fans
from fansite.fans.queries import PER_PAGE
from fansite.fans.views.person import GIGS_A_PAGE, PAST, WORDS_A_PAGE
from fansite.moderation import operations as moderation
from fansite.news import operations as news
from fansite.tour import operations as tour
from fansite.tour.going import operations as going
from fansite.tour.going.models import Attendance
from tests.client import ORIGIN
from tests.conftest import NOON
from tests.texts import many_comments, news_post, say
from tests.tour.cast import gig


@pytest.fixture
def post(cast, clock):
    return news_post(cast.eli)


def hide(comment_id: int, cast) -> None:
    moderation.decide(moderation.take_up("comment", comment_id, by=cast.milo), "remove", by=cast.milo)


def many_fans(number: int, *, approved: int = 1) -> None:
    """Accounts as commenting would have left them."""
    rows = [
        {
            "username": f"fan{n}",
            "username_key": f"fan{n}",
            "likeness": f"fan{n}",
            "approved_comments": approved,
            "joined_at": NOON,
        }
        for n in range(number)
    ]
    with transaction() as session:
        session.execute(sa.insert(Account), rows)


def faces(visitor) -> list[str]:
    return visitor.page.xpath('//a[@class="face"]/@href')


def said(visitor) -> list[str]:
    return [" ".join(words.text_content().split()) for words in visitor.page.xpath('//*[contains(@class, "fan-said")]/div')]


def robots(visitor) -> list[str]:
    return visitor.page.xpath('//meta[@name="robots"]/@content')


# ---- one person -------------------------------------------------------------------------------------------------------------


def test_a_fans_page_says_who_since_when_and_what(cast, post, stranger):
    first = say(post, cast.fay, "See you in *Lisbon*")
    second = say(post, cast.fay, "Bring the ukulele")
    stranger.get("/fans/fay")
    assert stranger.page.findtext(".//h1") == "Fay"
    assert stranger.page.xpath('//time[starts-with(@datetime, "2026-11-24")]')
    assert "2 comments" in stranger.text
    assert said(stranger) == ["Bring the ukulele", "See you in Lisbon"]
    assert stranger.page.xpath('//*[contains(@class, "fan-said")]//a/@href') == [
        f"/comments/{second.id}",
        f"/comments/{first.id}",
    ]
    assert stranger.page.xpath('//meta[@property="og:type"]/@content') == ["profile"]
    assert robots(stranger) == []


def test_who_publishes_has_posts_there(cast, post, stranger):
    news.draft(by=cast.eli, title="A draft")
    gone = news_post(cast.eli, slug="gone", title="Gone")
    news.withdraw(gone.id, by=cast.eli)
    news_post(cast.eli, slug="members", title="Members only", visibility="members")
    news_post(cast.ada, slug="anothers", title="Another's")
    stranger.get("/fans/eli")
    assert stranger.page.xpath('//*[@class="fan-posts"]//a/@href') == ["/news/lisbon"]
    assert "the band" in stranger.text
    assert robots(stranger) == []
    for somebody in ("A draft", "Gone", "Members only", "Another's"):
        assert somebody not in stranger.text


def test_an_editor_who_published_nothing_and_a_silent_fan_stay_out_of_the_index(cast, post, stranger):
    for path in ("/fans/ada", "/fans/nora", "/fr/fans/nora"):
        stranger.get(path)
        assert robots(stranger) == ["noindex"]
        assert not stranger.page.xpath('//link[@rel="canonical"]')


def test_it_is_there_in_both_languages(cast, post, stranger):
    say(post, cast.fay, "See you in Lisbon")
    stranger.get("/fr/fans/fay")
    assert stranger.page.get("lang") == "fr"
    assert stranger.page.xpath('//*[contains(@class, "fan-said")]//a/@lang') == ["en"]
    assert stranger.page.xpath('//link[@rel="canonical"]/@href') == [f"{ORIGIN}/fr/fans/fay"]


def test_only_what_everyone_may_read_is_shown_whoever_looks(cast, post, browser_as):
    say(post, cast.fay, "Public words")
    for_members, taken_down = news_post(cast.eli, slug="members"), news_post(cast.eli, slug="taken-down")
    say(for_members, cast.fay, "Words for members")
    say(taken_down, cast.fay, "Words on a post that went")
    hide(say(post, cast.fay, "Hidden words").id, cast)
    comments.withdraw(say(post, cast.fay, "Withdrawn words").id, by=cast.fay)
    say(post, cast.nora, "Waiting words")
    news.withdraw(taken_down.id, by=cast.eli)
    with transaction():
        get(type(for_members), for_members.id).visibility = "members"
    for who in (None, cast.nora, cast.fay, cast.milo, cast.ada):
        visitor = browser_as(who)
        visitor.get("/fans/fay")
        assert said(visitor) == ["Public words"]
        assert "One comment" in visitor.text
        visitor.get("/fans/nora")
        assert said(visitor) == []
        assert "0 comments" in visitor.text


def test_nobody_sees_more_of_an_account_than_its_page(cast, post, stranger, browser_as):
    say(post, cast.fay, "See you in Lisbon")
    for visitor in (stranger, browser_as(cast.nora), browser_as(cast.ada)):
        text = visitor.get("/fans/fay").get_data(as_text=True)
        assert "fay@example.org" not in text
        assert not visitor.page.xpath('//main//a[starts-with(@href, "/account/")]')
    own = browser_as(cast.fay)
    own.get("/fans/fay")
    assert own.page.xpath('//main//a[@href="/account/"]')


# ---- names ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spelling", ["/fans/FAY", "/fans/Fay", "/Fans/fay", "/fans/fay/", "/fans//fay"])
def test_other_spellings_lead_to_the_one_page(cast, stranger, spelling):
    assert stranger.get(spelling, status=301).headers["Location"] == "/fans/fay"


def test_a_former_name_leads_to_the_present_one_in_one_hop(cast, clock, stranger):
    for name in ("Faye", "Fayette"):
        clock.shift(60 * 24 * 3600)
        accounts.change_username(cast.fay.id, name)
    for former in ("fay", "faye", "FAYE"):
        assert stranger.get(f"/fans/{former}", status=301).headers["Location"] == "/fans/fayette"
    assert stranger.get("/fr/fans/fay", status=301).headers["Location"] == "/fr/fans/fayette"
    stranger.get("/fans/fayette")


@pytest.mark.parametrize("goes", [accounts.erase, accounts.disable])
def test_who_is_gone_has_no_page_under_any_name(cast, clock, post, stranger, goes):
    say(post, cast.fay, "See you in Lisbon")
    clock.shift(60 * 24 * 3600)
    accounts.change_username(cast.fay.id, "Faye")
    goes(cast.fay.id)
    for path in ("/fans/faye", "/fans/fay", f"/fans/deleted-{cast.fay.id}", "/fans/[deleted]"):
        stranger.get(path, status=404)
    stranger.get("/fans/")
    assert faces(stranger) == []


def test_nothing_leads_to_the_page_of_somebody_banned(cast, post, stranger):
    say(post, cast.fay, "See you in Lisbon")
    for who in (cast.fay, cast.eli):
        accounts.disable(who.id, reason="sold fake tickets")
    stranger.get("/news/lisbon")
    assert "Fay" in stranger.text and "eli" in stranger.text
    assert "/fans/fay" not in stranger.response.get_data(as_text=True)
    assert "/fans/eli" not in stranger.response.get_data(as_text=True)


def test_somebody_banned_is_back_with_everything(cast, post, stranger):
    say(post, cast.fay, "See you in Lisbon")
    accounts.disable(cast.fay.id)
    stranger.get("/fans/fay", status=404)
    accounts.enable(cast.fay.id)
    stranger.get("/fans/fay")
    assert said(stranger) == ["See you in Lisbon"]


@pytest.mark.parametrize("name", ["nobody", "ben", "a" * 300, "%00", "..%2ffay", "'", "é", "fay@example.org", "[deleted]"])
def test_who_is_not_here_is_not_found(cast, stranger, name):
    stranger.get(f"/fans/{name}", status=404)


# ---- pages ------------------------------------------------------------------------------------------------------------------


def test_what_somebody_said_comes_in_pages_newest_first(cast, post, stranger):
    many_comments(post.id, cast.fay.id, 2 * WORDS_A_PAGE + 1)
    stranger.get("/fans/fay")
    assert said(stranger) == [f"Word {n}" for n in range(2 * WORDS_A_PAGE, WORDS_A_PAGE, -1)]
    stranger.get("/fans/fay?page=3")
    assert said(stranger) == ["Word 0"]
    assert stranger.page.xpath('//link[@rel="canonical"]/@href') == [f"{ORIGIN}/fans/fay?page=3"]
    stranger.get("/fans/fay?page=4", status=404)


@pytest.mark.parametrize("path", ["/fans/", "/fans/fay"])
@pytest.mark.parametrize("page", ["0", "-1", "2", "x", "1.5", "9" * 30, "%00"])
def test_pages_that_are_none_are_not_found(cast, stranger, path, page):
    stranger.get(f"{path}?page={page}", status=404)


@pytest.mark.parametrize("path", ["/fans/", "/fans/fay"])
def test_they_are_only_read(cast, stranger, path):
    stranger.post(path, status=405)


# ---- everybody --------------------------------------------------------------------------------------------------------------


def test_everyone_who_spoke_up_stands_there_newest_first(cast, post, stranger):
    stranger.get("/fans/")
    assert faces(stranger) == ["/fans/fay"]
    waiting = say(post, cast.nora, "I am new here")
    stranger.get("/fans/")
    assert faces(stranger) == ["/fans/fay"]
    moderation.decide(moderation.take_up("comment", waiting.id, by=cast.milo), "approve", by=cast.milo)
    stranger.get("/fans/")
    assert faces(stranger) == ["/fans/nora", "/fans/fay"]
    assert "2 people have spoken up" in stranger.text


def test_an_empty_list_says_how_one_comes_onto_it(app, stranger):
    stranger.get("/fans/")
    assert faces(stranger) == []
    assert "Nobody yet" in stranger.text
    assert stranger.page.xpath('//main//a[@href="/news/"]')


def test_many_people_come_in_pages(cast, stranger):
    many_fans(PER_PAGE + 5)
    stranger.get("/fans/")
    first = faces(stranger)
    stranger.get("/fans/?page=2")
    assert len(first) == PER_PAGE
    assert len(faces(stranger)) == 6
    assert not set(first) & set(faces(stranger))
    stranger.get("/fans/?page=3", status=404)


@pytest.mark.parametrize("path", ["/fans/", "/fans/fay", "/fans/eli", "/fr/fans/fay"])
def test_they_cost_the_same_however_much_there_is(cast, post, stranger, count_queries, path):
    say(post, cast.fay, "See you in Lisbon")
    stranger.get(path)
    with count_queries() as few:
        stranger.get(path)
    many_fans(300)
    many_comments(post.id, cast.fay.id, 300)
    for number in range(15):
        news_post(cast.eli, slug=f"post-{number}")
    stranger.get(path)
    with count_queries() as many:
        stranger.get(path)
    assert len(few) == len(many) <= 10


def test_what_is_shown_has_the_tags_it_depends_on(cast, post, stranger):
    from flask import g

    say(post, cast.fay, "See you in Lisbon")
    stranger.get("/fans/fay")
    assert {"site", f"account:{cast.fay.id}", f"by:{cast.fay.id}", f"entry:{post.id}", "list:news", "list:page"} <= g.page_tags
    first = stranger.response.headers["ETag"]
    assert stranger.get("/fans/fay", status=304, headers={"If-None-Match": first}).get_data() == b""
    say(post, cast.fay, "And in Porto")
    assert stranger.get("/fans/fay", headers={"If-None-Match": first}).headers["ETag"] != first


def counted(visitor) -> str:
    visitor.get("/fans/fay")
    return " ".join(visitor.page.xpath('string(//*[@class="postcard__address"]/p[2])').split())


def test_the_count_of_who_said_very_much_is_kept_and_always_true(app, cast, post, stranger, count_queries, monkeypatch):
    monkeypatch.setattr(people, "SAID_MUCH", 1)
    other = news_post(cast.eli, slug="porto")
    ids = many_comments(post.id, cast.fay.id, 30)
    many_comments(other.id, cast.fay.id, 3)
    assert counted(stranger) == "33 comments"
    app.extensions["fansite"].pages.store.clear()
    with count_queries() as asked:
        assert counted(stranger) == "33 comments"
    assert not [statement for statement in asked if "count(" in statement and "FROM comment" in statement]
    say(other, cast.fay, "And again")
    assert counted(stranger) == "34 comments"
    comments.withdraw(ids[0], by=cast.fay)
    hide(ids[1], cast)
    assert counted(stranger) == "32 comments"
    news.withdraw(other.id, by=cast.eli, reason="Not now")
    assert counted(stranger) == "28 comments"
    news.publish(other.id, by=cast.eli)
    assert counted(stranger) == "32 comments"


def test_what_others_say_elsewhere_makes_nobodys_page_old(cast, post, stranger, monkeypatch):
    made, plain = [], fans.by_name
    monkeypatch.setattr(fans, "by_name", lambda key: made.append(key) or plain(key))
    say(post, cast.fay, "See you in Lisbon")
    elsewhere = news_post(cast.eli, slug="porto")
    say(elsewhere, cast.milo, "Nice")
    for words in ("Very nice", "Nice indeed"):
        stranger.get("/fans/fay")
        say(elsewhere, cast.milo, words)
    assert made == ["fay"]
    say(elsewhere, cast.fay, "Here too")
    stranger.get("/fans/fay")
    assert said(stranger) == ["Here too", "See you in Lisbon"]


# ---- their evenings ---------------------------------------------------------------------------------------------------------


def evenings(visitor) -> list[str]:
    return visitor.page.xpath('//*[contains(@class, "fan-evenings")]//*[contains(@class, "gig__place")]/a/text()')


def test_their_page_says_where_they_go_and_where_they_were(cast, clock, stranger):
    coming, past, maybe = gig(cast.eli), gig(cast.eli, "lyon", day=date(2026, 11, 1)), gig(cast.eli, "london")
    stranger.get("/fans/fay")
    assert evenings(stranger) == []
    going.say(coming.id, "going", by=cast.fay)
    going.say(past.id, "there", by=cast.fay)
    going.say(maybe.id, "interested", by=cast.fay)
    stranger.get("/fans/fay")
    assert evenings(stranger) == ["Brussels", "Lyon"]
    assert "Goes to one evening" in stranger.text and "Was at one evening" in stranger.text
    clock.move_to(datetime(2026, 12, 13, tzinfo=UTC))
    stranger.get("/fans/fay")
    assert evenings(stranger) == ["Lyon"], "who meant to come may have stayed at home"
    going.take_back(past.id, by=cast.fay)
    stranger.get("/fans/fay")
    assert evenings(stranger) == []


def test_all_their_evenings_stand_on_pages_of_their_own(cast, clock, stranger, count_queries):
    was = [gig(cast.eli, "lyon", day=date(2026, 11, 20) - timedelta(days=number)).id for number in range(GIGS_A_PAGE)]
    going.say(gig(cast.eli).id, "going", by=cast.fay)
    going.say(was[0], "there", by=cast.fay)
    stranger.get("/fans/fay")
    with count_queries() as few:
        stranger.get("/fans/fay")
    assert not stranger.page.xpath('//a[@href="/fans/fay/gigs"]')
    for gig_id in was[1:]:
        going.say(gig_id, "there", by=cast.milo)
    with transaction() as session:
        session.execute(sa.update(Attendance).where(Attendance.account_id == cast.milo.id).values(account_id=cast.fay.id))
        touch(f"by:{cast.fay.id}")
    stranger.get("/fans/fay")
    with count_queries() as many:
        stranger.get("/fans/fay")
    assert len(many) == len(few)
    assert len(evenings(stranger)) == 1 + PAST
    (way,) = stranger.page.xpath('//a[@href="/fans/fay/gigs"]/@href')
    stranger.get(way)
    assert robots(stranger) == ["noindex"]
    assert evenings(stranger) == ["Brussels"] + ["Lyon"] * (GIGS_A_PAGE - 1)
    stranger.get(f"{way}?page=2")
    assert evenings(stranger) == ["Lyon"]
    stranger.get(f"{way}?page=3", status=404)


def test_evenings_alone_are_no_reason_to_be_found(cast, clock, stranger):
    going.say(gig(cast.eli).id, "going", by=cast.nora)
    stranger.get("/fans/nora")
    assert robots(stranger) == ["noindex"] and evenings(stranger) == ["Brussels"]


def test_what_was_taken_down_or_is_whose_account_is_closed_is_not_told(cast, clock, stranger):
    evening = gig(cast.eli)
    going.say(evening.id, "going", by=cast.fay)
    stranger.get("/fans/fay/gigs")
    assert evenings(stranger) == ["Brussels"]
    tour.withdraw(evening.id, by=cast.eli)
    stranger.get("/fans/fay/gigs")
    assert evenings(stranger) == [] and "No evening yet" in stranger.text
    stranger.get("/fans/Fay/gigs", status=301)
    accounts.disable(cast.fay.id)
    stranger.get("/fans/fay/gigs", status=404)
