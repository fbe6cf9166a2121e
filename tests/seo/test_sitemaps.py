"""Sitemaps: only what is there, at its one address, with the date of its last true change."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from lxml import etree
from PIL import Image

from fansite.core import sitemap
from fansite.core.db import get
from fansite.media.operations import keep_picture
from fansite.news import operations as news
from fansite.news.models import NewsPost
from fansite.pages import operations as pages
from fansite.seo import sitemaps
from tests.client import ORIGIN
from tests.conftest import NOON
from tests.texts import many_posts, news_post, say

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"
W3C = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")


def tree(visitor, path="/sitemap.xml"):
    response = visitor.client.get(path)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/xml; charset=utf-8"
    return etree.fromstring(response.get_data())


def rows(visitor, path="/sitemaps/news-1.xml") -> dict[str, str]:
    """Address → lastmod."""
    return {element.findtext(f"{SITEMAP}loc"): element.findtext(f"{SITEMAP}lastmod") for element in tree(visitor, path)}


@pytest.fixture
def post(cast, clock):
    draft = news.draft(by=cast.eli, title="We recorded the rain", body="On the third day.")
    news.publish(draft.id, by=cast.eli)
    return draft.id


def test_an_empty_site_lists_nothing(app, stranger):
    assert len(tree(stranger)) == 0
    for path in ("/sitemaps/news-1.xml", "/sitemaps/page-1.xml"):
        stranger.get(path, status=404)


def test_only_kinds_with_entries_are_listed(cast, clock, post, stranger):
    pages.draft(by=cast.eli, title="About the band")
    news.draft(by=cast.eli, title="A secret")
    planned = news.draft(by=cast.eli, title="Tomorrow")
    news.publish(planned.id, by=cast.eli, at=NOON + timedelta(days=1))
    assert rows(stranger, "/sitemap.xml") == {f"{ORIGIN}/sitemaps/news-1.xml": "2026-11-24T12:00:00+00:00"}
    assert rows(stranger) == {f"{ORIGIN}/news/we-recorded-the-rain": "2026-11-24T12:00:00+00:00"}
    stranger.get("/sitemaps/page-1.xml", status=404)


def test_what_is_withdrawn_leaves_at_once(cast, post, stranger):
    news.withdraw(post, by=cast.eli)
    assert len(tree(stranger)) == 0
    stranger.get("/sitemaps/news-1.xml", status=404)


def test_the_date_moves_with_what_a_reader_notices_and_with_nothing_else(cast, clock, post, stranger):
    first = rows(stranger)
    clock.shift(3600)
    same = get(NewsPost, post)
    news.revise(post, by=cast.eli, version=same.version, title=same.title, body=same.body)
    say(same, cast.milo, "A comment is no change of the text")
    news.publish(post, by=cast.eli)
    assert rows(stranger) == first
    news.revise(post, by=cast.eli, version=get(NewsPost, post).version, body="On the fourth day.")
    assert list(rows(stranger).values()) == ["2026-11-24T13:00:00+00:00"]
    assert list(rows(stranger, "/sitemap.xml").values()) == ["2026-11-24T13:00:00+00:00"]


def test_no_date_lies_in_the_future(cast, clock, post, stranger):
    many_posts(5)
    for date in rows(stranger).values():
        assert W3C.fullmatch(date)
        assert datetime.fromisoformat(date) <= NOON


@pytest.mark.parametrize(("a_file", "batch"), [(50_000, 5000), (50_000, 1), (2, 2), (1, 1)])
def test_translations_list_each_other(cast, post, stranger, monkeypatch, a_file, batch):
    """Wherever they lie: read together, one after the other, or in another file."""
    monkeypatch.setattr(sitemaps, "ADDRESSES_A_FILE", a_file)
    monkeypatch.setattr(sitemap, "BATCH", batch)
    unseen = news.draft(by=cast.eli, title="Not yet").id
    for title, original in (("Seul", None), ("La pluie", post), ("Pas encore", unseen)):
        french = news.draft(by=cast.eli, title=title, language="fr", translation_of=original)
        news.publish(french.id, by=cast.eli)
    sets = {}
    for file in rows(stranger, "/sitemap.xml"):
        for url in tree(stranger, file.removeprefix(ORIGIN)):
            links = url.findall(f"{XHTML}link")
            sets[url.findtext(f"{SITEMAP}loc")] = {link.get("hreflang"): link.get("href") for link in links}
    english, both = f"{ORIGIN}/news/we-recorded-the-rain", f"{ORIGIN}/fr/news/la-pluie"
    assert sets.pop(english) == sets.pop(both) == {"en": english, "fr": both, "x-default": english}
    assert sets == {f"{ORIGIN}/fr/news/seul": {}, f"{ORIGIN}/fr/news/pas-encore": {}}


def test_every_listed_address_is_a_page_with_itself_as_canonical(cast, post, stranger):
    french = news.draft(by=cast.eli, title="La pluie", language="fr", translation_of=post)
    news.publish(french.id, by=cast.eli)
    about = pages.draft(by=cast.eli, title="About the band", body="Two of us.")
    pages.publish(about.id, by=cast.eli)
    for index in rows(stranger, "/sitemap.xml"):
        for address in rows(stranger, index.removeprefix(ORIGIN)):
            stranger.get(address.removeprefix(ORIGIN))
            assert stranger.page.xpath('//link[@rel="canonical"]/@href') == [address]
            assert not stranger.page.xpath('//meta[@name="robots"]')


def test_many_entries_are_split_and_each_is_listed_once(app, stranger, monkeypatch):
    monkeypatch.setattr(sitemaps, "ADDRESSES_A_FILE", 7)
    many_posts(20)
    files = list(rows(stranger, "/sitemap.xml"))
    assert files == [f"{ORIGIN}/sitemaps/news-{number}.xml" for number in (1, 2, 3)]
    listed = [address for file in files for address in rows(stranger, file.removeprefix(ORIGIN))]
    assert sorted(listed) == sorted(f"{ORIGIN}/news/post-{number}" for number in range(1, 21))
    dates = [max(rows(stranger, file.removeprefix(ORIGIN)).values()) for file in files]
    assert list(rows(stranger, "/sitemap.xml").values()) == dates
    stranger.get("/sitemaps/news-4.xml", status=404)


def test_an_address_stays_in_its_file_when_others_come(app, stranger, monkeypatch):
    monkeypatch.setattr(sitemaps, "ADDRESSES_A_FILE", 7)
    many_posts(10)
    before = rows(stranger)
    many_posts(10)
    assert rows(stranger) == before


@pytest.mark.parametrize(
    "name",
    ["news-0", "news-2", "news-01", "news-x", "news", "spaceship-1", "news--1", "entry-1", "comment-1", "news-" + "9" * 30],
)
def test_files_that_are_none_are_not_found(post, stranger, name):
    stranger.get(f"/sitemaps/{name}.xml", status=404)


def test_robots_may_ask_whether_anything_changed(cast, clock, post, stranger):
    for path in ("/sitemap.xml", "/sitemaps/news-1.xml", "/robots.txt"):
        first = stranger.client.get(path)
        assert first.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
        assert "Set-Cookie" not in first.headers
        tag = {"If-None-Match": first.headers["ETag"]}
        assert stranger.client.get(path, headers=tag).status_code == 304
        head = stranger.client.head(path)
        assert (head.status_code, head.get_data(), head.headers["ETag"]) == (200, b"", first.headers["ETag"])
        clock.shift(3600)
        assert stranger.client.get(path, headers=tag).status_code == 304
    assert stranger.client.get("/sitemap.xml").headers["X-Robots-Tag"] == "noindex"
    tag = {"If-None-Match": stranger.client.get("/sitemaps/news-1.xml").headers["ETag"]}
    news.revise(post, by=cast.eli, version=get(NewsPost, post).version, body="Other words.")
    assert stranger.client.get("/sitemaps/news-1.xml", headers=tag).status_code == 200


def test_a_text_with_a_picture_says_where_it_is(cast, post, stranger):
    file = BytesIO()
    Image.new("RGB", (64, 40)).save(file, "PNG")
    picture = keep_picture(file.getvalue())
    news.revise(post, by=cast.eli, version=get(NewsPost, post).version, cover_id=picture.id)
    news_post(cast.eli, slug="plain")
    found = tree(stranger, "/sitemaps/news-1.xml").findall(".//{http://www.google.com/schemas/sitemap-image/1.1}loc")
    assert [image.text for image in found] == [f"{ORIGIN}/media/{picture.name}"]


def test_sitemaps_have_one_address_in_all_languages(post, stranger):
    for path in ("/sitemap.xml", "/sitemaps/news-1.xml", "/robots.txt"):
        assert stranger.get(f"/fr{path}", status=301).headers["Location"] == path


@pytest.mark.shared
def test_sitemaps_are_valid_by_the_schemas_of_the_protocol(cast, post, stranger, shared):
    french = news.draft(by=cast.eli, title="La pluie", language="fr", translation_of=post)
    news.publish(french.id, by=cast.eli)
    news_post(cast.eli, slug="plain")
    folder = shared / "data" / "schemas" / "sitemap"
    index = etree.XMLSchema(etree.parse(folder / "siteindex.xsd"))
    index.assertValid(tree(stranger))
    file = etree.XMLSchema(etree.parse(folder / "sitemap_xhtml.xsd"))
    file.assertValid(tree(stranger, "/sitemaps/news-1.xml"))


def test_a_big_sitemap_needs_few_queries(app, stranger, count_queries):
    many_posts(3000)
    stranger.client.get("/sitemap.xml")
    for path, most in (("/sitemap.xml", 5), ("/sitemaps/news-1.xml", 16)):
        with count_queries() as counted:
            stranger.client.get(path)
        assert len(counted) <= most, f"{path}: {len(counted)}"
