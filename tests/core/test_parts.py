"""Parts of pages are made once for all that is said on them, and no more are kept than may be."""

from __future__ import annotations

import pytest

from fansite.accounts import operations as accounts
from fansite.core.db import db
from fansite.core.web.parts import Parts
from fansite.news.models import NewsPost
from tests.texts import news_post, say


def test_a_part_is_made_once_for_what_it_says():
    parts, made = Parts(), []
    for thing in ("a", "b", "a"):
        assert parts.of(thing, lambda thing=thing: made.append(thing) or f"<{thing}>") == f"<{thing}>"
    assert made == ["a", "b"]


def test_what_was_not_asked_for_the_longest_goes_first():
    parts, made = Parts(most=2), []
    for thing in "abacab":
        parts.of(thing, lambda thing=thing: made.append(thing) or thing)
    assert made == ["a", "b", "c", "b"]


@pytest.fixture
def thread(app, cast, stranger, monkeypatch):
    """A comment under a post, and how often it was rendered."""
    say(news_post(cast.eli), cast.fay, "See you in Lisbon")
    app.extensions["fansite"].parts = Parts()
    made: list[object] = []
    plain = Parts.of

    def counted(self, key, make):
        return plain(self, key, lambda: made.append(key) or make())

    monkeypatch.setattr(Parts, "of", counted)
    return made


def articles(visitor, language=""):
    visitor.get(f"{language}/news/lisbon")
    return [article.text_content() for article in visitor.page.xpath('//article[@class="comment"]')]


def rendered(made, template="comments/_place.html"):
    return [key for key in made if key[0] == template]


def test_a_comment_is_rendered_once_for_all_its_readers(cast, thread, browser_as, stranger):
    for visitor in (stranger, browser_as(cast.nora), browser_as(cast.eli)):
        visitor.app.extensions["fansite"].pages.store.clear()
        assert "See you in Lisbon" in articles(visitor)[0]
    assert len(rendered(thread)) == 1 + 1  # for the band, who may moderate it, it is another


def test_who_wrote_it_gets_their_own_with_their_own_token(cast, thread, browser_as, stranger):
    fay = browser_as(cast.fay)
    articles(fay)
    token = fay.page.xpath('string(//form[@data-form="withdraw"]//input[@name="csrf_token"]/@value)')
    assert token and not rendered(thread)
    again = browser_as(cast.fay)
    articles(again)
    assert again.page.xpath('string(//form[@data-form="withdraw"]//input[@name="csrf_token"]/@value)') not in ("", token)


def test_another_name_or_face_is_seen_at_once(app, cast, thread, clock, stranger):
    assert "Fay" in articles(stranger)[0]
    accounts.change_username(cast.fay.id, "faye")
    assert "faye" in articles(stranger)[0]
    accounts.erase(cast.fay.id)
    assert "[deleted]" in articles(stranger)[0]
    assert len(rendered(thread)) == 3


def test_a_face_that_was_taken_off_is_gone(app, cast, thread, stranger):
    from fansite.core.db import get, transaction

    with transaction():
        account = get(type(cast.fay), cast.fay.id)
        account.face = "face0.webp"
    app.extensions["fansite"].pages.store.clear()
    stranger.get("/news/lisbon")
    assert stranger.page.xpath('//article//img[contains(@src, "face0")]')
    with transaction():
        get(type(cast.fay), cast.fay.id).face = None
    app.extensions["fansite"].pages.store.clear()
    stranger.get("/news/lisbon")
    assert not stranger.page.xpath("//article//img")


def test_a_card_is_made_once_and_anew_when_it_says_something_else(app, cast, thread, stranger):
    card = '//article[contains(@class, "card")]'
    for _time in range(2):
        app.extensions["fansite"].pages.store.clear()
        stranger.get("/")
        assert "One comment" in stranger.page.xpath(f"string({card})")
    assert len(rendered(thread, "news/_card.html")) == 1
    say(db.session.get(NewsPost, 1), cast.milo, "So do I")
    stranger.get("/")
    assert "2 comments" in stranger.page.xpath(f"string({card})")


def test_one_who_spoke_last_has_the_name_of_now(cast, thread, clock, stranger):
    stranger.get("/")
    assert stranger.page.xpath('//li[@class="river__item"]//b/text()') == ["Fay"]
    accounts.change_username(cast.fay.id, "faye")
    stranger.get("/")
    assert stranger.page.xpath('//li[@class="river__item"]//b/text()') == ["faye"]
    assert stranger.page.xpath('//b[@class="newcomer__name"]/text()') == ["faye"]


def test_an_empty_box_is_the_same_below_all_posts_and_another_for_who_is_known(cast, thread, browser_as, stranger):
    news_post(cast.eli, slug="porto")
    for visitor, path in ((stranger, "/news/lisbon"), (stranger, "/news/porto"), (browser_as(cast.nora), "/news/porto")):
        visitor.get(path)
        assert visitor.page.xpath('//form[@id="reply"]//textarea[@name="body"]')
    assert [thing[2] for thing in (key[2] for key in rendered(thread, "comments/_words.html"))] == [True, False]
