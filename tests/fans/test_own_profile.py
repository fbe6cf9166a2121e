"""`/account/profile`, the report of a profile, and who follows somebody: as a browser without scripts meets them."""

from __future__ import annotations

import pytest

from fansite.accounts import operations as accounts
from fansite.bonds import operations as bonds
from fansite.core.db import db, transaction
from fansite.core.outbox import Event
from fansite.fans import operations as fans
from fansite.fans.operations import Wanted
from fansite.moderation import operations as moderation
from fansite.moderation.models import Report, Review
from fansite.tour.going import places
from fansite.tour.setlists.models import Song
from tests.fans.test_profiles import decide, waiting

pytestmark = pytest.mark.once
TYPED = {
    "bio": "I keep the *setlists*.\n\nAnd tickets.",
    "songs": "Hay\nCrater Lullaby\n\nHay",
    "city": "Lyon",
    "city_to": "everyone",
}


def about(visitor) -> str:
    return " ".join(visitor.page.xpath('string(//*[@class="fan-about"])').split())


def test_a_fan_says_who_they_are_and_everybody_reads_it(cast, browser_as, stranger):
    with transaction() as session:
        session.add(Song(title="Hay", slug="hay", likeness="hay"))
    fay = browser_as(cast.fay)
    fay.get("/account/profile")
    fay.submit("profile", TYPED, follow=True)
    assert "Your page says so now" in fay.text
    stranger.get("/fans/fay")
    assert "I keep the setlists." in about(stranger) and stranger.page.xpath('//*[@class="fan-about"]//em')
    songs = stranger.page.xpath('//*[@class="fan-songs__list"]/li')
    assert [(one.text_content(), one.xpath("./a/@href")) for one in songs] == [
        ("Hay", ["/tour/songs/hay"]),
        ("Crater Lullaby", []),
    ]
    assert stranger.page.xpath('//a[@href="/fans/in/lyon-fr"]/text()') == ["Lyon"]
    fay.get("/account/profile")
    assert fay.page.xpath('string(//textarea[@name="bio"])').strip() == TYPED["bio"]
    assert db.session.query(Event).filter_by(name="profile.changed", subject=f"account:{cast.fay.id}").count() == 1


def test_pressed_twice_it_is_said_once(cast, browser_as):
    nora = browser_as(cast.nora)
    nora.get("/account/profile")
    for _ in range(2):
        nora.submit("profile", TYPED, status=303)
        nora.get("/account/profile")
    assert len(waiting()) == 1


def test_what_is_wrong_is_told_beside_its_box_and_nothing_typed_is_lost(cast, browser_as):
    fay = browser_as(cast.fay)
    for language, words in (("", "We do not know a town"), ("/fr", "")):
        fay.get(f"{language}/account/profile")
        fay.submit("profile", {**TYPED, "city": "Trifouilly", "bio_to": "members"}, status=422)
        assert words in fay.text
        assert fay.page.xpath('//input[@name="city"]/@value') == ["Trifouilly"]
        assert fay.page.xpath('//select[@name="bio_to"]/option[@selected]/@value') == ["members"]
        assert "And tickets." in fay.page.xpath('string(//textarea[@name="bio"])')
        assert fay.page.xpath('//*[@data-problems]//a[@href="#city"]')
    fay.submit("profile", {**TYPED, "bio": "x" * 2001}, status=422)
    assert fay.page.xpath('//*[@data-problems]//a[@href="#bio"]')


def test_somebody_new_sees_what_waits_and_why_it_was_refused(cast, browser_as, stranger):
    nora = browser_as(cast.nora)
    nora.get("/account/profile")
    nora.submit("profile", TYPED, follow=True)
    assert "waits for a moderator" in nora.text and "stands on this page alone" in nora.text
    for other in (stranger, browser_as(cast.fay)):
        other.get("/fans/nora")
        assert about(other) == ""
    nora.get("/fans/nora")
    assert "Only you can see it. I keep the setlists. And tickets." in about(nora) and "Crater Lullaby" in about(nora)
    decide("reject", cast.milo)
    nora.get("/fans/nora")
    assert about(nora) == ""
    nora.get("/account/profile")
    assert "What you say is not shown." in nora.text and "Because" in nora.text
    assert "And tickets." in nora.page.xpath('string(//textarea[@name="bio"])')


def test_in_the_queue_a_moderator_lets_it_in(cast, browser_as, stranger):
    fans.save(Wanted(bio="New here, with a ukulele."), by=cast.nora)
    milo = browser_as(cast.milo)
    milo.get("/moderation/")
    assert "with a ukulele" in milo.text and "new profile" in milo.text
    milo.submit("decision", {"decision": "approve"})
    stranger.get("/fans/nora")
    assert about(stranger) == "About New here, with a ukulele."
    milo.get("/moderation/log")
    assert "nora" in milo.text


@pytest.mark.parametrize("path", ["/account/profile", "/account/people", "/fans/fay/followers"])
def test_a_stranger_signs_in_first(cast, stranger, path):
    assert stranger.get(path, status=302).headers["Location"].startswith("/login?next=")


def test_an_account_that_was_closed_says_nothing_more(cast, browser_as):
    fay = browser_as(cast.fay)
    fay.get("/account/profile")
    accounts.disable(cast.fay.id)
    fay.submit("profile", TYPED, status=422)
    assert "You were signed out" in fay.text and "And tickets." in fay.text
    fay.get("/account/profile", status=302)


def test_a_town_that_was_for_oneself_stays_so_until_one_says_otherwise(cast, browser_as, stranger):
    places.choose("Lyon", 50, by=cast.fay)
    fay = browser_as(cast.fay)
    fay.get("/account/profile")
    assert fay.page.xpath('//select[@name="city_to"]/option[@selected]/@value') == ["me"]
    fay.submit("profile", {})
    stranger.get("/fans/fay")
    assert "Lyon" not in stranger.text
    fay.get("/account/profile")
    fay.submit("profile", {"city_to": "everyone"})
    assert places.place_of(cast.fay.id).km == 50
    fay.get("/account/place")
    assert "The town stands on your page" in fay.text


def test_ones_own_page_says_who_sees_what(cast, browser_as):
    fans.save(Wanted(bio="Mine", bio_to="me", songs=["Hay"], songs_to="members"), by=cast.fay)
    fay = browser_as(cast.fay)
    fay.get("/fans/fay")
    assert about(fay) == "About Mine only you see it"
    assert "who is signed in sees it" in fay.page.xpath('string(//*[contains(@class, "fan-songs")])')


def test_the_page_costs_no_more_for_all_of_it(cast, browser_as, count_queries):
    nora = browser_as(cast.nora)
    nora.get("/fans/fay")
    with count_queries() as few:
        nora.get("/fans/fay")
    fans.save(Wanted(bio="Words", songs=["Hay", "Puy"], city="Lyon", city_to="everyone", evenings_to="members"), by=cast.fay)
    for one in (cast.milo, cast.eli, cast.nora):
        bonds.tie("follow", cast.fay.id, by=one)
    nora.get("/fans/fay")
    with count_queries() as many:
        nora.get("/fans/fay")
    assert len(few) == len(many)


# ---- reports ----------------------------------------------------------------------------------------------------------------


def test_anybody_reports_what_they_see(cast, stranger, browser_as):
    fans.save(Wanted(bio="Cheap hats"), by=cast.fay)
    stranger.get("/fans/fay")
    stranger.get(stranger.page.xpath('//a[@href="/fans/fay/report"]/@href')[0])
    assert "Cheap hats" in stranger.text
    stranger.submit("report", {"category": "spam"}, follow=True)
    assert "a person will look at it" in stranger.text
    stranger.get("/fans/fay/report")
    stranger.submit("report", {}, status=422)
    assert db.session.query(Report).count() == 1
    review = db.session.query(Review).one()
    moderation.decide(review.id, "remove", by=cast.milo)
    stranger.get("/fans/fay")
    assert about(stranger) == ""
    stranger.get("/fans/fay/report", status=404)


def test_what_one_may_not_see_one_cannot_report(cast, stranger, browser_as):
    fans.save(Wanted(bio="For members", bio_to="members"), by=cast.fay)
    stranger.get("/fans/fay/report", status=404)
    browser_as(cast.nora).get("/fans/fay/report")


# ---- followers --------------------------------------------------------------------------------------------------------------


def test_who_follows_somebody_is_told_to_members(cast, stranger, browser_as):
    for one in (cast.milo, cast.eli):
        bonds.tie("follow", cast.fay.id, by=one)
    stranger.get("/fans/fay")
    assert "2 followers" in stranger.text
    nora = browser_as(cast.nora)
    nora.get("/fans/fay/followers")
    assert nora.page.xpath('//a[@class="face"]/@href') == ["/fans/milo", "/fans/eli"]
    accounts.disable(cast.eli.id)
    nora.get("/fans/fay/followers")
    assert nora.page.xpath('//a[@class="face"]/@href') == ["/fans/milo"]
    fans.save(Wanted(badges_to="me"), by=cast.fay)
    nora.get("/fans/fay/followers", status=404)
    browser_as(cast.fay).get("/fans/fay/followers")


def test_who_is_blocked_sees_no_followers_and_nobody_sees_whom_they_do_not_read(cast, browser_as):
    for one in (cast.milo, cast.eli):
        bonds.tie("follow", cast.fay.id, by=one)
    nora = browser_as(cast.nora)
    bonds.tie("mute", cast.eli.id, by=cast.nora)
    nora.get("/fans/fay/followers")
    assert nora.page.xpath('//a[@class="face"]/@href') == ["/fans/milo"]
    bonds.tie("block", cast.nora.id, by=cast.fay)
    nora.get("/fans/fay/followers", status=404)
    nora.get("/fans/fay")
    assert "2 followers" in nora.text and not nora.page.xpath('//a[@href="/fans/fay/followers"]')
