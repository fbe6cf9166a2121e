"""The library: a picture is described, found, used, and goes when nothing shows it."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
import sqlalchemy as sa
from PIL import Image

from fansite.core.db import db
from fansite.core.errors import Refused
from fansite.core.outbox import Event
from fansite.media import operations, queries
from fansite.media.models import Picture
from fansite.news import operations as news
from fansite.news.models import NewsPost
from tests.media.hostile import photograph, picture


@pytest.fixture
def kept(cast):
    return operations.keep_picture(photograph((1500, 1000)), "Two on a stage", by=cast.eli)


def shows(post_id):
    return db.session.get(NewsPost, post_id, populate_existing=True).html


def alt_of(visitor):
    return visitor.page.xpath("//main//figure//img[not(@class)]/@alt")


def files(app):
    return sorted(path for path in (app.extensions["fansite"].settings.instance_path / "media").rglob("*.*"))


# ---- words --------------------------------------------------------------------------------------------------------------------


def test_a_picture_is_described_or_said_to_be_decoration(cast, browser_as, kept):
    eli = browser_as(cast.eli)
    eli.get(f"/staff/pictures/{kept.id}")
    eli.submit("picture", {"alt": " ", "credit": "Maud Vial"}, status=422)
    assert "or tick that it is only decoration" in eli.text
    assert eli.page.xpath('string(//input[@name="credit"]/@value)') == "Maud Vial"
    eli.submit("picture", {"alt": "", "decorative": "y", "focus": "top"}, follow=True)
    found = db.session.get(Picture, kept.id, populate_existing=True)
    assert (found.alt, found.decorative, found.focus, found.described) == ("", True, "top", True)


@pytest.mark.parametrize("field", ["alt", "credit"])
def test_words_that_are_too_long_are_refused_beside_their_box(cast, browser_as, kept, field):
    eli = browser_as(cast.eli)
    eli.get(f"/staff/pictures/{kept.id}")
    eli.submit("picture", {"alt": "Two", field: "x" * 301}, status=422)
    assert eli.page.xpath(f'//p[@id="{field}-problem"]')


def test_texts_follow_when_the_words_change(cast, kept, stranger, worker):
    post = news.draft(by=cast.eli, title="The stage", body=f"![](/media/{kept.name})")
    news.publish(post.id, by=cast.eli)
    stranger.get("/news/the-stage")
    assert alt_of(stranger) == ["Two on a stage"]
    operations.describe(kept.id, by=cast.eli, alt="Two on a stage, one laughing", decorative=False, credit="Photo: Maud <Vial>")
    worker()
    stranger.get("/news/the-stage")
    assert alt_of(stranger) == ["Two on a stage, one laughing"]
    assert stranger.page.xpath("string(//main//figcaption)") == "Photo: Maud <Vial>"


def test_pictures_are_found_by_their_words(cast, browser_as, kept):
    other = operations.keep_picture(photograph((30, 30)))
    eli = browser_as(cast.eli)
    for query, found in (("stage", [kept]), ("STAGE two", [kept]), ("goat", []), ("100%", []), ("", [other, kept])):
        eli.get("/staff/pictures", query_string={"q": query})
        assert eli.page.xpath("//main//ul/li/a/@href") == [f"/staff/pictures/{one.id}" for one in found]
    eli.get("/staff/pictures?undescribed=1")
    assert eli.page.xpath("//main//ul/li/a/@href") == [f"/staff/pictures/{other.id}"]


def test_the_list_costs_the_same_however_many_there_are(cast, browser_as, kept, count_queries):
    eli = browser_as(cast.eli)
    eli.get("/staff/pictures")  # the menu is known from here on
    with count_queries() as few:
        eli.get("/staff/pictures")
    for n in range(8):
        operations.keep_picture(photograph((30 + n, 30)), by=cast.ada)
    eli.get("/staff/pictures")  # they are in the list from here on
    with count_queries() as many:
        eli.get("/staff/pictures")
    assert len(many) == len(few)


def test_a_script_is_given_the_same_facts(cast, browser_as, kept):
    eli = browser_as(cast.eli)
    eli.get(f"/staff/pictures/{kept.id}")
    token = eli.page.xpath('string(//input[@name="csrf_token"]/@value)')
    told = eli.post(
        f"/staff/pictures/{kept.id}", {"alt": "A [goat]", "csrf_token": token}, status=200, headers={"Accept": "application/json"}
    ).json
    assert told["markdown"] == f"![A (goat)](/media/{kept.name})"


# ---- removal ------------------------------------------------------------------------------------------------------------------


def test_what_nothing_shows_is_taken_out_and_back(cast, browser_as, stranger, kept):
    eli = browser_as(cast.eli)
    eli.get(f"/staff/pictures/{kept.id}")
    eli.submit("removal", follow=True)
    stranger.get(f"/media/{kept.name}", status=404)
    stranger.get(f"/media/{kept.sized(640, 'webp')}", status=404)
    eli.submit("undo", {"undo": "1"}, follow=True)
    assert "It is back." in eli.text
    stranger.get(f"/media/{kept.name}")


def test_what_a_text_or_a_cover_shows_stays(cast, browser_as, kept):
    draft = news.draft(by=cast.eli, title="A draft", body=f"Look: ![us](/media/{kept.sized(640, 'webp')})")
    eli = browser_as(cast.eli)
    eli.get(f"/staff/pictures/{kept.id}")
    assert "A draft" in eli.text
    assert not eli.page.xpath('//form[@data-form="removal"]')
    with pytest.raises(Refused, match="Texts show this picture"):
        operations.remove(kept.id, by=cast.eli)
    news.revise(draft.id, by=cast.eli, version=1, body="Nothing", cover_id=kept.id)
    with pytest.raises(Refused):
        operations.remove(kept.id, by=cast.eli)


def test_the_same_file_sent_again_is_back_in_the_library(cast, kept):
    operations.remove(kept.id, by=cast.eli)
    assert operations.keep_picture(photograph((1500, 1000))).id == kept.id
    assert queries.in_library(kept.id) is not None


def test_after_a_month_it_is_gone_with_all_its_sizes(cast, clock, kept, worker):
    worker()
    operations.remove(kept.id, by=cast.eli)
    operations.sweep()
    assert kept.name in set(operations.storage().keys())
    clock.shift(31 * 24 * 3600)
    operations.sweep()
    assert list(operations.storage().keys()) == []
    assert db.session.scalars(sa.select(Picture)).all() == []


# ---- sizes --------------------------------------------------------------------------------------------------------------------


def test_the_worker_makes_every_size_there_is_a_name_for(kept, stranger, worker):
    wanted = kept.sized(640, "webp")
    early = stranger.get(f"/media/{wanted}")
    assert (early.mimetype, early.headers["Cache-Control"]) == ("image/jpeg", "public, max-age=60")
    worker()
    for name, (width, kind) in kept.sizes().items():
        made = stranger.get(f"/media/{name}")
        assert "immutable" in made.headers["Cache-Control"]
        image = Image.open(BytesIO(made.data))
        assert (image.size, image.format) == ((width, round(width * 2 / 3)), {"webp": "WEBP", "jpg": "JPEG"}[kind])
    assert sorted(width for width, _kind in kept.sizes().values()) == [320, 320, 640, 640, 1200, 1280, 1280, 1500, 1500]


def test_nothing_is_blown_up_and_see_through_stays(app, worker):
    small = operations.keep_picture(picture("PNG", (100, 50), "RGBA", colour=(200, 0, 0, 0)))
    worker()
    assert set(small.sizes()) == {small.sized(100, "webp"), small.sized(100, "png"), small.shared_name}
    with operations.storage().open(small.sized(100, "png")) as file:
        assert Image.open(BytesIO(file.read())).getpixel((0, 0))[3] == 0
    with operations.storage().open(small.shared_name) as file:
        assert Image.open(BytesIO(file.read())).getpixel((0, 0)) == (255, 255, 255)


def test_a_second_delivery_makes_nothing_anew(app, kept, worker):
    worker()
    before = [path.stat().st_mtime_ns for path in files(app)]
    operations.make_sizes(db.session.scalars(sa.select(Event).where(Event.name == "picture.kept")).all())
    assert [path.stat().st_mtime_ns for path in files(app)] == before


@pytest.mark.parametrize("name", ["w641.webp", "w640.gif", "w640.png", "w01500.webp", "w1200.jpg", "w99999.webp", "s.jpg"])
def test_other_sizes_are_not_there(kept, stranger, name):
    stranger.get(f"/media/{kept.digest}{name}", status=404)


# ---- in texts -----------------------------------------------------------------------------------------------------------------


def test_in_a_text_it_comes_in_all_sizes_and_keeps_its_place_free(cast, kept):
    post = news.draft(by=cast.eli, title="The stage", body=f"![us](/media/{kept.name})")
    html = shows(post.id)
    image = re.findall(r"<img [^>]*>", html)[-1]
    assert html.startswith('<figure><span class="picture">')
    assert 'alt="us" width="1500" height="1000" loading="lazy"' in image
    assert f"/media/{kept.sized(1280, 'jpg')} 1280w" in image
    assert f'<source type="image/webp" srcset="/media/{kept.sized(320, "webp")} 320w' in html
    assert 'class="picture__blur" src="data:image/webp;base64,' in html


def test_within_a_sentence_and_in_a_link_it_stays_where_it_is(cast, kept):
    body = f'We, ![us](/media/{kept.name}) and\n\n[![us](/media/{kept.name})](/tour/ "The tour")\n\n![us](/media/{kept.name} "On stage")'
    html = shows(news.draft(by=cast.eli, title="The stage", body=body).id)
    assert html.startswith('<p>We, <span class="picture">')
    assert '<figure><a href="/tour/" title="The tour"><span' in html
    assert html.endswith("</span><figcaption>On stage</figcaption></figure>")


def test_what_is_not_in_the_library_stays_as_it_is(cast):
    html = shows(news.draft(by=cast.eli, title="Nothing", body="![us](/media/nothing.png)").id)
    assert html == '<p><img alt="us" src="/media/nothing.png" loading="lazy"></p>'


def test_hostile_words_stay_words(cast):
    evil = '"><script>alert(1)</script>'
    hostile = operations.keep_picture(photograph((50, 50)), evil, by=cast.eli)
    operations.describe(hostile.id, by=cast.eli, alt=evil, decorative=False, credit=evil)
    for alt in ("", evil):
        html = shows(news.draft(by=cast.eli, title="Evil", body=f"![{alt}](/media/{hostile.name})").id)
        assert "<script" not in html


def test_pictures_of_other_sites_are_links_and_the_preview_says_so(cast, browser_as):
    eli = browser_as(cast.eli)
    eli.get("/staff/news/new")
    body = "![A goat](https://elsewhere.example/goat.png)\n\n[![](https://elsewhere.example/b.png)](/tour/)"
    eli.submit("entry", {"title": "A goat", "body": body})
    html = shows(1)
    assert '<a class="elsewhere" href="https://elsewhere.example/goat.png" rel="noopener">A goat</a>' in html
    assert '<a href="/tour/">https://elsewhere.example/b.png</a>' in html
    assert "<img" not in html
    eli.get("/staff/news/1")
    token = eli.page.xpath('string(//input[@name="csrf_token"]/@value)')
    eli.post("/staff/news/1/preview", {"title": "A goat", "body": body, "language": "en", "csrf_token": token}, status=200)
    assert "One picture lies on another site" in eli.text


def test_our_own_address_in_full_is_still_our_own(cast, kept):
    html = shows(news.draft(by=cast.eli, title="Ours", body=f"![us](http://127.0.0.1:8000/media/{kept.name})").id)
    assert '<span class="picture">' in html


def test_feed_readers_are_given_one_plain_picture(cast, kept, stranger):
    post = news.draft(by=cast.eli, title="The stage", body=f"![us](/media/{kept.name})")
    news.publish(post.id, by=cast.eli)
    told = stranger.get("/feed.xml").get_data(as_text=True)
    assert f'&lt;img src="http://127.0.0.1:8000/media/{kept.sized(1280, "jpg")}" alt="us" width="1500" height="1000"&gt;' in told
    assert "srcset" not in told and "data:" not in told


def test_old_addresses_lead_to_pictures_of_an_import(app, stranger):
    kept = operations.keep_picture(
        photograph(), "A stove", "https://old.example/wp-content/uploads/2019/05/st%C3%B3ve-300x200.jpg"
    )
    for path in ("stóve.jpg", "stóve-1024x768.jpg", "stóve-scaled.jpg", "st%C3%B3ve.jpg"):
        assert stranger.get(f"/wp-content/uploads/2019/05/{path}", status=301).location == f"/media/{kept.name}"
    stranger.get("/wp-content/uploads/2019/05/other.jpg", status=404)
    stranger.get("/wp-content/uploads/2019/05/", status=404)
