"""Everything the site knows of somebody, handed over to them: asked for on a page, made by the worker, kept for a week."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from flask import current_app
from flask_babel import lazy_gettext as _l

from fansite.accounts import letters, packing, queries
from fansite.accounts.models import PARCEL_EVERY, PARCEL_LIFE, Account, Parcel
from fansite.core.db import db, get, transaction
from fansite.core.errors import TooMany
from fansite.core.feature import Chapter
from fansite.core.outbox import record
from fansite.lib.times import now


def ask_for_data(account_id: int) -> Parcel:
    """Once a day: it reads everything."""
    with transaction() as session:
        account, last = get(Account, account_id), queries.last_parcel(account_id)
        if last is not None and now() - last.asked_at < PARCEL_EVERY:
            wait = int((last.asked_at + PARCEL_EVERY - now()).total_seconds()) + 1
            raise TooMany(_l("You asked for it today. Once a day is enough for us and for you."), retry_after=wait)
        parcel = Parcel(account_id=account.id)
        session.add(parcel)
        session.flush()
        record("parcel.asked", f"parcel:{parcel.id}")
        return parcel


def make_parcel(parcel_id: int) -> None:
    """Writes the file, then says so. Killed in between it is made anew."""
    parcel = db.session.get(Parcel, parcel_id)
    if parcel is None or parcel.ready_at is not None:
        return
    account_id = parcel.account_id
    account = get(Account, account_id)
    if not account.active:
        return
    content = packing.packed(_chapters(account_id), account.language)
    db.session.rollback()
    name = f"{account_id}-{parcel_id}.zip"
    _write(_folder() / name, content)
    with transaction() as session:
        parcel, account = session.get(Parcel, parcel_id), get(Account, account_id)
        if parcel is not None and account.active:
            if parcel.ready_at is None:
                parcel.ready_at, parcel.file, parcel.bytes = now(), name, len(content)
                letters.data_ready(account)
            return
    (_folder() / name).unlink(missing_ok=True)  # they left while it was packed


def path_of(parcel: Parcel) -> Path | None:
    path = _folder() / parcel.file if parcel.file else None
    return path if path is not None and path.is_file() else None


def drop_parcels(account_id: int) -> None:
    """Inside a transaction."""
    _drop(Parcel.account_id == account_id)
    for path in _folder().glob(f"{account_id}-*"):
        path.unlink(missing_ok=True)  # of a worker that was killed over it


def sweep_parcels() -> None:
    """What was kept long enough, and files nobody knows of any more: of a worker that was killed."""
    with transaction():
        _drop(Parcel.asked_at < now() - PARCEL_LIFE)
        known = set(db.session.scalars(sa.select(Parcel.file).where(Parcel.file.is_not(None))))
    for path in _folder().glob("*.zip"):
        if path.name not in known and path.stat().st_mtime < (now() - PARCEL_EVERY).timestamp():
            path.unlink(missing_ok=True)


def _chapters(account_id: int) -> Sequence[Chapter]:
    return [chapter for personal in current_app.extensions["fansite"].personal for chapter in personal.export(account_id)]


def _drop(which: sa.ColumnElement[bool]) -> None:
    for name in db.session.scalars(sa.select(Parcel.file).where(which, Parcel.file.is_not(None))):
        (_folder() / str(name)).unlink(missing_ok=True)
    db.session.execute(sa.delete(Parcel).where(which))


def _folder() -> Path:
    return Path(current_app.extensions["fansite"].settings.instance_path) / "parcels"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    part = path.with_suffix(".part")
    try:
        part.touch(mode=0o600)
        part.write_bytes(content)
        part.replace(path)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
