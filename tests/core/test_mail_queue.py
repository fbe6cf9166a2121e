"""Mail waits in the table until it is on its way; what fails stays visible, is tried again, and can be sent again by hand."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import sqlalchemy as sa

from fansite.backends.mail import FolderMailer, MailFailed
from fansite.core import kept, mail
from fansite.core.db import db, get, transaction
from fansite.core.errors import NotFound
from fansite.core.mail import Mail
from fansite.core.outbox import Event
from fansite.core.outbox.leases import MAX_TRIES
from fansite.lib.times import now
from tests.core.broken import broken_off
from tests.core.forks import ended

pytestmark = pytest.mark.usefixtures("clock")
FACTS = {"name": "Nora", "url": "http://127.0.0.1:8000/confirm/abc", "days": 7}


class Unwilling:
    """Refuses with each of these in turn, then takes everything."""

    def __init__(self, *refusals: MailFailed | Exception) -> None:
        self.refusals = list(refusals)
        self.tries = 0
        self.taken: list[EmailMessage] = []

    def forget(self, receipts: Sequence[str]) -> None:
        self.forgotten = list(receipts)

    def send(self, message: EmailMessage) -> str:
        self.tries += 1
        if self.refusals:
            raise self.refusals.pop(0)
        self.taken.append(message)
        return "accepted"


@pytest.fixture
def unwilling(app: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    def replaced(*refusals: Exception) -> Unwilling:
        mailer = Unwilling(*refusals)
        monkeypatch.setattr(app.extensions["fansite"], "mailer", mailer)
        return mailer

    return replaced


def queued(to: str = "nora@example.org", language: str = "en", **more: Any) -> int:
    with transaction() as session:
        posted = mail.post("confirm", to, language, **{**FACTS, **more})
        session.flush()
        return posted.id


def row(mail_id: int) -> Mail:
    db.session.rollback()
    return get(Mail, mail_id)


# ---- sending ------------------------------------------------------------------------------------------------------------------


def test_mail_is_sent_after_the_transaction_that_wanted_it(app, worker, outbox_mails):
    mail_id = queued()
    assert outbox_mails() == []
    assert row(mail_id).state == "waiting"
    worker()
    (message,) = outbox_mails()
    assert message["To"] == "nora@example.org"
    sent = row(mail_id)
    assert (sent.state, sent.sent_at) == ("sent", now())
    assert sent.receipt.endswith("nora@example.org.eml")


def test_mail_of_a_failed_transaction_is_never_sent(app, worker, outbox_mails):
    with broken_off():
        mail.post("confirm", "nora@example.org", "en", **FACTS)
    worker()
    assert outbox_mails() == []


def test_the_text_is_forgotten_once_it_is_sent(app, worker):
    """It held the key of an account."""
    mail_id = queued()
    assert "confirm/abc" in row(mail_id).text and "confirm/abc" in row(mail_id).html
    worker()
    assert (row(mail_id).text, row(mail_id).html) == ("", "")
    assert row(mail_id).subject == "One press, and you are in"


def test_a_letter_says_all_a_mail_program_wants_to_know(app, worker, outbox_mails):
    mail_id = queued()
    worker()
    (message,) = outbox_mails()
    assert message["From"].addresses[0].display_name == "The Paper Marmots"
    assert message["From"].addresses[0].addr_spec == "noreply@example.org"
    assert message["Date"].datetime == now()
    assert message["Message-ID"] == f"<{mail_id}.20261124120000000000@example.org>"
    assert (message["Auto-Submitted"], message["Content-Language"]) == ("auto-generated", "en")
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert FACTS["url"] in text.get_content()
    assert FACTS["url"] in html.get_content()
    assert "style=" in html.get_content()  # mail programs read no sheets of styles
    assert not text.get_content().startswith("One press")  # that is the subject


@pytest.mark.parametrize(
    ("language", "spoken", "subject"),
    [("fr", "fr", None), ("en", "en", "One press, and you are in"), ("xx", "en", "One press, and you are in")],
)
def test_mail_speaks_the_readers_language_whoever_caused_it(app, worker, outbox_mails, language, spoken, subject):
    queued(language=language)
    worker()
    (message,) = outbox_mails()
    assert message["Content-Language"] == spoken
    assert f'<html lang="{spoken}">' in message.get_body(("html",)).get_content()
    assert (message["Subject"] == "One press, and you are in") is (spoken == "en")
    path = "http://127.0.0.1:8000/fr/" if spoken == "fr" else "http://127.0.0.1:8000/"
    assert path in message.get_body(("plain",)).get_content().split()


def test_names_and_subjects_of_any_language_arrive(app, worker, outbox_mails):
    kept.say("site_name", "Les Été’s 🦫\nBcc: eve@evil.example")
    queued(name="Łucja\r\nBcc: eve@evil.example")
    worker()
    (message,) = outbox_mails()
    assert message["From"].addresses[0].display_name == "Les Été’s 🦫 Bcc: eve@evil.example"
    assert len(message["From"].addresses) == 1
    assert message["Bcc"] is None
    assert "Łucja" in message.get_body(("plain",)).get_content()


def test_what_a_name_says_is_text_in_the_letter_too(app, worker, outbox_mails):
    queued(name="<b>Nora</b>")
    worker()
    (message,) = outbox_mails()
    assert "&lt;b&gt;Nora" in message.get_body(("html",)).get_content()
    assert "<b>Nora</b>" in message.get_body(("plain",)).get_content()


# ---- failing ------------------------------------------------------------------------------------------------------------------


def test_what_fails_is_seen_and_tried_again_later(app, unwilling, worker, clock):
    mailer = unwilling(MailFailed("451 Later"), MailFailed("451 Still later"))
    mail_id = queued()
    worker()
    waiting = row(mail_id)
    assert (waiting.state, waiting.tries, waiting.error) == ("waiting", 1, "451 Later")
    assert waiting.text
    worker()
    assert mailer.tries == 1  # not before its time
    clock.shift(2)
    worker()
    assert row(mail_id).error == "451 Still later"
    clock.shift(4)
    worker()
    assert (row(mail_id).state, row(mail_id).error, len(mailer.taken)) == ("sent", None, 1)


def test_one_that_fails_holds_up_no_other(app, unwilling, worker):
    mailer = unwilling(MailFailed("450 Greylisted"))
    first, second = queued("nora@example.org"), queued("fay@example.org")
    worker()
    assert (row(first).state, row(second).state) == ("waiting", "sent")
    assert [message["To"] for message in mailer.taken] == ["fay@example.org"]


def test_what_is_refused_for_ever_is_not_tried_again(app, unwilling, worker, clock):
    mailer = unwilling(MailFailed("550 No such person", for_ever=True))
    mail_id = queued()
    worker()
    clock.shift(3600)
    worker()
    assert (row(mail_id).state, row(mail_id).error, mailer.tries) == ("failed", "550 No such person", 1)


def test_a_server_away_for_hours_loses_no_mail_and_is_given_up_in_the_end(app, unwilling, worker, clock):
    mailer = unwilling(*[MailFailed("away")] * 100)
    mail_id = queued()
    began = now()
    while row(mail_id).state == "waiting":
        worker()
        clock.shift(60)
    failed = row(mail_id)
    assert failed.tries == mailer.tries == mail.MAX_TRIES
    assert timedelta(hours=6) < failed.failed_at - began < timedelta(hours=12)
    assert failed.text  # it can still be sent


def test_mail_is_given_up_before_its_delivery_is():
    """Else it would wait for ever, and nobody would be told."""
    assert mail.MAX_TRIES < MAX_TRIES


@pytest.mark.parametrize("to", ["nora@example.org, eve@evil.example", "nora", "nora@example.org\nBcc: eve@evil.example"])
def test_what_cannot_be_written_as_a_letter_is_seen_by_a_person(app, unwilling, worker, to):
    mailer = unwilling()
    bad, good = queued(to), queued()
    worker()
    assert row(bad).state == "failed"
    assert row(bad).error.startswith("not a letter: ")
    assert row(good).state == "sent"
    assert len(mailer.taken) == 1


def test_a_person_may_send_it_again(app, unwilling, worker):
    mailer = unwilling(MailFailed("550 No such person", for_ever=True))
    mail_id = queued()
    worker()
    mail.send_again(mail_id)
    assert (row(mail_id).state, row(mail_id).tries) == ("waiting", 0)
    worker()
    assert (row(mail_id).state, len(mailer.taken)) == ("sent", 1)


def test_sending_again_twice_sends_once(app, unwilling, worker):
    mailer = unwilling(MailFailed("550 No such person", for_ever=True))
    mail_id = queued()
    worker()
    mail.send_again(mail_id)
    mail.send_again(mail_id)
    worker()
    assert len(mailer.taken) == 1


def test_what_is_sent_cannot_be_sent_again(app, unwilling, worker):
    unwilling()
    mail_id = queued()
    worker()
    with pytest.raises(NotFound):
        mail.send_again(mail_id)


def test_killed_before_it_is_noted_a_letter_goes_twice_and_is_known_as_one(app, worker, outbox_mails, clock, monkeypatch):
    """At least once: nobody can know whether a letter left, so it goes again, under the same Message-ID."""
    mail_id = queued()

    def work_and_die() -> None:
        real = FolderMailer.send
        monkeypatch.setattr(FolderMailer, "send", lambda *given: (real(*given), os.kill(os.getpid(), signal.SIGKILL)))
        worker()

    assert ended(work_and_die) == [-9]
    assert row(mail_id).state == "waiting"
    clock.shift(mail.LEASE + timedelta(seconds=1))
    worker()
    assert row(mail_id).state == "sent"
    assert len(outbox_mails()) == 2
    assert len({message["Message-ID"] for message in outbox_mails()}) == 1
    clock.shift(3600)
    worker()
    assert len(outbox_mails()) == 2


# ---- until when, and how it is stopped ---------------------------------------------------------------------------------------


def notice(**columns: Any) -> int:
    written = mail.written("confirm", "nora@example.org", "en", **FACTS)
    for name, value in columns.items():
        setattr(written, name, value)
    with transaction() as session:
        mail.queue(written)
        session.flush()
        return written.id


def test_what_is_of_no_use_any_more_is_not_sent_and_says_why(app, unwilling, worker, clock):
    mailer = unwilling(*[MailFailed("away")] * 100)
    mail_id = notice(not_after=now() + timedelta(hours=1))
    for _minute in range(61):
        worker()
        clock.shift(60)
    tries = mailer.tries
    mailer.refusals.clear()
    clock.shift(3600)
    worker()
    given_up = row(mail_id)
    assert (given_up.state, given_up.error) == ("failed", "too late: it was of use until 2026-11-24T13:00:00+00:00")
    assert (mailer.tries, mailer.taken) == (tries, [])
    mail.send_again(mail_id)
    worker()
    assert (row(mail_id).state, mailer.taken) == ("failed", [])


def test_in_time_it_goes(app, unwilling, worker, clock):
    mailer = unwilling()
    notice(not_after=now() + timedelta(seconds=1))
    worker()
    assert len(mailer.taken) == 1


def test_what_is_given_up_is_told_to_who_wants_to_know(app, unwilling, worker):
    unwilling(MailFailed("550 No such person", for_ever=True), MailFailed("451 Later"))
    failed, _waiting = queued(), queued()
    worker()
    told = db.session.scalars(sa.select(Event.subject).where(Event.name == "mail.failed")).all()
    assert told == [f"mail:{failed}"]


def test_a_mail_that_can_be_stopped_says_how_in_one_line(app, worker, outbox_mails):
    """Long addresses are neither folded nor encoded: mail programs would not find the button. The key is forgotten with the text."""
    address = f"https://marmots.example/fr/unsubscribe/{'0123456789abcdef' * 40}"
    mail_id = notice(stop_url=address)
    queued()
    worker()
    other, stoppable = sorted(outbox_mails(), key=lambda message: "List-Unsubscribe" in message)
    folder = app.extensions["fansite"].settings.instance_path / "outbox"
    raw = b"".join(path.read_bytes() for path in folder.glob("*.eml"))
    assert f"List-Unsubscribe: <{address}>\r\n".encode() in raw
    assert stoppable["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (other["List-Unsubscribe"], other["List-Unsubscribe-Post"]) == (None, None)
    assert row(mail_id).stop_url is None


# ---- looking back -------------------------------------------------------------------------------------------------------------


def test_what_failed_stands_first_then_what_waits(app, unwilling, worker):
    unwilling(MailFailed("550", for_ever=True), MailFailed("451"))
    failed, waiting, sent = (queued(f"{name}@example.org") for name in ("a", "b", "c"))
    worker()
    db.session.rollback()
    assert [found.id for found in mail.recent()] == [failed, waiting, sent]


def test_letters_are_forgotten_after_a_month_and_what_waits_is_not(app, unwilling, worker, clock):
    unwilling(MailFailed("550", for_ever=True), MailFailed("451"))
    for name in ("failed", "waiting", "sent"):
        queued(f"{name}@example.org")
    worker()
    clock.shift(mail.KEEP - timedelta(minutes=1))
    mail.sweep()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Mail)) == 3
    clock.shift(timedelta(minutes=2))
    mail.sweep()
    assert list(db.session.scalars(sa.select(Mail.to))) == ["waiting@example.org"]
