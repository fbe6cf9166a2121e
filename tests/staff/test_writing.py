"""The editor, without scripts."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from fansite.accounts import operations as accounts
from fansite.core.db import get
from fansite.core.errors import Refused
from fansite.news import operations as news
from fansite.news.models import NewsPost
from fansite.pages.models import Page
from fansite.staff.forms import moment_of, on_the_wall
from tests.client import fields_of
from tests.conftest import NOON

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def eli(cast, clock, browser_as):
    return browser_as(cast.eli)


@pytest.fixture
def post(cast, clock):
    return news.draft(by=cast.eli, title="We recorded the rain", body="It rained.", tags=["studio"])


def value(visitor, name):
    (field,) = visitor.page.xpath(f'//form[@data-form="entry"]//*[@name="{name}"]')
    return field.text_content().removeprefix("\n").removeprefix("\r\n") if field.tag == "textarea" else field.get("value")


def press(visitor, act, values=None, **kwargs):
    """Presses another button of the same form."""
    data = fields_of(visitor.page.xpath('//form[@data-form="entry"]')[0])
    data.update(values or {})
    path = "/".join(visitor.address.partition("?")[0].rstrip("/").split("/")[:4])
    return visitor.post(f"{path}/{act}", data, **kwargs)


# ---- the desk ---------------------------------------------------------------------------------------------------------------


def test_an_empty_desk_says_what_to_do_next(eli):
    eli.get("/staff/")
    assert "Write the first news" in eli.text
    assert eli.page.xpath('//a[@href="/staff/news/new"]')


def test_the_desk_sorts_texts_by_state(cast, eli, post):
    for title, act in (("Out", news.publish), ("Gone", news.publish)):
        act(news.draft(by=cast.eli, title=title).id, by=cast.eli)
    planned = news.draft(by=cast.eli, title="Soon")
    news.publish(planned.id, by=cast.eli, at=NOON.replace(hour=20))
    eli.get("/staff/news/?status=published")
    gone = next(a for a in eli.page.xpath('//a[contains(@class, "staff-row__title")]') if a.text == "Gone")
    news.withdraw(int(gone.get("href").rpartition("/")[2]), by=cast.eli)
    eli.get("/staff/")
    heaps = {
        section.findtext("h2"): [a.text for a in section.xpath('.//a[contains(@class, "staff-row__title")]')]
        for section in eli.page.xpath("//section[h2]")
    }
    assert "24 November 2026 at 20:00" in eli.text
    assert heaps == {"Drafts": ["We recorded the rain"], "Planned": ["Soon"], "Published": ["Out"], "Taken down": ["Gone"]}


def test_the_desk_costs_few_queries(cast, eli, count_queries):
    for number in range(20):
        news.draft(by=cast.eli, title=f"Draft {number}")
    for address in ("/staff/", "/staff/news/"):
        eli.get(address)
        with count_queries() as counted:
            eli.get(address)
        assert len(counted) <= 7, counted


def test_all_texts_of_a_kind_are_listed_by_page(cast, eli):
    for number in range(51):
        news.draft(by=cast.eli, title=f"Draft {number}")
    eli.get("/staff/news/")
    assert len(eli.page.xpath('//li[@class="staff-row"]')) == 50
    eli.get("/staff/news/?page=2&status=draft")
    assert len(eli.page.xpath('//li[@class="staff-row"]')) == 1
    eli.get("/staff/news/?page=3", status=404)
    eli.get("/staff/gig/", status=404)


ADDRESSES = [
    ("GET", "/staff/"),
    ("GET", "/staff/news/"),
    ("GET", "/staff/news/new"),
    ("GET", "/staff/news/1"),
    ("GET", "/staff/tags"),
    ("POST", "/staff/news/new"),
    ("POST", "/staff/news/new/preview"),
    ("POST", "/staff/news/1"),
    ("POST", "/staff/news/1/preview"),
    ("POST", "/staff/news/1/publication"),
    ("POST", "/staff/news/1/draft"),
    ("POST", "/staff/news/1/withdrawal"),
    ("POST", "/staff/tags/1"),
]


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
def test_the_desk_is_the_staffs_alone(cast, post, browser_as, stranger, method, address):
    ask = (lambda visitor, status: visitor.get(address, status=status)) if method == "GET" else None
    for name in ("fay", "milo"):
        visitor = browser_as(getattr(cast, name))
        if ask:
            ask(visitor, 403)
        else:
            visitor.get("/account/comments")
            token = visitor.page.xpath('//input[@name="csrf_token"]/@value')[0]
            visitor.post(address, {"csrf_token": token, "title": "x"}, status=403)
    response = stranger.get(address, status=302) if ask else stranger.post(address, {"title": "x"}, status=302)
    assert response.headers["Location"].startswith("/login")
    assert get(NewsPost, post.id).status == "draft"


# ---- writing ----------------------------------------------------------------------------------------------------------------


def test_a_text_from_the_first_word_to_the_public(eli, stranger):
    eli.get("/staff/news/new")
    eli.submit("entry", {"title": "Rain", "body": "It **rained**.", "tags": "studio, Été"}, follow=True)
    assert "Saved." in eli.text
    assert (value(eli, "title"), value(eli, "body"), value(eli, "slug"), value(eli, "tags")) == (
        "Rain",
        "It **rained**.",
        "rain",
        "studio, Été",
    )
    stranger.get("/news/rain", status=404)
    press(eli, "publication", {"when": "now"}, follow=True)
    assert "It is public now." in eli.text
    stranger.get("/news/rain")
    assert "It rained." in stranger.text


def test_publishing_saves_what_was_typed(eli, post, stranger):
    eli.get(f"/staff/news/{post.id}")
    press(eli, "publication", {"when": "now", "title": "Typed at the last moment", "slug": ""})
    stranger.get("/news/typed-at-the-last-moment")
    assert stranger.page.findtext(".//h1") == "Typed at the last moment"


def test_an_act_alone_is_enough(eli, post, stranger):
    eli.get(f"/staff/news/{post.id}")
    token = value(eli, "csrf_token")
    eli.post(f"/staff/news/{post.id}/publication", {"csrf_token": token, "when": "now"})
    stranger.get("/news/we-recorded-the-rain")
    eli.post(f"/staff/news/{post.id}/withdrawal", {"csrf_token": token, "reason": "wrong city"})
    stranger.get("/news/we-recorded-the-rain", status=410)
    eli.post(f"/staff/news/{post.id}/publication", {"csrf_token": token, "when": "now"})
    stranger.get("/news/we-recorded-the-rain")
    eli.post(f"/staff/news/{post.id}/draft", {"csrf_token": token})
    stranger.get("/news/we-recorded-the-rain", status=404)
    eli.post(f"/staff/news/{post.id}/withdrawal", {"csrf_token": token}, status=422)
    assert "nothing to withdraw" in eli.text


def test_planning_by_the_clock_on_the_wall(eli, post, worker, clock, stranger):
    eli.get(f"/staff/news/{post.id}")
    press(eli, "publication", {"when": "later", "at": "2026-11-24T17:30"}, follow=True)
    assert "published by itself" in eli.text
    assert value(eli, "at") == "2026-11-24T17:30"
    clock.move_to(datetime(2026, 11, 24, 17, 30, tzinfo=UTC))
    worker()
    stranger.get("/news/we-recorded-the-rain")


@pytest.mark.parametrize("at", ["", "yesterday", "2026-13-45T99:99"])
def test_planning_without_a_time_is_refused_and_keeps_the_text(eli, post, at):
    eli.get(f"/staff/news/{post.id}")
    press(eli, "publication", {"when": "later", "at": at, "body": "All my words."}, status=422)
    assert value(eli, "body") == "All my words."
    assert get(NewsPost, post.id).status == "draft"


def test_local_times_are_moments():
    assert moment_of(datetime(2026, 7, 20, 20, 0), PARIS) == datetime(2026, 7, 20, 18, 0, tzinfo=UTC)
    assert moment_of(datetime(2026, 12, 20, 20, 0), PARIS) == datetime(2026, 12, 20, 19, 0, tzinfo=UTC)
    assert on_the_wall(datetime(2026, 7, 20, 18, 0, tzinfo=UTC), PARIS) == datetime(2026, 7, 20, 20, 0)


def test_of_an_hour_that_comes_twice_the_first_is_meant_and_a_skipped_one_refused():
    assert moment_of(datetime(2026, 10, 25, 2, 30), PARIS) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    with pytest.raises(Refused):
        moment_of(datetime(2026, 3, 29, 2, 30), PARIS)


def test_a_title_is_needed_and_nothing_typed_is_lost(eli):
    eli.get("/staff/news/new")
    eli.submit("entry", {"title": "", "body": "All my words.", "tags": "a, b"}, status=422)
    assert "Give it a title." in eli.text
    assert (value(eli, "body"), value(eli, "tags")) == ("All my words.", "a, b")


@pytest.mark.parametrize(
    "values", [{"slug": "news"}, {"tags": ", ".join(f"t{n}" for n in range(30))}, {"language": "xx"}, {"translation_of": "99"}]
)
def test_what_is_refused_stands_beside_its_field(eli, post, values):
    eli.get(f"/staff/news/{post.id}")
    eli.submit("entry", {"body": "All my words.", **values}, status=422)
    assert value(eli, "body") == "All my words."
    assert eli.page.xpath(f'//*[@name="{next(iter(values))}" and @aria-invalid="true"]')


def test_two_editors_both_texts_are_kept(cast, eli, post, browser_as):
    ada = browser_as(cast.ada)
    for visitor in (eli, ada):
        visitor.get(f"/staff/news/{post.id}")
    eli.submit("entry", {"body": "Eli’s words."})
    ada.submit("entry", {"body": "Ada’s words."}, status=409)
    assert value(ada, "body") == "Ada’s words."
    assert "Eli’s words." in ada.page.xpath('//*[@id="stored-body"]')[0].text_content()
    assert get(NewsPost, post.id).body == "Eli’s words."
    ada.submit("entry", {"body": "Both words."})
    assert get(NewsPost, post.id).body == "Both words."


def test_a_page_that_is_sent_again_is_no_second_editor(cast, eli, post):
    eli.get(f"/staff/news/{post.id}")
    typed = {"when": "now", "body": "Eli’s words.\r\n\r\nAll of them.", "tags": "tour,rain"}
    seen = eli.response
    press(eli, "publication", typed)
    eli.response = seen
    press(eli, "publication", typed)
    assert "said=published" in eli.location
    assert (get(NewsPost, post.id).version, get(NewsPost, post.id).summary) == (2, "Eli’s words. All of them.")
    eli.response = seen
    press(eli, "publication", {**typed, "body": "By the way back."})
    assert get(NewsPost, post.id).body == "By the way back."
    news.revise(post.id, by=cast.ada, version=3, body="Ada’s words.")
    eli.response = seen
    press(eli, "publication", typed, status=409)


def test_a_time_that_has_passed_is_not_announced_as_one_to_come(eli, post):
    eli.get(f"/staff/news/{post.id}")
    press(eli, "publication", {"when": "later", "at": "2020-01-01T10:00"}, follow=True)
    assert "It is public now." in eli.text


def test_the_words_of_another_in_a_publication_are_not_published(cast, eli, post):
    eli.get(f"/staff/news/{post.id}")
    news.revise(post.id, by=cast.ada, version=1, body="Ada’s words.")
    press(eli, "publication", {"when": "now", "body": "Eli’s words."}, status=409)
    assert get(NewsPost, post.id).status == "draft"


def test_a_preview_is_the_public_page_and_stores_nothing(eli, post):
    eli.get(f"/staff/news/{post.id}")
    press(eli, "preview", {"title": "Another title", "body": "## Loud\n\nwords", "tags": "x, y"}, status=200)
    assert "nothing of this is saved" in eli.text
    assert eli.page.findtext(".//h1") == "Another title"
    assert eli.page.xpath('//h2[text()="Loud"]')
    assert eli.page.xpath('//a[@href="/news/tag/x"]')
    assert eli.page.xpath('//meta[@name="robots"]/@content') == ["noindex"]
    assert get(NewsPost, post.id).title == "We recorded the rain"
    eli.submit("resume", {"resume": "1"}, status=200)
    assert (value(eli, "title"), value(eli, "body")) == ("Another title", "## Loud\n\nwords")
    assert get(NewsPost, post.id).title == "We recorded the rain"
    eli.submit("entry")
    assert get(NewsPost, post.id).title == "Another title"


def test_a_preview_of_what_is_new_leads_back_too(eli):
    eli.get("/staff/news/new")
    data = {
        "csrf_token": value(eli, "csrf_token"),
        "title": "Not yet",
        "body": "Words.",
        "language": "en",
        "version": "1",
        "tags": "",
    }
    eli.post("/staff/news/new/preview", data, status=200)
    eli.submit("resume", {"resume": "1"}, status=200)
    assert value(eli, "body") == "Words."
    eli.submit("entry", follow=True)
    assert "Saved." in eli.text


def test_a_preview_holds_no_script(eli):
    eli.get("/staff/news/new")
    data = {
        "csrf_token": value(eli, "csrf_token"),
        "title": "<script>",
        "body": '<script>alert(1)</script>"><img src=x onerror=y>',
        "language": "en",
    }
    eli.post("/staff/news/new/preview", data, status=200)


def test_a_page_has_a_place_in_the_menu_instead_of_tags(eli, stranger):
    eli.get("/staff/page/new")
    assert not eli.page.xpath('//*[@name="tags"]')
    eli.submit("entry", {"title": "Contact", "body": "Write to us.", "menu_order": "2"}, follow=True)
    assert not eli.page.xpath('//*[@name="comments_open" and @checked]')
    press(eli, "publication", {"when": "now"})
    stranger.get("/contact")
    assert stranger.page.xpath('//header//a[@href="/contact"]')
    eli.get(eli.address.rpartition("/publication")[0])
    press(eli, "preview", {"body": "Other words."}, status=200)
    assert "Other words." in eli.text
    page_id = int(eli.address.split("/")[3])
    assert get(Page, page_id).menu_order == 2


def test_a_translation_is_begun_from_its_original(eli, post):
    eli.get(f"/staff/news/{post.id}")
    (address,) = eli.page.xpath('//a[contains(@href, "translation_of=")]/@href')
    eli.get(address)
    assert eli.page.xpath('//select[@name="language"]/option[@selected]/@value') == ["fr"]
    assert eli.page.xpath('//select[@name="translation_of"]/option[@selected]/@value') == [str(post.id)]
    eli.submit("entry", {"title": "La pluie", "body": "Il pleuvait."}, follow=True)
    french = get(NewsPost, int(eli.address.partition("?")[0].rpartition("/")[2]))
    assert (french.language, french.translation_of_id) == ("fr", post.id)
    assert eli.page.xpath('//select[@name="translation_of"]/option[@selected]/@value') == [str(post.id)]
    eli.get(f"/staff/news/{post.id}")
    assert eli.page.xpath(f'//a[@href="/staff/news/{french.id}"]')
    assert not eli.page.xpath('//a[contains(@href, "translation_of=")]')


@pytest.mark.parametrize("address", ["/staff/gig/new", "/staff/news/999", "/staff/page/1", "/staff/news/x"])
def test_what_is_not_on_the_desk_is_not_found(eli, post, address):
    eli.get(address, status=404)


def test_writing_in_french(eli, post):
    eli.get("/fr/staff/news/new")
    eli.submit("entry", {"title": "Pluie", "body": "Il pleuvait."}, follow=True)
    assert eli.address.startswith("/fr/staff/news/")


def test_without_a_token_nothing_happens(eli, post):
    eli.get(f"/staff/news/{post.id}")
    eli.post(f"/staff/news/{post.id}/publication", {"when": "now"}, status=422)
    assert get(NewsPost, post.id).status == "draft"


def test_who_was_signed_out_while_writing_keeps_every_word(cast, eli, post):
    eli.get(f"/staff/news/{post.id}")
    accounts.close_all_sessions(cast.eli.id)
    eli.submit("entry", {"title": "Lisbon again", "body": "A long & <careful> text.\n\nWith two parts."}, status=422)
    assert "You were signed out" in eli.text
    assert eli.page.xpath('//textarea[@name="body"]')[0].text_content().strip() == "A long & <careful> text.\n\nWith two parts."
    assert eli.page.xpath('//input[@name="title"]/@value') == ["Lisbon again"]
    assert eli.page.xpath('//main//a[@target="_blank"]/@href') == ["/login"]
    kept = fields_of(eli.page.xpath("//main//form")[0])
    eli.sign_in(cast.eli)
    eli.post(f"/staff/news/{post.id}", kept, status=422)
    eli.post(f"/staff/news/{post.id}", fields_of(eli.page.xpath("//main//form")[0]))
    assert get(NewsPost, post.id).title == "Lisbon again"
