"""Between the site and its readers may stand caches that others share: nothing of one visitor comes to the next (SECURITY §4.9, 10, 23, 24)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from fansite.accounts.sessions import COOKIE
from tests.attacks.ground import PUBLIC

pytestmark = pytest.mark.once

CANARY = "canary-8812.example"
# Headers that somewhere made an application say something else.
UNKEYED = """Host X-Forwarded-Host X-Forwarded-For X-Forwarded-Proto X-Forwarded-Scheme X-Forwarded-Port X-Forwarded-Prefix X-Forwarded-Server
Forwarded X-Host X-Original-Host X-Original-URL X-Rewrite-URL X-HTTP-Host-Override X-HTTP-Method-Override X-Method-Override X-Ghost-Preview
X-Real-IP X-Client-IP True-Client-IP CF-Connecting-IP Referer Origin User-Agent Via X-Wap-Profile X-Script-Name X-Proxy-URL Accept-Charset
X-Requested-With Purpose Save-Data Range If-Range Upgrade-Insecure-Requests X-Accel-Redirect X-Sendfile Cookie""".split()
# What a cache may take for a file that is the same for all.
DISGUISES = (
    "/a.css", "/a.js", "/a.png", ".css", ".ico", ".txt", "%2Fa.css", "%00.css", "%0A.css", ";a.css", "%3Ba.css", "%23a.css", "%3Fa.css", "/../a.css",
    "/.%2e/a.css", "?a.css",
)  # fmt: skip


def said(answer: Any) -> tuple[Any, ...]:
    kept = {name: value for name, value in answer.headers if name not in ("X-Request-ID", "Date")}
    return answer.status_code, kept, answer.get_data()


FORGED = [(name, CANARY) for name in UNKEYED]
FORGED += [("X-Forwarded-Proto", "https"), ("X-HTTP-Method-Override", "DELETE"), ("X-Original-URL", "/account/")]


@pytest.mark.parametrize("path", PUBLIC)
def test_no_header_a_stranger_sends_enters_a_page_or_reaches_the_next_visitor(app: Any, ground: Any, path: str) -> None:
    """The page cache is emptied before each: the page it keeps is the one that was made for the forged request."""
    honest = said(app.test_client().get(path))
    for name, value in FORGED:
        app.extensions["fansite"].pages.store.clear()
        assert said(app.test_client().get(path, headers={name: value})) == honest, name
        assert said(app.test_client().get(path)) == honest, name


@pytest.mark.parametrize("path", ["/nowhere", "/news/nothing", "/login", "/News/", "/fr/nowhere"])
def test_nor_what_is_no_page(app: Any, ground: Any, path: str) -> None:
    for name in UNKEYED:
        app.extensions["fansite"].pages.store.clear()
        answer = app.test_client().get(path, headers={name: CANARY})
        assert CANARY not in str(answer.headers) + answer.get_data(as_text=True), name


@pytest.mark.parametrize("query", ["order=password_hash", "sort=-email", "filter=email:fay", "fields=email,password_hash", "include=account", "utm_source=x", "_method=DELETE"])  # fmt: skip
@pytest.mark.parametrize("path", ["/", "/news/", "/fans/", "/fans/fay", "/news/lisbon", "/feed.xml"])
def test_what_nobody_asked_for_changes_nothing(app: Any, ground: Any, path: str, query: str) -> None:
    asked = said(app.test_client().get(f"{path}?{query}"))
    assert asked == said(app.test_client().get(path))
    app.extensions["fansite"].pages.store.clear()
    assert asked == said(app.test_client().get(path))


def test_an_answer_with_a_cookie_is_for_one_browser(app: Any, ground: Any) -> None:
    for path in (*PUBLIC, "/robots.txt", "/healthz", "/nowhere"):
        client = app.test_client()
        client.set_cookie(COOKIE, "ended-long-ago")
        answer = client.get(path)
        assert answer.headers.getlist("Set-Cookie"), path
        assert answer.headers["Cache-Control"] == "private, no-store", path
        assert "Cookie" in answer.headers["Vary"], path


@pytest.mark.parametrize(
    "address",
    [
        "/?p={n}",
        "/?page_id=x{n}",
        "/news/lisbon?reply={n}",
        "/news/lisbon?reply=x{n}",
        "/static/look/{n}abc.css",
        "/static/look/{n}abc.svg",
        "/static/look/{n}abc-180.png",
        "/news/x{n}",
        "/news/?page=9{n}",
        "/news/?page={zeros}1",
        "/fans/x{n}",
        "/x{n}/feed.xml",
    ],
)
def test_addresses_anybody_can_make_up_take_the_place_of_no_page(app: Any, ground: Any, address: str) -> None:
    client, store = app.test_client(), app.extensions["fansite"].pages.store
    store.clear()
    answers = {client.get(address.format(n=n, zeros="0" * n)).status_code for n in range(1, 4)}
    assert answers <= {200, 404}
    assert len(store) == 0, address


@pytest.mark.parametrize("who", ["fay", "ada"])
def test_who_is_signed_in_leaves_nothing_in_a_cache(app: Any, ground: Any, who: str) -> None:
    client, _token = ground.browser(who)
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<int[^>]*>", "1", rule.rule).replace("<kind>", "news").replace("<slug>", "lisbon")
        with client.get(re.sub("<[^>]+>", "fay", path)) as answer:
            if answer.mimetype == "text/html":
                assert answer.headers["Cache-Control"] == "private, no-store", path
                assert "Cookie" in answer.headers["Vary"], path


def test_no_private_page_has_a_spelling_that_looks_like_a_file(ground: Any) -> None:
    client, _token = ground.browser("fay")
    for page in ("/account/", "/account", "/account/sessions", "/account/comments"):
        for disguise in DISGUISES[:-1]:
            answer = client.get(page + disguise)
            assert "fay@example.org" not in answer.get_data(as_text=True), page + disguise
            assert "public" not in answer.headers["Cache-Control"], page + disguise
