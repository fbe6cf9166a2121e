"""A backup becomes a site, where nothing is yet, and whoever was erased since it was taken stays erased."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from flask import Flask

from fansite.backends.storage import Storage, open_storage
from fansite.backup import ledger, postgres, sqlite
from fansite.backup.archive import DATABASE, Advance, Archive, Manifest, opened, sync_folder
from fansite.core import keys
from fansite.core.db import connected
from fansite.core.db.schema import schemas, upgrade
from fansite.core.errors import Refused
from fansite.lib.processes import Held, hold
from fansite.settings import Settings

RESTORING = ".restoring"
# What may lie in a folder that counts as empty: our own lock, what a killed restore left, and what file systems put there.
NOTHING = {"serve.lock", RESTORING, "lost+found"}


@dataclass(frozen=True)
class Restored:
    manifest: Manifest
    erased: int
    # Who could not be erased again, in words.
    left: list[str]


def restore(
    file: Path, settings: Settings, open_site: Callable[[Settings], Flask], *, ledgers: Iterable[Path] = (), advance: Advance
) -> Restored:
    """All is unpacked, compared and freed of who was erased since in a folder aside, then moved to its place, the database last:
    broken off before, there is no site yet."""
    with opened(file) as archive, ExitStack() as stack:
        archive.check()
        _require_fitting(archive.manifest, settings)
        _require_nothing(settings)
        settings.instance_path.mkdir(parents=True, exist_ok=True, mode=0o700)
        archive.require_room(settings.instance_path)
        stack.callback(os.close, _lock(settings))
        staged = _staged(settings, stack)
        erasures = _known_erasures(archive, file, ledgers)
        _fill_folder(archive, staged, advance)
        (_fill_sqlite if settings.sqlite else _fill_postgres)(archive, staged, advance, stack)
        erased, left = _erase_again(erasures, archive.manifest, staged, open_site)
        ledger.note(staged.instance_path / ledger.NAME, erasures)
        _move_in(staged, settings, wipe=erased > 0)
        return Restored(archive.manifest, erased, left)


# ---- where it may go ------------------------------------------------------------------------------------------------------------


def _require_fitting(manifest: Manifest, settings: Settings) -> None:
    here = "sqlite" if settings.sqlite else "postgresql"
    if manifest.database != here:
        raise Refused(f"This backup is of a site on {manifest.database}; FANSITE_DATABASE_URL names {here}.")
    if manifest.schema not in schemas():
        raise Refused(f"This backup was made by a newer version of this program ({manifest.version}): install that one.")


def _require_nothing(settings: Settings) -> None:
    folder = settings.instance_path
    found = sorted(path.name for path in folder.iterdir() if path.name not in NOTHING) if folder.is_dir() else []
    if found:
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        raise Refused(f"{folder} is not empty ({', '.join(found[:3])}{more}): a backup is only restored where nothing is.")
    if not settings.sqlite and not postgres.is_empty(settings):
        raise Refused("The database has tables: a backup is only restored into an empty one.")
    if next(_storage(settings).keys(), None) is not None:
        raise Refused(f"{settings.storage_url} holds pictures already: a backup is only restored where nothing is.")


def _lock(settings: Settings) -> int:
    try:
        return hold(settings.instance_path / "serve.lock", patience=0)
    except Held as held:
        raise Refused(f"{settings.instance_path} is in use by process {held.holder}.") from None


def _storage(settings: Settings) -> Storage:
    return open_storage(settings.storage_url, settings.instance_path / "media")


def _staged(settings: Settings, stack: ExitStack) -> Settings:
    """The site to be, in a folder aside. What a killed restore left there goes."""
    place = settings.instance_path / RESTORING
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(mode=0o700)
    stack.callback(shutil.rmtree, place, ignore_errors=True)
    return replace(settings, instance_path=place)


# ---- what is in it --------------------------------------------------------------------------------------------------------------


def _fill_folder(archive: Archive, staged: Settings, advance: Advance) -> None:
    (staged.instance_path / "outbox").mkdir(mode=0o700)
    storage = _storage(staged)
    for name in archive.manifest.of("media"):
        piece = bytearray()
        archive.take(name, piece.extend, advance)
        storage.put(name.removeprefix("media/"), bytes(piece))
    for name in archive.manifest.of("outbox"):
        archive.unpack(name, staged.instance_path / name, advance)
    for name in keys.ALL:
        if name in archive.manifest.parts and not (name == keys.FORMS and staged.secret_key):
            archive.unpack(name, staged.instance_path / name, advance)


def _fill_sqlite(archive: Archive, staged: Settings, advance: Advance, _stack: ExitStack) -> None:
    path = staged.instance_path / sqlite.FILE
    archive.unpack(DATABASE, path, advance)
    if faults := sqlite.faults(path):
        raise Refused(f"The database in this backup is broken: {faults[0]}.")
    if sqlite.contents(path, advance) != archive.manifest.tables:
        raise Refused("The tables of this backup are not what its manifest says; `fansite backup verify` tells which.")
    upgrade(staged)


def _fill_postgres(archive: Archive, staged: Settings, advance: Advance, stack: ExitStack) -> None:
    forget = postgres.noted(staged)
    with ExitStack() as failing:
        failing.callback(forget)
        postgres.fill(staged, archive, advance)
        if archive.manifest.schema != schemas()[0]:
            postgres.mark(staged, archive.manifest.schema)
            upgrade(staged)
            postgres.mark(staged, None)
        failing.pop_all()


# ---- erased people stay erased --------------------------------------------------------------------------------------------------


def _known_erasures(archive: Archive, file: Path, ledgers: Iterable[Path]) -> list[ledger.Erasure]:
    """From the backup itself, from the ledger beside it, and from those the operator names."""
    found = []
    if "erasures.jsonl" in archive.manifest.parts:
        piece = bytearray()
        archive.take("erasures.jsonl", piece.extend, lambda _bytes: None)
        found += ledger.from_text(piece.decode("utf-8", "replace"), "The ledger in the backup")
    for path in (file.parent / ledger.NAME_BESIDE, *ledgers):
        found += ledger.read(path)
    return [erasure for erasure in dict.fromkeys(found) if erasure.site == archive.manifest.site]


def _erase_again(
    erasures: list[ledger.Erasure], manifest: Manifest, staged: Settings, open_site: Callable[[Settings], Flask]
) -> tuple[int, list[str]]:
    with connected(open_site(staged)):
        return ledger.apply(erasures, manifest.site)


def _move_in(staged: Settings, settings: Settings, *, wipe: bool) -> None:
    place, target = staged.instance_path, settings.instance_path
    if settings.sqlite:
        sqlite.fold_in(place / sqlite.FILE, wipe=wipe)
    for name in ("media", "outbox", *keys.ALL, ledger.NAME, sqlite.FILE):
        if (place / name).exists():
            sync_folder(place)
            os.replace(place / name, target / name)
    sync_folder(target)
    if not settings.sqlite:
        postgres.mark(settings, schemas()[0])
