"""`fansite backup create|verify|restore`."""

from __future__ import annotations

import functools
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from fansite.backup import operations
from fansite.backup.archive import opened
from fansite.core.command import as_json, fail, progress, tell
from fansite.core.errors import Refused

F = TypeVar("F", bound=Callable[..., Any])
MB = 1024 * 1024
FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def backup() -> None:
    """The whole site in one file: taken while it runs, verified, restored.

    \b
    Example:  fansite backup create /srv/backups
              fansite backup verify /srv/backups/fansite-20261129T031500Z.zip
    """


def _plainly(command: F) -> F:
    """A refusal is one line and exit status 1; whoever ends us leaves nothing half done behind."""

    @click.pass_context
    @functools.wraps(command)
    def run(ctx: click.Context, *args: Any, **kwargs: Any) -> Any:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        try:
            return command(ctx.find_root().obj, *args, **kwargs)
        except Refused as problem:
            fail(str(problem.text))

    return run  # type: ignore[return-value]


@backup.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite FILE if it is there.")
@click.option(
    "--keep", type=click.IntRange(1, 10_000), help="Then remove all but the newest N backups of this site in that folder."
)
@as_json
@_plainly
def create(ways: dict[str, Any], file: Path, force: bool, keep: int | None, as_json: bool) -> None:
    """Writes all of the site into FILE, or into a new file of the folder FILE, while the site runs.

    \b
    Example:  fansite backup create before-upgrade.zip
              fansite backup create /srv/backups --keep 14
    """
    if not file.parent.is_dir():
        raise Refused(f"{file.parent} is no folder.")
    with (
        ways["app"](old_schema=True).app_context(),
        progress("Backing up", operations.work_of_creating(), quiet=as_json) as advance,
    ):
        made = operations.create(file, force=force, keep=keep, advance=advance)
    manifest = made.manifest
    facts = {
        "file": str(made.path),
        "bytes": made.bytes,
        "seconds": made.seconds,
        "as_of": manifest.as_of,
        "schema": manifest.schema,
        "tables": {name: table.rows for name, table in manifest.tables.items()},
        "pictures": len(manifest.of("media")),
        "mails": len(manifest.of("outbox")),
        "removed": [str(path) for path in made.removed],
    }
    tell(
        as_json,
        facts,
        f"{made.path}: {_size(made.bytes)}, {manifest.rows} rows in {len(manifest.tables)} tables, {facts['pictures']} pictures, "
        f"in {made.seconds} s.",
        *(f"Removed {path}, one of more than {keep}." for path in made.removed),
    )


@backup.command()
@FILE
@as_json
@_plainly
def verify(ways: dict[str, Any], file: Path, as_json: bool) -> None:
    """Restores FILE aside, compares all of it with what it says of itself, and tells what was compared. The site is not touched.

    \b
    Example:  fansite backup verify before-upgrade.zip
    """
    with progress("Comparing", _work(file), quiet=as_json) as advance:
        told = operations.verify(file, ways["settings"](), advance=advance)
    manifest = told.manifest
    facts = {
        "file": str(file),
        "equal": not told.differences,
        "as_of": manifest.as_of,
        "version": manifest.version,
        "schema": manifest.schema,
        "tables": {name: {"rows": table.rows, "sha256": table.sha256} for name, table in manifest.tables.items()},
        "compared": told.compared,
        "differences": told.differences,
    }
    end = (
        "All of it is as it was saved."
        if not told.differences
        else f"{len(told.differences)} differences: do not rely on this backup."
    )
    tell(
        as_json,
        facts,
        f"{file.name}: {manifest.site_name}, as it was at {manifest.as_of}, by version {manifest.version}.",
        *(f"  compared  {line}" for line in told.compared),
        *(f"  differs   {line}" for line in told.differences),
        end,
    )
    if told.differences:
        raise SystemExit(1)


@backup.command()
@FILE
@click.option(
    "--erasures",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="One more ledger of people erased since, besides those in and beside FILE.",
)
@as_json
@_plainly
def restore(ways: dict[str, Any], file: Path, erasures: tuple[Path, ...], as_json: bool) -> None:
    """Makes a site of FILE in an empty instance folder (and an empty database, on PostgreSQL). Who was erased since stays erased.

    \b
    Example:  FANSITE_INSTANCE_PATH=/srv/fansite/instance fansite backup restore before-upgrade.zip
    """
    settings = ways["settings"]()
    with progress("Restoring", _work(file), quiet=as_json) as advance:
        done = operations.restore(file, settings, ways["open"], ledgers=erasures, advance=advance)
    manifest = done.manifest
    facts = {
        "instance": str(settings.instance_path),
        "as_of": manifest.as_of,
        "tables": {name: table.rows for name, table in manifest.tables.items()},
        "rows": manifest.rows,
        "pictures": len(manifest.of("media")),
        "erased": done.erased,
        "problems": done.left,
    }
    tell(
        as_json,
        facts,
        f"{manifest.site_name} is restored to {settings.instance_path}, as it was at {manifest.as_of}: {manifest.rows} rows, "
        f"{facts['pictures']} pictures; {done.erased} people erased since were erased again.",
        "`fansite serve` serves it, and its worker makes the search index anew.",
    )
    if done.left:
        for line in done.left:
            click.echo(f"Not erased again: {line}", err=True)
        fail("Do that by hand, with `fansite user erase`, before anybody is let in.")


def _work(file: Path) -> int:
    """About how many bytes there are to go through."""
    with opened(file) as archive:
        return 2 * archive.manifest.bytes


def _size(number: int) -> str:
    return f"{number / MB:.1f} MB" if number < 1024 * MB else f"{number / 1024 / MB:.2f} GB"
