from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from fansite.accounts import operations, queries
from fansite.accounts.models import LEAVE_AFTER, Account, FormerName, MailedKey, SignIn
from fansite.core.db import db, get
from fansite.core.errors import Gone, Refused
from fansite.core.outbox import Event
from tests.accounts.conftest import link_in, text_of
from tests.cast import PASSWORD

NEW = "another odd phrase"


def test_a_new_address_is_used_once_its_link_was(cast: Any, browser_as: Any, letters: Any) -> None:
    visitor = browser_as(cast.fay)
    visitor.get("/account/email")
    visitor.submit("email", {"email": "Fay@New.example", "password": PASSWORD}, follow=True)
    assert "We wrote to the new address" in visitor.text
    [letter] = letters()
    assert letter["To"] == "Fay@new.example" and get(Account, cast.fay.id).email == "fay@example.org"
    phone = browser_as(None)
    phone.get(link_in(letter, "account/email"))
    assert get(Account, cast.fay.id).email == "fay@example.org"
    phone.submit("confirm-email", status=200)
    assert get(Account, cast.fay.id).email_key == "fay@new.example"
    assert [told["Subject"] for told in letters("fay@example.org")] == ["Your address was changed"]
    operations.sign_in("fay@new.example", PASSWORD)
    with pytest.raises(Refused):
        operations.sign_in("fay@example.org", PASSWORD)


def test_an_address_is_not_changed_without_the_password(cast: Any, browser_as: Any, letters: Any) -> None:
    visitor = browser_as(cast.fay)
    visitor.get("/account/email")
    visitor.submit("email", {"email": "fay@new.example", "password": "wrong volcano"}, status=422)
    assert visitor.page.xpath('//input[@name="email"]/@value') == ["fay@new.example"]
    assert letters() == []


def test_the_answer_does_not_tell_whose_address_it_is(cast: Any, browser_as: Any, letters: Any) -> None:
    pages = []
    for address in ("nora@example.org", "nobody@new.example"):
        visitor = browser_as(cast.fay)
        visitor.get("/account/email")
        visitor.submit("email", {"email": address, "password": PASSWORD})
        pages.append((visitor.response.status_code, visitor.location))
    assert len(set(pages)) == 1
    told = {letter["To"]: letter["Subject"] for letter in letters()}
    assert told == {"nora@example.org": "You are one of us already", "nobody@new.example": "Is this your new address?"}


def test_an_address_taken_meanwhile_stays_with_who_has_it(cast: Any, letters: Any) -> None:
    operations.change_email(cast.fay.id, password=PASSWORD, email="fay@new.example")
    operations.create(email="fay@new.example", username="other", password=None)
    with pytest.raises(Gone):
        operations.confirm_email(link_in(letters()[0], "account/email").rpartition("/")[2])
    assert get(Account, cast.fay.id).email == "fay@example.org"


def test_links_mailed_to_the_old_address_lead_nowhere(cast: Any, letters: Any) -> None:
    operations.ask_reset("fay")
    operations.change_email(cast.fay.id, password=PASSWORD, email="fay@new.example")
    token = link_in(letters("fay@new.example")[0], "account/email").rpartition("/")[2]
    operations.confirm_email(token)
    assert db.session.scalars(sa.select(MailedKey)).all() == []
    with pytest.raises(Gone):
        operations.confirm_email(token)


def test_a_link_to_a_new_address_is_good_for_a_day(cast: Any, clock: Any, stranger: Any, letters: Any) -> None:
    operations.change_email(cast.fay.id, password=PASSWORD, email="fay@new.example")
    path = link_in(letters()[0], "account/email")
    clock.shift(86400 - 60)
    stranger.get(path)
    clock.shift(120)
    stranger.get(path, status=410)
    stranger.post(path, status=410)


def test_a_password_is_changed_by_who_knows_the_present_one(cast: Any, browser_as: Any, letters: Any) -> None:
    visitor = browser_as(cast.fay)
    visitor.get("/account/password")
    visitor.submit("password", {"password": "wrong volcano", "new_password": NEW}, status=422)
    visitor.submit("password", {"password": PASSWORD, "new_password": "azertyuiop"}, status=422)
    visitor.submit("password", {"password": PASSWORD, "new_password": NEW}, follow=True)
    assert "Your password is changed" in visitor.text
    assert [letter["Subject"] for letter in letters("fay@example.org")] == ["Your password was changed"]
    operations.sign_in("fay", NEW)


def test_a_stolen_session_is_no_place_to_guess_the_password(cast: Any, browser_as: Any) -> None:
    visitor = browser_as(cast.fay)
    visitor.get("/account/password")
    for _ in range(10):
        visitor.submit("password", {"password": "wrong volcano", "new_password": NEW}, status=422)
    visitor.submit("password", {"password": PASSWORD, "new_password": NEW}, status=429)
    assert int(visitor.response.headers["Retry-After"]) > 0


def test_a_new_name_keeps_the_old_address_alive(cast: Any, browser_as: Any) -> None:
    visitor = browser_as(cast.fay)
    visitor.get("/account/username")
    visitor.submit("username", {"username": "fay-of-thiers"}, follow=True)
    assert "Your name is changed" in visitor.text
    assert queries.by_username("fay") is None
    found = queries.once_called("FAY")
    assert found is not None and found.username == "fay-of-thiers"
    visitor.get("/fans/fay", status=301)
    assert visitor.location == "/fans/fay-of-thiers"


def test_a_new_name_is_told_to_the_rest_of_the_site(app: Any, cast: Any) -> None:
    seen = app.extensions["fansite"].clock.seen()
    operations.change_username(cast.fay.id, "fay-of-thiers")
    event = db.session.scalars(sa.select(Event).where(Event.name == "account.renamed")).one()
    assert event.data["tags"] == [f"account:{cast.fay.id}", "list:fans"]
    assert not app.extensions["fansite"].clock.fresh(seen, [f"account:{cast.fay.id}"])


def test_nobody_takes_a_name_somebody_had(cast: Any) -> None:
    operations.change_username(cast.fay.id, "fay-of-thiers")
    with pytest.raises(Refused, match="Somebody has this name"):
        operations.change_username(cast.nora.id, "Fay")
    [problem] = operations.objections(email="x@example.org", username="fay", password=PASSWORD)
    assert problem.field == "username"


def test_a_name_is_changed_once_in_thirty_days_and_capitals_at_any_time(cast: Any, clock: Any) -> None:
    operations.change_username(cast.fay.id, "fay-of-thiers")
    operations.change_username(cast.fay.id, "Fay-of-Thiers")
    with pytest.raises(Refused, match=r"24 December 2026|December 24, 2026"):
        operations.change_username(cast.fay.id, "fay")
    clock.shift(30 * 86400 + 1)
    operations.change_username(cast.fay.id, "fay")
    assert db.session.scalars(sa.select(FormerName.username_key)).all() == ["fay-of-thiers"]
    assert get(Account, cast.fay.id).username == "fay"


@pytest.mark.parametrize(
    "name", ["", "n", "admin", "ADM1N", "thepapermarmots", "m1lo", "Eli", "no ra", "fans.com", "аda", "x" * 500]
)
def test_a_name_keeps_the_rules(cast: Any, browser_as: Any, name: str) -> None:
    operations.create(email=None, username="milo-two", password=None)
    visitor = browser_as(cast.fay)
    visitor.get("/account/username")
    visitor.submit("username", {"username": "mi1o-two" if name == "m1lo" else name}, status=422)
    assert get(Account, cast.fay.id).username == "Fay"


def test_those_who_work_here_may_carry_the_bands_name(cast: Any) -> None:
    operations.change_username(cast.ada.id, "paper-marmots")
    assert get(Account, cast.ada.id).username == "paper-marmots"


def test_twelve_who_want_one_name_at_once_and_one_gets_it(app: Any, at_once: Any) -> None:
    ids = [operations.create(email=None, username=f"goat-{n}-{n * n}", password=None).id for n in range(2, 14)]
    answers = at_once(lambda n: operations.change_username(ids[n], "queen-of-goats"))
    assert sum(answer is None for answer in answers) == 1


def test_mails_come_in_the_language_one_chose(cast: Any, browser_as: Any, letters: Any) -> None:
    visitor = browser_as(cast.fay)
    visitor.get("/account/language")
    visitor.submit("language", {"language": "fr"}, follow=True)
    operations.ask_reset("fay")
    assert link_in(letters()[0], "reset").startswith("/fr/")
    visitor.get("/account/language")
    visitor.submit("language", {"language": "xx"}, status=422)
    visitor.submit("language", {"language": ""}, status=422)


def test_one_leaves_for_good_and_what_one_wrote_stays(cast: Any, browser_as: Any, clock: Any) -> None:
    operations.change_username(cast.fay.id, "fay-of-thiers")
    visitor = browser_as(cast.fay)
    visitor.get("/account/leave")
    visitor.submit("erase", {"password": "wrong volcano"}, status=422)
    visitor.submit("erase", {"password": PASSWORD})
    clock.shift(LEAVE_AFTER)
    operations.erase_due()
    visitor.get("/account/", status=302)
    gone = get(Account, cast.fay.id)
    assert (gone.username, gone.email, gone.email_key, gone.password_hash) == ("[deleted]", None, None, None)
    assert gone.erased_at is not None and not gone.active
    assert db.session.scalars(sa.select(FormerName)).all() == [] and db.session.scalars(sa.select(SignIn)).all() == []
    for name in ("fay", "fay-of-thiers", "[deleted]", f"deleted-{gone.id}"):
        with pytest.raises(Refused):
            operations.sign_in(name, PASSWORD)
    assert operations.create(email="fay@example.org", username="fay", password=PASSWORD).id != gone.id


def test_the_last_owner_cannot_leave(cast: Any, browser_as: Any) -> None:
    visitor = browser_as(cast.ada)
    visitor.get("/account/leave")
    visitor.submit("erase", {"password": PASSWORD}, status=422)
    assert "ada is the last owner" in visitor.text


def test_no_letter_tells_a_password(cast: Any, letters: Any) -> None:
    operations.change_password(cast.fay.id, current=PASSWORD, new=NEW)
    assert not any(secret in text_of(letter) for letter in letters() for secret in (PASSWORD, NEW))


SET = ("picture", "username", "email", "password", "sessions", "language", "notifications", "data", "leave")
DONE = ("notices", "profile", "comments", "talk", "evenings", "photos", "people")


def test_all_that_is_set_is_found_on_one_page_and_leads_back_to_it(cast: Any, browser_as: Any) -> None:
    visitor = browser_as(cast.fay)
    visitor.get("/account/")
    ways = visitor.page.xpath('//ul[@class="account__ways"]//a/@href')
    assert {f"/account/{name}" for name in SET} <= set(ways)
    for name in (*SET, *DONE):
        visitor.get(f"/account/{name}")
        [here] = visitor.page.xpath('//nav[@aria-label="Your account"]//a[@aria-current="page"]/@href')
        back = visitor.page.xpath('//ol[@class="crumbs"]//a/@href')
        assert (here, back) == (("/account/", ["/account/"]) if name in SET else (f"/account/{name}", [])), name
