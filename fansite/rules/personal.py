"""What the rules know of a person: which versions they accepted."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.core.db import db
from fansite.core.feature import Chapter, Leaver, Personal
from fansite.rules import queries
from fansite.rules.models import Acceptance


def export(account_id: int) -> list[Chapter]:
    rows = [{"version": number, "at": at} for number, at in queries.accepted_by(account_id)]
    return [Chapter("rules", _l("House rules you accepted"), {"version": _l("Version"), "at": _l("When")}, rows)]


def erase(leaver: Leaver) -> None:
    db.session.execute(sa.delete(Acceptance).where(Acceptance.account_id == leaver.id))


personal = Personal(
    covers=("rules_acceptance.account_id",),
    export=export,
    erase=erase,
    exempt={"rules.by_id": "who published a version for the band; the account says no more who that was"},
)
