"""Ways out for mail: `.eml` files in a folder, or an SMTP server."""

from __future__ import annotations

import os
import re
import smtplib
import ssl
import tempfile
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 20


class MailFailed(Exception):
    """It could not be handed on. `for_ever` says that trying again is of no use."""

    def __init__(self, text: str, *, for_ever: bool = False) -> None:
        super().__init__(text)
        self.for_ever = for_ever


class Mailer(Protocol):
    def send(self, message: EmailMessage) -> str:
        """Hands the message on and returns a receipt (a file name, the server's answer). Raises `MailFailed`."""


def open_mailer(url: str, folder: Path) -> Mailer:
    if url.startswith("folder:"):
        return FolderMailer(Path(url.removeprefix("folder:")) if url != "folder:" else folder)
    return SmtpMailer(url)


class FolderMailer:
    """One `.eml` file a mail, named so that they sort by time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: EmailMessage) -> str:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        to = re.sub(r"[^a-z0-9@.-]+", "_", str(message["To"]).lower())[:60]
        name = f"{stamp}-{to}.eml"
        descriptor, part = tempfile.mkstemp(dir=self.folder, prefix=".", suffix=".part")
        with os.fdopen(descriptor, "wb") as file:
            file.write(message.as_bytes(policy=policy.SMTP))
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, self.folder / name)
        return name


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
            with self._connect() as server:
                refused = server.send_message(message)
        except smtplib.SMTPRecipientsRefused as problem:
            codes = [code for code, _text in problem.recipients.values()]
            raise MailFailed(f"recipient refused: {codes}", for_ever=all(code >= 500 for code in codes)) from None
        except smtplib.SMTPResponseException as problem:
            text = (
                problem.smtp_error.decode("utf-8", "replace")
                if isinstance(problem.smtp_error, bytes)
                else str(problem.smtp_error)
            )
            raise MailFailed(f"{problem.smtp_code} {text}"[:500]) from None
        except (smtplib.SMTPException, OSError) as problem:
            raise MailFailed(f"{type(problem).__name__}: {problem}"[:500]) from None
        return "accepted" if not refused else f"refused for {sorted(refused)}"

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
            server.ehlo_or_helo_if_needed()
            if server.has_extn("starttls"):
                server.starttls(context=context)
        if self.user:
            server.login(self.user, self.password)
        return server
