"""Renaming tags, and the owners' look at the mail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fansite.backends.mail import MailFailed
from fansite.core import mail
from fansite.core.db import db
from fansite.news import operations as news
from fansite.tags import queries


def test_a_tag_is_renamed_at_the_desk(cast, browser_as):
    news.draft(by=cast.eli, title="Rain", tags=["studio", "live"])
    eli = browser_as(cast.eli)
    eli.get("/staff/tags")
    eli.submit("tag", {"name": "On stage"}, follow=True)
    assert queries.by_slug("live").name == "On stage"
    (row,) = eli.page.xpath('//li[.//*[text()="Saved."]]')
    assert row.xpath(".//input[@name='name']/@value") == ["On stage"]
    for name in ("", "x" * 61, "!!"):
        eli.get("/staff/tags")
        eli.submit("tag", {"name": name}, status=422)
        assert eli.page.xpath('//input[@aria-invalid="true"]')
    assert queries.by_slug("live").name == "On stage"


def test_a_desk_without_tags_says_so(cast, browser_as):
    eli = browser_as(cast.eli)
    eli.get("/staff/tags")
    assert "No tags yet" in eli.text
    eli.get("/staff/tags/1", status=404)


@pytest.fixture
def ada(cast, browser_as):
    return browser_as(cast.ada)


def queued(text="Hello\n\nhttp://127.0.0.1:8000/confirm/abc\n"):
    from fansite.core.db import transaction
    from fansite.core.outbox import record

    with transaction() as session:
        row = mail.Mail(
            kind="test", to="fay@example.org", language="en", subject="Confirm your address", text=text, html="<p>Hello</p>"
        )
        session.add(row)
        record("mail.queued", row)
    return row.id


@pytest.mark.parametrize("address", ["/staff/mail", "/staff/mail/1"])
def test_mail_is_the_owners_alone(cast, browser_as, stranger, address):
    queued()
    for name in ("fay", "milo", "eli"):
        browser_as(getattr(cast, name)).get(address, status=403)
    stranger.get(address, status=302)
    browser_as(cast.ada).get(address)


def test_a_sent_mail_is_read_from_the_folder(ada, worker):
    mail_id = queued()
    ada.get("/staff/mail")
    assert ada.page.xpath(f'//*[@id="mail-{mail_id}"]/@data-state') == ["waiting"]
    worker()
    ada.get("/staff/mail")
    assert ada.page.xpath(f'//*[@id="mail-{mail_id}"]/@data-state') == ["sent"]
    ada.get(f"/staff/mail/{mail_id}")
    assert "Hello" in ada.text
    (link,) = ada.page.xpath('//pre//a[@href="/confirm/abc"]')
    assert link.text.endswith("/confirm/abc"), "in its place in the letter"


def test_bodies_are_not_shown_on_a_public_site(app, ada, worker, monkeypatch):
    mail_id = queued()
    worker()
    site = app.extensions["fansite"]
    monkeypatch.setattr(site, "settings", replace(site.settings, base_url="https://band.example"))
    ada.get("/staff/mail")
    assert "Confirm your address" in ada.text
    assert not ada.page.xpath(f'//a[@href="/staff/mail/{mail_id}"]')
    ada.get(f"/staff/mail/{mail_id}", status=404)


@pytest.mark.parametrize("receipt", ["../secret.key", "/etc/passwd", "accepted", "20260101T000000.0Z-x.eml", None, ""])
def test_a_receipt_leads_nowhere_else(app, ada, worker, receipt):
    mail_id = queued()
    worker()
    from fansite.core.db import transaction

    with transaction():
        db.session.get(mail.Mail, mail_id).receipt = receipt
    ada.get(f"/staff/mail/{mail_id}")
    assert "forgotten here" in ada.text


def test_what_failed_is_seen_and_sent_again(app, ada, worker, monkeypatch, outbox_mails):
    class Broken:
        def send(self, message):
            raise MailFailed("550 no such mailbox", for_ever=True)

    site = app.extensions["fansite"]
    working = site.mailer
    monkeypatch.setattr(site, "mailer", Broken())
    mail_id = queued()
    worker()
    ada.get("/staff/mail")
    assert ada.page.xpath(f'//*[@id="mail-{mail_id}"]/@data-state') == ["failed"]
    assert "550 no such mailbox" in ada.text
    monkeypatch.setattr(site, "mailer", working)
    ada.submit("delivery")
    worker()
    assert len(outbox_mails()) == 1
    ada.get("/staff/mail")
    assert ada.page.xpath(f'//*[@id="mail-{mail_id}"]/@data-state') == ["sent"]
    ada.post("/staff/mail/999/delivery", {"csrf_token": ada.page.xpath('//input[@name="csrf_token"]/@value')[0]}, status=404)


def test_an_empty_list_says_what_it_is(ada):
    ada.get("/staff/mail")
    assert "No mail yet" in ada.text
    ada.get("/staff/mail/1", status=404)
