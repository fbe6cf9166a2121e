"""`fansite doctor`: what is wrong in one line each, with what to do, whatever state the site is in."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from fansite.core.db import db
from tests.backup.conftest import fansite, told


@pytest.fixture
def site(app, cast, worker) -> Path:
    """A site in good order: its worker ran, its name is its own, its folder is for nobody else."""
    from fansite.core import kept
    from fansite.core.outbox.routines import run_routines
    from tests.texts import news_post, say

    kept.say("site_name", "Lava Lullaby")
    say(news_post(cast.eli), cast.fay)
    run_routines()
    worker()
    db.session.remove()
    folder: Path = app.extensions["fansite"].settings.instance_path
    folder.chmod(0o700)
    for name in ("backups.jsonl", "serve.lock"):
        (folder / name).unlink(missing_ok=True)
    return folder


def doctor(folder: Path, status: int, **more: str) -> dict[str, list[str]]:
    """Level → what was found, with what to do."""
    answer = told(fansite(folder, "doctor", "--json", **more), status)
    found: dict[str, list[str]] = {"ok": [], "warning": [], "problem": []}
    for row in answer["findings"]:
        found[row["level"]].append(f"{row['text']} {row['todo']}")
    assert answer["well"] == (not found["problem"])
    return found


def test_a_site_in_good_order_is_well(site):
    found = doctor(site, 0)
    assert found["problem"] == found["warning"] == []
    words = " ".join(found["ok"])
    inside = ("SQLite", "quick_check") if db.engine.dialect.name == "sqlite" else ()
    for what in (
        *inside,
        "The database takes",
        "free on the disk",
        "worker is at work",
        "search index holds what the tables show: 6",
    ):
        assert what in words
    plain = fansite(site, "doctor")
    assert plain.stdout.splitlines()[-1] == "All is well."
    assert all(line.startswith("ok ") for line in plain.stdout.splitlines()[:-1])


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"FANSITE_BASE_URL": "https://band.example"}, "FANSITE_MAIL_URL"),
        ({"FANSITE_BASE_URL": "http://band.example"}, "https://"),
        ({"FANSITE_BASE_URL": "https://band.example"}, "FANSITE_TRUSTED_PROXIES"),
        ({"FANSITE_BASE_URL": "https://band.example"}, "FANSITE_TIMEZONE"),
        ({"FANSITE_BASE_URL": "https://band.example"}, "No backup was ever taken"),
        ({"FANSITE_LIMITS": "off"}, "FANSITE_LIMITS"),
        ({"FANSITE_MALE_URL": "x"}, "FANSITE_MALE_URL"),
    ],
)
def test_settings_that_do_not_fit_are_named(site, environment, words):
    answer = fansite(site, "doctor", "--json", **environment)
    rows = [row for row in json.loads(answer.stdout)["findings"] if row["level"] != "ok"]
    assert any(words in row["text"] + row["todo"] for row in rows)
    assert answer.returncode == int(any(row["level"] == "problem" for row in rows))


def test_a_wrong_setting_is_the_finding(site):
    (line,) = doctor(site, 1, FANSITE_MAIL_URL="pigeon:")["problem"]
    assert "FANSITE_MAIL_URL: expected smtp://" in line


def test_without_a_database_the_rest_is_looked_at(tmp_path):
    found = doctor(tmp_path / "new", 1)
    assert any("fansite init" in line for line in found["problem"])
    assert any("free on the disk" in line for line in found["ok"])


@pytest.mark.sqlite  # the file itself
def test_a_broken_database_is_told_and_stops_nothing(site, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(site, broken)
    (broken / "fansite.db").write_bytes(b"this is no database" * 1000)
    for end in ("-wal", "-shm"):
        (broken / f"fansite.db{end}").unlink(missing_ok=True)
    found = doctor(broken, 1)
    assert any("does not answer" in line for line in found["problem"])
    assert any("SQLite" in line for line in found["ok"])


WRONG_INSIDE = [
    ("problem", "UPDATE account SET role = 'editor' WHERE role = 'owner'", "Nobody owns this site"),
    ("problem", "DELETE FROM tick", "The worker has never run"),
    ("problem", "UPDATE tick SET due_at = '2020-01-01 00:00:00'", "The worker was last seen"),
    ("problem", "UPDATE delivery SET error = 'no', done_at = NULL WHERE id = 1", "1 delivery failed"),
    ("warning", "UPDATE delivery SET due_at = '2020-01-01 00:00:00', done_at = NULL WHERE id = 1", "1 delivery waits"),
    ("problem", "UPDATE event SET at = '2099-01-01 00:00:00'", "clock is behind"),
    ("warning", "UPDATE entry SET status = 'withdrawn'", "is in the search index and nobody may see it"),
    ("warning", "DELETE FROM site_fact", "still has the name it came with"),
]


@pytest.mark.parametrize(("level", "statement", "words"), WRONG_INSIDE)
def test_what_is_wrong_inside_is_found(site, elsewhere, level, statement, words):
    elsewhere(statement)
    found = doctor(site, int(level == "problem"))
    assert any(words in line for line in found[level]), found


@pytest.mark.sqlite  # a file can be written by whoever does not ask for its keys; a server refuses such a row
def test_a_row_that_refers_to_nothing_is_found(site):
    connection = sqlite3.connect(site / "fansite.db")
    with connection:
        connection.execute("UPDATE entry SET author_id = 4711")
    connection.close()
    assert any("refers to a row of account that is not there" in line for line in doctor(site, 1)["problem"])


def test_what_others_can_read_is_named_with_the_way_to_mend_it(site):
    site.chmod(0o755)
    key = site / "secret.key"
    before = key.stat().st_mode
    key.chmod(0o644)
    found = doctor(site, 1)["problem"]
    key.chmod(before)
    assert [line.rpartition("chmod ")[2].split()[0] for line in found] == ["700", "600"]


def test_an_index_that_is_gone_is_a_warning(site):
    shutil.rmtree(site / "search")
    assert any("rebuild search" in line for line in doctor(site, 0)["warning"])


def test_the_last_backup_is_told_with_its_age(site, tmp_path):
    told(fansite(site, "backup", "create", tmp_path / "site.zip", "--json"))
    assert any("site.zip" in line for line in doctor(site, 0)["ok"])
    (tmp_path / "site.zip").unlink()
    assert any("does not lie where" in line for line in doctor(site, 0)["warning"])
    made = site / "backups.jsonl"
    made.write_text(json.dumps({**json.loads(made.read_text()), "at": "2020-01-01T00:00:00+00:00"}) + "\n")
    assert any("site.zip" in line for line in doctor(site, 0)["warning"])


def test_a_check_that_fails_is_told_and_stops_no_other(site, monkeypatch):
    from fansite.health.checks import machine

    monkeypatch.setattr(machine, "TIGHT_BYTES", None)
    found = doctor(site, 1)
    assert any("“disk” could not be looked at" in line for line in found["problem"])
    assert any("worker is at work" in line for line in found["ok"])
