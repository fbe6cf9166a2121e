"""What the river knows of a person: the lines they are on."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.core.db import db, touch
from fansite.core.feature import Chapter, Leaver, Personal
from fansite.river.models import Activity
from fansite.river.queries import TAG

LABELS = {"what": _l("What"), "about": _l("About"), "at": _l("When"), "hidden_at": _l("Taken away by you")}
WORDS = {
    "said": _l("you commented"),
    "wrote": _l("you published"),
    "goes": _l("you go"),
    "was": _l("you were there"),
    "showed": _l("you showed a photo"),
    "follows": _l("you follow them"),
    "came": _l("you spoke up for the first time"),
}


def export(account_id: int) -> list[Chapter]:
    own = sa.select(Activity).where(Activity.account_id == account_id).order_by(Activity.at, Activity.id)
    rows = [
        {
            "what": str(WORDS[line.verb]),
            "about": f"{line.subject_kind}:{line.subject_id}",
            "at": line.at,
            "hidden_at": line.hidden_at,
        }
        for line in db.session.scalars(own)
    ]
    return [Chapter("river", _l("What the page of the fans told of you"), LABELS, rows)] if rows else []


def erase(leaver: Leaver) -> None:
    """Their own, and those that tell that somebody follows them."""
    of_them = sa.and_(Activity.subject_kind == "account", Activity.subject_id == leaver.id)
    for theirs in (Activity.account_id == leaver.id, of_them):
        db.session.execute(sa.delete(Activity).where(theirs))
    touch(TAG)


personal = Personal(covers=("activity.account_id",), export=export, erase=erase)
