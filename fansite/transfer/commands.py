"""`fansite import …`."""

from __future__ import annotations

import fcntl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from flask import current_app

from fansite.core.command import as_json, fail, progress, tell, with_site
from fansite.settings import Settings
from fansite.transfer import changes
from fansite.transfer.problems import Refused
from fansite.transfer.report import Report

if TYPE_CHECKING:  # what reads other sites' files is dear to import: only who imports needs it
    from fansite.transfer import evenings, jsonlines, wxr

# A person reads the first; `--json` has them all.
SHOWN_PROBLEMS = 30

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
DRY = click.option("--dry-run", "dry", is_flag=True, help="Check the file and say what would come of it; write nothing.")


@click.group("import")
def import_() -> None:
    """Brings content from elsewhere. Importing twice adds nothing.

    \b
    Example:  fansite import wordpress blog.xml.gz --dry-run
    """


@import_.command()
@FILE
@click.option(
    "--media-dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A copy of wp-content/uploads: pictures are taken from there.",
)
@DRY
@as_json
@with_site
def wordpress(file: Path, media_dir: Path | None, dry: bool, as_json: bool) -> None:
    """Posts, pages, authors, tags and comments of a WordPress export, plain or gzipped.

    Authors become editors without a password: they choose one by "forgot password". What was changed here since an earlier import stays.

    \b
    Example:  fansite import wordpress blog.xml.gz --media-dir wp-content/uploads
    """

    from fansite.transfer import operations, wxr

    def bring(census: wxr.Census, advance: Callable[[int], None]) -> Report:
        return operations.import_wordpress(file, census, media_dir=media_dir, dry=dry, progress=advance)

    _import(file, wxr.check, bring, dry, as_json)


@import_.command()
@FILE
@DRY
@as_json
@with_site
def entries(file: Path, dry: bool, as_json: bool) -> None:
    """News and pages from JSON lines, with Markdown bodies.

    One object a line: kind (news or page), slug, title, body, language; if wanted published_at (past: published, future: scheduled, null:
    draft), tags, summary, author, translation_of, comments_open.

    \b
    Example:  fansite import entries entries.jsonl
    """

    from fansite.transfer import jsonlines, operations

    def bring(census: jsonlines.Census, advance: Callable[[int], None]) -> Report:
        return operations.import_entries(file, census, dry=dry, progress=advance)

    _import(file, jsonlines.check, bring, dry, as_json)


@import_.command()
@FILE
@click.option("--publish", is_flag=True, help="Publish what is imported; without it all of it lands as drafts.")
@DRY
@as_json
@with_site
def gigs(file: Path, publish: bool, dry: bool, as_json: bool) -> None:
    """Tour dates from a table (CSV) or a calendar (ICS).

    \b
    Columns: id, date (2026-12-11), time (20:15, empty: not known), doors, venue, address, city, country (BE), latitude, longitude,
    timezone (Europe/Brussels), status (announced, on-sale, sold-out, postponed, rescheduled, moved, cancelled), ticket_url, tour, notes.
    Date and time are those of the clocks there. Needed are date, venue, city and country.

    \b
    Of a calendar: DTSTART, DTEND or DURATION, LOCATION (house, street, city, country), GEO, URL, STATUS, DESCRIPTION, UID; series of up to
    100 evenings. What cannot be placed is told, the rest comes in.

    \b
    A dry run shows each evening that would be new or different, and how.

    \b
    Example:  fansite import gigs tour.csv --dry-run
              fansite import gigs tour.ics --publish
    """

    from fansite.transfer import evenings, operations

    def bring(census: evenings.Census, advance: Callable[[int], None]) -> Report:
        share = file.stat().st_size // max(1, len(census.evenings))
        return operations.import_gigs(census, publish=publish, dry=dry, progress=lambda done: advance(done * share))

    _import(file, evenings.check, bring, dry, as_json, show_changes=dry)


def _import(
    file: Path,
    check: Callable[..., Any],
    bring: Callable[[Any, Callable[[int], None]], Report],
    dry: bool,
    as_json: bool,
    *,
    show_changes: bool = False,
) -> None:
    """Twice over the file: all of it is checked before a row is written."""
    quiet = as_json or not sys.stderr.isatty()
    with _alone():
        try:
            size = file.stat().st_size
            with progress("Checking ", size, quiet=quiet) as advance:
                census = check(file, progress=advance)
            with progress("Importing", size, quiet=quiet) as advance:
                report = bring(census, advance)
        except Refused as refusal:
            fail(f"{file.name}: {refusal}")
        except OSError as problem:
            fail(f"{file.name}: {problem.strerror or problem}")
    facts = report.facts() | ({"changes": [change.facts() for change in report.changes]} if show_changes else {})
    tell(as_json, facts, *_lines(report, dry), *(changes.table(report.changes) if show_changes else ()))


@contextmanager
def _alone() -> Iterator[None]:
    """Two imports at once would bring the same things twice."""
    settings: Settings = current_app.extensions["fansite"].settings
    with (settings.instance_path / "import.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fail("Another import is running. Start this one when it is done.")
        yield


def _lines(report: Report, dry: bool) -> list[str]:
    facts = report.facts()
    words = {
        "created": "Would be created" if dry else "Created",
        "updated": "Would be updated" if dry else "Updated",
        "skipped": "Left as it was, or out",
    }
    lines = [f"{text}: {_counted(facts[what]) or 'nothing'}." for what, text in words.items()]
    lines += list(report.problems)[:SHOWN_PROBLEMS]
    more = len(report.problems) - SHOWN_PROBLEMS
    return [*lines, f"and {more:,} more: --json has them all"] if more > 0 else lines


def _counted(numbers: dict[str, int]) -> str:
    return ", ".join(f"{number} {_named(kind, number)}" for kind, number in sorted(numbers.items()))


def _named(kind: str, number: int) -> str:
    """What was left out has names of its own, and news is many already."""
    return f"{kind}s" if number != 1 and kind in ("account", "comment", "gig", "page", "picture", "tag") else kind
