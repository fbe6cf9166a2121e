"""What the features' commands share: the application around them, one line about what is wrong, JSON for scripts."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

import click

from fansite.core.errors import NotFound, Problem

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, nothing else.")
password_stdin = click.option("--password-stdin", is_flag=True, help="Read the password as one line from standard input.")


def with_site(command: F) -> F:
    """Runs the command inside the application; a `Problem` becomes one line on standard error and exit status 1."""

    @click.pass_context
    @functools.wraps(command)
    def run(ctx: click.Context, *args: Any, **kwargs: Any) -> Any:
        with ctx.find_root().obj["app"]().app_context():
            try:
                return command(*args, **kwargs)
            except NotFound:
                fail("Nothing of that name is here.")
            except Problem as problem:
                fail(str(problem.text) or type(problem).__name__)

    return run  # type: ignore[return-value]


def ask_password(from_stdin: bool) -> str:
    """One line of standard input, or asked for twice and not shown."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def fail(text: str) -> NoReturn:
    click.echo(text, err=True)
    raise SystemExit(1)


def tell(asked_json: bool, facts: dict[str, Any], *lines: str) -> None:
    """The answer: one JSON object, or lines for a person."""
    click.echo(json.dumps(facts, ensure_ascii=False, default=str) if asked_json else "\n".join(lines))


@contextmanager
def progress(label: str, length: int | None, *, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """A bar on standard error for long work; nothing where nobody watches."""
    if quiet:
        yield lambda _steps: None
        return
    with click.progressbar(length=length or 0, label=label, file=sys.stderr) as bar:
        yield bar.update


def in_batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
    batch: list[T] = []
    for thing in things:
        batch.append(thing)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
