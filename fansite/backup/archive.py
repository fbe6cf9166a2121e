"""One file that holds a site: a zip with a manifest that names every part, its size and its hash.

Written aside and given its name only when all of it is on the disk. Read with suspicion: whoever hands us a file may have made it
themselves, so nothing is taken out of it that its manifest does not name, larger than it says, or under a name we would not have given.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from fansite.core.errors import Refused
from fansite.lib.processes import taken

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "database/fansite.db"
NAMES = re.compile(
    r"database/fansite\.db|database/[a-z0-9_]{1,63}\.copy|media/[a-z0-9]{2,80}\.[a-z0-9]{2,5}"
    r"|outbox/[a-z0-9][a-z0-9@._-]{0,200}\.eml|(?:secret|push)\.key|erasures\.jsonl|settings\.json",
    re.IGNORECASE | re.ASCII,
)
CHUNK = 1024 * 1024
LEVEL = 4  # twice as quick as the usual one, hardly larger
# Some 200,000 pictures; a longer list is no site of a band.
LONGEST_MANIFEST = 64 * CHUNK
# Texts that repeat themselves shrink to a fiftieth; deflate can do a thousandth, which only a bomb does.
DENSEST = 300
# Left free on a disk that something is unpacked to.
SPARE_BYTES = 16 * CHUNK

Advance = Callable[[int], None]


@dataclass(frozen=True)
class Table:
    rows: int
    # Of all its rows, in the order of its key.
    sha256: str
    # As they stand in a copied table; a SQLite file knows its own.
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    bytes: int
    sha256: str


@dataclass
class Manifest:
    version: str
    made_at: str
    site: str
    site_name: str
    base_url: str
    database: str
    schema: str = ""
    # The moment the database is of: nothing that was acknowledged before is missing.
    as_of: str = ""
    finished_at: str = ""
    format: int = FORMAT
    tables: dict[str, Table] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)

    def text(self) -> str:
        return json.dumps(asdict(self), indent=1)

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    @property
    def bytes(self) -> int:
        return sum(part.bytes for part in self.parts.values())

    def of(self, folder: str) -> list[str]:
        return sorted(name for name in self.parts if name.startswith(f"{folder}/"))


def manifest_from(text: bytes) -> Manifest:
    try:
        found = json.loads(text)
        if found["format"] != FORMAT:
            raise Refused("This backup was made by another version of this program, whose form is not known here.")
        tables = {
            str(name): Table(int(table["rows"]), str(table["sha256"]), tuple(map(str, table["columns"])))
            for name, table in found.pop("tables").items()
        }
        parts = {str(name): Part(int(part["bytes"]), str(part["sha256"])) for name, part in found.pop("parts").items()}
        return Manifest(**{str(name): value for name, value in found.items()}, tables=tables, parts=parts)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refused("This is no backup of a site: its manifest cannot be read.") from None


# ---- a place to work ------------------------------------------------------------------------------------------------------------


@contextmanager
def workshop(folder: Path) -> Iterator[Path]:
    """A folder inside `folder` that is gone afterwards; what killed runs left there is swept."""
    for left in folder.glob(".fansite-backup-*"):
        _sweep(left)
    place = Path(tempfile.mkdtemp(prefix=".fansite-backup-", dir=folder))
    descriptor = os.open(place / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        taken(descriptor)
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        os.close(descriptor)


def _sweep(place: Path) -> None:
    try:
        descriptor = os.open(place / "lock", os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        if taken(descriptor):
            shutil.rmtree(place, ignore_errors=True)
    finally:
        os.close(descriptor)


# ---- writing --------------------------------------------------------------------------------------------------------------------


class Writer:
    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest, advance: Advance) -> None:
        self.archive, self.manifest, self.advance = archive, manifest, advance

    @contextmanager
    def part(self, name: str, *, packed: bool = False) -> Iterator[Callable[[bytes], None]]:
        """A part that is written piece by piece; what is `packed` already is stored as it is."""
        info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        info.external_attr = (stat.S_IFREG | 0o600) << 16
        digest, length = sha256(), 0
        with self.archive.open(info, "w", force_zip64=True) as target:

            def write(piece: bytes) -> None:
                nonlocal length
                target.write(piece)
                digest.update(piece)
                length += len(piece)

            yield write
        self.manifest.parts[name] = Part(length, digest.hexdigest())

    def add(self, name: str, source: IO[bytes], *, packed: bool = False) -> None:
        with self.part(name, packed=packed) as write:
            while piece := source.read(CHUNK):
                write(piece)
                self.advance(len(piece))

    def __contains__(self, name: str) -> bool:
        return name in self.manifest.parts


@contextmanager
def written(path: Path, place: Path, manifest: Manifest, *, force: bool, advance: Advance) -> Iterator[Writer]:
    """The archive takes its name when all of it is on the disk. An older one of that name is only replaced by `force`."""
    part = place / "archive.part"
    with os.fdopen(os.open(part, os.O_CREAT | os.O_RDWR | os.O_EXCL, 0o600), "w+b") as file:
        with zipfile.ZipFile(file, "w", compresslevel=LEVEL, strict_timestamps=False) as archive:
            yield Writer(archive, manifest, advance)
            archive.writestr(MANIFEST, manifest.text(), zipfile.ZIP_DEFLATED)
        file.flush()
        os.fsync(file.fileno())
    if force:
        os.replace(part, path)
    else:
        try:
            os.link(part, path)
        except FileExistsError:
            raise already_there(path) from None
    sync_folder(path.parent)


def already_there(path: Path) -> Refused:
    return Refused(f"{path} is there already; choose another name, or overwrite it with --force.")


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# ---- reading --------------------------------------------------------------------------------------------------------------------

BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError)


class Archive:
    """A backup that is read. Everything about it is checked before anything is taken out."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path, self.archive = path, archive
        self.manifest = self._manifest()

    def check(self) -> None:
        names = self.archive.namelist()
        if len(set(names)) != len(names):
            raise self._refused("it holds two parts of one name")
        if set(names) != {*self.manifest.parts, MANIFEST}:
            raise self._refused("its parts are not those its manifest names")
        for info in self.archive.infolist():
            if info.filename != MANIFEST:
                self._check_part(info)

    def take(self, name: str, write: Callable[[bytes], Any], advance: Advance) -> None:
        """Hands on a part piece by piece; at its end it is known to be what the manifest says."""
        wanted, digest, length = self.manifest.parts[name], sha256(), 0
        try:
            with self.archive.open(name) as source:
                while piece := source.read(CHUNK):
                    length += len(piece)
                    if length > wanted.bytes:
                        raise self._refused(f"{name} is larger than its manifest says")
                    digest.update(piece)
                    write(piece)
                    advance(len(piece))
        except BROKEN as problem:
            raise self._refused(f"{name} cannot be read ({problem})") from None
        if (length, digest.hexdigest()) != (wanted.bytes, wanted.sha256):
            raise self._refused(f"{name} is not what its manifest says")

    def unpack(self, name: str, target: Path, advance: Advance) -> None:
        with os.fdopen(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
            self.take(name, file.write, advance)
            file.flush()
            os.fsync(file.fileno())

    def require_room(self, folder: Path) -> None:
        free = shutil.disk_usage(folder).free
        if self.manifest.bytes + SPARE_BYTES > free:
            raise Refused(f"{folder} has room for {free // CHUNK} MB; this backup takes {self.manifest.bytes // CHUNK} MB.")

    def _manifest(self) -> Manifest:
        try:
            info = self.archive.getinfo(MANIFEST)
            if info.file_size > LONGEST_MANIFEST:
                raise self._refused("its manifest is too long")
            with self.archive.open(info) as source:
                return manifest_from(source.read(LONGEST_MANIFEST))
        except KeyError:
            raise self._refused("it has no manifest") from None
        except BROKEN as problem:
            raise self._refused(f"its manifest cannot be read ({problem})") from None

    def _check_part(self, info: zipfile.ZipInfo) -> None:
        wanted = self.manifest.parts[info.filename]
        kind = stat.S_IFMT(info.external_attr >> 16)
        if not NAMES.fullmatch(info.filename) or info.orig_filename != info.filename:
            raise self._refused(f"{info.filename[:80]!r} is no part of a site")
        if kind not in (0, stat.S_IFREG) or info.flag_bits & 1:
            raise self._refused(f"{info.filename} is no plain file")
        if info.file_size != wanted.bytes:
            raise self._refused(f"{info.filename} is not as large as its manifest says")
        if info.file_size > CHUNK + DENSEST * info.compress_size:
            raise self._refused(f"{info.filename} would burst when it is unpacked")

    def _refused(self, why: str) -> Refused:
        return Refused(f"{self.path.name} is no whole backup: {why}.")


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    try:
        archive = zipfile.ZipFile(path)
    except BROKEN as problem:
        raise Refused(f"{path.name} is no whole backup: {problem}.") from None
    with archive:
        yield Archive(path, archive)
