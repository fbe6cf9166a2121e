"""What the site knows of who writes for the band: their texts, of all kinds. These are the band's; over none of them stands a name that
is gone."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.core.content import Entry, contents
from fansite.core.db import db, touch
from fansite.core.feature import Chapter, Leaver, Personal

LABELS = {"title": _l("Title"), "kind": _l("Kind"), "language": _l("Language"), "state": _l("State"), "at": _l("When")}


def export(account_id: int) -> list[Chapter]:
    statement = sa.select(Entry.title, Entry.kind, Entry.language, Entry.status, Entry.published_at).where(
        *_written_by(account_id)
    )
    rows = [
        {"title": title, "kind": kind, "language": language, "state": status, "at": at}
        for title, kind, language, status, at in db.session.execute(statement.order_by(Entry.id))
    ]
    return [Chapter("texts", _l("Texts you wrote for the band"), LABELS, rows)]


def erase(leaver: Leaver) -> None:
    """They stand under the band's name from now on."""
    ids = db.session.scalars(sa.select(Entry.id).where(*_written_by(leaver.id))).all()
    if ids:
        db.session.execute(sa.update(Entry).where(Entry.id.in_(ids)).values(author_id=None))
        touch("site", *(f"entry:{id}" for id in ids))


def _written_by(account_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """At the desk: what fans start themselves is theirs, and the affair of its own feature."""
    kinds = [content.kind for content in contents().values() if content.edit_endpoint]
    return Entry.author_id == account_id, Entry.kind.in_(kinds)


personal = Personal(covers=("entry.author_id",), export=export, erase=erase)
