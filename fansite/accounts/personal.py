"""What accounts know of a person, and how they forget it."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.accounts import queries
from fansite.accounts.models import Account, FormerName, Leaving, SignUp
from fansite.accounts.operations.parcels import drop_parcels
from fansite.core import mail
from fansite.core.db import db, get
from fansite.core.feature import Chapter, Leaver, Personal


def export(account_id: int) -> list[Chapter]:
    return [_account(get(Account, account_id, lock=False)), _names(account_id), _sessions(account_id), _mails(account_id)]


def erase(leaver: Leaver) -> None:
    """All but the account itself, which becomes nobody last."""
    for model in (FormerName, Leaving):
        db.session.execute(sa.delete(model).where(model.account_id == leaver.id))
    if leaver.email:
        db.session.execute(
            sa.delete(SignUp).where(
                SignUp.email_key == sa.select(Account.email_key).where(Account.id == leaver.id).scalar_subquery()
            )
        )
    drop_parcels(leaver.id)
    mail.forget(leaver.id, leaver.email)


def _account(account: Account) -> Chapter:
    labels = {
        "number": _l("Number"),
        "username": _l("Name on the site"),
        "email": _l("E-mail"),
        "role": _l("Role"),
        "language": _l("Language of your mails"),
        "joined_at": _l("Here since"),
        "closed_at": _l("Closed"),
        "closed_because": _l("The reason we noted"),
    }
    row = {
        "number": account.id,
        "username": account.username,
        "email": account.email,
        "role": account.role,
        "language": account.language,
        "joined_at": account.joined_at,
        "closed_at": account.disabled_at,
        "closed_because": account.disabled_reason,
    }
    return Chapter("account", _l("Your account"), labels, [row])


def _names(account_id: int) -> Chapter:
    rows = [{"username": row.username_key, "until": row.at} for row in queries.former_names(account_id)]
    return Chapter("former_names", _l("Names you had before"), {"username": _l("Name on the site"), "until": _l("Until")}, rows)


def _sessions(account_id: int) -> Chapter:
    labels = {"browser": _l("Browser"), "created_at": _l("Signed in"), "seen_at": _l("Last seen")}
    rows = [
        {"browser": row.agent, "created_at": row.created_at, "seen_at": row.seen_at} for row in queries.sessions_of(account_id)
    ]
    return Chapter("sessions", _l("Where you are signed in"), labels, rows)


def _mails(account_id: int) -> Chapter:
    """Of the last thirty days: older ones nobody remembers. Their texts hold keys and are not kept."""
    labels = {"subject": _l("Subject"), "to": _l("To"), "at": _l("When"), "state": _l("State")}
    rows = [
        {"subject": one.subject, "to": one.to, "at": one.sent_at or one.created_at, "state": one.state}
        for one in mail.written_to(account_id)
    ]
    return Chapter("mails", _l("Mails we sent you"), labels, rows)


personal = Personal(
    covers=(
        "sign_in.account_id",
        "mailed_key.account_id",
        "former_name.account_id",
        "leaving.account_id",
        "parcel.account_id",
    ),
    export=export,
    erase=erase,
)
