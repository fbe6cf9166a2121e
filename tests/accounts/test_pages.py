"""Every page gets the same questions: does it work, a stranger, the wrong method, bad input, and who may keep a copy."""

from __future__ import annotations

from typing import Any

import pytest

OWN = [
    "/account/",
    "/account/sessions",
    "/account/email",
    "/account/password",
    "/account/username",
    "/account/language",
    "/account/leave",
    "/logout",
]
DOORS = ["/login", "/join", "/join/sent", "/reset", "/reset/sent"]
POSTED = [
    "/account/sessions",
    "/account/sessions/1",
    "/account/email",
    "/account/password",
    "/account/username",
    "/account/language",
    "/account/leave",
]


@pytest.mark.parametrize("language", ["", "/fr"])
@pytest.mark.parametrize("path", OWN)
def test_ones_own_pages_are_for_oneself(cast: Any, browser_as: Any, path: str, language: str) -> None:
    response = browser_as(cast.fay).get(language + path)
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "noindex" in response.get_data(as_text=True)


@pytest.mark.parametrize("path", OWN)
def test_a_stranger_is_sent_to_the_door_and_back(cast: Any, stranger: Any, path: str) -> None:
    stranger.get(path + "?done=x&y=é", status=302)
    assert stranger.location.startswith("/login?next=" + path)


@pytest.mark.parametrize("path", POSTED)
def test_a_stranger_changes_nothing(cast: Any, stranger: Any, path: str) -> None:
    stranger.post(path, {"password": "x"}, status=302)
    assert stranger.location.startswith("/login")


@pytest.mark.parametrize("language", ["", "/fr"])
@pytest.mark.parametrize("path", DOORS)
def test_the_doors_are_open_and_kept_by_nobody(cast: Any, stranger: Any, path: str, language: str) -> None:
    response = stranger.get(language + path)
    assert response.headers["Cache-Control"] == "private, no-store"
    assert not response.headers.getlist("Set-Cookie")


@pytest.mark.parametrize("path", [*OWN, *DOORS, "/confirm/x", "/reset/x", "/account/email/x"])
def test_other_methods_are_refused(cast: Any, browser_as: Any, path: str) -> None:
    visitor = browser_as(cast.fay)
    for method in ("PUT", "DELETE", "PATCH"):
        assert visitor.client.open(path, method=method, headers={"Origin": "http://127.0.0.1:8000"}).status_code == 405


@pytest.mark.parametrize("path", ["/account/sessions/1"])
def test_what_is_only_sent_to_cannot_be_looked_at(cast: Any, browser_as: Any, path: str) -> None:
    browser_as(cast.fay).get(path, status=405)


@pytest.mark.parametrize("path", ["/confirm/", "/reset/", "/account/email/"])
@pytest.mark.parametrize("token", ["x", "A" * 64, "%00", "..%2f..", "a" * 5000, "'--", "é"])
def test_a_made_up_link_is_met_kindly(cast: Any, stranger: Any, path: str, token: str) -> None:
    response = stranger.client.get(path + token)
    assert response.status_code in (404, 410, 301)


@pytest.mark.parametrize("path", POSTED)
@pytest.mark.parametrize("name", ["password", "new_password", "email", "username", "language"])
def test_nonsense_is_a_form_to_correct(cast: Any, browser_as: Any, path: str, name: str) -> None:
    visitor = browser_as(cast.fay)
    visitor.get("/account/")
    token = visitor.page.xpath('//input[@name="csrf_token"]/@value')[0]
    for wrong in ("", "\x00", "x" * 20_000, "<script>alert(1)</script>", "٣"):
        if path.startswith("/account/sessions"):
            continue
        visitor.post(path, {"csrf_token": token, name: wrong}, status=422)


@pytest.mark.parametrize("path", OWN)
def test_ones_own_pages_ask_the_database_little(cast: Any, browser_as: Any, count_queries: Any, path: str) -> None:
    visitor = browser_as(cast.fay)
    visitor.get(path)
    with count_queries() as counted:
        visitor.get(path)
    assert len(counted) <= 5, counted


def test_a_notice_nobody_wrote_is_not_shown(cast: Any, browser_as: Any) -> None:
    visitor = browser_as(cast.fay)
    visitor.get("/account/?done=%3Cscript%3E")
    assert "script>" not in visitor.page.xpath("//main")[0].text_content()
