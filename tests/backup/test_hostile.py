"""Files that only look like backups: refused in one line, and nothing of them is anywhere."""

from __future__ import annotations

import json
import stat
import zipfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.backup.conftest import fansite

Parts = dict[str, bytes]


def rebuilt(source: Path, target: Path, change: Callable[[Parts, dict[str, Any]], None], *, link: str = "") -> Path:
    """The same backup with other parts; its manifest tells their true sizes and hashes unless `change` says otherwise."""
    with zipfile.ZipFile(source) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts.pop("manifest.json"))
    change(parts, manifest)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = ((stat.S_IFLNK if name == link else stat.S_IFREG) | 0o777) << 16
            archive.writestr(info, data)
        archive.writestr("manifest.json", json.dumps(manifest))
    return target


def named(parts: Parts, manifest: dict[str, Any], name: str, data: bytes) -> None:
    parts[name] = data
    manifest["parts"][name] = {"bytes": len(data), "sha256": sha256(data).hexdigest()}


def with_part(name: str, data: bytes = b"x") -> Callable[[Parts, dict[str, Any]], None]:
    return lambda parts, manifest: named(parts, manifest, name, data)


def another_text(parts: Parts, manifest: dict[str, Any]) -> None:
    parts["secret.key"] = b"k" * len(parts["secret.key"])


def not_listed(parts: Parts, manifest: dict[str, Any]) -> None:
    parts["media/ffff.jpg"] = b"x"


def lacking(parts: Parts, manifest: dict[str, Any]) -> None:
    del parts["secret.key"]


def no_database(parts: Parts, manifest: dict[str, Any]) -> None:
    named(parts, manifest, "database/fansite.db", b"SQLite format 3\0" + b"\0" * 5000)


def larger_than_said(parts: Parts, manifest: dict[str, Any]) -> None:
    manifest["parts"]["secret.key"]["bytes"] = 3


def other_tables(parts: Parts, manifest: dict[str, Any]) -> None:
    manifest["tables"]["account"]["sha256"] = "0" * 64


HOSTILE: dict[str, Callable[[Parts, dict[str, Any]], None]] = {
    "a name that leads out": with_part("../evil.jpg"),
    "one that does so later": with_part("media/../../evil.jpg"),
    "an absolute one": with_part("/evil.jpg"),
    "one of another system": with_part("media\\..\\evil.jpg"),
    "a file that is run": with_part("evil.py"),
    "an index": with_part("search/current"),
    "a name with a null": with_part("media/ab.jpg\0/../../evil"),
    "a bomb": with_part("media/abcd.jpg", bytes(40_000_000)),
    "a part it does not name": not_listed,
    "a part that lacks": lacking,
    "a part of other contents": another_text,
    "a part that is larger": larger_than_said,
    "no database": no_database,
    "tables of other contents": other_tables,
}


@pytest.fixture
def before(tmp_path: Path, saved: Path) -> Iterator[set[Path]]:
    """Whatever is done, nothing is left behind anywhere near."""
    (tmp_path / "hostile").mkdir()
    yield set()
    new = tmp_path / "new"
    assert not new.exists() or {path.name for path in new.iterdir()} <= {"serve.lock"}
    assert not list(tmp_path.rglob("evil*"))


@pytest.mark.parametrize("what", HOSTILE)
def test_it_is_refused_in_one_line(what, saved, before, tmp_path):
    file = rebuilt(saved, tmp_path / "hostile" / "site.zip", HOSTILE[what])
    for act, folder in (("verify", tmp_path / "here"), ("restore", tmp_path / "new")):
        answer = fansite(folder, "backup", act, file)
        assert answer.returncode == 1, (act, answer.stdout)
        assert "Traceback" not in answer.stderr


def test_a_link_is_no_part(saved, before, tmp_path):
    change = with_part("media/abcd.jpg", b"/etc/passwd")
    file = rebuilt(saved, tmp_path / "hostile" / "site.zip", change, link="media/abcd.jpg")
    answer = fansite(tmp_path / "new", "backup", "restore", file)
    assert answer.returncode == 1 and "no plain file" in answer.stderr


def test_two_parts_of_one_name_are_refused(saved, before, tmp_path):
    file = tmp_path / "hostile" / "site.zip"
    file.write_bytes(saved.read_bytes())
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(file, "a") as archive:
        archive.writestr("secret.key", "k" * 64)
    answer = fansite(tmp_path / "new", "backup", "restore", file)
    assert answer.returncode == 1 and "two parts of one name" in answer.stderr


@pytest.mark.parametrize(
    "manifest", ["", "[]", "{}", '{"format": 1}', '{"format": 2}', "[" * 100_000, '{"format": 1, "tables": 3, "parts": {}}']
)
def test_a_manifest_of_another_form_is_refused(manifest, saved, before, tmp_path):
    file = tmp_path / "hostile" / "site.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", manifest)
    answer = fansite(tmp_path / "new", "backup", "restore", file)
    assert answer.returncode == 1 and len(answer.stderr.splitlines()) == 1


@pytest.mark.parametrize("cut", [0, 1, 100, 3000, -1, -30])
def test_a_file_that_was_cut_short_is_refused(cut, saved, before, tmp_path):
    file = tmp_path / "hostile" / "site.zip"
    file.write_bytes(saved.read_bytes()[:cut])
    answer = fansite(tmp_path / "new", "backup", "restore", file)
    assert answer.returncode == 1, answer.stdout
    assert "no whole backup" in answer.stderr


def test_a_flipped_bit_in_any_part_is_noticed(saved, before, tmp_path):
    data = saved.read_bytes()
    with zipfile.ZipFile(saved) as archive:
        parts = [(info.header_offset + 30 + len(info.filename) + 40, info.compress_size - 50) for info in archive.infolist()]
    file = tmp_path / "hostile" / "site.zip"
    places = [start + size // 2 for start, size in parts if size > 0]
    assert len(places) >= 3
    for place in places:
        file.write_bytes(data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :])
        assert fansite(tmp_path / "here", "backup", "verify", file).returncode == 1, place
