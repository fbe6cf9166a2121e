from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from fansite.accounts import operations
from fansite.accounts.models import Account, SignIn
from fansite.core.db import db, get, transaction
from fansite.core.errors import Forbidden, Refused
from tests.cast import PASSWORD

WRONG = "The address and the password do not go together"


@pytest.mark.parametrize("who", ["fay@example.org", " FAY@Example.org ", "fay", "Fay", "FAY"])
def test_one_signs_in_by_address_or_name(cast: Any, stranger: Any, who: str) -> None:
    stranger.get("/login")
    stranger.submit("login", {"email": who, "password": PASSWORD})
    assert stranger.location == "/"
    stranger.get("/account/")
    assert "fay@example.org" in stranger.text


@pytest.mark.parametrize("who", ["fay@example.org", "nobody@example.org", "nobody", "", "@", "fay\x00"])
def test_a_wrong_password_keeps_what_was_typed(cast: Any, stranger: Any, who: str) -> None:
    stranger.get("/login")
    stranger.submit("login", {"email": who, "password": "wrong volcano"}, status=422)
    assert stranger.page.xpath('//input[@name="email"]/@value') == [who.replace("\x00", "")]
    assert "wrong volcano" not in stranger.response.get_data(as_text=True)
    assert not stranger.response.headers.getlist("Set-Cookie")


def test_a_password_is_compared_as_typed(cast: Any) -> None:
    for almost in (PASSWORD.upper(), PASSWORD + " ", " " + PASSWORD, PASSWORD[:-1], PASSWORD + "\x07", ""):
        with pytest.raises(Refused, match=WRONG):
            operations.sign_in("fay", almost)


def test_one_comes_back_to_where_one_was(cast: Any, stranger: Any) -> None:
    stranger.get("/account/sessions", status=302)
    assert stranger.location == "/login?next=/account/sessions"
    stranger.get(stranger.location)
    stranger.submit("login", {"email": "fay", "password": "wrong volcano"}, status=422)
    stranger.submit("login", {"email": "fay", "password": PASSWORD})
    assert stranger.location == "/account/sessions"


def test_in_another_language_one_stays_in_it(cast: Any, stranger: Any) -> None:
    stranger.get("/fr/account/", status=302)
    assert stranger.location == "/fr/login?next=/fr/account/"
    stranger.get("/fr/login")
    stranger.submit("login", {"email": "fay", "password": PASSWORD})
    assert stranger.location == "/fr/"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "javascript:alert(1)",
        "/%0d%0aX:1\r\nX: 1",
        "https:evil.example",
        " //evil.example",
        "x" * 3000,
    ],
)
def test_nobody_is_sent_elsewhere(cast: Any, browser_as: Any, elsewhere: str) -> None:
    visitor = browser_as(None)
    response = visitor.post(
        "/login", {"email": "fay", "password": PASSWORD, "next": elsewhere}, status=303 if len(elsewhere) < 2000 else 422
    )
    assert response.headers.get("Location", "/") == "/"
    signed_in = browser_as(cast.fay)
    signed_in.get("/login", query_string={"next": elsewhere}, status=302)
    assert signed_in.location == "/"


def test_who_is_in_already_goes_on(cast: Any, browser_as: Any) -> None:
    visitor = browser_as(cast.fay)
    visitor.get("/login?next=/account/email", status=302)
    assert visitor.location == "/account/email"
    visitor.get("/join", status=302)
    assert visitor.location == "/"


def test_signing_in_posts_what_was_written(cast: Any, stranger: Any, waiting_text: Any) -> None:
    stranger.get("/login?draft=kept")
    stranger.submit("login", {"email": "fay", "password": "wrong volcano"}, status=422)
    assert waiting_text.text in stranger.text and waiting_text.posted == []
    stranger.submit("login", {"email": "fay", "password": PASSWORD})
    assert stranger.location == "/news/tour#comment-1" and waiting_text.posted == ["Fay"]


def test_who_is_in_already_posts_it_with_one_press(cast: Any, browser_as: Any, waiting_text: Any) -> None:
    visitor = browser_as(cast.fay)
    visitor.get("/login?draft=kept")
    assert waiting_text.text in visitor.text and waiting_text.posted == []
    visitor.submit("post-kept")
    assert visitor.location == "/news/tour#comment-1" and waiting_text.posted == ["Fay"]


def test_a_text_that_is_gone_is_told(cast: Any, stranger: Any, waiting_text: Any) -> None:
    stranger.get("/login?draft=forgotten")
    assert "not kept any more" in stranger.text
    stranger.submit("login", {"email": "fay", "password": PASSWORD})
    assert stranger.location == "/" and waiting_text.posted == []


def test_a_closed_account_is_told_why_only_to_its_owner(cast: Any, stranger: Any) -> None:
    stranger.get("/login")
    stranger.submit("login", {"email": "ben", "password": "wrong volcano"}, status=422)
    assert "sold fake tickets" not in stranger.text and WRONG in stranger.text
    stranger.submit("login", {"email": "ben", "password": PASSWORD}, status=403)
    assert "sold fake tickets" in stranger.text
    assert db.session.scalar(sa.select(sa.func.count(SignIn.id))) == 0


def test_an_old_hash_is_made_anew(cast: Any) -> None:
    from argon2 import PasswordHasher

    with transaction():
        get(Account, cast.fay.id).password_hash = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    operations.sign_in("fay", PASSWORD)
    assert get(Account, cast.fay.id).password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")  # type: ignore[union-attr]
    operations.sign_in("fay", PASSWORD)


def test_a_password_changed_while_it_is_compared_lets_nobody_in(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from fansite.accounts.operations import entering

    def slowly(_known: Any, _password: str) -> bool:
        operations.set_password(cast.fay.id, "another odd phrase")
        return True

    monkeypatch.setattr(entering, "verify_password", slowly)
    with pytest.raises(Refused):
        operations.sign_in("fay", PASSWORD)
    assert db.session.scalar(sa.select(sa.func.count(SignIn.id))) == 0


def test_an_account_closed_while_it_is_compared_lets_nobody_in(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from fansite.accounts.operations import entering

    def slowly(_known: Any, _password: str) -> bool:
        operations.disable(cast.fay.id)
        return True

    monkeypatch.setattr(entering, "verify_password", slowly)
    with pytest.raises(Forbidden):
        operations.sign_in("fay", PASSWORD)
    assert db.session.scalar(sa.select(sa.func.count(SignIn.id))) == 0
