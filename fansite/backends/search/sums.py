"""Check sums of an index's files, so that a torn or tampered one is noticed before it misleads.

Whoosh writes without fsync and checks little of what it reads. Its files never change once written, so each is summed up once.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from zlib import crc32

NAME = "sums.json"

Sums = dict[str, list[int]]  # file name to size and check sum


def seal(folder: Path) -> None:
    """Notes the sums of all files and puts them on disk; called after each commit.

    In this order: a process killed before its note is written leaves an index to rebuild, and disks are slow. After a power cut
    the note may stand without what it tells of; then the sums differ.
    """
    known = _noted(folder) or {}
    sums: Sums = {}
    for path in _files(folder):
        if path.name in known and known[path.name][0] == path.stat().st_size:
            sums[path.name] = known[path.name]
        else:
            sums[path.name] = _sum(path)
    part = folder / f"{NAME}.part"
    part.write_text(json.dumps(sums), encoding="utf-8")
    os.replace(part, folder / NAME)
    for path in (*(folder / name for name in sums if name not in known), folder / NAME, folder):
        _fsync(path)


def whole(folder: Path, checked: dict[str, os.stat_result]) -> bool:
    """True when the newest commit is sealed and its files are what they were; `checked` saves reading a file twice."""
    sums = _noted(folder)
    tables = sorted((path for path in _files(folder) if path.suffix == ".toc"), key=_generation)
    if not sums or not tables or tables[-1].name not in sums:
        return False
    for name in checked.keys() - sums.keys():
        checked.pop(name, None)
    return all(_as_noted(folder / name, noted, checked) for name, noted in sums.items())


def replace(path: Path, text: str) -> None:
    """Writes a small file so that it is there whole or not at all, even after a power cut."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8")
    _fsync(part)
    os.replace(part, path)
    _fsync(path.parent)


def _as_noted(path: Path, noted: list[int], checked: dict[str, os.stat_result]) -> bool:
    try:
        now = path.stat()
        before = checked.get(path.name)
        if before and (before.st_ino, before.st_size, before.st_mtime_ns) == (now.st_ino, now.st_size, now.st_mtime_ns):
            return True
        if _sum(path) != noted:
            return False
    except OSError:
        return False
    checked[path.name] = now
    return True


def _noted(folder: Path) -> Sums | None:
    try:
        sums = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return sums if isinstance(sums, dict) else None


def _files(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.suffix in (".toc", ".seg")]
    except FileNotFoundError:  # a rebuild has just swept it away
        return []


def _generation(table: Path) -> int:
    return int(table.stem.rpartition("_")[2])


def _sum(path: Path) -> list[int]:
    size = check = 0
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            size += len(block)
            check = crc32(block, check)
    return [size, check]


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
