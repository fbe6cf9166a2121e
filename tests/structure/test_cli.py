"""The `fansite` command as an operator and as a script meet it: real processes, exit statuses, one line about what is wrong."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import click
import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.pool import QueuePool

from fansite import app as application
from fansite import settings
from fansite.cli import main
from fansite.core.db import db
from fansite.core.db.schema import schemas
from tests.cast import PASSWORD
from tests.conftest import ROOT
from tests.serve.served import Served, free_port

FANSITE = Path(sys.executable).parent / "fansite"
INIT = ("init", "--email", "ada@example.org", "--username", "ada", "--site-name", "Lava Lullaby", "--password-stdin")
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def environment(folder: Path, **more: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FANSITE_")}
    return {**inherited, "FANSITE_INSTANCE_PATH": str(folder), **more}


def command(folder: Path, *words: str, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [FANSITE, *words],
        cwd=ROOT,
        env=environment(folder, **more),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def typed(folder: Path, *words: str, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """The same within this process, which is quicker."""
    answer = CliRunner().invoke(main, words, input=stdin, env={"FANSITE_INSTANCE_PATH": str(folder), **more})
    return subprocess.CompletedProcess(words, answer.exit_code, answer.stdout, answer.stderr)


@pytest.fixture
def fansite(tmp_path: Path) -> Run:
    """Types `fansite …` for an empty instance folder."""
    return lambda *words, **more: command(tmp_path, *words, **more)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The instance folder of a site whose owner is ada."""
    folder = tmp_path_factory.mktemp("begun") / "instance"
    made = command(folder, *INIT, stdin=f"{PASSWORD}\n")
    assert made.returncode == 0, made.stderr
    assert made.stdout.splitlines() == [
        "Lava Lullaby is ready: `fansite serve`, then sign in as ada at http://127.0.0.1:8000/login",
        "The legal notice and the privacy page wait for your names and addresses: they stand among the drafts.",
    ]
    return folder


@pytest.fixture
def site(begun: Path) -> Run:
    """Types `fansite …` for the site of ada."""
    return lambda *words, **more: typed(begun, *words, **more)


def rows(folder: Path, statement: str) -> list[Any]:
    connection = sqlite3.connect(folder / "fansite.db")
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def refused(answer: subprocess.CompletedProcess[str], status: int, words: str) -> None:
    """One line about what is wrong, nothing else, and no trace of the program's inside."""
    assert answer.returncode == status, answer.stderr
    assert answer.stdout == ""
    (line,) = answer.stderr.splitlines()
    assert words in line


# ---- help ---------------------------------------------------------------------------------------------------------------------


def commands(group: click.Group = main, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        yield (*words, name), found
        if isinstance(found, click.Group):
            yield from commands(found, (*words, name))


COMMANDS = dict(commands())


def test_all_promised_commands_are_there():
    promised = """serve worker init run settings demo_load import_wordpress import_entries rebuild_search db_upgrade
        user_create user_role user_disable user_enable user_password user_confirm user_erase user_list"""
    assert set(promised.split()) <= {"_".join(words) for words in COMMANDS}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_with_an_example(words):
    answer = CliRunner().invoke(main, [*words, "--help"])
    assert answer.exit_code == 0
    assert "Example:" in answer.output
    assert f"fansite {' '.join(words)}" in answer.output
    for parameter in COMMANDS[words].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{parameter.opts[0]} says nothing about itself"


def test_the_installed_command_answers(fansite, tmp_path):
    answer = fansite("--version")
    assert answer.returncode == 0 and "version" in answer.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words", [("nonsense",), ("serve", "--nonsense"), ("serve", "--port", "0"), ("user",), ("user", "nonsense")]
)
def test_what_is_no_command_exits_with_two(words):
    assert CliRunner().invoke(main, words).exit_code == 2


# ---- settings -------------------------------------------------------------------------------------------------------------------


def test_settings_hide_what_is_secret(fansite):
    secrets = {
        "FANSITE_SECRET_KEY": "k" * 40,
        "FANSITE_MAIL_URL": "smtp://band:hunter22@mail.example",
        "FANSITE_DATABASE_URL": "postgresql://band:hunter33@db.example/site",
    }
    for words in (("settings",), ("settings", "--json")):
        answer = fansite(*words, **secrets, FANSITE_SITE_NAME="Lava Lullaby")
        assert answer.returncode == 0
        assert not [secret for secret in ("k" * 40, "hunter22", "hunter33") if secret in answer.stdout + answer.stderr]
        assert "Lava Lullaby" in answer.stdout


def test_settings_are_one_object_for_scripts(fansite, tmp_path):
    (tmp_path / "name").write_text("From a file\n")
    answer = fansite(
        "settings", "--json", FANSITE_LIMITS="off", FANSITE_SITE_NAME_FILE=str(tmp_path / "name"), FANSITE_BASEURL="x"
    )
    told = json.loads(answer.stdout)
    found = {row["variable"]: (row["value"], row["source"]) for row in told["settings"]}
    assert set(found) == {setting.variable for setting in settings.TABLE}
    assert found["FANSITE_LIMITS"] == ("off", "environment")
    assert found["FANSITE_SITE_NAME"] == ("From a file", "file")
    assert found["FANSITE_LANGUAGES"] == ("en,fr", "default")
    assert told["unknown"] == ["FANSITE_BASEURL"]


WRONG = {"FANSITE_MAIL_URL": "pop3://band:hunter22@mail.example"}


@pytest.mark.parametrize("words", [("settings",), ("worker",), INIT, ("db", "upgrade"), ("user", "list"), ("run",)], ids=" ".join)
def test_a_wrong_setting_stops_every_command_in_one_line(tmp_path, words):
    refused(typed(tmp_path, *words, **WRONG), 2, "FANSITE_MAIL_URL: expected smtp://")
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_setting_stops_serving_at_once(fansite, tmp_path):
    refused(fansite("serve", **WRONG), 2, "FANSITE_MAIL_URL: expected smtp://")
    assert list(tmp_path.iterdir()) == []


# ---- beginning ------------------------------------------------------------------------------------------------------------------


def test_a_site_is_begun_once(begun, site):
    assert rows(begun, "SELECT username, email, role, disabled_at FROM account") == [("ada", "ada@example.org", "owner", None)]
    assert rows(begun, "SELECT value FROM site_fact WHERE name = 'site_name'") == [("Lava Lullaby",)]
    again = site(*INIT[:4], "eve", *INIT[5:], stdin=f"{PASSWORD}\n")
    refused(again, 1, "has an owner already")
    assert rows(begun, "SELECT count(*) FROM account") == [(1,)]


def test_the_instance_folder_is_for_nobody_elses_eyes(begun):
    assert begun.stat().st_mode & 0o077 == 0
    for name in ("secret.key", "clock"):
        assert (begun / name).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("words", "stdin", "said"),
    [
        (("--email", "ada", "--username", "ada"), PASSWORD, "not an e-mail address"),
        (("--email", "ada@example.org", "--username", "a/da"), PASSWORD, "Letters and digits"),
        (("--email", "ada@example.org", "--username", "ada"), "short", "8 characters"),
    ],
)
def test_an_owner_who_cannot_be_is_refused(tmp_path, words, stdin, said):
    refused(typed(tmp_path, "init", *words, "--site-name", "X", "--password-stdin", stdin=f"{stdin}\n"), 1, said)
    assert rows(tmp_path, "SELECT count(*) FROM account") == [(0,)]


@pytest.mark.parametrize("name", [" ", "L" * 81])
def test_a_band_has_a_name_that_fits(tmp_path, name):
    refused(
        typed(tmp_path, *INIT[:6], name, "--password-stdin", stdin=f"{PASSWORD}\n"), 1, "The band's name has 1 to 80 characters."
    )
    assert list(tmp_path.iterdir()) == []


def test_the_database_is_for_nobody_elses_eyes_even_in_an_open_folder(tmp_path):
    tmp_path.chmod(0o755)
    assert command(tmp_path, *INIT, stdin=f"{PASSWORD}\n").returncode == 0
    assert not [path.name for path in tmp_path.iterdir() if path.stat().st_mode & 0o077]


def test_a_folder_nobody_can_write_into_is_told_in_one_line(tmp_path):
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "instance"
    for words in (INIT, ("db", "upgrade"), ("run",)):
        answer = typed(folder, *words, stdin=f"{PASSWORD}\n")
        assert (answer.returncode, answer.stderr) == (2, f"Not a directory: {folder}\n")


def test_what_is_not_given_is_asked_for(tmp_path):
    answer = typed(tmp_path, "init", stdin=f"ada@example.org\nada\nLava\tLullaby\n{PASSWORD}\n{PASSWORD}\n")
    assert answer.returncode == 0, answer.stderr
    assert PASSWORD not in answer.stdout + answer.stderr
    assert rows(tmp_path, "SELECT role FROM account") == [("owner",)]
    assert rows(tmp_path, "SELECT value FROM site_fact") == [("Lava Lullaby",)]


# ---- scripts --------------------------------------------------------------------------------------------------------------------


def test_scripts_are_told_one_object(begun):
    made = command(
        begun,
        *(
            "user",
            "create",
            "--email",
            "milo@example.org",
            "--username",
            "milo",
            "--role",
            "moderator",
            "--password-stdin",
            "--json",
        ),
        stdin=f"{PASSWORD}\n",
    )
    facts = json.loads(made.stdout)
    assert (made.returncode, facts["username"], facts["role"]) == (0, "milo", "moderator")
    listed = json.loads(command(begun, "user", "list", "--json").stdout)
    assert [account["username"] for account in listed["accounts"]] == ["ada", "milo"]


def test_when_a_command_is_through_no_connection_of_it_is_open(begun, monkeypatch):
    made: list[Flask] = []
    monkeypatch.setattr(
        application, "create_app", lambda loaded, make=application.create_app: made.append(make(loaded)) or made[-1]
    )
    assert typed(begun, "user", "list").returncode == 0
    with made[0].app_context():
        assert cast(QueuePool, db.engine.pool).checkedin() == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("user", "role", "nobody", "fan"), "There is no account called nobody."),
        (("user", "role", "ada", "fan"), "ada is the last owner"),
    ],
)
def test_what_cannot_be_done_exits_with_one(site, words, said):
    refused(site(*words, "--json"), 1, said)


# ---- the schema -----------------------------------------------------------------------------------------------------------------


def with_schema(folder: Path, source: Path, version: str) -> None:
    shutil.copy(source, folder / "fansite.db")
    connection = sqlite3.connect(folder / "fansite.db")
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    connection.close()


def test_nothing_runs_on_an_empty_folder(fansite, tmp_path):
    refused(fansite("serve"), 2, "run `fansite init`")
    for words in (("worker",), ("user", "list"), ("demo", "load"), ("rebuild", "search")):
        refused(typed(tmp_path, *words), 2, "run `fansite init`")
    assert list(tmp_path.iterdir()) == []


def test_nothing_runs_on_an_old_schema(fansite, tmp_path, empty_database):
    *_, oldest = schemas()
    with_schema(tmp_path, empty_database, oldest)
    for answer in (fansite("serve"), typed(tmp_path, "worker"), typed(tmp_path, "user", "list")):
        refused(answer, 2, f"has schema {oldest}, this version needs")


def test_nothing_touches_what_a_newer_version_made(fansite, tmp_path, empty_database):
    with_schema(tmp_path, empty_database, "9999_later")
    before = (tmp_path / "fansite.db").read_bytes()
    for answer in (fansite("serve"), typed(tmp_path, "db", "upgrade")):
        refused(answer, 2, "made by a newer version")
    assert (tmp_path / "fansite.db").read_bytes() == before


def test_what_is_no_database_is_told_in_one_line(fansite, tmp_path):
    (tmp_path / "fansite.db").write_bytes(b"this is no database, it is a letter to nobody" * 100)
    for answer in (fansite("serve"), typed(tmp_path, "db", "upgrade")):
        refused(answer, 2, "file is not a database")


def test_upgrading_twice_is_no_fault(tmp_path, empty_database):
    shutil.copy(empty_database, tmp_path / "fansite.db")
    answer = typed(tmp_path, "db", "upgrade")
    assert (answer.returncode, answer.stdout) == (0, "The database is at this version's schema.\n")


# ---- serving --------------------------------------------------------------------------------------------------------------------


def test_serving_warns_of_mail_nobody_receives_and_of_misspelt_settings(tmp_path, empty_database):
    shutil.copy(empty_database, tmp_path / "fansite.db")
    more = {"FANSITE_BASE_URL": "https://band.example", "FANSITE_MAILURL": "smtp://mail.example"}
    port = free_port()
    words = [str(FANSITE), "serve", "--port", str(port), "--workers", "1", "--no-worker"]
    served = Served(tmp_path, port, words, environment(tmp_path, **more))
    try:
        served.started()
        assert "Warning: FANSITE_MAILURL: no such setting" in served.text
        assert f"Warning: mail is only written to files in {tmp_path / 'outbox'}; nobody receives it" in served.text
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(10) == 0
    finally:
        served.end()


# ---- the demo -------------------------------------------------------------------------------------------------------------------


def test_the_demo_is_refused_on_a_public_address(site):
    refused(site("demo", "load", "--json", FANSITE_BASE_URL="https://band.example"), 1, "loopback")


def test_a_public_address_begins_without_a_demo(fansite):
    answer = fansite("run", FANSITE_BASE_URL="https://band.example")
    assert answer.returncode == 1
    assert answer.stderr.splitlines() == [
        "The demo is only for a site on a loopback base address. A site of your own begins with `fansite init`."
    ]


def test_the_demo_works_beside_an_owner_called_ada_and_a_second_time_adds_nothing(begun, site, tmp_path):
    shutil.copytree(begun, tmp_path / "instance")
    first = command(tmp_path / "instance", "demo", "load", "--json")
    made = json.loads(first.stdout)["created"]
    assert first.returncode == 0 and made["news"] >= 40 and made["comment"] == 600
    second = typed(tmp_path / "instance", "demo", "load", "--json")
    assert set(json.loads(second.stdout)["created"].values()) == {0}
    owners = rows(tmp_path / "instance", "SELECT username FROM account WHERE role = 'owner' ORDER BY id")
    assert owners == [("ada",), ("ada-2",)]
    assert not (tmp_path / "instance" / "search").exists()  # the index is the worker's
