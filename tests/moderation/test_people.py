"""A person's file: standing taken back and given again, an account closed and opened."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.accounts.models import Account
from fansite.comments import operations as comments
from fansite.comments.models import Comment
from fansite.core import markup
from fansite.core.db import db, get, transaction
from fansite.core.errors import Forbidden
from fansite.core.outbox import Event
from fansite.fans import operations as fans
from fansite.fans.operations import Wanted
from fansite.moderation import operations
from fansite.moderation.models import LogLine, Review
from fansite.moderation.people import operations as people
from tests.talk.cast import discussion
from tests.texts import news_post, say

FILE = "/moderation/people/fay"


@pytest.fixture
def post(cast):
    return news_post(cast.eli)


@pytest.fixture
def milo(cast, browser_as):
    return browser_as(cast.milo)


def changes() -> int:
    return int(db.session.scalar(sa.select(sa.func.count()).where(Event.name == "standing.changed")) or 0)


def links_count(comment_id: int) -> bool:
    """For search engines."""
    html = get(Comment, comment_id).html
    assert "<a " in html
    return "nofollow" not in html


def acts() -> list[str]:
    return list(db.session.scalars(sa.select(LogLine.act).order_by(LogLine.id)))


def test_standing_taken_back_changes_all_it_gave_and_comes_again(cast, post, stranger, worker):
    comment = say(post, cast.fay, "Hear it at https://kettle.example")
    worker()
    assert links_count(comment.id)
    for lost, robots in ((True, ["noindex"]), (False, [])):
        (people.take_standing if lost else people.give_standing)(cast.fay.id, by=cast.milo, reason="Sold hats")
        assert get(Account, cast.fay.id).stands is not lost
        worker()
        assert links_count(comment.id) is not lost
        stranger.get("/news/lisbon")
        (shown,) = stranger.page.xpath('//a[contains(@href, "kettle.example")]/@rel')
        assert ("nofollow" in shown) is lost, "the page of the text is made anew"
        stranger.get("/fans/fay")
        assert stranger.page.xpath('//meta[@name="robots"]/@content') == robots
        later = say(post, get(Account, cast.fay.id), f"One more, {lost}")
        assert later.status == ("pending" if lost else "published")
        if lost:
            reasons = db.session.scalar(sa.select(Review.reasons).where(Review.subject_id == later.id))
            assert reasons == ["standing taken back"]
    assert acts() == ["standing_taken", "standing_given"]
    assert changes() == 2


def test_discussions_and_bios_follow_the_standing_of_who_wrote_them(cast, stranger, worker):
    discussion(cast.fay, "A kettle", "Look at [mine](https://kettle.example)")
    fans.save(Wanted(bio="I sell [kettles](https://kettle.example)"), by=cast.fay)
    pages, robots = ("/talk/a-kettle", "/fans/fay"), '//meta[@name="robots"]/@content'

    def seen() -> list[tuple[bool, bool]]:
        """Of each page, whether its link counts, and whether search engines may have it."""
        found = []
        for path in pages:
            stranger.get(path)
            (rel,) = stranger.page.xpath('//main//*[contains(@class, "prose")]//a[contains(@href, "kettle.example")]/@rel')
            found.append(("nofollow" not in rel, not stranger.page.xpath(robots)))
        return found

    def listed() -> list[bool]:
        return [path in stranger.client.get("/sitemaps/talk-1.xml").get_data(as_text=True) for path in pages[:1]]

    for stands in (True, False, True):
        worker()
        assert (seen(), listed()) == ([(stands, stands)] * 2, [stands])
        (people.take_standing if stands else people.give_standing)(cast.fay.id, by=cast.milo)


def test_the_first_approval_gives_standing_and_its_undo_takes_it(cast, post, worker):
    comment = say(post, cast.nora, "Mine: https://kettle.example")
    review = db.session.scalar(sa.select(Review.id))
    for act, stands in (
        (lambda: operations.decide(review, "approve", by=cast.milo), True),
        (lambda: operations.undo(review, by=cast.milo), False),
    ):
        act()
        worker()
        assert (get(Account, cast.nora.id).stands, links_count(comment.id)) == (stands, stands)
    assert changes() == 2


def test_a_role_gives_standing_and_its_loss_takes_it(cast):
    accounts.set_role(cast.nora.id, "moderator", by=cast.ada)
    accounts.set_role(cast.nora.id, "editor", by=cast.ada)
    assert changes() == 1
    accounts.set_role(cast.nora.id, "fan", by=cast.ada)
    assert changes() == 2
    accounts.set_role(cast.fay.id, "moderator", by=cast.ada)
    assert changes() == 2, "fay stood already"


def test_many_texts_are_made_anew_bit_by_bit(cast, post, worker, monkeypatch):
    from fansite.comments.operations import renewing

    monkeypatch.setattr(renewing, "COMMENTS", 2)
    ids = [say(post, cast.milo, f"{n}: https://kettle.example").id for n in range(5)]
    with transaction() as session:
        session.execute(sa.update(Comment).values(author_id=cast.fay.id))
    people.take_standing(cast.fay.id, by=cast.milo)
    worker()
    assert sum(links_count(id) for id in ids) == 3, "the first bit at once"
    for _round in range(2):
        comments.render_older()
    assert not any(links_count(id) for id in ids)
    assert set(db.session.scalars(sa.select(Comment.renderer))) == {markup.RENDERER_VERSION}


def test_pressed_twice_it_is_said_once(cast):
    for _press in range(2):
        people.take_standing(cast.fay.id, by=cast.milo)
        people.close(cast.nora.id, by=cast.milo, reason="Hats")
    assert (acts(), changes()) == (["standing_taken", "close"], 1)


@pytest.mark.parametrize("who", ["milo", "eli", "ada"])
def test_those_who_work_here_stand_by_that(cast, who):
    with pytest.raises(Forbidden):
        people.take_standing(getattr(cast, who).id, by=cast.milo)


def test_only_who_keeps_order_may(cast):
    with pytest.raises(Forbidden):
        people.take_standing(cast.nora.id, by=cast.fay)
    with pytest.raises(Forbidden):
        people.close(cast.nora.id, by=cast.fay)


def test_the_file_tells_what_they_wrote_and_what_became_of_it(cast, post, milo):
    public, hidden = say(post, cast.fay, "A fine evening"), say(post, cast.fay, "Something rude")
    comments.withdraw(say(post, cast.fay, "A slip of mine").id, by=cast.fay)
    operations.report("comment", hidden.id, category="abuse", note="", by=cast.nora, address="192.0.2.7")
    operations.decide(db.session.scalar(sa.select(Review.id)), "remove", by=cast.ada, reason="Be kind")
    milo.get(FILE)
    for words in (
        "A fine evening",
        "Something rude",
        "Comment · public · 1",
        "Comment · removed · 1",
        "1 report",
        "Be kind",
        "stands",
    ):
        assert words in milo.text
    assert "A slip of mine" not in milo.text, "what they took back is theirs"
    assert set(milo.page.xpath('//ol[@class="log"]//a/@href')) >= {f"/moderation/comment/{one.id}" for one in (public, hidden)}


def test_the_buttons_do_it_and_take_it_back(cast, milo):
    milo.get(FILE)
    milo.submit("standing", {"to": "taken", "reason": "Hats"}, follow=True)
    assert "Standing taken back" in milo.text and not get(Account, cast.fay.id).stands
    milo.submit("standing", {"to": "given"}, follow=True)
    milo.submit("closing", {"to": "closed", "reason": "Threats"}, follow=True)
    assert "The account is closed" in milo.text and get(Account, cast.fay.id).disabled_reason == "Threats"
    milo.submit("closing", {"to": "open"}, follow=True)
    assert get(Account, cast.fay.id).active and get(Account, cast.fay.id).stands
    assert acts() == ["standing_taken", "standing_given", "close", "reopen"]
    milo.get("/moderation/log")
    assert set(milo.page.xpath('//li[starts-with(@data-act, "standing") or @data-act="close"]//a/@href')) == {FILE}


@pytest.mark.parametrize("data", [{"to": "loved"}, {}, {"to": "closed"}, {"to": "taken", "reason": "r" * 501}])
def test_what_is_no_decision_changes_nothing(cast, milo, data):
    milo.get(FILE)
    milo.submit("standing", data, status=422)
    assert get(Account, cast.fay.id).stands and not acts()


def test_a_former_name_leads_to_the_file_and_who_is_gone_has_none(cast, milo):
    accounts.change_username(cast.fay.id, "gus")
    milo.get(FILE, status=301)
    assert milo.location.endswith("/people/gus")
    accounts.erase(cast.fay.id)
    milo.get("/moderation/people/gus", status=404)
    assert get(Account, cast.fay.id).standing_lost_at is None


def test_nobody_closes_their_own_account_here(cast, browser_as):
    ada = browser_as(cast.ada)
    ada.get("/moderation/people/ada")
    assert not ada.page.xpath('//form[@data-form="closing"]')
    ada.get("/moderation/people/milo")
    assert ada.page.xpath('//form[@data-form="closing"]')
