"""The database: how large it is, and whether it is sound."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from flask_babel import gettext as _

from fansite.core.db import db
from fansite.core.feature import Finding
from fansite.core.web.paths import settings
from fansite.health.checks.machine import in_words

MOST_SHOWN = 5


def size() -> Iterator[Finding]:
    here = settings()
    if here.sqlite:
        files = [here.instance_path / f"fansite.db{end}" for end in ("", "-wal")]
        number = sum(path.stat().st_size for path in files if path.exists())
        mode = db.session.execute(sa.text("PRAGMA journal_mode")).scalar()
        if mode != "wal":
            yield Finding(
                "warning",
                f"SQLite keeps its journal as “{mode}”, not “wal”: readers and writers wait for each other.",
                "Keep the instance folder on a disk of this machine, not on the network.",
            )
    else:
        number = db.session.scalar(sa.text("SELECT pg_database_size(current_database())")) or 0
    yield Finding("ok", _("The database takes %(size)s.", size=in_words(number)))


def soundness() -> Iterator[Finding]:
    """Reads all of it."""
    if not settings().sqlite:
        return
    faults = [row[0] for row in db.session.execute(sa.text(f"PRAGMA quick_check({MOST_SHOWN})")) if row[0] != "ok"]
    todo = "Stop the site, and restore the last backup that `fansite backup verify` finds equal."
    yield from (Finding("problem", f"The database is damaged: {fault}", todo) for fault in faults)
    orphans = db.session.execute(sa.text("PRAGMA foreign_key_check")).fetchmany(MOST_SHOWN)
    for table, row, parent, _key in orphans:
        yield Finding("problem", f"Row {row} of {table} refers to a row of {parent} that is not there.", todo)
    if not faults and not orphans:
        yield Finding("ok", "The database is sound: quick_check, foreign_key_check.")
