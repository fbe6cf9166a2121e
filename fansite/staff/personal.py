"""What the desk knows of an editor: what they were writing."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.core.db import db
from fansite.core.feature import Chapter, Leaver, Personal
from fansite.staff.models import EditorPresence, WorkingCopy
from fansite.staff.operations.copies import forget

LABELS = {"title": _l("Title"), "text": _l("Text"), "saved_at": _l("When")}
OPEN_LABELS = {"since": _l("Since"), "seen_at": _l("Last seen")}


def export(account_id: int) -> list[Chapter]:
    copies = db.session.scalars(
        sa.select(WorkingCopy)
        .where(WorkingCopy.account_id == account_id, WorkingCopy.finished_at.is_(None))
        .order_by(WorkingCopy.saved_at)
    )
    rows = [{"title": copy.title, "text": copy.fields.get("body", ""), "saved_at": copy.saved_at} for copy in copies]
    here = db.session.scalars(sa.select(EditorPresence).where(EditorPresence.account_id == account_id))
    open_rows = [{"since": one.since, "seen_at": one.seen_at} for one in here]
    return [
        Chapter("working_copies", _l("What you were writing"), LABELS, rows),
        Chapter("open_texts", _l("Texts you had open"), OPEN_LABELS, open_rows),
    ]


def erase(leaver: Leaver) -> None:
    forget(leaver.id)


personal = Personal(
    covers=("working_copy.account_id", "editor_presence.account_id"),
    export=export,
    erase=erase,
    exempt={"translation_waiver.by_id": "says who decided for the band, and names an account that is nobody by then"},
)
