"""The warm word below texts and comments, with and without the page's script; and who gave it."""

from __future__ import annotations

import pytest

from fansite.appearance import operations as looks
from fansite.bonds import operations as bonds
from fansite.comments import operations as comments
from fansite.comments.models import Comment
from fansite.core.db import db
from fansite.news import operations as news
from tests.client import ORIGIN, fields_of
from tests.comments.test_pages import token_of
from tests.texts import many_comments, news_post, say
from tests.tour.cast import gig

LISBON = "/news/lisbon"


@pytest.fixture
def post(cast):
    return news_post(cast.eli)


@pytest.fixture
def said(cast, post):
    return say(post, cast.milo, "It rained in Lisbon")


@pytest.fixture
def fay(cast, browser_as):
    return browser_as(cast.fay)


def button(visitor, comment_id: int):
    """(whether it is pressed, what is written beside it); None where there is no button."""
    found = visitor.page.xpath(f'//button[@form="reacting" and @formaction="/comments/{comment_id}/reaction"]')
    return (found[0].get("aria-pressed") == "true", beside(found[0])) if found else None


def beside(button) -> str:
    (count,) = button.xpath('following-sibling::a[contains(@class, "warmth__count")]')
    return "" if count.get("hidden") is not None else count.text_content().strip()


def press(visitor, comment_id: int, **more):
    """As a browser does: the one form of the thread, sent to where the button says."""
    (form,) = visitor.page.xpath('//form[@id="reacting"]')
    (found,) = visitor.page.xpath(f'//button[@form="reacting" and @formaction="/comments/{comment_id}/reaction"]')
    return visitor.post(found.get("formaction"), {**fields_of(form), found.get("name"): found.get("value")}, **more)


def test_the_word_is_given_and_taken_back_by_the_same_button(cast, said, fay, stranger, browser_as):
    fay.get(LISBON)
    assert button(fay, said.id) == (False, "")
    press(fay, said.id)
    assert fay.location == f"{LISBON}#comment-{said.id}"
    fay.get(LISBON)
    assert button(fay, said.id) == (True, "1")
    for other in (stranger, browser_as(cast.nora)):
        other.get(LISBON)
        assert button(other, said.id) == (False, "1"), "it is pressed for nobody else"
    press(fay, said.id)
    stranger.get(LISBON)
    assert button(stranger, said.id) == (False, "")


def test_so_it_is_below_a_post_and_an_evening(cast, post, fay, stranger):
    evening = gig(cast.eli)
    for path in (LISBON, f"/tour/{evening.slug}"):
        fay.get(path)
        fay.submit("react-to-entry", {"given": "yes"})
        assert fay.location == f"{path}#reaction"
        stranger.get(path)
        (shown,) = stranger.page.xpath('//form[@data-form="react-to-entry"]//button')
        assert (shown.get("aria-pressed"), shown.get("value"), beside(shown)) == ("false", "yes", "1")
        fay.get(path)
        (shown,) = fay.page.xpath('//form[@data-form="react-to-entry"]//button')
        assert (shown.get("aria-pressed"), shown.get("value")) == ("true", "no")


def test_a_stranger_signs_in_and_comes_back_to_what_they_read(cast, post, said, stranger):
    stranger.get(LISBON)
    press(stranger, said.id, status=302)
    assert stranger.location == f"/login?next=/comments/{said.id}"
    stranger.get(LISBON)
    stranger.submit("react-to-entry", {"given": "yes"}, status=302)
    assert stranger.location == f"/login?next=/entries/{post.id}"
    stranger.get(f"/entries/{post.id}", status=302)
    assert stranger.location == LISBON


def test_of_ones_own_words_one_sees_the_count_alone(cast, post, browser_as):
    fays = say(post, cast.fay, "Soup")
    comments.react_to_comment(fays.id, by=cast.nora, given=True)
    comments.react_to_entry(post.id, by=cast.nora, given=True)
    fay, eli = browser_as(cast.fay), browser_as(cast.eli)
    fay.get(LISBON)
    assert button(fay, fays.id) is None
    assert fay.page.xpath(f'//a[@href="/comments/{fays.id}/reactions"]')[0].text_content().strip() == "1"
    eli.get(LISBON)
    assert not eli.page.xpath('//form[@data-form="react-to-entry"]//button')
    assert eli.page.xpath(f'//a[@href="/entries/{post.id}/reactions"]')
    fay.post(f"/comments/{fays.id}/reaction", {"given": "yes", "csrf_token": token_of(fay)}, status=403)


def test_a_script_is_told_the_count(cast, said, fay):
    token = token_of(fay)
    headers = {"Accept": "application/json", "Origin": ORIGIN}
    for wanted, told in (
        ("yes", {"given": True, "count": 1}),
        ("yes", {"given": True, "count": 1}),
        ("no", {"given": False, "count": 0}),
    ):
        answer = fay.client.post(f"/comments/{said.id}/reaction", data={"given": wanted, "csrf_token": token}, headers=headers)
        assert (answer.status_code, answer.json) == (200, told)
    bonds.tie("block", cast.nora.id, by=cast.fay)


def test_what_the_button_did_not_say_is_asked_again(cast, post, said, fay):
    token = token_of(fay)
    for path in (f"/comments/{said.id}/reaction", f"/entries/{post.id}/reaction"):
        fay.post(path, {"csrf_token": token}, status=422)
        fay.post(path, {"given": "perhaps", "csrf_token": token}, status=422)
        fay.get(path, status=405)


def test_whoever_shuts_somebody_out_is_spared_their_warm_words(cast, post, browser_as):
    fays = say(post, cast.fay, "Soup")
    bonds.tie("block", cast.nora.id, by=cast.fay)
    nora = browser_as(cast.nora)
    nora.get(LISBON)
    assert button(nora, fays.id) is None
    nora.post(f"/comments/{fays.id}/reaction", {"given": "yes", "csrf_token": token_of(nora)}, status=422)
    assert "You cannot react to this." in nora.text


def test_taking_back_tells_nothing_of_what_is_not_public(cast, post, fay):
    secret = news.draft(by=cast.eli, title="We part ways", body="It is over.", slug="we-part-ways")
    waiting = say(post, cast.nora, "http://hats.example")
    assert not waiting.visible
    token = token_of(fay)
    for path in (f"/entries/{secret.id}/reaction", f"/comments/{waiting.id}/reaction", "/entries/9999/reaction"):
        for given in ("yes", "no"):
            for accept in ("text/html", "application/json"):
                answer = fay.post(path, {"given": given, "csrf_token": token}, status=404, headers={"Accept": accept})
                assert "we-part-ways" not in answer.get_data(as_text=True)


def test_a_word_about_what_was_taken_down_can_still_be_taken_back(cast, post, said, fay):
    comments.react_to_comment(said.id, by=cast.fay, given=True)
    comments.withdraw(said.id, by=cast.milo)
    fay.post(f"/comments/{said.id}/reaction", {"given": "no", "csrf_token": token_of(fay)}, status=410)
    db.session.rollback()
    assert db.session.get(Comment, said.id).reactions_count == 0


# ---- who gave it ------------------------------------------------------------------------------------------------------------


def test_who_gave_it_is_listed_to_who_is_signed_in(cast, post, said, fay, stranger):
    stranger.get(f"/comments/{said.id}/reactions", status=302)
    comments.react_to_comment(said.id, by=cast.nora, given=True)
    comments.react_to_comment(said.id, by=cast.ada, given=True)
    comments.react_to_entry(post.id, by=cast.nora, given=True)

    def named(path: str) -> list[str]:
        fay.get(path)
        return [name.text_content() for name in fay.page.xpath('//*[@class="face__name"]')]

    assert named(f"/comments/{said.id}/reactions") == ["ada", "nora"]
    assert fay.page.xpath('//meta[@name="robots"]/@content') == ["noindex"]
    assert named(f"/entries/{post.id}/reactions") == ["nora"]
    bonds.tie("mute", cast.nora.id, by=cast.fay)
    assert named(f"/comments/{said.id}/reactions") == ["ada"]
    assert named(f"/entries/{post.id}/reactions") == []
    fay.get(f"/comments/{said.id}/reactions?page=2", status=404)


# ---- the word ---------------------------------------------------------------------------------------------------------------


def test_the_owner_says_it_in_each_language(cast, said, browser_as, stranger):
    stranger.get(LISBON)
    assert "Warms me" in stranger.text
    ada = browser_as(cast.ada)
    ada.get("/staff/appearance")
    ada.submit("appearance", {"warm_en": "Whistle", "warm_fr": "Siffle"})
    stranger.get(LISBON)
    assert "Warms me" in stranger.text, "a draft changes nothing"
    looks.publish(by=cast.ada)
    stranger.get(LISBON)
    assert "Whistle" in stranger.text and "Warms me" not in stranger.text
    ada.get("/staff/appearance")
    assert ada.page.xpath('//input[@name="warm_fr"]/@value') == ["Siffle"]
    ada.submit("appearance", {"warm_en": "", "warm_fr": ""})
    looks.publish(by=cast.ada)
    stranger.get(LISBON)
    assert "Warms me" in stranger.text


# ---- what it costs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 40])
def test_a_page_asks_once_for_all_its_buttons_and_a_stranger_never(cast, post, fay, stranger, count_queries, number):
    for comment_id in many_comments(post.id, cast.milo.id, number)[:5]:
        comments.react_to_comment(comment_id, by=cast.fay, given=True)
    for visitor, wanted in ((fay, 1), (stranger, 0)):
        visitor.get(LISBON)
        with count_queries() as asked:
            visitor.get(LISBON)
        assert len([one for one in asked if "FROM reaction" in one]) == wanted
        assert len([one for one in asked if "FROM bond" in one]) == wanted
    db.session.rollback()
