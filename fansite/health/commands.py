"""`fansite doctor`: everything that can be looked at, and what to do about it."""

from __future__ import annotations

from typing import Any

import click

from fansite.core.command import as_json, tell
from fansite.core.db import connected
from fansite.core.db.schema import schema_problem
from fansite.core.feature import Finding
from fansite.health.findings import Found, all_of_them
from fansite.settings import WrongSetting, load

MARKS = {"ok": "ok      ", "warning": "warning ", "problem": "PROBLEM "}


@click.command()
@as_json
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Looks at all of the site and says what is wrong and what to do. Ends with status 1 when there is a problem.

    \b
    Example:  fansite doctor
    """
    found = []
    for each in _all(ctx.find_root().obj):
        found.append(each)
        if not as_json:
            click.echo(_line(each.finding))
    problems = sum(each.finding.level == "problem" for each in found)
    warnings = sum(each.finding.level == "warning" for each in found)
    facts = {"well": not problems, "problems": problems, "warnings": warnings, "findings": [_row(each) for each in found]}
    tell(as_json, facts, f"Problems: {problems}. Warnings: {warnings}." if problems or warnings else "All is well.")
    if problems:
        raise SystemExit(1)


def _all(ways: dict[str, Any]) -> Any:
    try:
        settings = load()
    except WrongSetting as wrong:
        yield Found("settings", Finding("problem", str(wrong), "fansite settings"))
        return
    try:
        problem = schema_problem(settings)
    except OSError as wrong:
        problem = f"{wrong.strerror}: {wrong.filename}"
    if problem:
        yield Found("schema", Finding("problem", problem))
    try:
        site = ways["open"](settings)
    except OSError as wrong:
        yield Found(
            "files", Finding("problem", f"{wrong.filename}: {wrong.strerror}", "The service's user must be able to write there.")
        )
        return
    with connected(site):
        yield from all_of_them(tables=problem is None)


def _line(finding: Finding) -> str:
    return f"{MARKS[finding.level]} {finding.text}" + (f"  → {finding.todo}" if finding.todo else "")


def _row(each: Found) -> dict[str, str]:
    finding = each.finding
    return {"check": each.check, "level": finding.level, "text": str(finding.text), "todo": str(finding.todo)}
