"""The machine: folders and who may read them, room on the disk, memory, the clock, and the program's own files."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from babel.units import format_unit
from flask import current_app
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from fansite.core import keys
from fansite.core.db import db
from fansite.core.feature import Finding
from fansite.core.outbox import Event
from fansite.core.web.paths import settings
from fansite.lib.times import now

# `RETURNING` and partial indexes came with it.
OLDEST_SQLITE = (3, 35, 0)
# Below the first nobody can write for long, below the second it is time to make room.
TIGHT_BYTES = 200 * 1024**2
LITTLE_BYTES = 1024**3
CLOCKS_APART = timedelta(minutes=2)


def folders() -> Iterator[Finding]:
    folder = settings().instance_path
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding("problem", _("%(path)s cannot be written to.", path=folder), f"chown -R fansite {folder}")
    for path, mode in ((folder, "700"), *((folder / name, "600") for name in keys.ALL)):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Finding("problem", _("%(path)s can be read by others on this machine.", path=path), f"chmod {mode} {path}")


def program() -> Iterator[Finding]:
    site = current_app.extensions["fansite"]
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        yield Finding("problem", _("SQLite %(version)s is too old.", version=sqlite3.sqlite_version), "SQLite ≥ 3.35")
    catalogues = Path(current_app.config["TRANSLATIONS"])
    for language in settings().languages:
        if language != "en" and not (catalogues / language / "LC_MESSAGES" / "messages.mo").exists():
            yield Finding("problem", _("The texts in “%(language)s” are not compiled.", language=language), "make setup")
    if not os.access(site.assets.folder / "css" / "base.css", os.R_OK):
        yield Finding("problem", _("%(path)s cannot be read.", path=site.assets.folder), "make setup")
    yield Finding("ok", f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")


def disk() -> Iterator[Finding]:
    free = shutil.disk_usage(settings().instance_path).free
    level = "problem" if free < TIGHT_BYTES else "warning" if free < LITTLE_BYTES else "ok"
    yield Finding(
        level,  # type: ignore[arg-type]
        _("%(size)s are free on the disk.", size=in_words(free)),
        "" if level == "ok" else _("Make room before nobody can write any more."),
    )


def memory() -> Iterator[Finding]:
    """What the processes of this site hold, where the system tells."""
    sizes = list(_resident_sizes(settings().instance_path / "serve.lock"))
    if sizes:
        yield Finding(
            "ok",
            ngettext(
                "%(num)d process holds %(size)s of memory.",
                "%(num)d processes hold %(size)s of memory.",
                len(sizes),
                size=in_words(sum(sizes)),
            ),
        )


def clock() -> Iterator[Finding]:
    latest = db.session.scalar(sa.select(Event.at).order_by(Event.at.desc()).limit(1))
    if latest is not None and latest - now() > CLOCKS_APART:
        yield Finding(
            "problem",
            _("This machine's clock is behind what has happened here already."),
            _("Let it be set by the network (NTP)."),
        )
    if settings().timezone.key == "UTC" and not settings().loopback:
        yield Finding("warning", _("Times are shown in UTC."), _("Set FANSITE_TIMEZONE to the band's own, like Europe/Paris."))


def _resident_sizes(lock: Path) -> Iterator[int]:
    """Of the supervisor that holds the lock and of its children, shared pages counted in each."""
    with suppress(OSError, ValueError):
        supervisor = int(lock.read_text())
        children = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
        for process in (supervisor, *map(int, children)):
            yield int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def in_words(size: float) -> str:
    """76.6 GB, or 76,6 Go, as the reader writes it."""
    unit = "byte"
    for larger in ("kilobyte", "megabyte", "gigabyte"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return str(format_unit(size, f"digital-{unit}", "short", "#,##0.#" if unit == "gigabyte" else "#,##0", get_locale()))
