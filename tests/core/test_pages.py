"""What a page says of itself: its one address, its versions, its markup for machines; and the pages of a list."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import g, request
from lxml import html as lxml_html
from werkzeug.exceptions import NotFound

from fansite.core.web import Page, Pages, conditional, json_ld, page_number, private, shown_on
from fansite.core.web.page_cache import PAGE_KEY
from fansite.core.web.page_store import ForEveryone
from tests.texts import news_post

pytestmark = pytest.mark.once

HERE = "http://127.0.0.1:8000"


@pytest.fixture
def request_for(app: Any) -> Any:
    return lambda path="/", **more: app.test_request_context(path, **more)


# ---- its address --------------------------------------------------------------------------------------------------------------


def test_the_canonical_starts_with_the_base_address(app):
    assert Page("News", path="/news/?page=2").canonical == f"{HERE}/news/?page=2"


@pytest.mark.parametrize("page", [Page("Search", path="/search", noindex=True), Page("Account")])
def test_what_is_not_to_be_found_has_no_canonical(app, page):
    assert page.canonical is None
    assert page.alternates == []


def test_versions_name_each_other_and_the_sites_own(app):
    page = Page("Été", path="/fr/news/ete", versions=[("en", "/news/summer"), ("fr", "/fr/news/ete")])
    assert page.alternates == [
        ("en", f"{HERE}/news/summer"),
        ("fr", f"{HERE}/fr/news/ete"),
        ("x-default", f"{HERE}/news/summer"),
    ]


def test_one_version_is_no_set(app):
    assert Page("Summer", path="/news/summer", versions=[("en", "/news/summer")]).alternates == []


def test_a_set_without_the_sites_own_language_has_no_default(app):
    page = Page("Été", path="/fr/news/ete", versions=[("de", "/de/news/sommer"), ("fr", "/fr/news/ete")])
    assert [language for language, _url in page.alternates] == ["de", "fr"]


def test_both_versions_of_a_post_link_to_each_other(app, cast, stranger):
    summer = news_post(cast.eli, slug="summer")
    news_post(cast.eli, slug="ete", language="fr", translation_of_id=summer.id)
    found = []
    for path in ("/news/summer", "/fr/news/ete"):
        stranger.get(path)
        assert stranger.page.xpath("string(//link[@rel='canonical']/@href)") == HERE + path
        found.append(
            [(link.get("hreflang"), link.get("href")) for link in stranger.page.xpath("//link[@rel='alternate'][@hreflang]")]
        )
    assert found[0] == found[1] and len(found[0]) == 3


# ---- for machines ---------------------------------------------------------------------------------------------------------------

HOSTILE = "</script><script>alert(1)</script><!-- & \u2028\u2029 ]]> \\u003c \"' é 🦫"


def test_no_text_ends_the_element_it_stands_in():
    markup = str(json_ld([{"@type": "NewsArticle", "headline": HOSTILE}]))
    assert not set(markup) & set("<>&\u2028\u2029")
    assert json.loads(markup)["@graph"][0]["headline"] == HOSTILE
    page = lxml_html.document_fromstring(f'<p>before<script type="application/ld+json">{markup}</script>after')
    assert json.loads(page.findtext(".//script")) == json.loads(markup)


def test_moments_are_written_in_a_way_machines_read():
    graph = json.loads(str(json_ld([{"datePublished": datetime(2026, 11, 24, 12, tzinfo=UTC)}])))
    assert datetime.fromisoformat(graph["@graph"][0]["datePublished"]) == datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_a_page_says_where_it_stands(app):
    page = Page("We play Lisbon", path="/news/lisbon", crumbs=[("Home", "/"), ("News", "/news/")])
    (crumbs,) = json.loads(str(page.json_ld))["@graph"]
    assert [(item["position"], item["name"], item.get("item")) for item in crumbs["itemListElement"]] == [
        (1, "Home", f"{HERE}/"),
        (2, "News", f"{HERE}/news/"),
        (3, "We play Lisbon", None),
    ]


def test_what_is_not_to_be_found_says_nothing_to_machines(app):
    assert Page("Search", noindex=True, crumbs=[("Home", "/")], nodes=[{"@type": "WebSite"}]).json_ld is None
    assert Page("Plain", path="/plain").json_ld is None


def test_a_hostile_title_is_a_title_everywhere(app, cast, stranger):
    news_post(cast.eli, title=HOSTILE, summary=HOSTILE)
    stranger.get("/news/lisbon")
    assert stranger.page.findtext(".//title").startswith(HOSTILE)
    assert stranger.page.findtext(".//h1").strip() == HOSTILE
    graph = json.loads(stranger.page.xpath("string(//script[@type='application/ld+json'])"))["@graph"]
    assert [node["headline"] for node in graph if "headline" in node] == [HOSTILE]
    assert len(stranger.page.xpath("//script[not(@src)]")) == 1


# ---- pages of a list ------------------------------------------------------------------------------------------------------------


def test_the_first_page_has_the_lists_own_address():
    pages = Pages(2, 9, "/news/", (("kind", "a b"),))
    assert (pages.url(1), pages.url(3)) == ("/news/?kind=a+b", "/news/?kind=a+b&page=3")
    assert Pages(1, 9, "/news/").url(1) == "/news/"


@pytest.mark.parametrize(
    ("page", "last", "before", "after", "numbers"),
    [
        (1, 1, None, None, [1]),
        (1, 3, None, "/?page=2", [1, 2, 3]),
        (3, 3, "/?page=2", None, [1, 2, 3]),
        (2, 3, "/", "/?page=3", [1, 2, 3]),
        (10, 20, "/?page=9", "/?page=11", [1, 8, 9, 10, 11, 12, 20]),
    ],
)
def test_neighbours_first_and_last_are_offered(page, last, before, after, numbers):
    pages = Pages(page, last, "/")
    assert (pages.prev_url, pages.next_url) == (before, after)
    assert [number for number, _url, _here in pages.urls] == numbers
    assert [number for number, _url, here in pages.urls if here] == [page]


@pytest.mark.parametrize(("text", "number"), [(None, 1), ("1", 1), ("2", 2), ("1000000", 1_000_000)])
def test_a_page_by_its_number(request_for, text, number):
    with request_for("/" if text is None else f"/?page={text}"):
        assert page_number() == number


@pytest.mark.parametrize(
    "text", ["0", "-1", "1.5", "", "x", "2x", "1e3", "%20", "%C2%B2", "%D9%A3", "1000001", "9" * 5000, "None", "1;2"]
)
def test_a_page_that_cannot_be_is_not_there(request_for, text):
    with request_for(f"/?page={text}"), pytest.raises(NotFound):
        page_number()


@pytest.mark.parametrize("path", ["/news/", "/news/tag/x", "/fans/", "/search", "/fr/news/"])
@pytest.mark.parametrize("text", ["0", "-1", "x", "999999"])
def test_no_list_has_pages_that_cannot_be(stranger, path, text):
    stranger.get(f"{path}?page={text}", status=404)


# ---- who may keep it ----------------------------------------------------------------------------------------------------------


def test_a_public_page_may_be_kept_but_must_be_asked_about(app, cast, stranger):
    news_post(cast.eli)
    response = stranger.get("/news/lisbon")
    assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert response.headers["Vary"] == "Accept-Encoding, Cookie"
    assert "Set-Cookie" not in response.headers
    again = stranger.get("/news/lisbon", status=304, headers={"If-None-Match": response.headers["ETag"]})
    assert again.get_data() == b""
    assert again.headers["ETag"] == response.headers["ETag"]
    stranger.get("/news/lisbon", headers={"If-None-Match": '"another"'})


def test_the_same_page_is_private_for_who_is_signed_in(app, cast, browser_as):
    news_post(cast.eli)
    response = browser_as(cast.fay).get("/news/lisbon")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in response.headers


def test_what_a_page_depends_on_is_gathered(app, cast, stranger):
    post = news_post(cast.eli)
    stranger.get("/news/lisbon")
    assert {"site", f"entry:{post.id}"} <= g.page_tags


def test_tags_add_up(request_for):
    with request_for():
        g.pop("page_tags", None)
        shown_on("entry:1")
        shown_on("entry:2", "list:news")
        assert g.page_tags == {"site", "entry:1", "entry:2", "list:news"}


def test_answers_say_who_may_keep_them(request_for, app):
    with request_for():
        assert private(app.make_response("x")).headers["Cache-Control"] == "private, no-store"
        g.clock_seen = 7
        shown_on("entry:1")
        assert conditional(app.make_response("x")).headers["Cache-Control"] == "public, max-age=0, must-revalidate"
        assert request.environ[PAGE_KEY] == ForEveryone(7, frozenset({"site", "entry:1"}))
