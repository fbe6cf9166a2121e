"""Mail is queued by the operation that wants it, in its transaction, and sent by the worker; failures stay visible and can be sent again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from email import policy
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app, render_template
from sqlalchemy.orm import Mapped, mapped_column

from fansite.backends.mail import Mailer, MailFailed
from fansite.core.db import Model, db, get, index_of_some, transaction
from fansite.core.errors import NotFound
from fansite.core.listing import Listing
from fansite.core.outbox import Event, record
from fansite.core.web.language import speaking
from fansite.lib.times import now, w3c
from fansite.settings import Settings

# With the outbox's pauses some seven hours: longer than most servers are away, or put strangers off.
MAX_TRIES = 18
KEEP = timedelta(days=30)
# A slow server may take this long with one letter; another worker must not send it meanwhile.
LEASE = timedelta(minutes=2)
# As they lie on the desk, each found by an index of its own.
HEAPS = {
    "failed": "failed_at IS NOT NULL",
    "waiting": "failed_at IS NULL AND sent_at IS NULL",
    "sent": "failed_at IS NULL AND sent_at IS NOT NULL",
}


class Mail(Model):
    """One mail to one person. The body is forgotten once the mail is on its way."""

    __tablename__ = "mail"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    to: Mapped[str] = mapped_column(sa.String(254))
    language: Mapped[str] = mapped_column(sa.String(8))
    subject: Mapped[str] = mapped_column(sa.String(300))
    text: Mapped[str] = mapped_column(sa.Text)
    html: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(sa.Text)
    receipt: Mapped[str | None] = mapped_column(sa.String(300))
    # Whom it is written to, if they have an account: addresses change.
    account_id: Mapped[int | None] = mapped_column(index=True)
    # Whom an answer goes to, when that is somebody else than the site.
    reply_to: Mapped[str | None] = mapped_column(sa.String(254))
    # Where one press stops all mails of this sort (RFC 8058); forgotten with the text.
    stop_url: Mapped[str | None] = mapped_column(sa.String(1000))
    # From then on it is of no use to anybody, and is not sent any more.
    not_after: Mapped[datetime | None]

    __table_args__ = tuple(index_of_some(f"ix_mail_{name}", "id", where=which) for name, which in HEAPS.items())

    @property
    def subject_kind(self) -> str:
        return "mail"

    @property
    def state(self) -> str:
        if self.sent_at is not None:
            return "sent"
        return "failed" if self.failed_at is not None else "waiting"

    def too_late(self, at: datetime) -> bool:
        return self.not_after is not None and at >= self.not_after


def post(kind: str, to: str, language: str, *, account_id: int | None = None, reply_to: str | None = None, **values: Any) -> Mail:
    """Queues the mail `templates/mail/<kind>.{txt,html}` in the reader's language. First line of the text is the subject."""
    mail = written(kind, to, language, **values)
    mail.account_id, mail.reply_to = account_id, reply_to
    return queue(mail)


def written(kind: str, to: str, language: str, **values: Any) -> Mail:
    """The mail itself, not stored yet: whoever writes many does so before the transaction, and queues them in it."""
    settings: Settings = current_app.extensions["fansite"].settings
    language = language if language in settings.languages else settings.language
    with speaking(language):
        subject, _newline, text = render_template(f"mail/{kind}.txt", **values).strip().partition("\n")
        html = render_template(f"mail/{kind}.html", subject=subject, **values)
    subject = " ".join(subject.split())[:300]
    return Mail(kind=kind, to=to, language=language, subject=subject, text=text.strip() + "\n", html=html)


def queue(mail: Mail) -> Mail:
    with transaction() as session:
        session.add(mail)
        record("mail.queued", mail)
    return mail


def send_queued(events: Sequence[Event]) -> None:
    """Listener: sends each queued mail once. What the server refuses for now comes back by the outbox."""
    for event in events:
        mail = db.session.get(Mail, int(event.subject.partition(":")[2]))
        if mail is not None and mail.sent_at is None and mail.failed_at is None:
            _send(mail)


def _send(mail: Mail) -> None:
    site = current_app.extensions["fansite"]
    mailer: Mailer = site.mailer
    mail_id = mail.id
    try:
        _require_in_time(mail)
        message = _composed(mail, site.settings)
        db.session.rollback()  # no snapshot is held while a server makes up its mind
        receipt = mailer.send(message)
    except MailFailed as problem:
        if not _note_failure(mail_id, problem):
            raise
        return
    with transaction():
        mail = get(Mail, mail_id)
        mail.sent_at, mail.receipt, mail.error, mail.text, mail.html, mail.stop_url = now(), receipt[:300], None, "", "", None


def _note_failure(mail_id: int, problem: MailFailed) -> bool:
    """Whether it is given up."""
    with transaction():
        mail = get(Mail, mail_id)
        mail.tries += 1
        mail.error = str(problem)
        given_up = problem.for_ever or mail.tries >= MAX_TRIES
        mail.failed_at = now() if given_up else None
        if given_up:
            record("mail.failed", mail)
    return given_up


def _require_in_time(mail: Mail) -> None:
    if mail.not_after is not None and mail.too_late(now()):
        raise MailFailed(f"too late: it was of use until {w3c(mail.not_after)}", for_ever=True)


def _composed(mail: Mail, settings: Settings) -> EmailMessage:
    try:
        return compose(mail, settings)
    except Exception as problem:  # whatever cannot be written as a letter must be seen by a person, not tried again in silence
        raise MailFailed(f"not a letter: {problem!r}"[:500], for_ever=True) from problem


def compose(mail: Mail, settings: Settings) -> EmailMessage:
    message = EmailMessage(policy=_HEADERS)
    local, _at, domain = settings.sender.partition("@")
    name = " ".join(current_app.extensions["fansite"].site_name().split())[:60]
    message["From"] = Address(name, local, domain)
    message["To"] = Address(addr_spec=mail.to)  # one person, whatever the text looks like
    if mail.reply_to:
        message["Reply-To"] = Address(addr_spec=mail.reply_to)
    if mail.stop_url:
        message["List-Unsubscribe"] = f"<{mail.stop_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    # The same at every try: who gets a letter twice, because we were killed before we could note that it went, has one that counts.
    message["Message-ID"] = f"<{mail.id}.{mail.created_at:%Y%m%d%H%M%S%f}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    import css_inline  # a large library, needed where letters are sent

    html = css_inline.inline(mail.html, load_remote_stylesheets=False, keep_at_rules=True)
    message.add_alternative(html, subtype="html")
    message["Content-Language"] = mail.language  # last: setting the content clears its headers
    return message


class _OnOneLine(UnstructuredHeader):
    """The library would write a long address as an encoded word, and no mail program would find it again."""

    def fold(self, *, policy: Any) -> str:
        return f"{self.name}: {self}{policy.linesep}"  # type: ignore[attr-defined]


_REGISTRY = HeaderRegistry()
_REGISTRY.map_to_type("list-unsubscribe", _OnOneLine)  # type: ignore[arg-type]  # the registry adds the rest of a header
_HEADERS = policy.default.clone(header_factory=_REGISTRY)


def send_again(mail_id: int) -> None:
    """A person decided to try once more."""
    with transaction():
        mail = get(Mail, mail_id)
        if mail.sent_at is not None:
            raise NotFound()
        mail.failed_at, mail.tries, mail.error = None, 0, None
        record("mail.queued", mail)


def forget(account_id: int, address: str | None) -> None:
    """Nothing is sent any more to who is not here any more, and nobody reads that it was, nor what they wrote to us by mail. Belongs
    into a transaction."""
    theirs = [Mail.account_id == account_id]
    if address:
        theirs += [sa.func.lower(Mail.to) == address.lower(), sa.func.lower(Mail.reply_to) == address.lower()]
    _drop(sa.or_(*theirs))


def _drop(which: sa.ColumnElement[bool]) -> None:
    """The rows, and the copies a folder of mails still has."""
    mailer: Mailer = current_app.extensions["fansite"].mailer
    mailer.forget(list(db.session.scalars(sa.select(Mail.receipt).where(which, Mail.receipt.is_not(None)))))
    db.session.execute(sa.delete(Mail).where(which))


def written_to(account_id: int) -> Sequence[Mail]:
    """What one person was sent lately, newest first."""
    return db.session.scalars(sa.select(Mail).where(Mail.account_id == account_id).order_by(Mail.id.desc())).all()


def recent(limit: int = 100) -> Sequence[Mail]:
    """What failed first, then what waits, then what was sent, newest first."""
    found: list[Mail] = []
    for which in HEAPS.values():
        statement = sa.select(Mail).where(sa.text(which)).order_by(Mail.id.desc()).limit(limit - len(found))
        found += db.session.scalars(statement) if len(found) < limit else ()
    return found


def in_the_post(most: int) -> dict[int, int]:
    """Of at most so many that wait, how often each was tried."""
    statement = sa.select(Mail.id, Mail.tries).where(sa.text(HEAPS["waiting"])).order_by(Mail.id).limit(most)
    return {row.id: row.tries for row in db.session.execute(statement)}


def count_failed() -> int:
    return len(_FAILED.order)


_FAILED = Listing("mail.failed", ("mail",), Mail.id, sa.literal_column("0", sa.Integer), (Mail.failed_at.is_not(None),))


def sweep() -> None:
    with transaction():
        _drop(sa.func.coalesce(Mail.sent_at, Mail.failed_at) < now() - KEEP)
