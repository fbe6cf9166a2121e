"""What notices know of a person: what they wanted to hear of, and what they were told."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.core.db import db
from fansite.core.feature import Chapter, Leaver, Personal
from fansite.notifications import queries
from fansite.notifications.channels import CHANNELS
from fansite.notifications.models import Choice, Notice


def export(account_id: int) -> list[Chapter]:
    return [*_choices(account_id), *_notices(account_id)]


def erase(leaver: Leaver) -> None:
    """What waits for them is told to nobody."""
    for model in (Notice, Choice):
        db.session.execute(sa.delete(model).where(model.account_id == leaver.id))


def _choices(account_id: int) -> list[Chapter]:
    rows = [
        {"kind": _named(one.kind), "channel": CHANNELS[one.channel].label, "wanted": one.wanted, "at": one.chosen_at}
        for one in queries.chosen_by(account_id)
        if one.channel in CHANNELS
    ]
    labels = {"kind": _l("What"), "channel": _l("How"), "wanted": _l("Wanted"), "at": _l("When")}
    return [Chapter("notice_choices", _l("What you want to be told of"), labels, rows)] if rows else []


def _notices(account_id: int) -> list[Chapter]:
    rows = [
        {"kind": _named(kind), "about": subject, "state": state, "at": at}
        for kind, subject, state, at in queries.told_of(account_id)
    ]
    labels = {"kind": _l("What"), "about": _l("About"), "state": _l("State"), "at": _l("When")}
    return [Chapter("notices", _l("What you were told of"), labels, rows)] if rows else []


def _named(kind: str) -> object:
    known = queries.kinds().get(kind)
    return known.label if known is not None else kind


personal = Personal(covers=("notice.account_id", "notice_choice.account_id"), export=export, erase=erase)
