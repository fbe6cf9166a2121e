"""What is typed is kept before it is saved, never over another's words, and never where the public reads."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.core.db import db, get
from fansite.news import operations as news
from fansite.news.models import NewsPost
from fansite.staff import operations
from fansite.staff.models import WorkingCopy
from fansite.staff.operations import copies
from tests.client import ORIGIN, fields_of


@pytest.fixture
def eli(cast, clock, browser_as):
    return browser_as(cast.eli)


@pytest.fixture
def post(cast, clock):
    return news.draft(by=cast.eli, title="We recorded the rain", body="It rained.", tags=["studio"])


def typing(visitor, address, values, *, tab="a", turn=0, status=200):
    """What the page's script sends: the form as it stands."""
    visitor.get(address)
    data = fields_of(visitor.page.xpath('//form[@data-form="entry"]')[0]) | values | {"tab": tab, "turn": str(turn)}
    visitor.post(f"{address.partition('?')[0]}/copy", data, status=status, headers={"Accept": "application/json"})
    return json.loads(visitor.response.get_data()) if status == 200 else None


def value(visitor, name):
    (field,) = visitor.page.xpath(f'//form[@data-form="entry"]//*[@name="{name}"]')
    return field.text_content().removeprefix("\n") if field.tag == "textarea" else field.get("value")


def all_copies():
    return db.session.scalars(sa.select(WorkingCopy).order_by(WorkingCopy.id)).all()


def test_what_is_typed_is_kept_and_the_text_stays_as_it_is(eli, post):
    typing(eli, f"/staff/news/{post.id}", {"body": "It rained for days."})
    assert get(NewsPost, post.id).body == "It rained."
    eli.get(f"/staff/news/{post.id}")
    assert value(eli, "body") == "It rained."
    (way,) = eli.page.xpath("//*[@data-unsaved]//a/@href")
    eli.get(way)
    assert value(eli, "body") == "It rained for days."
    assert not eli.page.xpath("//*[@data-unsaved]")
    eli.submit("entry", follow=True)
    assert get(NewsPost, post.id).body == "It rained for days."
    eli.get(f"/staff/news/{post.id}")
    assert not eli.page.xpath("//*[@data-unsaved]")


def test_a_text_that_was_never_saved_waits_at_the_desk_and_where_new_ones_begin(eli):
    told = typing(eli, "/staff/news/new", {"title": "Lisbon", "body": "We go.", "tags": "tour"})
    eli.get("/staff/")
    assert eli.page.xpath(f'//a[@href="/staff/news/new?copy={told["sitting"]}" and contains(., "Lisbon")]')
    eli.get(f"/staff/news/new?copy={told['sitting']}")
    assert (value(eli, "title"), value(eli, "body"), value(eli, "tags")) == ("Lisbon", "We go.", "tour")
    eli.submit("entry", follow=True)
    assert "Saved." in eli.text
    eli.get("/staff/news/new")
    assert not eli.page.xpath("//*[@data-unsaved]")


def test_every_second_of_one_window_is_one_row(eli, post):
    told = typing(eli, f"/staff/news/{post.id}", {"body": "It rained f"})
    again = typing(eli, f"/staff/news/{post.id}", {"body": "It rained for", **told}, turn=told["turn"])
    assert (again["sitting"], again["turn"]) == (told["sitting"], 2)
    assert [copy.fields["body"] for copy in all_copies()] == ["It rained for"]


def test_an_answer_that_was_not_heard_makes_no_second_copy(eli, post):
    told = typing(eli, f"/staff/news/{post.id}", {"body": "one"})
    typing(eli, f"/staff/news/{post.id}", {"body": "two", "sitting": told["sitting"]}, turn=0)
    assert [copy.fields["body"] for copy in all_copies()] == ["two"]


def test_two_windows_of_one_editor_do_not_write_over_each_other(eli, post):
    address = f"/staff/news/{post.id}"
    first = typing(eli, address, {"body": "here"}, tab="a")
    went_on = typing(eli, f"{address}?copy={first['sitting']}", {"body": "there"}, tab="b", turn=first["turn"])
    assert went_on["sitting"] == first["sitting"]
    apart = typing(eli, address, {"body": "here again", "sitting": first["sitting"]}, tab="a", turn=first["turn"])
    assert apart["sitting"] != first["sitting"]
    assert [copy.fields["body"] for copy in all_copies()] == ["there", "here again"]


def test_what_comes_late_after_saving_is_not_offered_again(eli, post):
    eli.get(f"/staff/news/{post.id}")
    sitting = value(eli, "sitting")
    eli.submit("entry", {"body": "Saved."})
    late = typing(eli, f"/staff/news/{post.id}", {"body": "Saved.", "sitting": sitting})
    assert late["sitting"] != sitting
    assert late["turn"] == 0
    eli.get(f"/staff/news/{post.id}")
    assert not eli.page.xpath("//*[@data-unsaved]")


def test_dropped_and_brought_back(eli, post):
    typing(eli, f"/staff/news/{post.id}", {"body": "Not so good."})
    eli.get(f"/staff/news/{post.id}")
    eli.submit("copy-removal", follow=True)
    assert not eli.page.xpath("//*[@data-unsaved]")
    eli.submit("copy-return", follow=True)
    assert value(eli, "body") == "Not so good."


def test_a_new_text_sent_twice_is_one_and_the_later_words_are_in_it(eli):
    eli.get("/staff/news/new")
    data = fields_of(eli.page.xpath('//form[@data-form="entry"]')[0]) | {"title": "Once", "body": "First."}
    eli.post("/staff/news/new", data)
    eli.post("/staff/news/new", data)
    eli.post("/staff/news/new", data | {"body": "Second."})
    assert [entry.body for entry in db.session.scalars(sa.select(NewsPost))] == ["Second."]


def test_a_new_text_sent_twice_is_not_saved_over_what_another_wrote(cast, eli):
    eli.get("/staff/news/new")
    data = fields_of(eli.page.xpath('//form[@data-form="entry"]')[0]) | {"title": "Once", "body": "First."}
    eli.post("/staff/news/new", data)
    (entry,) = db.session.scalars(sa.select(NewsPost)).all()
    news.revise(entry.id, by=cast.ada, version=1, body="Ada’s words.")
    eli.post("/staff/news/new", data | {"body": "Second."}, status=409)
    assert get(NewsPost, entry.id).body == "Ada’s words."


def test_copies_are_ones_own(cast, eli, post, browser_as):
    told = typing(eli, f"/staff/news/{post.id}", {"body": "Between us."})
    ada = browser_as(cast.ada)
    ada.get(f"/staff/news/{post.id}?copy={told['sitting']}")
    assert value(ada, "body") == "It rained."
    assert not ada.page.xpath("//*[@data-unsaved]")
    ada.post(f"/staff/news/{post.id}/copy/removal", {"csrf_token": value(ada, "csrf_token"), "sitting": told["sitting"]})
    assert all_copies()[0].dropped_at is None


@pytest.mark.parametrize("sent", [{"sitting": ""}, {"sitting": "x" * 33}, {"tab": "é"}])
def test_a_window_without_a_name_is_not_heard(eli, post, sent):
    eli.get(f"/staff/news/{post.id}")
    data = {"csrf_token": value(eli, "csrf_token"), "sitting": "s", "tab": "a", "title": "x", **sent}
    eli.post(f"/staff/news/{post.id}/copy", data, status=400)


def test_a_copy_of_another_kind_or_of_nothing_is_not_found(eli, post):
    eli.get(f"/staff/news/{post.id}")
    data = {"csrf_token": value(eli, "csrf_token"), "sitting": "s", "tab": "a"}
    eli.post(f"/staff/page/{post.id}/copy", data, status=404)
    eli.post("/staff/news/999/copy", data, status=404)


def test_a_script_that_writes_without_rest_is_slowed_down(eli, post):
    eli.get(f"/staff/news/{post.id}")
    data = {"csrf_token": value(eli, "csrf_token"), "sitting": "s", "tab": "a", "title": "x"}
    for _ in range(200):
        eli.post(f"/staff/news/{post.id}/copy", data, status=200)
    eli.post(f"/staff/news/{post.id}/copy", data, status=429)


def test_nobody_comes_for_it_in_three_months(eli, post, clock):
    typing(eli, f"/staff/news/{post.id}", {"body": "Old."})
    clock.shift(timedelta(days=89))
    operations.sweep()
    assert len(all_copies()) == 1
    clock.shift(timedelta(days=2))
    operations.sweep()
    assert all_copies() == []


def test_one_editor_keeps_no_more_than_a_drawer_holds(cast, clock, monkeypatch):
    monkeypatch.setattr(copies, "MOST", 5)
    for number in range(8):
        clock.shift(1)
        operations.keep(
            by=cast.eli, kind="news", entry_id=None, sitting=f"s{number}", tab="a", turn=0, base_version=1, fields={"title": "x"}
        )
    assert [copy.sitting for copy in all_copies()] == [f"s{number}" for number in range(3, 8)]


def test_who_leaves_takes_what_they_were_writing_along(cast, eli, post):
    typing(eli, f"/staff/news/{post.id}", {"body": "My last words."})
    accounts.erase(cast.eli.id, by=cast.ada)
    assert all_copies() == []


# ---- two editors --------------------------------------------------------------------------------------------------------------


def present(visitor, post):
    data = {"csrf_token": value(visitor, "csrf_token")}
    visitor.post(f"/staff/news/{post.id}/presence", data, status=200, headers={"Accept": "application/json"})
    return json.loads(visitor.response.get_data())


def test_who_else_has_the_text_open_is_told_to_both_and_fades(cast, eli, post, browser_as, clock):
    ada = browser_as(cast.ada)
    eli.get(f"/staff/news/{post.id}")
    assert present(eli, post) == {"version": 1, "others": []}
    ada.get(f"/staff/news/{post.id}")
    assert "eli has this text open too, since 12:00." in ada.text
    told_ada = present(ada, post)
    eli.get(f"/staff/news/{post.id}")
    told_eli = present(eli, post)
    assert told_ada["others"] == ["eli has this text open too, since 12:00."]
    assert told_eli["others"] == ["ada has this text open too, since 12:00."]
    clock.shift(31)
    ada.get(f"/staff/news/{post.id}")
    assert "open too" not in ada.text


def test_who_has_it_open_learns_that_another_saved_it(cast, eli, post):
    eli.get(f"/staff/news/{post.id}")
    news.revise(post.id, by=cast.ada, version=1, body="Ada’s words.")
    assert present(eli, post)["version"] == 2


def test_both_texts_are_compared_word_by_word_and_the_choice_is_made_by_hand(cast, eli, post):
    eli.get(f"/staff/news/{post.id}")
    news.revise(post.id, by=cast.ada, version=1, title="We recorded the hail", body="It rained hard.", tags=["studio"])
    eli.submit("entry", {"body": "It rained softly."}, status=409)
    marked = {tag: {words.strip() for words in eli.page.xpath(f"//*[@id='compare']//{tag}/text()")} for tag in ("del", "ins")}
    assert marked == {"del": {"hail", "hard"}, "ins": {"rain", "softly"}}
    assert value(eli, "body") == "It rained softly."
    assert value(eli, "version") == "2"
    assert eli.page.xpath(f'//*[@id="compare"]//a[@href="/staff/news/{post.id}"]')
    eli.submit("entry")
    assert get(NewsPost, post.id).title == "We recorded the rain"


def test_looking_at_both_saves_nothing(cast, eli, post):
    eli.get(f"/staff/news/{post.id}")
    news.revise(post.id, by=cast.ada, version=1, body="Ada’s words.", tags=["studio"])
    data = fields_of(eli.page.xpath('//form[@data-form="entry"]')[0]) | {"body": "Eli’s words."}
    eli.post(f"/staff/news/{post.id}/comparison", data, status=409)
    assert get(NewsPost, post.id).body == "Ada’s words."
    assert value(eli, "body") == "Eli’s words."


# ---- how it reads -------------------------------------------------------------------------------------------------------------


def test_how_it_reads_is_what_the_page_shows(cast, eli, post):
    body = "## Loud\n\n**words** ![far](https://elsewhere.example/a.png)\n\n<script>alert(1)</script>"
    eli.get(f"/staff/news/{post.id}")
    token = value(eli, "csrf_token")
    shown = eli.client.post("/staff/writing/rendering", data={"csrf_token": token, "body": body}, headers={"Origin": ORIGIN})
    saved = news.draft(by=cast.eli, title="The same", body=body)
    assert shown.status_code == 200
    assert saved.html in shown.get_data(as_text=True)


def test_a_text_too_long_to_show_says_so(eli, post):
    eli.get(f"/staff/news/{post.id}")
    data = {"csrf_token": value(eli, "csrf_token"), "body": "x" * 300_001}
    eli.post("/staff/writing/rendering", data, status=422, headers={"Accept": "application/json"})
    assert "300000" in json.loads(eli.response.get_data())["error"]["text"].replace(",", "")
