"""`fansite user …`: what the operator can do for people, when no page helps any more."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from fansite.accounts import operations, queries
from fansite.accounts.models import Account
from fansite.core.command import as_json, ask_password, fail, password_stdin, tell, with_site
from fansite.core.errors import NotFound, Refused
from fansite.core.policy import ROLES

F = TypeVar("F", bound=Callable[..., Any])


def _of_somebody(command: F) -> F:
    """Who is meant: a name or an address, as an argument or by option."""
    for decorate in (
        click.option("--email", help="The account's e-mail address."),
        click.option("--username", help="The account's name."),
        click.argument("who", required=False),
    ):
        command = decorate(command)
    return command


@click.group()
def user() -> None:
    """Accounts: make them, give roles, close and open them.

    \b
    Example:  fansite user list --role owner
    """


@user.command("create")
@click.option("--email", required=True, help="E-mail address.")
@click.option("--username", required=True, help="Name on the site.")
@click.option("--role", type=click.Choice(ROLES), default="fan", show_default=True, help="What they may do.")
@password_stdin
@as_json
@with_site
def create(email: str, username: str, role: str, password_stdin: bool, as_json: bool) -> None:
    """Makes an account, confirmed at once.

    \b
    Example:  echo "three odd words" | fansite user create --email milo@band.example --username milo --role moderator --password-stdin
    """
    account = operations.create(email=email, username=username, password=ask_password(password_stdin), role=role)
    tell(as_json, _facts(account), f"{account.username} is here as {account.role}.")


@user.command("role")
@_of_somebody
@click.argument("new_role", required=False, metavar="[ROLE]")
@click.option("--role", type=click.Choice(ROLES), help="The new role.")
@as_json
@with_site
def role(who: str | None, new_role: str | None, username: str | None, email: str | None, role: str | None, as_json: bool) -> None:
    """Gives somebody another role: fan, moderator, editor or owner.

    \b
    Example:  fansite user role milo editor
    """
    if role is None and new_role is None and (username or email):
        who, new_role = None, who
    wanted = role or new_role
    if wanted not in ROLES:
        raise click.UsageError(f"Say which role: {', '.join(ROLES)}.")
    account = _find(who, username, email)
    operations.set_role(account.id, wanted)
    tell(as_json, _facts(account), f"{account.username} is {account.role} now.")


@user.command("disable")
@_of_somebody
@click.option("--reason", default="", help="Told to them when they try to sign in.")
@as_json
@with_site
def disable(who: str | None, username: str | None, email: str | None, reason: str, as_json: bool) -> None:
    """Closes an account: all its sessions end, nobody can sign in with it.

    \b
    Example:  fansite user disable ben --reason "sold fake tickets"
    """
    account = _find(who, username, email)
    operations.disable(account.id, reason=reason)
    tell(as_json, _facts(account), f"{account.username} is closed.")


@user.command("enable")
@_of_somebody
@as_json
@with_site
def enable(who: str | None, username: str | None, email: str | None, as_json: bool) -> None:
    """Opens a closed account again.

    \b
    Example:  fansite user enable ben
    """
    account = _find(who, username, email)
    operations.enable(account.id)
    tell(as_json, _facts(account), f"{account.username} is open again.")


@user.command("password")
@_of_somebody
@password_stdin
@as_json
@with_site
def password(who: str | None, username: str | None, email: str | None, password_stdin: bool, as_json: bool) -> None:
    """Sets a new password and ends all sessions: the way back for who is locked out.

    \b
    Example:  echo "three odd words" | fansite user password ada --password-stdin
    """
    account = _find(who, username, email)
    operations.set_password(account.id, ask_password(password_stdin))
    tell(as_json, _facts(account), f"{account.username} has a new password; all their sessions are ended.")


@user.command("confirm")
@_of_somebody
@as_json
@with_site
def confirm(who: str | None, username: str | None, email: str | None, as_json: bool) -> None:
    """Confirms by hand somebody whose letter was lost.

    \b
    Example:  fansite user confirm nora@example.org
    """
    said = _said(who, username, email)
    account = queries.by_either(said)
    if account is None:
        try:
            account = operations.confirm_by_hand(said)
        except NotFound:
            fail(f"Nobody called {said} asked to join of late.")
    tell(as_json, _facts(account), f"{account.username} is confirmed and can sign in.")


@user.command("erase")
@_of_somebody
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@with_site
def erase(who: str | None, username: str | None, email: str | None, yes: bool, as_json: bool) -> None:
    """Erases a person: name, address and password go for ever; what they wrote stays under "[deleted]".

    \b
    Example:  fansite user erase nora --yes
    """
    account = _find(who, username, email)
    name = account.username
    if not yes and not as_json and sys.stdin.isatty():
        click.confirm(f"Erase {name}? This cannot be taken back.", abort=True)
    operations.erase(account.id)
    tell(as_json, {"id": account.id, "erased": True}, f"{name} is erased.")


@user.command("list")
@click.option("--role", type=click.Choice(ROLES), help="Only these.")
@as_json
@with_site
def list_accounts(role: str | None, as_json: bool) -> None:
    """Lists accounts.

    \b
    Example:  fansite user list --role owner
    """
    rows = [_facts(account) for account in queries.all_accounts(role)]
    tell(as_json, {"accounts": rows}, *([_line(row) for row in rows] or ["Nobody yet."]))


def _said(who: str | None, username: str | None, email: str | None) -> str:
    said = [text for text in (who, username, email) if text]
    if len(said) != 1:
        raise click.UsageError("Say who: a name or an address, once.")
    return said[0]


def _find(who: str | None, username: str | None, email: str | None) -> Account:
    said = _said(who, username, email)
    account = queries.by_either(said)
    if account is None:
        raise Refused(f"There is no account called {said}.")
    return account


def _line(row: dict[str, Any]) -> str:
    closed = "  (closed)" if row["disabled"] else ""
    return f"{row['username']:30} {row['role']:10} {row['email'] or '-'}{closed}"


def _facts(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "username": account.username,
        "email": account.email,
        "role": account.role,
        "disabled": account.disabled_at is not None,
        "joined_at": account.joined_at.isoformat(),
    }
