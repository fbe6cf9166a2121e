"""What moderation knows of a person: the reports they made. What others reported of them stays between those and the moderators."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.core.db import db
from fansite.core.feature import Chapter, Leaver, Personal
from fansite.moderation.cards import CATEGORIES
from fansite.moderation.models import Report


def export(account_id: int) -> list[Chapter]:
    labels = {"about": _l("About"), "category": _l("What was wrong"), "note": _l("Note"), "at": _l("When")}
    rows = [
        {
            "about": f"{said.subject_kind} {said.subject_id}",
            "category": str(CATEGORIES[said.category]()),
            "note": said.note,
            "at": said.at,
        }
        for said in db.session.scalars(sa.select(Report).where(Report.reporter_id == account_id).order_by(Report.id))
    ]
    return [Chapter("reports", _l("Reports you made"), labels, rows)]


def erase(leaver: Leaver) -> None:
    """That somebody complained stays; who it was, and in which words, goes."""
    db.session.execute(sa.update(Report).where(Report.reporter_id == leaver.id).values(reporter_id=None, note=""))


personal = Personal(
    covers=("report.reporter_id",),
    export=export,
    erase=erase,
    exempt={
        "review.decided_by_id": "that a moderator decided; the account says no more who that was",
        "cleanup.by_id": "that a moderator cleaned up; the account says no more who that was",
        "cleanup.undone_by_id": "that a moderator took it back; the account says no more who that was",
        "cleanup_account.account_id": "that an account was closed with others; it says no more whose it was",
    },
)
