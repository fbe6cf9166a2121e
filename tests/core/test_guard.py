"""Who may send what, and what every answer says to the browser."""

from __future__ import annotations

from typing import Any

import pytest

from fansite import settings
from fansite.accounts import operations as accounts
from fansite.accounts.sessions import COOKIE
from fansite.app import create_app
from fansite.core.db import db
from fansite.core.db.schema import upgrade
from fansite.core.web.guard import CONTENT_POLICY, HEADERS, same_origin
from tests.cast import PASSWORD
from tests.client import ORIGIN, fields_of
from tests.texts import news_post

pytestmark = pytest.mark.once

# ---- where a form stood ---------------------------------------------------------------------------------------------------------


def at(base_url: str) -> settings.Settings:
    return settings.load({"FANSITE_BASE_URL": base_url})


@pytest.mark.parametrize(
    ("base", "origin"),
    [
        ("https://band.example", "https://band.example"),
        ("https://BAND.example/", "https://band.example"),
        ("https://band.example:443", "https://band.example"),
        ("http://band.example:80", "http://band.example"),
        ("https://band.example:8443", "https://band.example:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://127.0.0.1:8000", "http://localhost:8000"),
        ("http://127.0.0.1:8000", "http://[::1]:8000"),
        ("http://localhost:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://localhost:8000"),
        ("http://localhost", "http://127.0.0.1"),
        ("https://localhost:8443", "https://127.0.0.1:8443"),
    ],
)
def test_a_form_on_our_pages_stood_here(base, origin):
    assert same_origin(origin, at(base))


@pytest.mark.parametrize(
    ("base", "origin"),
    [
        ("https://band.example", "http://band.example"),
        ("https://band.example", "https://band.example:8443"),
        ("https://band.example", "https://band.example.evil.example"),
        ("https://band.example", "https://evilband.example"),
        ("https://band.example", "https://www.band.example"),
        ("https://band.example", "https://band.example@evil.example"),
        ("https://band.example", "https://band.example/evil"),
        ("https://band.example", "null"),
        ("https://band.example", ""),
        ("https://band.example", "https://"),
        ("https://band.example", "https://localhost"),
        ("https://band.example:8443", "https://band.example"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8001"),
        ("http://127.0.0.1:8000", "http://127.0.0.1"),
        ("http://127.0.0.1:8000", "https://127.0.0.1:8000"),
        ("http://127.0.0.1:8000", "http://127.0.0.1.evil.example:8000"),
        ("http://127.0.0.1:8000", "http://127.0.0.2:8000"),
        ("http://127.0.0.1:8000", "http://[::2]:8000"),
        ("http://127.0.0.1:8000", "http://0.0.0.0:8000"),
        ("http://127.0.0.1:8000", "http://[::1"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:port"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:99999"),
        ("https://localhost", "http://localhost"),
    ],
)
def test_a_form_that_stood_elsewhere_did_not_stand_here(base, origin):
    assert not same_origin(origin, at(base))


LOGIN = {"email": "fay@example.org", "password": PASSWORD}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": ORIGIN}, 303),
        ({"Origin": "http://localhost:8000"}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}, 303),
        ({}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://[::1"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "nonsense"}, 403),
        ({"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"}, 403),
        ({"Referer": f"{ORIGIN}/login"}, 403),
        ({"Host": "127.0.0.1:8000"}, 403),
        ({"Origin": "https://evil.example", "Host": "evil.example"}, 403),
    ],
)
def test_a_strangers_form_must_have_stood_here(app, cast, headers, status):
    response = app.test_client().post("/login", data=LOGIN, headers=headers)
    assert response.status_code == status
    assert ("Set-Cookie" in response.headers) is (status == 303)


# ---- the token ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def fay(cast: Any, browser_as: Any) -> Any:
    """Signed in, with the form for a comment before her."""
    news_post(cast.eli)
    visitor = browser_as(cast.fay)
    visitor.get("/news/lisbon")
    return visitor


def test_a_form_with_its_token_is_taken(fay):
    fay.submit("comment", {"body": "See you in Lisbon"})


@pytest.mark.parametrize("token", ["", "x", None])
def test_a_form_without_its_token_comes_back_with_all_that_was_typed(fay, token):
    words = "A long\ncomment over two lines"
    fay.submit("comment", {"body": words, "csrf_token": token}, status=422)
    (form,) = [form for form in fay.page.forms if "comments/on" in form.get("action", "")]
    assert fields_of(form)["body"].replace("\r\n", "\n") == words
    fay.post(form.get("action"), fields_of(form))
    assert "A long comment over two lines" in (fay.get("/account/comments") and fay.text)


def test_anothers_token_is_none(fay, cast, browser_as):
    nora = browser_as(cast.nora)
    nora.get("/news/lisbon")
    stolen = nora.page.xpath("string(//input[@name='csrf_token']/@value)")
    fay.submit("comment", {"body": "x", "csrf_token": stolen}, status=422)


def test_without_origin_a_missing_token_is_refused_outright(fay):
    action = fay.page.xpath("string(//form[@data-form='comment']/@action)")
    assert fay.client.post(action, data={"body": "x"}).status_code == 403


def test_a_token_is_not_enough_for_a_form_from_elsewhere(fay):
    fay.submit("comment", {"body": "x"}, status=403, headers={"Origin": "https://evil.example"})


def test_passwords_do_not_come_back(fay):
    fay.get("/account/password")
    response = fay.submit(
        "password", {"password": PASSWORD, "new_password": "four goats on a tram", "csrf_token": "old"}, status=422
    )
    assert PASSWORD not in response.get_data(as_text=True)
    assert "four goats" not in response.get_data(as_text=True)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/login", "/news/lisbon", "/", "/comments/on/1"])
def test_other_ways_of_sending_change_nothing(fay, method, path):
    response = fay.client.open(path, method=method, data=LOGIN, headers={"Origin": ORIGIN})
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) <= {"GET", "HEAD", "OPTIONS", "POST"}


# ---- how much -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        {f"field{number}": "x" for number in range(201)},
        {"body": ["x"] * 201},
        {"body": "x" * (2 * 1024 * 1024 + 1)},
    ],
    ids=["fields", "values", "bytes"],
)
def test_too_much_is_refused(app, cast, data):
    news_post(cast.eli)
    response = app.test_client().post("/comments/on/1", data=data, headers={"Origin": ORIGIN})
    assert response.status_code == 413
    assert "<h1" in response.get_data(as_text=True)


# ---- headers ------------------------------------------------------------------------------------------------------------------

ANSWERS = [
    ("GET", "/", 200),
    ("GET", "/news/lisbon", 200),
    ("GET", "/fr/", 200),
    ("GET", "/robots.txt", 200),
    ("GET", "/sitemap.xml", 200),
    ("GET", "/feed.xml", 200),
    ("GET", "/healthz", 200),
    ("GET", "/nowhere/at/all", 404),
    ("GET", "/news", 301),
    ("GET", "/en/news/", 301),
    ("GET", "/account/", 302),
    ("GET", "/comments/on/1", 405),
    ("POST", "/login", 403),
    ("POST", "/en/login", 404),
    ("OPTIONS", "/", 200),
]


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_answer_tells_the_browser_what_it_may_do(app, cast, method, path, status):
    news_post(cast.eli)
    response = app.test_client().open(path, method=method)
    assert response.status_code == status
    for name, value in HEADERS.items():
        assert response.headers[name] == value
    assert response.headers["Cache-Control"]
    assert response.headers["X-Request-ID"]
    assert "Strict-Transport-Security" not in response.headers
    assert "Set-Cookie" not in response.headers


def test_static_files_say_it_too(app, stranger):
    stranger.get("/")
    for path in stranger.page.xpath("//link[@rel='stylesheet']/@href | //script/@src | //link[@rel='icon']/@href"):
        with app.test_client().get(path) as response:
            assert response.status_code == 200
            assert response.headers["Content-Security-Policy"] == CONTENT_POLICY
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert "immutable" in response.headers["Cache-Control"]


def test_a_fault_of_ours_says_it_too_and_nothing_about_itself(app, monkeypatch):
    monkeypatch.setitem(app.view_functions, "home.alive", lambda: 1 / 0)
    response = app.test_client().get("/healthz")
    assert response.status_code == 500
    assert response.headers["Content-Security-Policy"] == CONTENT_POLICY
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "ZeroDivision" not in response.get_data(as_text=True)


def test_nothing_may_be_loaded_from_elsewhere_or_stand_in_a_page():
    assert "unsafe" not in CONTENT_POLICY and "*" not in CONTENT_POLICY and "http" not in CONTENT_POLICY
    for part in ("default-src 'none'", "script-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert part in CONTENT_POLICY


# ---- https --------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def secure(tmp_path: Any) -> Any:
    """A site on a public base address."""
    loaded = settings.load({"FANSITE_INSTANCE_PATH": str(tmp_path), "FANSITE_BASE_URL": "https://band.example"})
    upgrade(loaded)
    site = create_app(loaded)
    with site.app_context():
        accounts.create(email="fay@example.org", username="fay", password=PASSWORD, role="fan")
        yield site
        db.session.remove()
        db.engine.dispose()


def test_on_https_browsers_are_told_to_stay_there(secure):
    for path in ("/", "/robots.txt", "/nowhere", "/news", "/en/news/"):
        headers = secure.test_client().get(path).headers
        assert headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_on_https_the_cookie_is_for_https_only(secure):
    response = secure.test_client().post("/login", data=LOGIN, headers={"Origin": "https://band.example"})
    assert response.status_code == 303
    (cookie,) = response.headers.getlist("Set-Cookie")
    assert cookie.startswith(f"__Host-{COOKIE}=")
    attributes = {part.strip().partition("=")[0].lower() for part in cookie.split(";")[1:]}
    assert {"secure", "httponly", "samesite", "path"} <= attributes
    assert "domain" not in attributes
    assert "SameSite=Lax" in cookie


def test_on_loopback_the_cookie_works_without_https(app, cast):
    response = app.test_client().post("/login", data=LOGIN, headers={"Origin": ORIGIN})
    (cookie,) = response.headers.getlist("Set-Cookie")
    assert "Secure" not in cookie
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
