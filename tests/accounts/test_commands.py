from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fansite.accounts import operations, queries
from fansite.accounts.commands import user
from fansite.accounts.models import Account
from fansite.core.db import db, get
from tests.cast import PASSWORD


@pytest.fixture
def fansite_user(app: Any) -> Any:
    """Types `fansite user …`."""

    def run(*words: str, stdin: str | None = None) -> Result:
        result = CliRunner().invoke(user, words, input=stdin, obj={"app": lambda: app})
        db.session.rollback()  # this test's own look at the database is from before
        return result

    return run


def test_an_account_is_made_and_can_sign_in(fansite_user: Any) -> None:
    result = fansite_user(
        "create",
        "--email",
        "milo@example.org",
        "--username",
        "milo",
        "--role",
        "moderator",
        "--password-stdin",
        "--json",
        stdin=PASSWORD + "\n",
    )
    assert result.exit_code == 0, result.output
    facts = json.loads(result.stdout)
    assert (facts["username"], facts["role"], facts["email"]) == ("milo", "moderator", "milo@example.org")
    assert operations.sign_in("milo", PASSWORD).account_id == facts["id"]


def test_a_password_is_asked_for_twice_when_none_is_handed_in(fansite_user: Any) -> None:
    result = fansite_user("create", "--email", "milo@example.org", "--username", "milo", stdin=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0 and PASSWORD not in result.output
    assert queries.by_username("milo").role == "fan"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--email", "milo", "--username", "milo"), "not an e-mail address"),
        (("--email", "fay@example.org", "--username", "milo-b"), "an account with this address"),
        (("--email", "x@example.org", "--username", "FAY"), "Somebody has this name"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(cast: Any, fansite_user: Any, words: tuple[str, ...], said: str) -> None:
    result = fansite_user("create", *words, "--password-stdin", stdin=PASSWORD + "\n")
    assert result.exit_code == 1 and said in result.stderr and result.stdout == ""


def test_a_weak_password_is_refused(fansite_user: Any) -> None:
    assert (
        fansite_user(
            "create", "--email", "x@example.org", "--username", "milo", "--password-stdin", stdin="azertyuiop\n"
        ).exit_code
        == 1
    )


@pytest.mark.parametrize(
    "words",
    [
        ("fay", "editor"),
        ("fay@example.org", "editor"),
        ("fay", "--role", "editor"),
        ("--username", "fay", "editor"),
        ("--email", "FAY@example.org", "--role", "editor"),
    ],
)
def test_a_role_is_given_in_any_spelling_of_the_command(cast: Any, fansite_user: Any, words: tuple[str, ...]) -> None:
    result = fansite_user("role", *words, "--json")
    assert result.exit_code == 0 and json.loads(result.stdout)["role"] == "editor"
    assert get(Account, cast.fay.id).role == "editor"


@pytest.mark.parametrize(
    "words", [(), ("fay",), ("fay", "king"), ("fay", "--role", "king"), ("fay", "editor", "--username", "nora")]
)
def test_a_command_that_is_not_clear_exits_with_two(cast: Any, fansite_user: Any, words: tuple[str, ...]) -> None:
    assert fansite_user("role", *words).exit_code == 2


def test_who_is_not_here_exits_with_one(fansite_user: Any) -> None:
    for command in (
        ("role", "nobody", "fan"),
        ("disable", "nobody"),
        ("enable", "nobody"),
        ("erase", "nobody"),
        ("confirm", "nobody"),
    ):
        result = fansite_user(*command)
        assert result.exit_code == 1 and len(result.stderr.splitlines()) == 1


def test_the_last_owner_is_safe_here_too(cast: Any, fansite_user: Any) -> None:
    for command in (("role", "ada", "fan"), ("disable", "ada"), ("erase", "ada", "--yes")):
        result = fansite_user(*command)
        assert result.exit_code == 1 and "ada is the last owner" in result.stderr


def test_closing_and_opening(cast: Any, fansite_user: Any) -> None:
    assert fansite_user("disable", "fay", "--reason", "noise").exit_code == 0
    assert get(Account, cast.fay.id).disabled_reason == "noise"
    assert fansite_user("enable", "--username", "fay").exit_code == 0
    assert get(Account, cast.fay.id).active


def test_a_locked_out_owner_gets_back_in(cast: Any, fansite_user: Any) -> None:
    result = fansite_user("password", "ada", "--password-stdin", stdin="another odd phrase\nnot this line\n")
    assert result.exit_code == 0
    operations.sign_in("ada", "another odd phrase")


def test_confirming_by_hand(app: Any, fansite_user: Any) -> None:
    operations.join(email="lea@example.org", username="lea-b", password="four goats on a tram")
    for _ in range(2):  # whoever is confirmed stays so
        assert fansite_user("confirm", "--email", "lea@example.org").exit_code == 0
    operations.sign_in("lea-b", "four goats on a tram")


def test_erasing(cast: Any, fansite_user: Any) -> None:
    result = fansite_user("erase", "fay", "--yes", "--json")
    assert result.exit_code == 0 and json.loads(result.stdout) == {"id": cast.fay.id, "erased": True}
    assert get(Account, cast.fay.id).username == "[deleted]"


def test_the_list_shows_who_is_here(cast: Any, fansite_user: Any) -> None:
    operations.erase(cast.nora.id)
    rows = json.loads(fansite_user("list", "--json").stdout)["accounts"]
    assert [row["username"] for row in rows] == ["Fay", "milo", "eli", "ada", "ben"]
    lines = fansite_user("list", "--role", "fan").stdout.splitlines()
    assert len(lines) == 2 and "(closed)" in lines[1]


@pytest.mark.parametrize("command", ["create", "role", "disable", "enable", "password", "confirm", "erase", "list"])
def test_every_command_has_an_example(fansite_user: Any, command: str) -> None:
    result = fansite_user(command, "--help")
    assert result.exit_code == 0 and f"fansite user {command}" in result.output
