"""`fansite backup`: one file with all of the site, compared and restored, and nobody who was erased comes back with it."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
import zipfile
from datetime import timedelta
from pathlib import Path

from fansite.accounts import operations as accounts
from fansite.accounts.models import Account
from fansite.backup import ledger, record
from fansite.core.db import get
from fansite.lib.times import now
from tests.backup.conftest import contents_of, fansite, told
from tests.cast import PASSWORD


def restored(file: Path, folder: Path, *more: object) -> dict:
    return told(fansite(folder, "backup", "restore", file, "--json", *more))


# ---- there and back -------------------------------------------------------------------------------------------------------------


def test_what_is_restored_is_what_was_there(instance, saved, tmp_path):
    answer = restored(saved, tmp_path / "new")
    new = tmp_path / "new"
    assert contents_of(new) == contents_of(instance)
    assert answer["tables"]["account"] == 6 and answer["pictures"] == 1 and answer["erased"] == 0
    assert (new / "media" / "ab" / "ab12cd.jpg").read_bytes() == b"\xff\xd8 a picture \x00\xff"
    assert [path.read_bytes() for path in (new / "outbox").iterdir()] == [
        path.read_bytes() for path in (instance / "outbox").iterdir()
    ]
    assert (new / "secret.key").read_bytes() == (instance / "secret.key").read_bytes()
    made_when_needed = {"push.key"} if (instance / "push.key").exists() else set()
    assert {path.name for path in new.iterdir()} == {
        "fansite.db",
        "media",
        "outbox",
        "secret.key",
        "serve.lock",
    } | made_when_needed
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in new.rglob("*"))


def test_a_backup_says_what_it_is_and_is_for_nobody_else(saved):
    with zipfile.ZipFile(saved) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        shown = json.loads(archive.read("settings.json"))
    assert manifest["site_name"] == "Our band" and manifest["database"] == "sqlite"
    assert manifest["made_at"] <= manifest["as_of"] <= manifest["finished_at"]
    assert manifest["tables"]["comment"]["rows"] == 1 and len(manifest["tables"]["comment"]["sha256"]) == 64
    assert "FANSITE_BASE_URL" in shown and not {"FANSITE_MAIL_URL", "FANSITE_DATABASE_URL", "FANSITE_SECRET_KEY"} & shown.keys()
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert [path.name for path in saved.parent.glob("*.zip")] == [saved.name]


def test_it_is_noted_where_and_how_large_it_is(instance, saved):
    (made,) = record.made(instance)
    assert (made.path, made.bytes) == (saved, saved.stat().st_size)
    assert now() - made.moment < timedelta(minutes=5)


def test_the_index_is_left_out_and_made_anew(instance, saved, tmp_path):
    with zipfile.ZipFile(saved) as archive:
        assert not [name for name in archive.namelist() if "search" in name]


def test_verify_tells_what_it_compared(instance, saved):
    answer = told(fansite(instance, "backup", "verify", saved, "--json"))
    assert answer["equal"] and answer["differences"] == []
    assert answer["tables"]["account"]["rows"] == 6
    assert any("integrity_check" in line for line in answer["compared"])
    before = contents_of(instance)
    plain = fansite(instance, "backup", "verify", saved)
    assert "All of it is as it was saved." in plain.stdout
    assert contents_of(instance) == before


def test_an_older_file_is_only_overwritten_when_that_is_meant(instance, saved):
    before = saved.read_bytes()
    answer = fansite(instance, "backup", "create", saved)
    assert answer.returncode == 1 and "--force" in answer.stderr
    assert saved.read_bytes() == before
    assert fansite(instance, "backup", "create", saved, "--force").returncode == 0
    assert saved.read_bytes() != before


def test_a_folder_gets_files_named_after_the_moment_and_the_oldest_go(instance, tmp_path, clock):
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "holiday.zip").write_bytes(b"not ours")
    for _ in range(3):
        answer = told(fansite(instance, "backup", "create", folder, "--keep", 2, "--json"))
        clock.shift(timedelta(days=1))
    assert answer["removed"] == [str(folder / "fansite-20261124T120000Z.zip")]
    names = {path.name for path in folder.glob("*.zip")}
    assert names == {"holiday.zip", "fansite-20261125T120000Z.zip", "fansite-20261126T120000Z.zip"}


def test_another_sites_backups_in_the_same_folder_stay(instance, saved, tmp_path):
    other = saved.with_name("other.zip")
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(other, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "manifest.json":
                data = json.dumps({**json.loads(data), "site": "another"}).encode()
            target.writestr(name, data)
    told(fansite(instance, "backup", "create", saved.parent, "--keep", 1, "--json"))
    assert other.exists() and not saved.exists()


def test_broken_off_it_leaves_no_file(instance, tmp_path, monkeypatch):
    from fansite.backup.operations import creating

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(creating, "_add_rest", full)
    answer = fansite(instance, "backup", "create", tmp_path / "site.zip")
    assert answer.returncode == 2 and "No space left" in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_one_left_is_swept(instance, saved):
    left = saved.parent / ".fansite-backup-killed"
    left.mkdir()
    (left / "lock").touch()
    (left / "archive.part").write_bytes(b"half")
    strange = saved.parent / ".fansite-backup-not-ours"
    strange.mkdir()
    told(fansite(instance, "backup", "create", saved, "--force", "--json"))
    assert not left.exists() and strange.exists()


# ---- only where nothing is ------------------------------------------------------------------------------------------------------


def test_nothing_is_restored_over_a_site(instance, saved):
    before = contents_of(instance)
    answer = fansite(instance, "backup", "restore", saved)
    assert answer.returncode == 1 and "is not empty" in answer.stderr
    assert contents_of(instance) == before


def test_what_a_killed_restore_left_is_no_obstacle(saved, tmp_path):
    left = tmp_path / "new" / ".restoring"
    left.mkdir(parents=True)
    (left / "fansite.db").write_bytes(b"half")
    restored(saved, tmp_path / "new")
    assert not left.exists()


def test_pictures_elsewhere_must_be_none_as_well(saved, tmp_path):
    elsewhere = tmp_path / "pictures"
    (elsewhere / "ab").mkdir(parents=True)
    (elsewhere / "ab" / "abcd.png").write_bytes(b"old")
    url = {"FANSITE_STORAGE_URL": f"files:{elsewhere}"}
    answer = fansite(tmp_path / "new", "backup", "restore", saved, **url)
    assert answer.returncode == 1 and "holds pictures already" in answer.stderr
    (elsewhere / "ab" / "abcd.png").unlink()
    assert fansite(tmp_path / "new", "backup", "restore", saved, **url).returncode == 0
    assert (elsewhere / "ab" / "ab12cd.jpg").exists()


def test_a_backup_of_a_newer_version_is_for_that_one(saved, tmp_path):
    newer = saved.with_name("newer.zip")
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(newer, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "manifest.json":
                data = json.dumps({**json.loads(data), "schema": "9999"}).encode()
            target.writestr(name, data)
    answer = fansite(tmp_path / "new", "backup", "restore", newer)
    assert answer.returncode == 1 and "newer version" in answer.stderr
    assert not (tmp_path / "new" / "fansite.db").exists()


def test_a_site_of_an_older_schema_is_saved_and_comes_back_upgraded(saved, tmp_path):
    from fansite import settings
    from fansite.core.db.schema import schema_problem, schemas, upgrade

    old, new = tmp_path / "old", tmp_path / "new"
    loaded = settings.load({"FANSITE_INSTANCE_PATH": str(old)})
    upgrade(loaded, schemas()[-1])
    made = told(fansite(old, "backup", "create", tmp_path / "old.zip", "--json"))
    assert made["schema"] == schemas()[-1]
    restored(tmp_path / "old.zip", new)
    assert schema_problem(settings.load({"FANSITE_INSTANCE_PATH": str(new)})) is None


def test_an_empty_folder_has_nothing_to_save(tmp_path):
    answer = fansite(tmp_path / "none", "backup", "create", tmp_path / "site.zip")
    assert answer.returncode == 2 and "fansite init" in answer.stderr


# ---- erased people stay erased --------------------------------------------------------------------------------------------------


def rows(folder: Path, statement: str) -> list:
    connection = sqlite3.connect(folder / "fansite.db")
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def test_who_was_erased_after_the_backup_is_erased_in_what_it_becomes(instance, saved, cast, worker, tmp_path):
    accounts.erase(cast.fay.id)
    worker()
    assert restored(saved, tmp_path / "new")["erased"] == 1
    (row,) = rows(tmp_path / "new", f"SELECT username, email, password_hash, erased_at FROM account WHERE id = {cast.fay.id}")
    assert row[:3] == ("[deleted]", None, None) and row[3]
    assert rows(tmp_path / "new", "SELECT count(*) FROM account WHERE email IS NOT NULL") == [(5,)]
    text = (tmp_path / "new" / "fansite.db").read_bytes()
    assert b"fay@example.org" not in text
    assert [e.account_id for e in ledger.read(tmp_path / "new" / "erasures.jsonl")] == [cast.fay.id]


def test_the_ledger_lies_beside_the_database_and_every_backup_that_is_there(instance, saved, cast, worker, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    told(fansite(instance, "backup", "create", gone, "--json"))
    shutil.rmtree(gone)
    accounts.erase(cast.fay.id)
    worker()
    assert not gone.exists()
    lines = (saved.parent / ledger.NAME_BESIDE).read_text().split()
    assert lines == (instance / ledger.NAME).read_text().split()
    (line,) = lines
    assert set(json.loads(line)) <= {"site", "account", "at", "keep_words"}
    worker()
    accounts.erase(cast.nora.id)
    worker()
    assert len((saved.parent / ledger.NAME_BESIDE).read_text().split()) == 2


def test_a_backup_that_was_away_finds_its_ledger_in_a_later_one_or_in_a_file_one_names(instance, saved, cast, worker, tmp_path):
    away = tmp_path / "away" / saved.name
    away.parent.mkdir()
    saved.rename(away)
    accounts.erase(cast.fay.id)
    worker()
    assert restored(away, tmp_path / "unknowing")["erased"] == 0
    assert restored(away, tmp_path / "told", "--erasures", instance / ledger.NAME)["erased"] == 1
    told(fansite(instance, "backup", "create", away.parent, "--json"))
    assert restored(away, tmp_path / "knowing")["erased"] == 1


def test_erased_before_the_backup_is_erased_in_it(instance, cast, worker, tmp_path):
    accounts.erase(cast.fay.id)
    worker()
    told(fansite(instance, "backup", "create", tmp_path / "site.zip", "--json"))
    assert restored(tmp_path / "site.zip", tmp_path / "new")["erased"] == 0
    assert contents_of(tmp_path / "new") == contents_of(instance)


def test_who_came_later_to_an_erased_number_is_somebody_else(instance, cast):
    site = ledger.site_id() or "here"
    cast_id = cast.fay.id
    young = ledger.Erasure(site, cast_id, get(Account, cast_id).joined_at - timedelta(seconds=1))
    elsewhere = ledger.Erasure("another site", cast_id, now())
    nobody = ledger.Erasure(site, 4711, now())
    assert ledger.apply([young, elsewhere, nobody], site) == (0, [])
    assert ledger.apply([ledger.Erasure(site, cast_id, now())] * 2, site) == (1, [])


def test_the_last_owner_of_an_old_backup_is_named_and_not_passed_over(instance, saved, cast, worker, tmp_path):
    accounts.create(email="olga@example.org", username="olga", password=PASSWORD, role="owner")
    accounts.erase(ada := cast.ada.id)
    worker()
    answer = fansite(tmp_path / "new", "backup", "restore", saved)
    assert answer.returncode == 1
    assert f"account {ada}:" in answer.stderr and "fansite user erase" in answer.stderr


def test_a_line_that_a_kill_broke_off_hides_no_other(tmp_path):
    path = tmp_path / "erasures.jsonl"
    first, second = (ledger.Erasure("s", number, now()) for number in (1, 2))
    ledger.note(path, [first])
    with path.open("a") as file:
        file.write('{"site":"s","acc')
    assert ledger.note(path, [first, second]) == 1
    assert ledger.read(path) == [first, second]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_ledger_nobody_can_read_stops_the_restore(saved, tmp_path):
    (saved.parent / ledger.NAME_BESIDE).write_text('{"account": 1}\n')
    answer = fansite(tmp_path / "new", "backup", "restore", saved)
    assert answer.returncode == 1 and "ledger" in answer.stderr
    assert not (tmp_path / "new" / "fansite.db").exists()
