"""One contract for every way mail leaves the site, on a folder and on a real SMTP server of this test."""

from __future__ import annotations

import email
import os
import socket
import ssl
from collections.abc import Callable, Iterator
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from fansite.backends import mail
from fansite.backends.mail import FolderMailer, Mailer, MailFailed, SmtpMailer, open_mailer
from tests.serve.served import free_port


class Server:
    """Takes mail in; `answers` says what it replies to a recipient or to a letter instead of yes."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.senders: list[str] = []
        self.encrypted: list[bool] = []
        self.people: list[str] = []
        self.answers: dict[str, str] = {}

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if "recipient" in self.answers:
            return self.answers["recipient"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, options: Any) -> str:
        if "sender" in self.answers:
            return self.answers["sender"]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:
        if "letter" in self.answers:
            return self.answers["letter"]
        self.received.append(email.message_from_bytes(envelope.content, policy=policy.default))
        self.senders.append(envelope.mail_from)
        self.people += envelope.rcpt_tos
        self.encrypted.append(session.ssl is not None)
        return "250 accepted"

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Any) -> str:
        return self.answers.get("leaving", "221 Bye")


@pytest.fixture
def serve() -> Iterator[Callable[..., tuple[Server, str]]]:
    """`serve()` is a running server and its URL."""
    running: list[Controller] = []

    def start(**options: Any) -> tuple[Server, str]:
        server, port = Server(), free_port()
        controller = Controller(server, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        return server, f"smtp://127.0.0.1:{port}"

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture(params=["folder:", "smtp://"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Mailer, Callable[[], list[Any]]]:
    """A mailer, and a look at what arrived."""
    if request.param == "folder:":
        folder = tmp_path / "outbox"
        return open_mailer("folder:", folder), lambda: [
            email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in sorted(folder.glob("*.eml"))
        ]
    server, url = request.getfixturevalue("serve")()
    return open_mailer(url, tmp_path), lambda: server.received


def letter(**more: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "The Paper Marmots <noreply@band.example>"
    message["To"] = more.pop("to", "nora@example.org")
    message["Subject"] = more.pop("subject", "One press, and you are in")
    for name, value in more.items():
        message[name] = value
    message.set_content("Open this page:\nhttp://band.example/confirm/abc\n.\nA line with a dot alone stands above.\n")
    message.add_alternative("<p>Open <a href='http://band.example/confirm/abc'>this page</a> à côté.</p>", subtype="html")
    return message


# ---- the contract -------------------------------------------------------------------------------------------------------------


def test_a_letter_arrives_whole(way):
    mailer, arrived = way
    assert mailer.send(letter())
    (message,) = arrived()
    assert (message["To"], message["Subject"]) == ("nora@example.org", "One press, and you are in")
    assert message["From"].addresses[0].addr_spec == "noreply@band.example"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text.get_content().replace("\r\n", "\n") == letter().get_body(("plain",)).get_content()
    assert "à côté" in html.get_content()


def test_words_of_any_language_arrive_as_they_were_written(way):
    mailer, arrived = way
    mailer.send(letter(subject="Où est l’été ? 👋 Wir spielen in Łódź", to="Noël Ørsted <noel@example.org>"))
    (message,) = arrived()
    assert message["Subject"] == "Où est l’été ? 👋 Wir spielen in Łódź"
    assert message["To"].addresses[0].display_name == "Noël Ørsted"


def test_each_letter_is_one(way):
    mailer, arrived = way
    for number in range(5):
        mailer.send(letter(subject=f"Letter {number}"))
    assert [message["Subject"] for message in arrived()] == [f"Letter {number}" for number in range(5)]


@pytest.mark.parametrize("name", ["Subject", "To", "X-Extra"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_no_header_can_be_smuggled_in(name, ending):
    message = EmailMessage()
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        message[name] = f"nora@example.org{ending}Bcc: eve@evil.example"
    assert message[name] is None


def test_long_headers_are_folded_and_say_the_same(way):
    mailer, arrived = way
    subject = "A very long subject about a very long night in Clermont-Ferrand, " * 4
    mailer.send(letter(subject=subject.strip()))
    (message,) = arrived()
    assert message["Subject"] == subject.strip()


# ---- a folder -----------------------------------------------------------------------------------------------------------------


def test_files_sort_by_time_and_name_the_person(tmp_path):
    mailer = FolderMailer(tmp_path)
    names = [mailer.send(letter(to=to)) for to in ("nora@example.org", "Éli <eli@example.org>", "a/../b@example.org")]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    assert names == sorted(names)
    assert names[0].endswith("-nora@example.org.eml")
    assert all(set(name) <= set("0123456789TZabcdefghijklmnopqrstuvwxyz@._-") for name in names)


@pytest.mark.usefixtures("clock")
def test_two_letters_at_one_moment_are_two_files(tmp_path):
    mailer = FolderMailer(tmp_path)
    names = {mailer.send(letter(subject=f"{number}")) for number in range(3)}
    assert len(names) == 3 == len(list(tmp_path.glob("*.eml")))


def test_nobody_else_on_the_machine_reads_the_letters(tmp_path):
    FolderMailer(tmp_path / "outbox").send(letter())
    (file,) = (tmp_path / "outbox").iterdir()
    assert (tmp_path / "outbox").stat().st_mode & 0o077 == 0
    assert file.stat().st_mode & 0o077 == 0


def test_a_full_disk_is_a_failure_that_passes(tmp_path, monkeypatch):
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MailFailed, match="No space left") as failed:
        FolderMailer(tmp_path).send(letter())
    assert not failed.value.for_ever
    assert list(tmp_path.iterdir()) == []


def test_a_folder_may_be_named(tmp_path):
    mailer = open_mailer(f"folder:{tmp_path / 'elsewhere'}", tmp_path / "outbox")
    mailer.send(letter())
    assert len(list((tmp_path / "elsewhere").iterdir())) == 1
    assert not (tmp_path / "outbox").exists()


# ---- a server -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def tls() -> ssl.SSLContext:
    """A certificate nobody else knows, as mail servers beside the site often have."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


def test_what_the_server_offers_is_used(serve, tls):
    server, url = serve(tls_context=tls)
    SmtpMailer(url).send(letter())
    assert server.encrypted == [True]


def test_a_server_that_insists_on_encryption_gets_it(serve, tls):
    server, url = serve(tls_context=tls, require_starttls=True)
    SmtpMailer(url).send(letter())
    assert server.encrypted == [True]


def test_without_the_offer_it_goes_in_the_clear(serve):
    server, url = serve()
    SmtpMailer(url).send(letter())
    assert server.encrypted == [False]


def test_encrypted_from_the_first_byte(serve, tls):
    server, url = serve(ssl_context=tls)
    SmtpMailer(url.replace("smtp://", "smtps://")).send(letter())
    assert [message["Subject"] for message in server.received] == ["One press, and you are in"]


def test_a_certificate_nobody_vouches_for_is_refused_elsewhere(serve, tls, monkeypatch):
    """On this machine it is taken; a server under any other name has to prove who it is."""
    server, url = serve(tls_context=tls)
    monkeypatch.setattr(mail, "LOOPBACK", ())
    with pytest.raises(MailFailed, match="CERTIFICATE_VERIFY_FAILED") as failed:
        SmtpMailer(url).send(letter())
    assert not failed.value.for_ever
    assert server.received == []


def test_who_we_are_is_said_with_the_password_from_the_url(serve):
    said: list[LoginPassword] = []

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, auth: LoginPassword) -> AuthResult:
        said.append(auth)
        return AuthResult(success=True)

    _server, url = serve(authenticator=check, auth_require_tls=False)
    SmtpMailer(url.replace("//", "//band%40mail.example:p%3Aa%2Fss@")).send(letter())
    assert said == [LoginPassword(b"band@mail.example", b"p:a/ss")]


def test_a_wrong_password_can_be_mended(serve):
    def check(*_: Any) -> AuthResult:
        return AuthResult(success=False, handled=False)

    _server, url = serve(authenticator=check, auth_require_tls=False)
    with pytest.raises(MailFailed, match="535") as failed:
        SmtpMailer(url.replace("//", "//band:wrong@")).send(letter())
    assert not failed.value.for_ever
    assert "wrong" not in str(failed.value)


@pytest.mark.parametrize(
    ("at", "answer", "for_ever"),
    [
        ("recipient", "550 5.1.1 No such person here", True),
        ("recipient", "450 4.2.0 Greylisted, come back", False),
        ("letter", "554 5.7.1 We do not want this", True),
        ("letter", "451 4.3.0 Later", False),
        ("sender", "550 5.7.1 You may not send", False),
        ("sender", "421 4.3.2 Going down", False),
    ],
)
def test_a_refusal_is_told_in_the_servers_words_and_known_to_last_or_pass(serve, at, answer, for_ever):
    server, url = serve()
    server.answers[at] = answer
    with pytest.raises(MailFailed) as failed:
        SmtpMailer(url).send(letter())
    assert answer.split(" ", 1)[1] in str(failed.value) and answer[:3] in str(failed.value)
    assert failed.value.for_ever is for_ever
    assert server.received == []


def test_a_letter_that_was_taken_is_sent_however_we_part(serve):
    server, url = serve()
    server.answers["leaving"] = "451 Not so fast"
    assert SmtpMailer(url).send(letter()) == "accepted"


def test_the_server_is_told_who_writes_to_whom(serve):
    server, url = serve()
    SmtpMailer(url).send(letter(to="Nora <nora@example.org>"))
    assert (server.senders, server.people) == (["noreply@band.example"], ["nora@example.org"])


def test_a_server_that_is_away_is_a_failure_that_passes():
    with pytest.raises(MailFailed, match="ConnectionRefusedError") as failed:
        SmtpMailer(f"smtp://127.0.0.1:{free_port()}").send(letter())
    assert not failed.value.for_ever


def test_a_server_that_says_nothing_is_not_waited_for_for_ever(monkeypatch):
    monkeypatch.setattr(mail, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with pytest.raises(MailFailed, match="timed out"):
            SmtpMailer(f"smtp://127.0.0.1:{silent.getsockname()[1]}").send(letter())


@pytest.mark.parametrize(
    ("url", "host", "port", "tls"),
    [
        ("smtp://mail.example", "mail.example", 25, False),
        ("smtp://user:word@mail.example", "mail.example", 587, False),
        ("smtps://user:word@mail.example", "mail.example", 465, True),
        ("smtp://[::1]:2525", "::1", 2525, False),
    ],
)
def test_ports_everybody_knows_need_not_be_named(url, host, port, tls):
    mailer = SmtpMailer(url)
    assert (mailer.host, mailer.port, mailer.tls) == (host, port, tls)
