"""Letters to the band: kept first, mailed then, answered to who wrote; nothing that was acknowledged is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.contact import operations
from fansite.contact.models import KEEP, KEEP_SPAM, Letter
from fansite.core.db import db
from fansite.pages import operations as pages

LETTER = {"name": "Gus", "email": "gus@elsewhere.example", "subject": "Our kitchen", "body": "It has room for two.\n\nCome."}


def send(**changed: Any) -> Letter:
    return operations.send(**{**LETTER, "language": "en", "address": "192.0.2.7", "by": None, **changed})


def write(visitor: Any, *, status: int = 303, **changed: str) -> None:
    visitor.get("/contact")
    visitor.submit("contact", {**LETTER, **changed}, status=status)


def test_a_strangers_letter_is_kept_and_reaches_the_band_which_answers_by_mail(cast, stranger, worker, outbox_mails):
    write(stranger)
    assert stranger.location == "/contact/sent"
    letter = db.session.scalar(sa.select(Letter))
    assert (letter.name, letter.state, letter.account_id) == ("Gus", "new", None)
    worker()
    (mail,) = outbox_mails()
    assert (mail["To"], mail["Reply-To"], mail["Subject"]) == ("ada@example.org", "gus@elsewhere.example", "Letter: Our kitchen")
    assert "room for two" in mail.get_body(("plain",)).get_content()
    stranger.get("/contact/sent")


def test_who_is_signed_in_finds_the_form_filled_and_gets_a_copy_at_the_proven_address_only(
    cast, browser_as, worker, outbox_mails
):
    fay = browser_as(cast.fay)
    fay.get("/contact")
    fay.submit("contact", {"subject": "Our kitchen", "body": "Come."})
    fay.get("/contact")
    fay.submit("contact", {"email": "victim@elsewhere.example", "subject": "Other", "body": "Come."})
    worker()
    assert sorted(mail["To"] for mail in outbox_mails()) == ["ada@example.org", "ada@example.org", "fay@example.org"]


@pytest.mark.parametrize(
    "evil",
    ["Gus\r\nBcc: eve@example.org", "Gus\nBcc: eve@example.org", "Gus\x00\x0b", "=?utf-8?q?Bcc=3A_eve=40example.org?=", "G" * 81],
)
def test_nothing_that_was_typed_becomes_a_header(cast, stranger, worker, outbox_mails, evil):
    stranger.get("/contact")
    stranger.submit("contact", {**LETTER, "subject": evil, "name": "Gus\r\nCc: eve@example.org"}, status=303)
    stranger.get("/contact")
    stranger.submit("contact", {**LETTER, "email": "gus@elsewhere.example\r\nBcc: eve@example.org"}, status=422)
    worker()
    (mail,) = outbox_mails()
    assert not mail["Bcc"] and not mail["Cc"] and mail["To"] == "ada@example.org" and mail["Reply-To"] == "gus@elsewhere.example"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "whom we answer"), ("email", "nowhere", "not an e-mail address"), ("email", "", "can answer"),
        ("subject", "", "few words"), ("body", " ", "Write something"), ("subject", "s" * 151, "150 characters"),
        ("body", "b" * 10_001, "10000 characters"),
    ],
)  # fmt: skip
def test_what_is_refused_comes_back_with_every_word(cast, stranger, field, value, words):
    stranger.get("/contact")
    stranger.submit("contact", {**LETTER, field: value}, status=422)
    assert words in stranger.text.replace(",", "")
    for name in {"name", "email", "subject"} - {field}:
        assert stranger.page.xpath(f"//input[@name='{name}']/@value") == [LETTER[name]]
    assert db.session.scalar(sa.select(Letter)) is None


def test_a_letter_to_the_band_from_another_site_is_refused(stranger):
    stranger.post("/contact", LETTER, status=403, headers={"Origin": "https://evil.example"})


def test_sent_twice_it_is_one_letter_and_too_many_are_told_to_wait(cast, stranger, worker, outbox_mails):
    for _ in range(2):
        write(stranger)
    worker()
    assert len(outbox_mails()) == 1 and len(db.session.scalars(sa.select(Letter)).all()) == 1
    for number in range(4):
        write(stranger, subject=f"Again {number}")
    write(stranger, subject="Once more", status=429)
    assert int(stranger.response.headers["Retry-After"]) > 0
    assert stranger.page.xpath("//input[@name='subject']/@value") == ["Once more"]


SPAM = [
    {"website": "https://hats.example"},
    {"body": "https://a.example https://b.example https://c.example"},
    {"body": "Cheap viagra for kitchens"},
]


@pytest.mark.parametrize("spam", SPAM)
def test_what_looks_like_spam_is_kept_apart_and_mailed_to_nobody(cast, stranger, browser_as, worker, outbox_mails, spam):
    write(stranger, **spam)
    assert stranger.location == "/contact/sent", "nobody learns what gave them away"
    worker()
    assert outbox_mails() == []
    eli = browser_as(cast.eli)
    eli.get("/staff/letters")
    assert "Our kitchen" not in eli.text
    eli.get("/staff/letters?heap=spam")
    eli.get(eli.page.xpath("//a[@class='staff-row__title']/@href")[0])
    eli.submit("letter", {"state": "new"}, follow=True)
    worker()
    assert [mail["Subject"] for mail in outbox_mails()] == ["Letter: Our kitchen"], "no spam after all: the band gets it"


def test_what_is_done_with_a_letter_can_be_taken_back(cast, browser_as, worker, outbox_mails):
    letter = send().id
    eli = browser_as(cast.eli)
    eli.get(f"/staff/letters/{letter}")
    for state in ("answered", "spam"):
        eli.get(f"/staff/letters/{letter}")
        eli.submit("letter", {"state": state}, follow=True)
        assert db.session.get(Letter, letter, populate_existing=True).state == state
        eli.submit("undo", {"state": "undo"}, follow=True)
        assert db.session.get(Letter, letter, populate_existing=True).state == "new"
    eli.get(f"/staff/letters/{letter}")
    eli.submit("letter", {"state": "nonsense"}, status=422)
    worker()
    assert len(outbox_mails()) == 1, "it was on its way once"


@pytest.mark.parametrize(("who", "status"), [("fay", 403), ("milo", 403), ("eli", 200), ("ada", 200), (None, 302)])
def test_the_bands_post_is_read_by_who_publishes_for_it(cast, browser_as, who, status):
    letter = send().id
    visitor = browser_as(getattr(cast, who) if who else None)
    visitor.get("/staff/letters", status=status)
    visitor.get(f"/staff/letters/{letter}", status=status)


def test_the_page_of_that_name_stands_over_the_form_in_the_readers_language(cast, stranger):
    stranger.get("/contact")
    assert "Write to us" in stranger.page.xpath("string(//h1)")
    page = pages.draft(by=cast.eli, title="Where we are", slug="contact", body="Behind the *cheese*.")
    pages.publish(page.id, by=cast.eli)
    french = pages.draft(by=cast.eli, title="Où nous sommes", body="Derrière le fromage.", language="fr", translation_of=page.id)
    pages.publish(french.id, by=cast.eli)
    stranger.get("/contact")
    assert "Where we are" in stranger.page.xpath("string(//h1)") and "cheese" in stranger.text
    assert stranger.page.xpath("//form[@data-form='contact']")
    stranger.get("/fr/contact")
    assert "Où nous sommes" in stranger.page.xpath("string(//h1)")


def test_letters_are_mailed_where_the_setting_says(cast, app, worker, outbox_mails, monkeypatch):
    from dataclasses import replace

    site = app.extensions["fansite"]
    monkeypatch.setattr(site, "settings", replace(site.settings, contact_mail="post@band.example"))
    send()
    worker()
    assert [mail["To"] for mail in outbox_mails()] == ["post@band.example"]


def test_a_session_that_ended_while_writing_loses_no_word(cast, browser_as):
    fay = browser_as(cast.fay)
    fay.get("/contact")
    accounts.close_all_sessions(cast.fay.id)
    fay.submit("contact", {"subject": "Our kitchen", "body": "Every word of it"})
    assert db.session.scalar(sa.select(Letter.body)) == "Every word of it"


def test_letters_are_forgotten_when_the_privacy_page_says(cast, clock):
    kept, spam = send().id, send(body="viagra").id
    clock.shift(KEEP_SPAM + timedelta(seconds=1))
    operations.sweep()
    assert db.session.scalars(sa.select(Letter.id)).all() == [kept] and spam != kept
    clock.shift(KEEP - KEEP_SPAM)
    operations.sweep()
    assert db.session.scalars(sa.select(Letter.id)).all() == []
