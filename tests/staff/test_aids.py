"""What helps while somebody writes: names, texts, pictures, pasted pages, the card of a link."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from fansite.lib.times import now
from fansite.media.operations import keep_picture
from fansite.news import operations as news
from fansite.staff.pasting import pasted
from tests.texts import news_post


@pytest.fixture
def eli(cast, clock, browser_as):
    return browser_as(cast.eli)


def told(visitor, address):
    visitor.get(address, headers={"Accept": "application/json"})
    return json.loads(visitor.response.get_data())


def test_names_begin_as_asked_and_lead_to_the_person(eli):
    assert told(eli, "/staff/writing/names?q=FA") == [{"label": "@Fay", "text": "[@Fay](/fans/fay)"}]
    assert told(eli, "/staff/writing/names?q=%25") == []
    assert told(eli, "/staff/writing/names?q=ben") == []


def test_texts_are_found_by_the_words_of_their_titles_what_is_public_first(cast, eli):
    news_post(cast.eli, title="We play [live] in Lisbon")
    news.publish(news.draft(by=cast.eli, title="Lisbon, soon").id, by=cast.eli, at=now() + timedelta(days=1))
    found = told(eli, "/staff/writing/texts?q=LISBON")
    assert [one["note"] for one in found] == ["EN", "EN · planned"]
    assert found[0]["text"] == "[We play (live) in Lisbon](/news/lisbon)"
    assert [one["label"] for one in told(eli, "/staff/writing/texts?q=lisbon live")] == ["We play [live] in Lisbon"]


def test_pictures_of_the_library_can_be_chosen(cast, eli):
    file = BytesIO()
    Image.new("RGB", (90, 60), "red").save(file, "PNG")
    keep_picture(file.getvalue(), "A red wall", by=cast.eli)
    (found,) = told(eli, "/staff/writing/pictures")
    assert found["markdown"].startswith("![A red wall](/media/")
    assert told(eli, "/staff/writing/pictures?q=green") == []


def test_the_card_of_a_link_is_drawn_from_what_is_typed(eli):
    eli.get("/staff/writing/card?title=We+recorded+the+rain&seed=12&motif=nonsense&cover=999")
    assert eli.response.mimetype == "image/png"
    assert Image.open(BytesIO(eli.response.get_data())).size == (1200, 630)
    assert "no-store" in eli.response.headers["Cache-Control"]


PASTED = [
    ("<p><b>Bold</b> and <a href='https://marmots.example/'>link</a></p>", "**Bold** and [link](https://marmots.example/)"),
    (
        '<b style="font-weight:normal"><p><span style="font-weight:700">Bold</span>\nplain <span style="font-style: italic">slanted</span></p></b>',
        "**Bold** plain *slanted*",
    ),
    ("<!--StartFragment--><h2>Loud</h2><ul><li><p>one</p></li><li>two</li></ul><!--EndFragment-->", "## Loud\n\n- one\n- two"),
    ("<style>p { color: red }</style><p>Seen<o:p></o:p></p><script>alert(1)</script>", "Seen"),
]


@pytest.mark.parametrize(("html", "markdown"), PASTED)
def test_what_is_pasted_becomes_what_the_staff_write(html, markdown):
    assert pasted(html) == markdown


def test_a_pasted_page_is_translated_by_the_server(eli):
    eli.get("/staff/news/new")
    token = eli.page.xpath('//input[@name="csrf_token"]/@value')[0]
    eli.post("/staff/writing/markdown", {"csrf_token": token, "html": "<p><em>so</em></p>"}, status=200)
    assert json.loads(eli.response.get_data()) == {"markdown": "*so*"}
    eli.post("/staff/writing/markdown", {"csrf_token": token, "html": "x" * 1_000_001}, status=413)
