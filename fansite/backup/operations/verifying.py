"""A backup is restored aside and compared with what it says of itself."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from fansite.backup import postgres, sqlite
from fansite.backup.archive import DATABASE, Advance, Archive, Manifest, Table, opened, workshop
from fansite.settings import Settings


@dataclass
class Verified:
    manifest: Manifest
    compared: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)


def verify(file: Path, settings: Settings, *, advance: Advance) -> Verified:
    """Restores it aside and compares all of it with what the manifest says."""
    with opened(file) as archive, workshop(Path(tempfile.gettempdir())) as place:
        archive.check()
        archive.require_room(place)
        told = Verified(archive.manifest)
        for name in archive.manifest.parts:
            if name == DATABASE:
                archive.unpack(name, place / sqlite.FILE, advance)
            else:
                archive.take(name, lambda _piece: None, advance)
        told.compared.append(f"{len(archive.manifest.parts)} parts: sizes and SHA-256")
        if archive.manifest.database == "sqlite":
            _verify_sqlite(place / sqlite.FILE, told, advance)
        else:
            _verify_postgres(archive, settings, told, advance)
    return told


def _verify_sqlite(path: Path, told: Verified, advance: Advance) -> None:
    if not path.exists():
        told.differences.append("there is no database in it")
        return
    told.differences += sqlite.faults(path)
    told.compared.append("the database restored aside: integrity_check, foreign_key_check")
    _compare(told, sqlite.schema_of(path), sqlite.contents(path, advance))


def _verify_postgres(archive: Archive, settings: Settings, told: Verified, advance: Advance) -> None:
    if settings.sqlite:
        told.compared.append("the tables were not loaded: FANSITE_DATABASE_URL names no PostgreSQL server to do that on")
        return
    with postgres.aside(settings) as elsewhere:
        postgres.fill(elsewhere, archive, advance)
        with postgres.reading(elsewhere) as connection:
            found = postgres.contents(connection, [name for name in archive.manifest.tables if name != postgres.SCHEMA_TABLE])
    told.compared.append("the tables loaded aside with all their constraints, in a schema of their own")
    _compare(told, archive.manifest.schema, {**found, **{k: v for k, v in archive.manifest.tables.items() if k not in found}})


def _compare(told: Verified, schema: str, found: dict[str, Table]) -> None:
    wanted = told.manifest.tables
    if schema != told.manifest.schema:
        told.differences.append(f"the schema is {schema}, not {told.manifest.schema}")
    for name in sorted(wanted.keys() | found.keys()):
        here, there = found.get(name), wanted.get(name)
        if here is None or there is None:
            told.differences.append(f"table {name} is only {'named' if here is None else 'found'}")
        elif (here.rows, here.sha256) != (there.rows, there.sha256):
            told.differences.append(f"table {name}: {here.rows} rows instead of {there.rows}, or other contents")
    told.compared.append(f"{len(wanted)} tables: {told.manifest.rows} rows, counts and SHA-256 of contents")
