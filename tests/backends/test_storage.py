"""One contract for every place pictures may live in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fansite.backends.storage import FileStorage, Storage, open_storage
from tests.core.forks import together

KEY = "3f7a9c.webp"


@pytest.fixture(params=["files:"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return open_storage(request.param, tmp_path / "media")


def read(storage: Storage, key: str = KEY) -> bytes:
    with storage.open(key) as file:
        return file.read()


# ---- the contract -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"x", bytes(range(256)) * 4096])
def test_what_was_put_is_read(storage, data):
    storage.put(KEY, data)
    assert read(storage) == data


def test_the_same_key_again_replaces_it(storage):
    storage.put(KEY, b"a long first one")
    storage.put(KEY, b"second")
    assert read(storage) == b"second"


def test_who_reads_while_it_is_replaced_reads_the_whole_of_one(storage):
    storage.put(KEY, b"first" * 1000)
    with storage.open(KEY) as file:
        beginning = file.read(5)
        storage.put(KEY, b"other" * 1000)
        assert beginning + file.read() == b"first" * 1000


def test_what_is_not_there_is_not_found(storage):
    with pytest.raises(FileNotFoundError):
        storage.open(KEY)


def test_dropping_twice_is_no_error(storage):
    storage.put(KEY, b"x")
    storage.drop(KEY)
    storage.drop(KEY)
    with pytest.raises(FileNotFoundError):
        storage.open(KEY)


def test_everything_that_is_stored_can_be_walked(storage, tmp_path):
    assert list(storage.keys()) == []
    for key in ("3f7a9c.webp", "ab12.png", "3f0000.jpg"):
        storage.put(key, key.encode())
    storage.drop("ab12.png")
    assert list(storage.keys()) == ["3f0000.jpg", "3f7a9c.webp"]
    assert [read(storage, key) for key in list(storage.keys())] == [b"3f0000.jpg", b"3f7a9c.webp"]


def test_what_is_stored_has_a_size(storage):
    storage.put(KEY, b"four")
    assert storage.size(KEY) == 4
    with pytest.raises(FileNotFoundError):
        storage.size("ab12.png")


@pytest.mark.parametrize(
    "key",
    [
        "",
        ".",
        "..",
        "../secret.key",
        "..%2fsecret.key",
        "/etc/passwd",
        "a/b.webp",
        "..\\secret.key",
        "ab.webp\n",
        "ab.webp\0",
        "ab.webp/..",
        ".ab.webp",
        "ab",
        "AB.webp",
        "é1.webp",
        "a.webp",
        "ab.web.p",
        "x" * 81 + ".webp",
        "C:ab.webp",
    ],
)
def test_a_key_that_leads_elsewhere_is_refused(storage, tmp_path, key):
    (tmp_path / "secret.key").write_text("secret")
    for act in (storage.open, storage.drop, storage.size, lambda name: storage.put(name, b"x")):
        with pytest.raises(FileNotFoundError):
            act(key)
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["secret.key"]


def test_two_processes_may_put_the_same_key(storage):
    both = [letter * 50_000 for letter in (b"a", b"b")]
    together(*(lambda data=data: [storage.put(KEY, data) for _ in range(20)] for data in both))
    assert read(storage) in both


# ---- in a folder --------------------------------------------------------------------------------------------------------------


def test_what_could_not_be_written_leaves_nothing(tmp_path, monkeypatch):
    storage = FileStorage(tmp_path)
    storage.put(KEY, b"first")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        storage.put(KEY, b"second")
    assert read(storage) == b"first"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [KEY]


def test_what_is_half_written_or_not_ours_is_no_key(tmp_path):
    storage = FileStorage(tmp_path)
    storage.put(KEY, b"x")
    for name in ("3f/tmpabc.part", "3f/.hidden", "3f/ab12.png", "stray.png"):
        (tmp_path / name).write_bytes(b"y")
    assert list(storage.keys()) == [KEY]


def test_files_are_spread_over_folders_nobody_else_reads(tmp_path):
    storage = FileStorage(tmp_path / "media")
    storage.put(KEY, b"x")
    assert (tmp_path / "media" / "3f" / KEY).stat().st_mode & 0o077 == 0


def test_a_folder_may_be_named(tmp_path):
    storage = open_storage(f"files:{tmp_path / 'elsewhere'}", tmp_path / "media")
    storage.put(KEY, b"x")
    assert (tmp_path / "elsewhere" / "3f" / KEY).exists()


def test_opening_a_storage_touches_nothing(tmp_path):
    open_storage("files:", tmp_path / "media")
    assert list(tmp_path.iterdir()) == []
