"""All of a running site into one file."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from secrets import token_hex
from typing import Any

from flask import current_app

from fansite.backends.mail import FolderMailer
from fansite.backends.storage import Storage
from fansite.backup import ledger, postgres, record, sqlite
from fansite.backup.archive import DATABASE, NAMES, Advance, Manifest, Writer, already_there, workshop, written
from fansite.core import keys
from fansite.core.db import db, transaction
from fansite.core.kept import SiteFact, site_name
from fansite.lib.times import now
from fansite.settings import TABLE, Settings


@dataclass(frozen=True)
class Created:
    path: Path
    manifest: Manifest
    bytes: int
    seconds: float
    removed: list[Path]


def create(target: Path, *, force: bool = False, keep: int | None = None, advance: Advance) -> Created:
    """All of the site in one file. `target` may be a folder: then the file is named after the moment.

    Pictures before the database, so that none that is dropped meanwhile is missing for its row; then those that came meanwhile.
    """
    began, at = time.monotonic(), now()
    path = target / f"fansite-{at:%Y%m%dT%H%M%SZ}.zip" if target.is_dir() else target
    if path.exists() and not force:
        raise already_there(path)
    site = current_app.extensions["fansite"]
    settings: Settings = site.settings
    manifest = Manifest(
        version=version("fansite"),
        made_at=at.isoformat(),
        site=own_site_id(),
        site_name=site_name(),
        base_url=settings.base_url,
        database="sqlite" if settings.sqlite else "postgresql",
    )
    db.session.rollback()
    with workshop(path.parent) as place, written(path, place, manifest, force=force, advance=advance) as writer:
        _add_media(writer, site.storage)
        (_add_sqlite if settings.sqlite else _add_postgres)(writer, settings, place)
        _add_media(writer, site.storage)
        _add_rest(writer, site)
        manifest.finished_at = now().isoformat()
    size, seconds = path.stat().st_size, round(time.monotonic() - began, 1)
    record.note(settings.instance_path, record.Made(manifest.as_of, str(path.resolve()), size, seconds))
    ledger.note(path.parent / ledger.NAME_BESIDE, _all_erasures(manifest.site))
    removed = record.rotate(path.parent, manifest.site, keep) if keep else []
    return Created(path, manifest, size, seconds, removed)


def work_of_creating() -> int:
    """About how many bytes there are to go through, for a bar."""
    site = current_app.extensions["fansite"]
    database = site.settings.instance_path / sqlite.FILE
    tables = 3 * database.stat().st_size if site.settings.sqlite and database.exists() else 0
    return tables + sum(_size_of(site.storage, key) for key in site.storage.keys())  # noqa: SIM118 (no dictionary)


def _size_of(storage: Storage, key: str) -> int:
    with suppress(FileNotFoundError):  # dropped since it was listed
        return storage.size(key)
    return 0


def own_site_id() -> str:
    """This site's own mark, made the first time somebody asks."""
    if not ledger.site_id():
        with transaction() as session:
            if session.get(SiteFact, "site_id") is None:
                session.add(SiteFact(name="site_id", value=token_hex(16)))
    found = ledger.site_id()
    db.session.rollback()
    return found


def _add_media(writer: Writer, storage: Storage) -> None:
    for key in storage.keys():  # noqa: SIM118
        name = f"media/{key}"
        if name in writer:
            continue
        try:
            with storage.open(key) as source:
                writer.add(name, source, packed=True)
        except FileNotFoundError:  # dropped since it was listed
            continue


def _add_sqlite(writer: Writer, settings: Settings, place: Path) -> None:
    copy = place / sqlite.FILE
    writer.manifest.as_of = now().isoformat()
    sqlite.copy(settings.instance_path / sqlite.FILE, copy, writer.advance)
    writer.manifest.schema = sqlite.schema_of(copy)
    writer.manifest.tables = sqlite.contents(copy, writer.advance)
    with copy.open("rb") as source:
        writer.add(DATABASE, source)
    copy.unlink()


def _add_postgres(writer: Writer, settings: Settings, place: Path) -> None:
    writer.manifest.as_of = now().isoformat()
    with postgres.reading(settings) as connection:
        writer.manifest.schema = postgres.schema_of(connection)
        postgres.dump(connection, writer)


def _add_rest(writer: Writer, site: Any) -> None:
    """Letters in files, the keys that sign forms, mailed links and messages to browsers, who was erased, and the settings anybody may read."""
    settings: Settings = site.settings
    if isinstance(site.mailer, FolderMailer) and site.mailer.folder.is_dir():
        for letter in sorted(site.mailer.folder.glob("*.eml")):
            if NAMES.fullmatch(f"outbox/{letter.name}"):
                with letter.open("rb") as source:
                    writer.add(f"outbox/{letter.name}", source)
    for name in keys.ALL:
        key = settings.instance_path / name
        if key.is_file() and not (name == keys.FORMS and settings.secret_key):
            writer.add(name, BytesIO(key.read_bytes()))
    lines = "".join(f"{erasure.line()}\n" for erasure in _all_erasures(writer.manifest.site))
    writer.add("erasures.jsonl", BytesIO(lines.encode()))
    shown = {setting.variable: str(getattr(settings, setting.name)) for setting in TABLE if not setting.secret}
    writer.add("settings.json", BytesIO(json.dumps(shown, indent=1).encode()))


def _all_erasures(site: str) -> list[ledger.Erasure]:
    """Of the ledger first: it knows how."""
    known = ledger.read(ledger.beside_the_database())
    named = {(erasure.site, erasure.account_id) for erasure in known}
    more = [erasure for erasure in ledger.known_to_the_tables(site) if (site, erasure.account_id) not in named]
    db.session.rollback()
    return [*known, *more]
