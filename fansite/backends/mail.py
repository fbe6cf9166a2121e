"""Ways out for mail: `.eml` files in a folder, or an SMTP server."""

from __future__ import annotations

import itertools
import os
import re
import smtplib
import ssl
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 20
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class MailFailed(Exception):
    """It could not be handed on. `for_ever` says that trying again is of no use."""

    def __init__(self, text: str, *, for_ever: bool = False) -> None:
        super().__init__(text)
        self.for_ever = for_ever


class Mailer(Protocol):
    def send(self, message: EmailMessage) -> str:
        """Hands the message on and returns a receipt (a file name, the server's answer). Raises `MailFailed`."""

    def forget(self, receipts: Sequence[str]) -> None:
        """Drops our own copies of these; what was handed to somebody else is theirs."""


def open_mailer(url: str, folder: Path) -> Mailer:
    if url.startswith("folder:"):
        return FolderMailer(Path(url.removeprefix("folder:")) if url != "folder:" else folder)
    return SmtpMailer(url)


class FolderMailer:
    """One `.eml` file a mail, named so that they sort by time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: EmailMessage) -> str:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        to = re.sub(r"[^a-z0-9@.-]+", "_", str(message["To"]).lower())[:60]
        try:
            return self._write(message.as_bytes(policy=policy.SMTP), stamp, to)
        except OSError as problem:
            raise MailFailed(f"{type(problem).__name__}: {problem}"[:500]) from None

    def forget(self, receipts: Sequence[str]) -> None:
        for receipt in receipts:
            if receipt == Path(receipt).name and receipt.endswith(".eml"):
                (self.folder / receipt).unlink(missing_ok=True)

    def _write(self, letter: bytes, stamp: str, to: str) -> str:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, part = tempfile.mkstemp(dir=self.folder, prefix=".", suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(letter)
                file.flush()
                os.fsync(file.fileno())
            return self._named(part, stamp, to)
        finally:
            os.unlink(part)

    def _named(self, part: str, stamp: str, to: str) -> str:
        """Two letters to one person at the same moment are two files."""
        for number in itertools.count(1):
            name = f"{stamp}-{to}.eml" if number == 1 else f"{stamp}-{number}-{to}.eml"
            with suppress(FileExistsError):
                os.link(part, self.folder / name)
                return name
        raise AssertionError("numbers do not end")


class SmtpMailer:
    """`smtp://user:password@host:587` (STARTTLS whenever the server offers it) or `smtps://…:465`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.tls = parts.scheme == "smtps"
        self.host = parts.hostname or "127.0.0.1"
        self.port = parts.port or (465 if self.tls else 587 if parts.username else 25)
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")

    def send(self, message: EmailMessage) -> str:
        try:
            with self._connected() as server:
                refused = server.send_message(message)
        except smtplib.SMTPRecipientsRefused as problem:
            codes = [code for code, _text in problem.recipients.values()]
            words = "; ".join(f"{code} {_read(text)}" for code, text in problem.recipients.values())
            raise MailFailed(f"recipient refused: {words}"[:500], for_ever=all(code >= 500 for code in codes)) from None
        except smtplib.SMTPResponseException as problem:
            # A letter the server has read and does not want will not be wanted later; who may send is a setting, and can be mended.
            for_ever = isinstance(problem, smtplib.SMTPDataError) and problem.smtp_code >= 500
            raise MailFailed(f"{problem.smtp_code} {_read(problem.smtp_error)}"[:500], for_ever=for_ever) from None
        except (smtplib.SMTPException, OSError, ValueError) as problem:
            raise MailFailed(f"{type(problem).__name__}: {problem}"[:500]) from None
        return "accepted" if not refused else f"refused for {sorted(refused)}"

    def forget(self, receipts: Sequence[str]) -> None:
        """We keep no copies."""

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        context = self._context()
        if self.tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
        try:
            server.ehlo_or_helo_if_needed()
            if not self.tls and server.has_extn("starttls"):
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
            yield server
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()  # the letter was taken or refused before: how we part changes nothing
            server.close()

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.host in LOOPBACK:  # a server on this machine shows a certificate of its own making, and nobody stands between
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context


def _read(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
