"""The `fansite` command."""

from __future__ import annotations

import errno
import importlib
import json
import os
from dataclasses import replace
from typing import Any

import click
from click.core import ParameterSource
from flask import Flask

from fansite import settings as settings_table
from fansite.core.command import ask_password, fail
from fansite.features import FEATURES
from fansite.lib.memory import JEMALLOC
from fansite.settings import Settings, WrongSetting


class FansiteGroup(click.Group):
    """Finds the features' commands, and says what is wrong in one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._gather()
        return sorted(self.commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands:
            self._gather()
        return self.commands.get(cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        from sqlalchemy.exc import OperationalError

        from fansite.core.errors import WrongSchema

        try:
            return super().invoke(ctx)
        except WrongSchema as problem:
            line = str(problem)
        except OperationalError as problem:
            line = f"The database does not answer: {str(problem.orig).splitlines()[0]}"
        except OSError as problem:
            if problem.errno == errno.EPIPE:  # `| head`: click ends quietly
                raise
            line = f"{problem.strerror or type(problem).__name__}: {problem.filename or 'no file named'}"
        click.echo(line, err=True)
        raise SystemExit(2)

    def _gather(self) -> None:
        for name in FEATURES:
            for command in importlib.import_module(f"fansite.{name}").feature.commands:
                self.commands.setdefault(str(command.name), command)


@click.group(cls=FansiteGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="fansite")
@click.pass_context
def main(ctx: click.Context) -> None:
    """A band's own home on the web.

    \b
    First steps:  fansite init && fansite serve
    With a demo:  fansite run
    """
    os.umask(0o077)  # what a site keeps (addresses, password hashes) is for nobody else on this machine
    ctx.obj = {"app": _site, "settings": _settings, "open": _open}


def _settings() -> Settings:
    try:
        return settings_table.load()
    except WrongSetting as problem:
        click.echo(str(problem), err=True)
        raise SystemExit(2) from None


def _site(*, old_schema: bool = False) -> Flask:
    """The application for a feature's command, or one line about what is missing. Some work on an older schema as well. When the command
    is through, no connection of it is left open."""
    from fansite.core.db import connected
    from fansite.core.db.schema import is_older, schema_problem

    loaded = _settings()
    problem = schema_problem(loaded)
    if problem and not (old_schema and is_older(loaded)):
        click.echo(problem, err=True)
        raise SystemExit(2)
    application = _open(loaded)
    click.get_current_context().find_root().with_resource(connected(application))
    return application


def _open(loaded: Settings) -> Flask:
    """The application, whatever state its database is in."""
    from fansite.app import create_app

    return create_app(loaded)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def settings(as_json: bool) -> None:
    """All settings, their values and where these come from. Secrets are not shown.

    \b
    Example:  fansite settings
    """
    loaded = _settings()
    rows = [_setting_row(setting, loaded) for setting in settings_table.TABLE]
    if as_json:
        click.echo(json.dumps({"settings": rows, "unknown": settings_table.unknown()}))
        return
    for row in rows:
        click.echo(f"{row['variable']} = {row['value']}  ({row['source']})\n    {row['sentence']}")
    for variable in settings_table.unknown():
        click.echo(f"{variable}: no such setting", err=True)


def _setting_row(setting: settings_table.Setting, loaded: Settings) -> dict[str, Any]:
    value = getattr(loaded, setting.name)
    text = ",".join(value) if isinstance(value, tuple) else ("on" if value else "off") if isinstance(value, bool) else str(value)
    if setting.secret and text and text != setting.default:
        text = "(set, not shown)"
    return {
        "variable": setting.variable,
        "value": text,
        "source": settings_table.source_of(setting),
        "sentence": setting.sentence,
    }


@main.command()
@click.option("--email", prompt=True, help="E-mail address of the first owner.")
@click.option("--username", prompt=True, help="Username of the first owner.")
@click.option("--site-name", prompt="Name of the band", help="The band's name, as the site shows it.")
@click.option("--password-stdin", is_flag=True, help="Read the password as one line from standard input.")
def init(email: str, username: str, site_name: str, password_stdin: bool) -> None:
    """Prepares an empty site: database, name and its first owner. Asks for what is not given.

    \b
    Example:  fansite init --email ada@band.example --username ada --site-name "The Band"
    """
    from fansite.accounts import operations as accounts
    from fansite.app import create_app
    from fansite.core import kept
    from fansite.core.db import connected
    from fansite.core.db.schema import upgrade
    from fansite.core.errors import Problem
    from fansite.core.web import clean
    from fansite.pages import duties
    from fansite.rules import operations as rules

    loaded = _settings()
    site_name = " ".join(str(clean(site_name)).split())
    if not 0 < len(site_name) <= settings_table.LONGEST_NAME:
        fail(f"The band's name has 1 to {settings_table.LONGEST_NAME} characters.")
    upgrade(loaded)
    with connected(create_app(loaded)):
        if accounts.has_owner():
            fail("This site has an owner already; `fansite user create --role owner` makes another.")
        try:
            # The name first: whoever is killed in between may begin again, which an owner would forbid.
            kept.say("site_name", site_name)
            # What the law and the house ask of a site is there before anybody is: pages to complete, rules to begin with.
            rules.add_defaults()
            duties.add_drafts(None)
            accounts.create(email=email, username=username, password=ask_password(password_stdin), role="owner")
        except Problem as problem:
            fail(str(problem.text))
    click.echo(f"{site_name} is ready: `fansite serve`, then sign in as {username} at {loaded.base_url}/login")
    click.echo("The legal notice and the privacy page wait for your names and addresses: they stand among the drafts.")


@main.group()
def db() -> None:
    """The database's schema.

    \b
    Example:  fansite db upgrade
    """


@db.command("upgrade")
def db_upgrade() -> None:
    """Brings the database to this version's schema; run it after every upgrade of the program.

    \b
    Example:  fansite db upgrade
    """
    from fansite.core.db.schema import upgrade

    upgrade(_settings())
    click.echo("The database is at this version's schema.")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", type=click.IntRange(1, 64), help="Web processes; default: one per core.")
@click.option("--no-worker", is_flag=True, help="Do not start the site's worker; run `fansite worker` elsewhere.")
@click.pass_context
def serve(ctx: click.Context, host: str, port: int, workers: int | None, no_worker: bool) -> None:
    """Serves the site: web processes and the worker. Ends cleanly on Ctrl-C or SIGTERM.

    \b
    Example:  fansite serve --port 8000 --workers 2
    """
    raise SystemExit(_serve(_at_port(ctx, _settings(), host, port), host, port, workers, not no_worker))


def _at_port(ctx: click.Context, loaded: Settings, host: str, port: int) -> Settings:
    """Without a base address of its own the site is where it listens."""
    table = {setting.name: setting for setting in settings_table.TABLE}
    given = ctx.get_parameter_source("port") != ParameterSource.DEFAULT
    if given and settings_table.source_of(table["base_url"]) == "default" and host in ("127.0.0.1", "localhost"):
        return replace(loaded, base_url=f"http://{host}:{port}")
    return loaded


def _serve(loaded: Settings, host: str, port: int, workers: int | None, with_worker: bool) -> int:
    os.environ.update(JEMALLOC)  # before the web server is loaded
    from fansite import serve as serving
    from fansite.core.db.schema import schema_problem

    problem = schema_problem(loaded)
    if problem:
        click.echo(problem, err=True)
        return 2
    for variable in settings_table.unknown():
        click.echo(f"Warning: {variable}: no such setting; `fansite settings` lists them all.", err=True)
    if loaded.mail_url.startswith("folder:") and not loaded.loopback:
        click.echo(
            f"Warning: mail is only written to files in {loaded.instance_path / 'outbox'}; nobody receives it. Set FANSITE_MAIL_URL to smtp://…",
            err=True,
        )
    return serving.run(loaded, host, port, workers, with_worker)


@main.command()
def worker() -> None:
    """Delivers mail, keeps the search index and does what is due, until it is stopped.

    \b
    Example:  fansite worker
    """
    from fansite import serve as serving
    from fansite.core.db.schema import schema_problem

    loaded = _settings()
    problem = schema_problem(loaded)
    if problem:
        click.echo(problem, err=True)
        raise SystemExit(2)
    raise SystemExit(serving.run_worker(loaded))


@main.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.pass_context
def run(ctx: click.Context, port: int) -> None:
    """Migrates, loads the demo band when the database is empty, and serves: what `make run` does.

    \b
    Example:  fansite run
    """
    from fansite.core.db.schema import upgrade
    from fansite.lib.processes import apart

    loaded = _at_port(ctx, _settings(), "127.0.0.1", port)
    click.echo("Bringing the database up to date")
    upgrade(loaded)
    # In a process of its own: no open database may be carried over the fork of the web processes.
    if apart(lambda: _demo_when_empty(loaded)):
        raise SystemExit(1)
    raise SystemExit(_serve(loaded, "127.0.0.1", port, None, True))


def _demo_when_empty(loaded: Settings) -> None:
    from fansite.app import create_app
    from fansite.core.db import connected
    from fansite.core.errors import Problem
    from fansite.demo import operations as demo

    with connected(create_app(loaded)):
        if demo.is_empty():
            click.echo("Loading the demo band, The Paper Marmots")
            try:
                demo.load()
            except Problem as problem:
                fail(f"{problem.text} A site of your own begins with `fansite init`.")
        for line in demo.accounts_lines():
            click.echo(line)
