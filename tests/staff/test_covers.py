"""The picture over a text: chosen, brought along, or drawn."""

from __future__ import annotations

from io import BytesIO

import pytest
import sqlalchemy as sa

from fansite.core.db import db
from fansite.media import operations as media
from fansite.media.models import Picture
from fansite.news import operations as news
from fansite.news.models import NewsPost
from fansite.pages import operations as pages
from tests.media.hostile import SVG, photograph
from tests.texts import news_post


@pytest.fixture
def eli(cast, browser_as):
    return browser_as(cast.eli)


@pytest.fixture
def kept(cast):
    return media.keep_picture(photograph((1500, 1000)), "Two on a stage", by=cast.eli)


def post():
    return db.session.scalars(sa.select(NewsPost).execution_options(populate_existing=True)).one()


def covers(visitor):
    return visitor.page.xpath('//main//*[contains(@class, "cover")]//img[not(contains(@class, "blur"))]/@src')


def test_a_picture_of_the_library_becomes_the_cover(cast, eli, kept, stranger):
    eli.get("/staff/news/new")
    assert eli.page.xpath('//input[@name="cover"]/@value') == ["", str(kept.id)]
    eli.submit("entry", {"title": "The stage", "body": "We play.", "cover": str(kept.id)}, follow=True)
    assert eli.page.xpath('//input[@name="cover"][@checked]/@value') == [str(kept.id)]
    news.publish(post().id, by=cast.eli)
    address = f"/media/{kept.sized(1280, 'jpg')}"
    for path in ("/", "/news/", "/news/the-stage"):
        stranger.get(path)
        assert covers(stranger) == [address], path
    assert stranger.page.xpath('//main//*[contains(@class, "cover")]//img[not(contains(@class, "blur"))]/@alt') == [
        "Two on a stage"
    ]


def test_a_picture_comes_along_with_the_text_without_scripts(eli):
    eli.get("/staff/news/new")
    fields = {
        "title": "The stage",
        "body": "We play.",
        "cover_file": (BytesIO(photograph()), "us.jpg"),
        "cover_alt": "Two on a stage",
    }
    eli.submit("entry", fields)
    (picture,) = db.session.scalars(sa.select(Picture))
    assert (post().cover_id, picture.alt) == (picture.id, "Two on a stage")


@pytest.mark.parametrize("title", ["The stage", ""])
def test_what_is_no_picture_costs_nothing_that_was_typed(eli, title):
    eli.get("/staff/news/new")
    fields = {"title": title, "body": "We play.", "tags": "Tour", "cover_file": (BytesIO(SVG), "us.svg")}
    eli.submit("entry", fields, status=422)
    assert eli.page.xpath("string(//textarea[@name='body'])").strip() == "We play."
    assert eli.page.xpath('string(//input[@name="tags"]/@value)') == "Tour"
    assert "no picture" in eli.page.xpath('string(//p[@id="cover_file-problem"])')
    assert db.session.scalars(sa.select(NewsPost)).all() == []


def test_a_picture_outlives_a_text_that_is_refused_and_a_preview(eli):
    eli.get("/staff/news/new")
    eli.submit("entry", {"title": "", "cover_file": (BytesIO(photograph()), "us.jpg")}, status=422)
    (picture,) = db.session.scalars(sa.select(Picture))
    assert eli.page.xpath('//input[@name="cover"][@checked]/@value') == [str(picture.id)]
    token = eli.page.xpath('string(//input[@name="csrf_token"]/@value)')
    again = {"title": "The stage", "language": "en", "cover_file": (BytesIO(photograph()), "us.jpg"), "csrf_token": token}
    eli.post("/staff/news/new/preview", again, status=200)
    assert len(covers(eli)) == 1
    eli.submit("resume", {"resume": "1"}, status=200)
    assert eli.page.xpath('//input[@name="cover"][@checked]/@value') == [str(picture.id)]


def test_another_cover_is_drawn_and_nothing_saved(eli):
    eli.get("/staff/news/new")
    drawn = [drawing(eli)]
    for _ in range(2):
        eli.submit("entry", {"title": "The stage", "resume": "another"}, status=200)
        drawn.append(drawing(eli))
    assert len(set(drawn)) == 3
    assert db.session.scalars(sa.select(NewsPost)).all() == []
    chosen = []  # by chance one of them may be what stood there already
    for motif in ("rain", "gentian"):
        eli.submit("entry", {"cover_motif": motif, "resume": "1"}, status=200)
        chosen.append(drawing(eli))
    assert chosen[0] != chosen[1]
    eli.submit("entry", {}, follow=True)
    assert (post().cover_motif, post().cover_seed > 0) == ("gentian", True)


def test_what_was_drawn_at_the_desk_is_what_stands_there(cast, eli, stranger):
    eli.get("/staff/news/new")
    eli.submit("entry", {"title": "The stage", "body": "We play."}, follow=True)
    drawn = drawing(eli)
    news.publish(post().id, by=cast.eli)
    stranger.get("/news/the-stage")
    assert drawing(stranger, '//main//*[contains(@class, "post__head")]')[-len(drawn) :] == drawn


def test_a_motif_nobody_can_draw_is_whatever_comes(eli):
    eli.get("/staff/news/new")
    eli.submit("entry", {"title": "The stage", "cover_motif": "<script>", "cover_seed": "-1"})
    assert (post().cover_motif, post().cover_seed) == ("", 0)


def test_a_picture_that_went_meanwhile_is_said_to_be_gone(eli, kept, cast):
    eli.get("/staff/news/new")
    media.remove(kept.id, by=cast.eli)
    for number in (kept.id, 999):
        eli.submit("entry", {"title": "The stage", "cover": str(number)}, status=422)
        assert "no longer in the library" in eli.text


def test_a_translation_begins_with_the_same_cover(eli, cast, kept):
    original = news_post(cast.eli, cover_id=kept.id)
    eli.get(f"/staff/news/new?translation_of={original.id}&text_language=fr")
    assert eli.page.xpath('//input[@name="cover"][@checked]/@value') == [str(kept.id)]


def test_the_library_leads_to_a_new_text_with_the_cover(eli, kept):
    eli.get(f"/staff/pictures/{kept.id}")
    eli.get(eli.page.xpath('string(//a[contains(@href, "cover=")]/@href)'))
    assert eli.page.xpath('//input[@name="cover"][@checked]/@value') == [str(kept.id)]


def test_a_list_with_covers_costs_no_more(cast, kept, stranger, count_queries):
    for n in range(3):
        news_post(cast.eli, slug=f"post-{n}")
    stranger.get("/news/")
    with count_queries() as without:
        stranger.get("/news/")
    for entry in db.session.scalars(sa.select(NewsPost)).all():
        news.revise(entry.id, by=cast.eli, version=entry.version, cover_id=kept.id)
    stranger.get("/news/")
    with count_queries() as with_covers:
        stranger.get("/news/")
    assert len(covers(stranger)) == 3
    assert len(with_covers) == len(without)


def test_a_page_has_a_cover_only_when_one_was_chosen(cast, kept, stranger):
    page = pages.draft(by=cast.eli, title="About", body="Us.")
    pages.publish(page.id, by=cast.eli)
    stranger.get("/about")
    assert not stranger.page.xpath('//main//*[contains(@class, "cover")]')
    pages.revise(page.id, by=cast.eli, version=1, cover_id=kept.id)
    stranger.get("/about")
    assert len(covers(stranger)) == 1


def drawing(visitor, within='//label[@class="covers__one"][1]'):
    return tuple(visitor.page.xpath(f'{within}//*[local-name()="svg"]//*[local-name()="path"]/@d'))
