"""Every check the features declared, run one by one: what one of them fails of is told and stops no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import structlog
from flask import current_app
from flask_babel import gettext as _

from fansite.core.db import db
from fansite.core.feature import Check, Finding

log = structlog.get_logger("health")
ORDER = {"problem": 0, "warning": 1, "ok": 2}


@dataclass(frozen=True)
class Found:
    """A finding, and the check that made it."""

    check: str
    finding: Finding


def quick() -> list[Found]:
    """Those that are cheap enough for a page, the worst first."""
    return worst_first(run(check for check in _declared() if check.quick))


def all_of_them(*, tables: bool) -> Iterator[Found]:
    """One after the other; without those that ask the tables while there are none."""
    yield from run(check for check in _declared() if tables or not check.tables)


def run(checks: Iterable[Check]) -> Iterator[Found]:
    for check in checks:
        try:
            yield from [Found(check.name, finding) for finding in check.look()]
        except Exception as problem:  # a check that fails is a finding, whatever it failed of
            log.warning("check-failed", check=check.name, error=repr(problem))
            words = " ".join([type(problem).__name__, *str(problem).splitlines()[:1]])
            text = _("“%(check)s” could not be looked at: %(words)s", check=check.name, words=words)
            db.session.rollback()
            yield Found(check.name, Finding("problem", text))


def worst_first(found: Iterable[Found]) -> list[Found]:
    return sorted(found, key=lambda each: ORDER[each.finding.level])


def _declared() -> list[Check]:
    checks: list[Check] = current_app.extensions["fansite"].checks
    return checks


def things_wrong() -> int:
    return sum(each.finding.level != "ok" for each in quick())
