from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from fansite.accounts import agents, operations
from fansite.accounts.models import SignIn
from fansite.accounts.sessions import COOKIE
from fansite.core.db import db
from tests.cast import PASSWORD

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


def cookie_of(visitor: Any) -> str:
    return str(visitor.client.get_cookie(COOKIE).value)


def with_cookie(browser_as: Any, token: str) -> Any:
    visitor = browser_as(None)
    visitor.client.set_cookie(COOKIE, token)
    return visitor


def is_dead(browser_as: Any, token: str) -> bool:
    visitor = with_cookie(browser_as, token)
    return visitor.client.get("/account/").status_code == 302


def signs_in(browser_as: Any) -> Any:
    visitor = browser_as(None)
    visitor.get("/login")
    visitor.submit("login", {"email": "fay", "password": PASSWORD})
    return visitor


def test_there_is_no_cookie_before_somebody_signs_in(cast: Any, stranger: Any) -> None:
    for path in ("/", "/login", "/join", "/reset", "/account/"):
        response = stranger.client.get(path)
        assert not response.headers.getlist("Set-Cookie")


def test_the_cookie_is_for_this_site_alone_and_for_no_script(cast: Any, browser_as: Any) -> None:
    visitor = browser_as(None)
    visitor.get("/login")
    response = visitor.submit("login", {"email": "fay", "password": PASSWORD})
    [cookie] = response.headers.getlist("Set-Cookie")
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie and "Domain" not in cookie
    assert "Secure" not in cookie  # the base address is http


def test_over_https_the_cookie_is_secure(app: Any, cast: Any, browser_as: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    visitor = browser_as(None)
    response = visitor.post("/login", {"email": "fay", "password": PASSWORD})
    assert "Secure" in response.headers["Set-Cookie"]


def test_only_the_hash_of_the_cookie_is_in_the_table(cast: Any, browser_as: Any) -> None:
    token = cookie_of(signs_in(browser_as))
    row = db.session.scalars(sa.select(SignIn)).one()
    assert len(token) == 64 and token not in (row.token_hash, row.csrf)


def test_a_cookie_from_before_is_not_taken_over(cast: Any, browser_as: Any) -> None:
    visitor = with_cookie(browser_as, "a" * 64)
    visitor.get("/login")
    visitor.submit("login", {"email": "fay", "password": PASSWORD})
    assert cookie_of(visitor) != "a" * 64
    assert is_dead(browser_as, "a" * 64)


def test_signing_in_again_ends_the_session_the_browser_had(cast: Any, browser_as: Any) -> None:
    visitor = signs_in(browser_as)
    before = cookie_of(visitor)
    visitor.get("/account/")
    token = visitor.page.xpath('//input[@name="csrf_token"]/@value')[0]
    visitor.post("/login", {"email": "nora", "password": PASSWORD, "csrf_token": token})
    assert cookie_of(visitor) != before and is_dead(browser_as, before)


def test_logging_out_ends_the_session_not_only_the_cookie(cast: Any, browser_as: Any) -> None:
    visitor = signs_in(browser_as)
    copied = cookie_of(visitor)
    visitor.get("/account/")
    visitor.submit("leave")
    assert visitor.client.get_cookie(COOKIE) is None and is_dead(browser_as, copied)


def test_looking_at_the_way_out_signs_nobody_out(cast: Any, browser_as: Any) -> None:
    visitor = browser_as(cast.fay)
    visitor.get("/logout")
    visitor.get("/account/")
    visitor.get("/logout")
    visitor.submit("leave")
    visitor.get("/account/", status=302)


def test_a_stranger_who_logs_out_is_at_home(app: Any, stranger: Any) -> None:
    stranger.post("/logout")
    assert stranger.location == "/"


def test_changing_the_password_ends_every_copy_and_keeps_this_browser_in(cast: Any, browser_as: Any) -> None:
    here, there = signs_in(browser_as), signs_in(browser_as)
    copied = cookie_of(here)
    here.get("/account/password")
    here.submit("password", {"password": PASSWORD, "new_password": "another odd phrase"})
    here.get("/account/")
    assert is_dead(browser_as, copied) and is_dead(browser_as, cookie_of(there))


def test_a_ban_ends_all_sessions_at_once(cast: Any, browser_as: Any) -> None:
    visitor = signs_in(browser_as)
    operations.disable(cast.fay.id, reason="noise", by=cast.milo)
    visitor.get("/account/", status=302)
    operations.enable(cast.fay.id)
    visitor.get("/account/", status=302)


def test_a_role_taken_away_is_gone_at_once(cast: Any, browser_as: Any) -> None:
    visitor = browser_as(cast.milo)
    visitor.get("/moderation/")
    operations.set_role(cast.milo.id, "fan")
    visitor.get("/moderation/", status=403)


def test_one_sees_all_ones_browsers_and_ends_one(cast: Any, browser_as: Any) -> None:
    here = browser_as(cast.fay)
    operations.open_session(cast.fay.id, agent=FIREFOX)
    operations.open_session(cast.nora.id, agent="Chrome, but not mine")
    here.get("/account/sessions")
    assert "Firefox, Linux" in here.text and "this one" in here.text
    forms = here.page.xpath('//form[@data-form="end-session"]')
    assert len(forms) == 2
    other = next(n for n, item in enumerate(here.page.xpath('//li[@class="account__item"]')) if "Firefox" in item.text_content())
    here.submit("end-session", nth=other, follow=True)
    assert "That browser is signed out" in here.text and "Firefox" not in here.text


def test_another_persons_session_is_not_found(cast: Any, browser_as: Any) -> None:
    visitor = browser_as(cast.fay)
    operations.open_session(cast.nora.id, agent=FIREFOX)
    theirs = db.session.scalar(sa.select(SignIn.id).where(SignIn.account_id == cast.nora.id))
    visitor.get("/account/sessions")
    token = visitor.page.xpath('//input[@name="csrf_token"]/@value')[0]
    visitor.post(f"/account/sessions/{theirs}", {"csrf_token": token}, status=404)
    assert db.session.get(SignIn, theirs) is not None


def test_ending_ones_own_session_signs_out(cast: Any, browser_as: Any) -> None:
    visitor = browser_as(cast.fay)
    visitor.get("/account/sessions")
    visitor.submit("end-session")
    assert visitor.location == "/"
    visitor.get("/account/", status=302)


def test_logging_out_everywhere_ends_all_of_them(cast: Any, browser_as: Any) -> None:
    here, there = signs_in(browser_as), signs_in(browser_as)
    here.get("/account/sessions")
    here.submit("end-sessions", follow=True)
    assert "signed out everywhere" in here.text
    assert is_dead(browser_as, cookie_of(there))


def test_a_session_ends_after_thirty_idle_days_or_half_a_year(cast: Any, clock: Any, browser_as: Any) -> None:
    idle, busy = operations.open_session(cast.fay.id), operations.open_session(cast.fay.id)
    clock.shift(29 * 86400)
    assert not is_dead(browser_as, busy)
    clock.shift(2 * 86400)
    assert is_dead(browser_as, idle) and not is_dead(browser_as, busy)
    for _ in range(7):
        clock.shift(20 * 86400)
        with_cookie(browser_as, busy).client.get("/account/")
    clock.shift(10 * 86400)
    assert is_dead(browser_as, busy)
    operations.sweep()
    assert db.session.scalar(sa.select(sa.func.count(SignIn.id))) == 0


def test_browsers_are_told_in_words() -> None:
    assert agents.described(FIREFOX) == "Firefox, Linux"
    assert (
        agents.described(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 Version/17.0 Mobile Safari/604.1"
        )
        == "Safari, iPhone"
    )
    assert (
        agents.described("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120 Safari/537.36 Edg/120") == "Edge, Windows"
    )
    assert agents.described("curl/8") == ""


def test_what_a_browser_says_of_itself_is_kept_short_and_plain(cast: Any, browser_as: Any) -> None:
    operations.open_session(cast.fay.id, agent="<script>\x00\x1b" + "x" * 5000)
    row = db.session.scalars(sa.select(SignIn)).one()
    assert len(row.agent) == 200 and "\x00" not in row.agent
    browser_as(cast.fay).get("/account/sessions")
