from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from fansite.accounts import operations
from fansite.accounts.models import MailedKey, SignIn
from fansite.core.db import db
from fansite.core.errors import Gone, Refused
from tests.accounts.conftest import link_in, text_of
from tests.cast import PASSWORD

NEW = "another odd phrase"


def asks(visitor: Any, who: str = "fay@example.org") -> None:
    visitor.get("/reset")
    visitor.submit("ask-reset", {"email": who}, follow=True)


def test_a_forgotten_password_is_replaced_by_a_letter(cast: Any, stranger: Any, letters: Any) -> None:
    operations.open_session(cast.fay.id)
    asks(stranger)
    assert "Look at your mail" in stranger.text
    stranger.get(link_in(letters()[0], "reset"))
    stranger.submit("reset", {"password": NEW}, follow=True)
    assert "Your new password is set" in stranger.text
    assert stranger.client.get_cookie("fansite_session") is None
    assert db.session.scalar(sa.select(sa.func.count(SignIn.id))) == 0
    stranger.submit("login", {"email": "fay", "password": PASSWORD}, status=422)
    stranger.submit("login", {"email": "fay", "password": NEW})


def test_the_owner_of_the_account_is_told_afterwards(cast: Any, stranger: Any, letters: Any) -> None:
    asks(stranger)
    token = link_in(letters()[0], "reset").rpartition("/")[2]
    operations.reset(token, NEW)
    _asked, told = letters("fay@example.org")
    assert told["Subject"] == "Your password was changed" and NEW not in text_of(told)


def test_it_works_by_name_too(cast: Any, stranger: Any, letters: Any) -> None:
    asks(stranger, "FAY")
    assert [letter["To"] for letter in letters()] == ["fay@example.org"]


def test_the_answer_is_the_same_for_who_is_not_here(cast: Any, browser_as: Any, letters: Any) -> None:
    pages = []
    for who in ("fay@example.org", "nobody@example.org", "ben@example.org", "nobody", "no address at all"):
        visitor = browser_as(None)
        asks(visitor, who)
        pages.append((visitor.address, visitor.response.get_data(as_text=True)))
    assert len(set(pages)) == 1
    assert [letter["To"] for letter in letters()] == ["fay@example.org"]


def test_a_confusable_address_gets_nothing(cast: Any, stranger: Any, letters: Any) -> None:
    operations.create(email="mike@example.org", username="mike", password=None)
    for look in ("mike@exampıe.org", "mıke@example.org", "mike@example.org\u200b", "ｍike@example.org"):
        operations.ask_reset(look)
    assert letters() == []


def test_a_link_works_once_and_for_two_hours(cast: Any, clock: Any, stranger: Any, letters: Any) -> None:
    asks(stranger)
    path = link_in(letters()[0], "reset")
    clock.shift(2 * 3600 - 60)
    stranger.get(path)
    clock.shift(120)
    stranger.get(path, status=410)
    stranger.post(path, {"password": NEW}, status=410)
    asks(stranger)
    path = link_in(letters()[-1], "reset")
    stranger.get(path)
    stranger.submit("reset", {"password": NEW})
    stranger.get(path, status=410)
    stranger.post(path, {"password": "a third odd phrase"}, status=410)
    operations.sign_in("fay", NEW)


def test_links_that_were_not_used_die_with_the_old_password(cast: Any, stranger: Any, letters: Any) -> None:
    asks(stranger)
    asks(stranger)
    one, two = (link_in(letter, "reset") for letter in letters())
    operations.reset(two.rpartition("/")[2], NEW)
    stranger.get(one, status=410)


def test_a_weak_password_can_be_corrected(cast: Any, stranger: Any, letters: Any) -> None:
    asks(stranger)
    stranger.get(link_in(letters()[0], "reset"))
    for weak in ("", "short", "azertyuiop", "fay@example.org"):
        stranger.submit("reset", {"password": weak}, status=422)
    stranger.submit("reset", {"password": NEW})


def test_only_the_hash_of_the_link_is_in_the_table(cast: Any, stranger: Any, letters: Any) -> None:
    asks(stranger)
    token = link_in(letters()[0], "reset").rpartition("/")[2]
    assert db.session.scalars(sa.select(MailedKey)).one().token_hash != token


def test_a_link_for_a_new_address_is_no_link_for_a_new_password(cast: Any, stranger: Any, letters: Any) -> None:
    operations.change_email(cast.fay.id, password=PASSWORD, email="fay@new.example")
    token = link_in(letters()[0], "account/email").rpartition("/")[2]
    with pytest.raises(Gone):
        operations.reset(token, NEW)


def test_a_ban_kills_the_link(cast: Any, stranger: Any, letters: Any) -> None:
    asks(stranger)
    path = link_in(letters()[0], "reset")
    operations.disable(cast.fay.id)
    stranger.get(path, status=410)
    stranger.post(path, {"password": NEW}, status=410)


def test_what_was_written_before_survives_a_reset(cast: Any, stranger: Any, letters: Any, waiting_text: Any) -> None:
    stranger.get("/login?draft=kept")
    stranger.get(stranger.page.xpath('//a[starts-with(@href, "/reset")]/@href')[0])
    stranger.submit("ask-reset", {"email": "fay"})
    stranger.get(link_in(letters()[0], "reset"))
    stranger.submit("reset", {"password": NEW}, follow=True)
    assert waiting_text.text in stranger.text
    stranger.submit("login", {"email": "fay", "password": NEW})
    assert stranger.location == "/news/tour#comment-1" and waiting_text.posted == ["Fay"]


def test_twelve_uses_at_once_set_one_password(cast: Any, stranger: Any, letters: Any, at_once: Any) -> None:
    asks(stranger)
    token = link_in(letters()[0], "reset").rpartition("/")[2]
    answers = at_once(lambda n: operations.reset(token, f"{NEW} {n}"))
    assert sum(answer is None for answer in answers) == 1
    assert sum(isinstance(answer, Gone) for answer in answers) == 11
    works = []
    for n in range(12):
        try:
            works.append(operations.sign_in("fay", f"{NEW} {n}"))
        except Refused:
            continue
    assert len(works) == 1
