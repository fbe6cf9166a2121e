"""What is known of a person's ties: those they made. Who follows or shuts out them is between the others and us."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.accounts.models import Account
from fansite.bonds.models import Bond
from fansite.bonds.queries import followers_tag
from fansite.core.db import db, touch
from fansite.core.feature import Chapter, Leaver, Personal

LABELS = {"who": _l("Who"), "what": _l("What"), "since": _l("Since")}
WORDS = {"follow": _l("you follow them"), "mute": _l("you mute them"), "block": _l("you block them")}


def export(account_id: int) -> list[Chapter]:
    statement = (
        sa.select(Account.username, Bond.kind, Bond.since)
        .join(Account, Account.id == Bond.other_id)
        .where(Bond.account_id == account_id)
        .order_by(Bond.kind, Bond.since)
    )
    rows = [{"who": name, "what": str(WORDS[kind]), "since": since} for name, kind, since in db.session.execute(statement)]
    return [Chapter("ties", _l("People you follow, mute or block"), LABELS, rows)]


def erase(leaver: Leaver) -> None:
    """Both ends: nobody follows who is gone, and they follow nobody."""
    theirs = sa.or_(Bond.account_id == leaver.id, Bond.other_id == leaver.id)
    pairs = db.session.execute(sa.select(Bond.account_id, Bond.other_id).where(theirs)).all()
    db.session.execute(sa.delete(Bond).where(theirs))
    touch(*(followers_tag(account) for pair in pairs for account in pair))


personal = Personal(covers=("bond.account_id", "bond.other_id"), export=export, erase=erase)
