"""What the tour knows of a person: which plans an editor changed."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.core.db import db
from fansite.core.feature import Chapter, Leaver, Personal
from fansite.tour.models import Change, Gig


def export(account_id: int) -> list[Chapter]:
    statement = sa.select(Gig.title, Change.to, Change.at).join(Gig, Gig.id == Change.gig_id).where(Change.by_id == account_id)
    rows = [{"gig": title, "to": to, "at": at} for title, to, at in db.session.execute(statement.order_by(Change.id))]
    labels = {"gig": _l("Gig"), "to": _l("Became"), "at": _l("When")}
    return [Chapter("gig_changes", _l("Plans you changed"), labels, rows)] if rows else []


def erase(leaver: Leaver) -> None:
    db.session.execute(sa.update(Change).where(Change.by_id == leaver.id).values(by_id=None))


personal = Personal(covers=("gig_change.by_id",), export=export, erase=erase)
