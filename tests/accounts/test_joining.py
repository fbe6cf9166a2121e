from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from fansite.accounts import operations, queries
from fansite.accounts.models import Account, SignIn, SignUp
from fansite.core.db import db, get
from fansite.core.errors import Gone, NotFound, Refused
from fansite.core.outbox import Event
from tests.accounts.conftest import link_in, text_of
from tests.cast import PASSWORD

LEA = {"email": "Lea@Example.org", "username": "lea-b", "password": "four goats on a tram"}


def asks_to_join(visitor: Any, **changes: str) -> None:
    visitor.get("/join")
    visitor.submit("join", {**LEA, **changes}, follow=True)


def test_a_stranger_joins_by_a_letter_and_is_in(app: Any, stranger: Any, letters: Any) -> None:
    asks_to_join(stranger)
    assert "Look at your mail" in stranger.text
    [letter] = letters("Lea@example.org")
    stranger.get(link_in(letter, "confirm"))
    stranger.submit("confirm")
    assert stranger.location == "/"
    stranger.get("/account/")
    assert "lea-b" in stranger.text and "Lea@example.org" in stranger.text
    account = queries.by_username("LEA-B")
    assert account is not None and account.role == "fan" and account.email_key == "lea@example.org"


def test_looking_at_the_link_makes_no_account(app: Any, stranger: Any, letters: Any) -> None:
    asks_to_join(stranger)
    path = link_in(letters()[0], "confirm")
    for _ in range(3):
        stranger.get(path)
    assert db.session.scalar(sa.select(sa.func.count(Account.id))) == 0
    assert not stranger.response.headers.getlist("Set-Cookie")


def test_the_letter_comes_in_the_language_of_the_page(app: Any, browser_as: Any, letters: Any) -> None:
    visitor = browser_as(None, language="fr")
    visitor.get("/fr/join")
    visitor.submit("join", LEA)
    assert visitor.location == "/fr/join/sent"
    [letter] = letters()
    assert '<html lang="fr">' in letter.get_body(("html",)).get_content()
    assert link_in(letter, "confirm").startswith("/fr/confirm/")


def test_only_the_hash_of_the_link_is_in_the_table(app: Any, stranger: Any, letters: Any) -> None:
    asks_to_join(stranger)
    token = link_in(letters()[0], "confirm").rpartition("/")[2]
    asked = db.session.scalars(sa.select(SignUp)).one()
    assert token not in (asked.token_hash, asked.password_hash) and LEA["password"] not in asked.password_hash


def test_everything_typed_is_still_there_but_the_password(app: Any, stranger: Any) -> None:
    stranger.get("/join")
    stranger.submit("join", {"email": "lea@", "username": "аdmin", "password": "shorty7"}, status=422)
    page = stranger.page
    assert page.xpath('//input[@name="email"]/@value') == ["lea@"]
    assert page.xpath('//input[@name="username"]/@value') == ["аdmin"]
    assert "shorty7" not in stranger.response.get_data(as_text=True)
    assert "3 things to put right" in stranger.text


@pytest.mark.parametrize("field", ["email", "username", "password"])
@pytest.mark.parametrize("wrong", ["", "x", "x" * 5000, "\x00\x1b", "\u202e\u200b"])
def test_no_field_takes_nonsense(app: Any, stranger: Any, field: str, wrong: str) -> None:
    stranger.get("/join")
    stranger.submit("join", {**LEA, field: wrong}, status=422)
    assert db.session.scalar(sa.select(sa.func.count(SignUp.id))) == 0


def test_missing_and_doubled_fields_are_no_fault(app: Any, stranger: Any) -> None:
    stranger.post("/join", {}, status=422)
    stranger.post("/join", {"email[]": "lea@example.org", "username": ["a", "b"], "password": ["", ""]}, status=422)


def test_a_name_that_is_taken_or_looks_taken_is_refused(app: Any, cast: Any, stranger: Any) -> None:
    operations.create(email=None, username="molly", password=None)
    for name in ("molly", "MOLLY", "m0lly", "mo1ly", "mol-ly", "Fay"):
        stranger.get("/join")
        stranger.submit("join", {**LEA, "username": name}, status=422)
        assert "Somebody has this name" in stranger.text


def test_the_operator_may_give_a_reserved_name_and_a_stranger_may_not_take_it(app: Any) -> None:
    assert operations.create(email=None, username="admin", password=None, role="owner").role == "owner"
    [problem] = operations.objections(**{**LEA, "username": "editor"})
    assert problem.field == "username"


def test_somebody_with_an_account_gets_a_letter_that_says_so(app: Any, cast: Any, stranger: Any, letters: Any) -> None:
    asks_to_join(stranger, email="FAY@example.org")
    assert "Look at your mail" in stranger.text
    [letter] = letters()
    assert letter["To"] == "fay@example.org"
    assert "There is an account with it already" in text_of(letter) and "http://127.0.0.1:8000/reset" in text_of(letter)
    assert db.session.scalar(sa.select(sa.func.count(SignUp.id))) == 0


def test_a_link_works_once(app: Any, stranger: Any, browser_as: Any, letters: Any) -> None:
    asks_to_join(stranger)
    path = link_in(letters()[0], "confirm")
    stranger.get(path)
    stranger.submit("confirm")
    stranger.get(path)
    assert "You are in already" in stranger.text
    stranger.post(path, {"csrf_token": csrf_of(stranger)}, status=303)
    other = browser_as(None)
    other.get(path, status=410)
    assert "the account is there" in other.text
    other.post(path, status=410)
    assert db.session.scalar(sa.select(sa.func.count(Account.id))) == 1


def csrf_of(visitor: Any) -> str:
    visitor.get("/account/")
    return str(visitor.page.xpath('//input[@name="csrf_token"]/@value')[0])


def test_a_link_nobody_made_says_what_to_do(app: Any, stranger: Any) -> None:
    stranger.get("/confirm/" + "0" * 64, status=404)
    assert "This link does nothing any more" in stranger.text and stranger.page.xpath('//a[@href="/join"]')
    stranger.post("/confirm/" + "0" * 64, status=404)


def test_a_link_is_good_for_seven_days(app: Any, clock: Any, stranger: Any, letters: Any) -> None:
    asks_to_join(stranger)
    path = link_in(letters()[0], "confirm")
    clock.shift(7 * 86400 - 60)
    stranger.get(path)
    clock.shift(120)
    stranger.get(path, status=410)
    stranger.post(path, status=410)
    operations.sweep()
    assert db.session.scalar(sa.select(sa.func.count(SignUp.id))) == 0
    stranger.get(path, status=404)


def test_of_two_requests_with_one_address_only_the_first_used_counts(app: Any, stranger: Any, letters: Any) -> None:
    """Somebody else may have asked with a victim's address and a password of their own."""
    asks_to_join(stranger, username="lea-one")
    asks_to_join(stranger, username="lea-two")
    one, two = (link_in(letter, "confirm") for letter in letters())
    stranger.get(two)
    stranger.submit("confirm")
    stranger.client.delete_cookie("fansite_session")
    stranger.get(one, status=404)
    assert queries.by_username("lea-one") is None


def test_a_name_taken_meanwhile_can_be_chosen_anew(app: Any, stranger: Any, letters: Any) -> None:
    asks_to_join(stranger)
    operations.create(email=None, username="lea-b", password=None)
    stranger.get(link_in(letters()[0], "confirm"))
    stranger.submit("confirm", status=422)
    assert "Somebody has this name" in stranger.text
    stranger.submit("confirm", {"username": "admin"}, status=422)
    stranger.submit("confirm", {"username": "lea-z"})
    stranger.get("/account/")
    assert "lea-z" in stranger.text


def test_an_address_taken_meanwhile_makes_no_second_account(app: Any, stranger: Any, letters: Any) -> None:
    asks_to_join(stranger)
    path = link_in(letters()[0], "confirm")
    operations.create(email="lea@example.org", username="other", password=None)
    stranger.post(path, status=410)
    assert "There is an account with this address already" in stranger.text


def test_what_was_written_before_is_posted_on_confirmation(app: Any, stranger: Any, letters: Any, waiting_text: Any) -> None:
    stranger.get("/login?draft=kept")
    assert waiting_text.text in stranger.text
    stranger.submit("join", {**LEA, "username": "admin"}, status=422)
    assert waiting_text.text in stranger.text
    stranger.submit("join", LEA)
    stranger.get(link_in(letters()[0], "confirm"))
    assert waiting_text.text in stranger.text and waiting_text.posted == []
    stranger.submit("confirm")
    assert stranger.location == "/news/tour#comment-1" and waiting_text.posted == ["lea-b"]


def test_a_second_press_leads_to_the_comment_again(app: Any, stranger: Any, letters: Any, waiting_text: Any) -> None:
    stranger.get("/login?draft=kept")
    stranger.submit("join", LEA)
    path = link_in(letters()[0], "confirm")
    stranger.get(path)
    stranger.submit("confirm")
    stranger.post(path, {"csrf_token": csrf_of(stranger)})
    assert stranger.location == "/news/tour#comment-1"


def test_who_has_an_account_already_finds_the_text_behind_the_letter(
    app: Any, cast: Any, stranger: Any, letters: Any, waiting_text: Any
) -> None:
    stranger.get("/login?draft=kept")
    stranger.submit("join", {**LEA, "email": "fay@example.org"})
    [letter] = letters()
    assert "/login?draft=kept" in text_of(letter)


def test_twelve_presses_at_once_make_one_account(app: Any, stranger: Any, letters: Any, at_once: Any) -> None:
    asks_to_join(stranger)
    token = link_in(letters()[0], "confirm").rpartition("/")[2]
    answers = at_once(lambda _n: operations.confirm(token))
    assert sum(isinstance(answer, operations.Entered) for answer in answers) == 1
    assert sum(isinstance(answer, Gone) for answer in answers) == 11
    assert db.session.scalar(sa.select(sa.func.count(Account.id))) == 1
    assert db.session.scalar(sa.select(sa.func.count(SignIn.id))) == 1


def test_twelve_people_who_want_one_name_at_once_make_one_account(app: Any, at_once: Any) -> None:
    spellings = ("molly", "m0lly", "Mo1ly", "mol-ly")
    answers = at_once(lambda n: operations.create(email=f"m{n}@example.org", username=spellings[n % 4], password=None).id)
    assert sum(isinstance(answer, Refused) for answer in answers) == 11
    assert db.session.scalar(sa.select(sa.func.count(Account.id))) == 1


def test_the_operator_confirms_whose_letter_was_lost(app: Any, stranger: Any, letters: Any) -> None:
    asks_to_join(stranger)
    account = operations.confirm_by_hand("LEA@example.org")
    assert account.username == "lea-b"
    operations.sign_in("lea-b", LEA["password"])
    with pytest.raises(NotFound):
        operations.confirm_by_hand("lea-b")


def test_joining_is_told_to_the_rest_of_the_site(app: Any) -> None:
    account = operations.create(email="lea@example.org", username="lea-b", password=PASSWORD)
    event = db.session.scalars(sa.select(Event).where(Event.name == "account.joined")).one()
    assert event.subject == f"account:{account.id}" and event.data["tags"] == [f"account:{account.id}", "list:fans"]


def test_the_operator_meets_the_same_rules_of_shape_and_strength(app: Any, cast: Any) -> None:
    good = {"email": "lea@example.org", "username": "lea-b", "password": PASSWORD}
    for wrong in (
        {"email": "lea"},
        {"email": "FAY@example.org"},
        {"username": "l"},
        {"username": "FAY"},
        {"password": "azertyuiop"},
        {"role": "king"},
    ):
        with pytest.raises(Refused) as refused:
            operations.create(**{**good, **wrong})
        assert refused.value.field in wrong


def test_an_account_without_password_waits_for_a_reset(app: Any) -> None:
    account = operations.create(email="lea@example.org", username="lea-b", password=None, role="editor")
    with pytest.raises(Refused):
        operations.sign_in("lea-b", "")
    assert get(Account, account.id).password_hash is None
