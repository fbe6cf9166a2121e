"""One address for each thing: languages by prefix, other spellings led to the one, and never to another host."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from werkzeug.routing import Map, Rule

from fansite.core.web import entry_path, path_for, public_url, safe_next
from fansite.core.web.paths import LateRule, in_language
from tests.texts import news_post

pytestmark = pytest.mark.once

HERE = "http://127.0.0.1:8000"


def led_to(app: Any, path: str, *, method: str = "GET", status: int = 301) -> str:
    """Where a request for this path, as it stands in the request line, is sent to."""
    response = app.test_client().open(**_as_sent(path), method=method)
    assert response.status_code == status, f"{path}: {response.status_code}"
    return str(response.headers.get("Location", ""))


def _as_sent(path: str) -> dict[str, Any]:
    """The environment a server makes of a request line; a test client would mend hostile spellings."""
    raw, _mark, query = path.partition("?")
    environ = {"PATH_INFO": unquote(raw, "latin-1"), "QUERY_STRING": query, "REQUEST_URI": path, "RAW_URI": path}
    return {"path": "/", "environ_overrides": environ}


def stays_here(location: str) -> bool:
    """As browsers read it: backslashes are slashes, tabs and line ends are nothing."""
    read = location.replace("\t", "").replace("\n", "").replace("\r", "").strip().replace("\\", "/")
    return urlsplit(urljoin(f"{HERE}/a/b", read)).netloc == urlsplit(HERE).netloc and urlsplit(read).scheme == ""


# ---- languages ----------------------------------------------------------------------------------------------------------------


def test_the_sites_own_language_has_no_prefix(stranger):
    stranger.get("/news/")
    assert stranger.page.get("lang") == "en"


def test_another_language_stands_under_its_prefix(stranger):
    stranger.get("/fr/news/")
    assert stranger.page.get("lang") == "fr"
    assert stranger.page.xpath("//a[@href='/fr/news/']")


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("/fr", "/fr/"),
        ("/fr?page=2", "/fr/?page=2"),
        ("/en", "/"),
        ("/en/", "/"),
        ("/en/news/", "/news/"),
        ("/en/news/?page=2&x=%C3%A9", "/news/?page=2&x=%C3%A9"),
        ("/en/fr/", "/fr/"),
        ("/FR/news/", "/fr/news/"),
        ("/fr//news/", "/fr/news/"),
        ("/en/news/caf%C3%A9", "/news/caf%C3%A9"),
        ("/en/100%25", "/100%25"),
        ("/en/a%3Fb%23c", "/a%3Fb%23c"),
        ("/en/%2541", "/%2541"),
        ("/en/a%20b", "/a%20b"),
        ("/en/a%0d%0aSet-Cookie:x", "/a%0D%0ASet-Cookie:x"),
        ("/fr/robots.txt", "/robots.txt"),
        ("/fr/comments/12?x=1", "/comments/12?x=1"),
        ("/NEWS/", "/news/"),
        ("/news", "/news/"),
        ("/fr/news?page=2", "/fr/news/?page=2"),
        ("/Search?q=L%27%C3%A9t%C3%A9+%26+co", "/search?q=L%27%C3%A9t%C3%A9+%26+co"),
        ("/login/", "/login"),
        ("/news//", "/news/"),
        ("//news/", "/news/"),
    ],
)
def test_other_spellings_are_led_to_the_one_address(app, asked, answered):
    assert led_to(app, asked) == answered
    assert led_to(app, asked, method="HEAD") == answered


@pytest.mark.parametrize("asked", ["/en/news/", "/EN/news/", "/fr", "/FR", "/FR//news/", "/news", "/Login/", "//news/"])
def test_no_address_is_led_on_twice(app, asked):
    assert app.test_client().get(led_to(app, asked)).status_code == 200


@pytest.mark.parametrize("asked", ["/en/login", "/en", "/fr"])
def test_what_is_sent_to_another_spelling_is_not_taken_along(app, asked):
    """A form would arrive without what was typed: its page says that there is nothing here."""
    assert led_to(app, asked, method="POST", status=404) == ""


@pytest.mark.parametrize("asked", ["/en/news/", "/fr", "/news", "//news/"])
def test_a_redirect_carries_the_headers_of_every_answer(app, asked):
    headers = app.test_client().get(**_as_sent(asked)).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "X-Request-ID" in headers


@pytest.mark.parametrize("asked", ["/xx/news/", "/fr-FR/news/", "/fra/news/", "/e/news/"])
def test_what_is_no_language_is_no_prefix(app, asked):
    assert app.test_client().get(**_as_sent(asked)).status_code in (301, 404)


def test_the_prefix_works_without_a_request_too(app):
    assert path_for("news.index") == "/news/"
    assert path_for("news.index", "fr") == "/fr/news/"
    assert path_for("news.show", "fr", slug="ete", page=2, nothing=None, _anchor="comment-1") == "/fr/news/ete?page=2#comment-1"
    assert path_for("comments.permalink", "fr", comment_id=3) == "/comments/3"
    assert public_url(path_for("home.index", "fr")) == f"{HERE}/fr/"
    assert in_language("/news/", "fr") == "/fr/news/"
    assert in_language("/news/", "en") == "/news/"


def test_an_entry_stands_in_its_own_language_whoever_asks(app):
    french, english = news_post(slug="ete", language="fr"), news_post(slug="summer")
    with app.test_request_context("/fr/"):
        assert entry_path(english) == "/news/summer"
        assert entry_path(french, page=2) == "/fr/news/ete?page=2"


def test_a_forged_host_enters_no_address(app, stranger):
    for name in ("Host", "X-Forwarded-Host", "X-Host", "Forwarded"):
        value = "host=evil.example" if name == "Forwarded" else "evil.example"
        for path in ("/", "/news", "/en/news/", "/sitemap.xml", "/feed.xml", "/robots.txt", "/nowhere"):
            response = app.test_client().get(path, headers={name: value})
            assert "evil.example" not in response.get_data(as_text=True) + str(response.headers), f"{name} at {path}"


# ---- never another host -------------------------------------------------------------------------------------------------------

# What has led from other sites to strangers' hosts.
ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "//\\evil.example",
    "http://evil.example",
    "https://evil.example/",
    "HTTP://evil.example",
    "http:evil.example",
    "http:/evil.example",
    "http:///evil.example",
    "https:\\\\evil.example",
    "//evil.example@127.0.0.1:8000/",
    "http://127.0.0.1:8000@evil.example/",
    "http://127.0.0.1:8000.evil.example/",
    "//127.0.0.1:8000\\@evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "mailto:eve@evil.example",
    " //evil.example",
    "\t//evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\x00//evil.example",
    "/\x00/evil.example",
    "/\x0b/evil.example",
    "/ /evil.example",
    "/\x7f/evil.example",
    "/news/\r\nLocation: //evil.example",
    "/news/\\..\\..\\evil.example",
    "evil.example",
    "../evil.example",
    ".evil.example",
    "@evil.example",
    "?next=//evil.example",
    "#//evil.example",
    "",
    "/" + "a" * 2000,
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_target_that_may_lead_elsewhere_is_no_target(target):
    assert safe_next(target) is None


def test_nothing_is_no_target():
    assert safe_next(None) is None


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/news/",
        "/fr/news/ete?page=2#comment-12",
        "/search?q=a%20b&kind=news",
        "/%5Cevil.example",
        "/a//b",
        "/news/été",
        "/?next=http://x",
    ],
)
def test_a_path_of_this_site_is_kept(target):
    assert safe_next(target) == target
    assert stays_here(target)


@given(st.text(alphabet="/\\.:@?#%\t\n\r \x00evilhtpsECF0259-［／＼。ａ", max_size=12))
@example("/\\evil")
@hypothesis_settings(max_examples=1500, deadline=None)
def test_whatever_is_kept_stays_here(target):
    kept = safe_next(target)
    assert kept is None or (kept == target and stays_here(kept))


@pytest.mark.parametrize("target", ELSEWHERE)
@pytest.mark.parametrize("before", ["", "/en/", "/fr/", "/en", "/NEWS/", "/news/"])
def test_no_spelling_of_an_address_leads_to_another_host(app, before, target):
    path = before + quote(target, safe="/:@")
    response = app.test_client().get(**_as_sent(path if path.startswith("/") else f"/{path}"))
    assert response.status_code in (200, 301, 302, 404)
    if "Location" in response.headers:
        assert stays_here(response.headers["Location"]), response.headers["Location"]
        assert "\n" not in response.headers["Location"]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_leads_nowhere_else(app, cast, browser_as, target):
    fay = browser_as(cast.fay)
    response = fay.client.get("/login", query_string={"next": target})
    assert response.status_code in (200, 302)
    assert stays_here(response.headers.get("Location", "/"))


def test_an_address_that_is_first_compiled_when_it_is_written_is_werkzeugs():
    """Twice each: the first writing compiles."""
    late, plain = (
        Map([kind("/<self>/<int:number>/", endpoint="both"), kind("/", defaults={"page": 1}, endpoint="one")])
        for kind in (LateRule, Rule)
    )
    asked = [
        ("both", {"self": "à b", "number": 7}),
        ("both", {"self": "x", "number": 7, "more": "a&b"}),
        ("one", {}),
        ("one", {"page": 1}),
    ]
    for unknown in (True, False):
        for endpoint, values in [*asked, *asked]:
            written, as_werkzeug = (map.bind("here").build(endpoint, values, append_unknown=unknown) for map in (late, plain))
            assert written == as_werkzeug
