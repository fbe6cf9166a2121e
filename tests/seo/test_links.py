"""What a link to a text shows elsewhere: its own card, drawn by the worker once the text is public."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from fansite.appearance import operations as appearance
from fansite.core.db import get
from fansite.core.outbox import long_work, queries
from fansite.news import operations as news
from fansite.news.models import NewsPost
from fansite.pages import operations as pages
from fansite.seo import listeners
from fansite.seo.cards import draw
from fansite.seo.listeners import catch_up, storage
from tests.client import ORIGIN
from tests.texts import news_post, say


@pytest.fixture
def post(cast, clock):
    draft = news.draft(by=cast.eli, title="Rain", body="It rained.")
    news.publish(draft.id, by=cast.eli)
    return draft.id


def picture_of_link(visitor, path="/news/rain"):
    visitor.get(path)
    told = {meta.get("property"): meta.get("content") for meta in visitor.page.xpath("//meta[@property]")}
    assert (told["og:image:width"], told["og:image:height"]) == ("1200", "630")
    return told["og:image"].removeprefix(ORIGIN), told["og:image:alt"]


def test_until_the_worker_was_there_a_link_shows_what_the_whole_site_shows(post, stranger):
    assert picture_of_link(stranger)[0].endswith("/art/card.png")


def test_a_text_gets_a_card_of_its_own(post, stranger, worker):
    before = get(NewsPost, post).updated_at
    worker()
    address, alt = picture_of_link(stranger)
    assert alt == "Rain"
    answer = stranger.client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert Image.open(BytesIO(answer.get_data())).size == (1200, 630)
    assert get(NewsPost, post).updated_at == before


def test_another_title_makes_another_card_and_the_old_address_leads_to_it(cast, post, stranger, worker):
    worker()
    old = picture_of_link(stranger)[0]
    news.revise(post, by=cast.eli, version=get(NewsPost, post).version, title="Thunder", slug="rain")
    worker()
    new = picture_of_link(stranger)[0]
    assert new != old
    assert stranger.client.get(old).headers["Location"].endswith(new)
    assert old.rpartition("/")[2] not in set(storage().keys())


def test_another_word_in_the_text_draws_nothing_anew(cast, post, stranger, worker):
    worker()
    old = picture_of_link(stranger)
    news.revise(post, by=cast.eli, version=get(NewsPost, post).version, body="It rained again.")
    worker()
    assert picture_of_link(stranger) == old


def test_what_is_not_public_has_no_card_to_be_seen(cast, post, stranger, browser_as, worker):
    draft = news.draft(by=cast.eli, title="A secret")
    worker()
    assert get(NewsPost, draft.id).card == ""
    address = picture_of_link(stranger)[0]
    news.withdraw(post, by=cast.eli)
    for who in (None, cast.fay, cast.ada):
        browser_as(who).get(address, status=404)


@pytest.mark.parametrize(
    "name", ["nothing.png", "card1x.png", f"card999999x{'a' * 24}.png", f"card{'9' * 40}x{'a' * 24}.png", "..%2Fsecret.key"]
)
def test_there_are_no_other_files(post, stranger, worker, name):
    worker()
    stranger.get(f"/media/cards/{name}", status=404)


def test_pages_have_cards_too(cast, clock, stranger, worker):
    page = pages.draft(by=cast.eli, title="The duo", body="Two of us.")
    pages.publish(page.id, by=cast.eli)
    worker()
    assert picture_of_link(stranger, "/the-duo")[0].startswith("/media/cards/")


def test_what_came_without_a_word_gets_its_card_in_time(cast, stranger):
    quiet = news_post(cast.eli, slug="rain", title="Rain")
    catch_up()
    assert picture_of_link(stranger) == (f"/media/cards/{get(NewsPost, quiet.id).card}", "Rain")


def test_while_many_cards_are_drawn_others_get_their_turn(cast, monkeypatch):
    post = news_post(cast.eli, slug="rain", title="Rain")
    say(post, cast.fay)
    long_work._here.pause_until = 0.0
    waiting: list[int] = []
    monkeypatch.setattr(listeners, "draw", lambda card: waiting.append(queries.waiting()[0]) or draw(card))
    catch_up()
    assert waiting and not any(waiting)


def test_a_card_whose_file_is_lost_is_not_found(post, stranger, worker):
    worker()
    storage().drop(get(NewsPost, post).card)
    stranger.get(picture_of_link(stranger)[0], status=404)


def test_in_new_inks_the_newest_texts_get_new_cards(cast, post, stranger, worker):
    worker()
    old = picture_of_link(stranger)[0]
    appearance.save_draft(appearance.as_it_is().with_(theme="soot"), by=cast.ada)
    appearance.publish(by=cast.ada)
    worker()
    assert picture_of_link(stranger)[0] != old
