"""A letter is written to the table first, then on its way; what happens to it at the desk can be taken back."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.accounts import emails
from fansite.accounts import queries as accounts
from fansite.accounts.models import Account
from fansite.contact import checks, policy
from fansite.contact.models import KEEP, KEEP_SPAM, MAX_BODY, MAX_NAME, MAX_SUBJECT, STATES, Letter
from fansite.core import limits, mail
from fansite.core.db import db, get, transaction
from fansite.core.errors import Refused
from fansite.core.outbox import record
from fansite.core.policy import require
from fansite.core.web import path_for, public_url
from fansite.core.web.paths import settings
from fansite.lib.times import now

BY_ADDRESS = "5 per 30 minutes"
BY_EMAIL = "10 per day"
# The same words again within this time are a double click or a retry.
SAME_WITHIN = timedelta(hours=1)


def send(
    *, name: str, email: str, subject: str, body: str, language: str, address: str, by: Any = None, trapped: bool = False
) -> Letter:
    """Keeps the letter and mails it to the band; what looks like spam is kept apart and mailed to nobody."""
    name, subject, body = " ".join(name.split()), " ".join(subject.split()), body.strip()
    _require_short(name, subject, body)
    sender, by_id = emails.normal(email), by.id if by is not None else None
    with transaction() as session:
        author = get(Account, by_id, lock=False) if by_id is not None else None
        known = _sent_already(sender, subject, body)
        if known is not None:
            return known
        _keep_pace(author, sender, address)
        reasons = checks.suspicions(f"{subject}\n{body}", by=author, trapped=trapped, at=now())
        letter = Letter(
            account_id=by_id, name=name, email=sender, email_key=emails.key(sender), subject=subject, body=body, language=language,
            reasons=reasons, state="spam" if reasons else "new", before="new" if reasons else None,
        )  # fmt: skip
        session.add(letter)
        session.flush()
        record("letter.received", letter)
        if not reasons:
            _pass_on(letter)
        if author is not None and author.email and emails.key(author.email) == letter.email_key:
            _confirm(letter, author)
        return letter


def mark(letter_id: int, state: str, *, by: Any) -> Letter:
    """read, answered, spam; or `undo`, back to what it was. A letter that was no spam after all goes to the band."""
    with transaction():
        person, letter = get(Account, by.id, lock=False), get(Letter, letter_id)
        require(policy.answer, person, letter)
        wanted = (letter.before or letter.state) if state == "undo" else state
        if wanted not in STATES:
            raise Refused(_l("Please choose a decision."))
        if wanted == letter.state:
            return letter
        was, letter.state = letter.state, wanted
        letter.before = None if state == "undo" else was
        letter.decided_at, letter.decided_by_id = now(), person.id
        record("letter.marked", letter, state=wanted)
        if was == "spam" and letter.reasons:
            letter.reasons = []  # judged by a person: what the checks thought is answered, and it is passed on once
            _pass_on(letter)
        return letter


def sweep() -> None:
    """What was kept long enough: the privacy page says how long."""
    at = now()
    old = sa.or_(Letter.received_at < at - KEEP, sa.and_(Letter.state == "spam", Letter.received_at < at - KEEP_SPAM))
    with transaction() as session:
        session.execute(sa.delete(Letter).where(old))


def _require_short(name: str, subject: str, body: str) -> None:
    for field, words, most in (("name", name, MAX_NAME), ("subject", subject, MAX_SUBJECT), ("body", body, MAX_BODY)):
        if not words:
            raise Refused(_l("Write something first."), field=field)
        if len(words) > most:
            raise Refused(_l("Say it in %(most)s characters at most.", most=most), field=field)


def _sent_already(sender: str, subject: str, body: str) -> Letter | None:
    statement = sa.select(Letter).where(
        Letter.email_key == emails.key(sender), Letter.subject == subject, Letter.body == body,
        Letter.received_at > now() - SAME_WITHIN,
    )  # fmt: skip
    return db.session.scalar(statement.order_by(Letter.id).limit(1))


def _keep_pace(author: Account | None, sender: str, address: str) -> None:
    if author is None or not author.keeps_order:
        limits.spend("letter", BY_ADDRESS, address)
        limits.spend("letter-email", BY_EMAIL, str(author.id) if author is not None else _hashed(sender))


def _hashed(sender: str) -> str:
    """The table of counts holds no addresses."""
    return hashlib.sha256(emails.key(sender).encode()).hexdigest()[:32]


def _pass_on(letter: Letter) -> None:
    """An answer goes to who wrote. Their words stand in the text only: nothing they typed becomes a header but a checked address."""
    url = public_url(path_for("contact.letter", language=settings().language, letter_id=letter.id))
    for to, language, account_id in _band():
        mail.post("letter", to, language, account_id=account_id, reply_to=letter.email, letter=letter, url=url)


def _band() -> list[tuple[str, str, int | None]]:
    if settings().contact_mail:
        return [(settings().contact_mail, settings().language, None)]
    owners = db.session.scalars(sa.select(Account).where(Account.id.in_(accounts.owners()), Account.email.is_not(None)))
    return [(str(owner.email), owner.language, owner.id) for owner in owners]


def _confirm(letter: Letter, author: Account) -> None:
    """A copy, only to an address that proved itself: else the form would write to whomever a stranger names."""
    mail.post("letter_copy", letter.email, author.language, account_id=author.id, letter=letter)
