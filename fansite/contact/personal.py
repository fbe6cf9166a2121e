"""What the band's post knows of a person: the letters they wrote."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.accounts import emails
from fansite.accounts.models import Account
from fansite.contact import queries
from fansite.contact.models import Letter
from fansite.core.db import db, get
from fansite.core.feature import Chapter, Leaver, Personal


def export(account_id: int) -> list[Chapter]:
    account = get(Account, account_id, lock=False)
    labels = {"subject": _l("Subject"), "text": _l("Text"), "name": _l("Your name"), "email": _l("E-mail"), "at": _l("When")}
    rows = [
        {"subject": letter.subject, "text": letter.body, "name": letter.name, "email": letter.email, "at": letter.received_at}
        for letter in queries.letters_of(account_id, account.email)
    ]
    return [Chapter("letters", _l("Letters you wrote to the band"), labels, rows)]


def erase(leaver: Leaver) -> None:
    theirs = [Letter.account_id == leaver.id, *([Letter.email_key == emails.key(leaver.email)] if leaver.email else [])]
    db.session.execute(sa.delete(Letter).where(sa.or_(*theirs)))


personal = Personal(
    covers=("letter.account_id",),
    export=export,
    erase=erase,
    exempt={"letter.decided_by_id": "that somebody of the band dealt with a letter; the account says no more who that was"},
)
