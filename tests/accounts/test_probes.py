"""What an attacker tries: SECURITY classes 11-15, 17, 25-27 and promises P11-P13."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from fansite.accounts import operations, passwords, queries
from fansite.accounts.models import Account, SignIn, SignUp
from fansite.accounts.sessions import COOKIE
from fansite.core.db import db, get
from tests.accounts.conftest import link_in
from tests.cast import PASSWORD

ORIGIN = {"Origin": "http://127.0.0.1:8000"}
LEA = {"email": "lea@example.org", "username": "lea-b", "password": "four goats on a tram"}
WHO = ["fay@example.org", "nobody@example.org", "fay", "nobody-here", "ben"]


@pytest.fixture
def hashings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each time argon2 runs."""
    seen: list[str] = []
    real = passwords._hasher

    class Counting:
        memory_cost, time_cost, parallelism = real.memory_cost, real.time_cost, real.parallelism

        def hash(self, password: bytes) -> str:
            seen.append("hash")
            return real.hash(password)

        def verify(self, known: str, password: bytes) -> bool:
            seen.append("verify")
            return real.verify(known, password)

        def check_needs_rehash(self, known: str) -> bool:
            return real.check_needs_rehash(known)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    return seen


def answer(client: Any, path: str, data: dict[str, Any], **headers: str) -> Any:
    return client.post(path, data=data, headers={**ORIGIN, **headers})


# ---- who is here? ----------------------------------------------------------------------------------------------------------


def test_a_wrong_password_tells_nobody_who_is_here(app: Any, cast: Any, hashings: list[str]) -> None:
    answers = set()
    for who in WHO:
        response = answer(app.test_client(), "/login", {"email": who, "password": "wrong volcano"})
        answers.add((response.status_code, response.get_data(as_text=True).replace(who, "WHO")))
    assert len(answers) == 1
    assert hashings == ["verify"] * len(WHO)


def test_joining_tells_nobody_who_is_here(app: Any, cast: Any, hashings: list[str]) -> None:
    answers = set()
    for email in ("fay@example.org", "nobody@example.org", "ben@example.org"):
        response = answer(app.test_client(), "/join", {**LEA, "email": email})
        answers.add((response.status_code, response.headers["Location"], response.get_data()))
    assert len(answers) == 1
    assert hashings == ["hash"] * 3


def test_asking_for_a_new_password_does_the_same_work_for_all(
    app: Any, cast: Any, hashings: list[str], count_queries: Any
) -> None:
    work = set()
    for who in ("fay@example.org", "nobody@example.org"):
        with count_queries() as counted:
            answer(app.test_client(), "/reset", {"email": who})
        work.add(tuple(statement.split()[0] + statement.split()[2] for statement in counted))
    assert len(work) == 1 and hashings == []


# ---- limits ----------------------------------------------------------------------------------------------------------------


def test_guessing_for_one_account_ends_after_ten(app: Any, cast: Any) -> None:
    for number in range(10):
        response = answer(
            app.test_client(),
            "/login",
            {"email": ("fay@example.org", "FAY@Example.org ")[number % 2], "password": "wrong volcano"},
        )
        assert response.status_code == 422
    response = answer(app.test_client(), "/login", {"email": "Fay@example.org", "password": PASSWORD})
    page = response.get_data(as_text=True)
    assert response.status_code == 429 and 0 < int(response.headers["Retry-After"]) <= 900
    assert "Too many tries. Wait" in page and 'value="Fay@example.org"' in page


def test_guessing_for_nobody_ends_at_the_same_number(app: Any, cast: Any) -> None:
    for _ in range(10):
        assert (
            answer(app.test_client(), "/login", {"email": "nobody@example.org", "password": "wrong volcano"}).status_code == 422
        )
    assert answer(app.test_client(), "/login", {"email": "nobody@example.org", "password": "wrong volcano"}).status_code == 429


def test_the_right_password_forgives_mistyping(app: Any, cast: Any) -> None:
    for _round in range(2):
        for _ in range(8):
            assert answer(app.test_client(), "/login", {"email": "fay", "password": "wrong volcano"}).status_code == 422
        assert answer(app.test_client(), "/login", {"email": "fay", "password": PASSWORD}).status_code == 303


@pytest.mark.once
@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP", "True-Client-IP", "Client-IP"]
)
def test_guessing_for_many_accounts_ends_after_twenty_whatever_the_headers_say(app: Any, cast: Any, header: str) -> None:
    for number in range(20):
        response = answer(
            app.test_client(),
            "/login",
            {"email": f"n{number}@example.org", "password": "wrong volcano"},
            **{header: f"10.0.0.{number}"},
        )
        assert response.status_code == 422
    response = answer(app.test_client(), "/login", {"email": "fay", "password": PASSWORD}, **{header: "10.0.1.1"})
    assert response.status_code == 429 and not response.headers.getlist("Set-Cookie")


def test_a_whole_network_of_one_visitor_is_one_visitor(app: Any, cast: Any) -> None:
    for number in range(20):
        client = app.test_client()
        client.post(
            "/login",
            data={"email": f"n{number}", "password": "wrong"},
            headers=ORIGIN,
            environ_base={"REMOTE_ADDR": f"2001:db8:1:2::{number:x}"},
        )
    last = {"email": "fay", "password": PASSWORD}
    assert (
        app.test_client()
        .post("/login", data=last, headers=ORIGIN, environ_base={"REMOTE_ADDR": "2001:db8:1:2:ffff::1"})
        .status_code
        == 429
    )
    assert (
        app.test_client().post("/login", data=last, headers=ORIGIN, environ_base={"REMOTE_ADDR": "2001:db8:1:3::1"}).status_code
        == 303
    )


def test_twelve_guesses_at_once_are_counted_each(app: Any, cast: Any, at_once: Any) -> None:
    codes = at_once(lambda _n: answer(app.test_client(), "/login", {"email": "fay", "password": "wrong volcano"}).status_code)
    assert sorted(codes) == [422] * 10 + [429] * 2


def test_joining_and_letters_are_limited_by_address_and_by_mailbox(app: Any, cast: Any, letters: Any) -> None:
    for number in range(5):
        assert answer(app.test_client(), "/join", {**LEA, "email": f"n{number}@example.org"}).status_code == 303
    response = answer(app.test_client(), "/join", LEA)
    assert (
        response.status_code == 429 and "Retry-After" in response.headers and 'value="lea-b"' in response.get_data(as_text=True)
    )
    for number in range(6):
        base = {"REMOTE_ADDR": f"192.0.2.{number}"}
        joined = app.test_client().post("/join", data={**LEA, "email": "Victim@example.org"}, headers=ORIGIN, environ_base=base)
        asked = app.test_client().post("/reset", data={"email": "nora@example.org"}, headers=ORIGIN, environ_base=base)
        unknown = app.test_client().post("/reset", data={"email": "nobody@example.org"}, headers=ORIGIN, environ_base=base)
        assert joined.status_code == asked.status_code == unknown.status_code == (303 if number < 5 else 429)
    assert len(letters("Victim@example.org")) == 5 and len(letters("nora@example.org")) == 5


def test_a_refused_form_costs_nothing(app: Any, cast: Any) -> None:
    for _ in range(12):
        assert answer(app.test_client(), "/join", {**LEA, "username": "fay"}).status_code == 422
    assert answer(app.test_client(), "/join", LEA).status_code == 303


# ---- forged requests -------------------------------------------------------------------------------------------------------

ACTS = {
    "/logout": {},
    "/account/sessions": {},
    "/account/username": {"username": "somebody-new"},
    "/account/email": {"email": "evil@example.org", "password": PASSWORD},
    "/account/password": {"password": PASSWORD, "new_password": "another odd phrase"},
    "/account/language": {"language": "fr"},
    "/account/leave": {"password": PASSWORD},
    "/login": {"email": "nora", "password": PASSWORD},
}


def snapshot() -> list[Any]:
    accounts = db.session.execute(
        sa.select(Account.username, Account.email, Account.password_hash, Account.language, Account.erased_at)
    ).all()
    sessions = db.session.execute(sa.select(SignIn.account_id, SignIn.token_hash)).all()
    db.session.rollback()
    return [*accounts, *sessions]


@pytest.mark.parametrize("path", ACTS)
def test_an_act_without_its_token_or_from_elsewhere_changes_nothing(cast: Any, browser_as: Any, path: str) -> None:
    visitor, other = browser_as(cast.fay), browser_as(cast.nora)
    own, others = (token_of(one) for one in (visitor, other))
    before = snapshot()
    attempts = [
        ({}, ORIGIN),
        ({"csrf_token": "x"}, ORIGIN),
        ({"csrf_token": others}, ORIGIN),
        ({"csrf_token": own}, {"Origin": "https://evil.example"}),
        ({"csrf_token": own}, {"Origin": "null"}),
        ({"csrf_token": own}, {**ORIGIN, "Sec-Fetch-Site": "cross-site"}),
        ({}, {}),
    ]
    for extra, headers in attempts:
        response = visitor.client.post(path, data={**ACTS[path], **extra}, headers=headers)
        assert response.status_code in (403, 422), (extra, headers, response.status_code)
    response = visitor.client.post(path, data='{"email": "evil@example.org"}', content_type="text/plain", headers=ORIGIN)
    assert response.status_code in (403, 422)
    assert visitor.client.get(path, query_string={**ACTS[path], "csrf_token": own}).status_code in (200, 302)
    assert snapshot() == before


def token_of(visitor: Any) -> str:
    visitor.get("/account/")
    return str(visitor.page.xpath('//input[@name="csrf_token"]/@value')[0])


@pytest.mark.parametrize("path", ["/login", "/join", "/reset"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://127.0.0.1:8001"},
    ],
)
def test_a_strangers_form_is_taken_only_from_our_pages(app: Any, cast: Any, path: str, headers: dict[str, str]) -> None:
    response = app.test_client().post(path, data={**LEA, "email": "fay", "password": PASSWORD}, headers=headers)
    assert response.status_code == 403 and not response.headers.getlist("Set-Cookie")


def test_nobody_is_confirmed_or_reset_from_elsewhere(app: Any, cast: Any, letters: Any) -> None:
    operations.join(**LEA)
    operations.ask_reset("fay")
    join, reset = link_in(letters("lea@example.org")[0], "confirm"), link_in(letters("fay@example.org")[0], "reset")
    for path, data in ((join, {}), (reset, {"password": "another odd phrase"})):
        assert app.test_client().post(path, data=data, headers={"Origin": "https://evil.example"}).status_code == 403
        assert app.test_client().post(path, data=data).status_code == 403
    assert queries.by_username("lea-b") is None
    operations.sign_in("fay", PASSWORD)


# ---- more than was asked ---------------------------------------------------------------------------------------------------

MORE = {
    "role": "owner",
    "is_admin": "1",
    "is_owner": "true",
    "id": "1",
    "account_id": "1",
    "verified": "1",
    "approved_comments": "99",
    "disabled_at": "",
    "joined_at": "2001-01-01",
    "username_key": "ada",
    "email_key": "ada@example.org",
    "password_hash": "x",
    "language": "fr",
    "origin": "x",
}


def test_nobody_joins_as_more_than_a_fan(cast: Any, stranger: Any, letters: Any) -> None:
    stranger.post("/join", {**LEA, **MORE})
    stranger.post(link_in(letters()[0], "confirm"), MORE)
    made = queries.by_username("lea-b")
    assert made is not None
    assert (made.role, made.approved_comments, made.username_key, made.language) == ("fan", 0, "lea-b", "en")
    stranger.get("/moderation/", status=403)


def test_nobody_makes_more_of_themselves(cast: Any, browser_as: Any) -> None:
    visitor = browser_as(cast.fay)
    token = token_of(visitor)
    forms = {
        "/account/username": {"username": "fay-of-thiers"},
        "/account/password": {"password": PASSWORD, "new_password": "another odd phrase"},
    }
    for path, data in forms.items():
        visitor.post(path, {**MORE, **data, "csrf_token": token})
        token = token_of(visitor)
    fay = get(Account, cast.fay.id)
    assert (fay.role, fay.approved_comments, fay.email, fay.language) == ("fan", 3, "fay@example.org", "en")


def test_arrays_and_files_where_text_is_expected_are_no_fault(app: Any, cast: Any) -> None:
    import io

    for path in ("/login", "/join", "/reset"):
        for data in (
            {"email[]": "fay"},
            {"email": ["fay", "nora"], "password": ["a", "b"]},
            {"email": (io.BytesIO(b"fay"), "fay.txt"), "password": (io.BytesIO(b"x"), "x")},
        ):
            assert answer(app.test_client(), path, data).status_code in (303, 422)
        assert app.test_client().post(path, json={"email": {"$ne": None}}, headers=ORIGIN).status_code == 422


def test_a_cookie_of_any_shape_is_no_fault(app: Any, cast: Any) -> None:
    for value in ("", "x", "x" * 4000, "é", "'; DROP TABLE sign_in; --", "\x7f"):
        client = app.test_client()
        client.set_cookie(COOKIE, value)
        assert client.get("/account/").status_code == 302


def test_nothing_of_a_request_to_join_is_public(cast: Any, stranger: Any) -> None:
    operations.join(**LEA)
    stranger.get("/fans/lea-b", status=404)
    assert db.session.scalar(sa.select(sa.func.count(SignUp.id))) == 1
    for name in ("fay", "milo", "ada"):
        stranger.get(f"/fans/{name}", follow=True)
        assert "@example.org" not in stranger.response.get_data(as_text=True)
