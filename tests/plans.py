"""How the database goes about a statement, and whether that would read all of a table that grows with the site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import sqlalchemy as sa

from fansite.core.db import db

# They grow with the site. Tags stay few; changes of lists are swept, and read from the last one known.
LARGE = (
    "account", "activity", "attendance", "bond", "comment", "comment_revision", "delivery", "discretion", "discussion", "discussion_revision", "entry",
    "entry_tag", "event", "face", "fan_photo", "fan_place", "fan_profile", "fan_wording", "letter", "mail", "mention", "moderation_log", "news_post",
    "notice", "notice_choice", "notice_line", "notice_occasion", "notice_setting", "notice_told", "old_address", "page_views", "picture", "poll_option",
    "poll_vote", "push", "push_device", "reaction", "report", "review", "rules_acceptance", "setlist_line", "sign_in", "slug_history",
    "translation_waiver", "working_copy",
)  # fmt: skip
# What has no say in which rows are wanted: a few values, one of which nearly all rows have.
OF_MANY = {
    "decided_at", "done_at", "failed_at", "kind", "language", "queue", "removed_at", "scope", "sent_at", "state", "status", "visibility",
}  # fmt: skip
# Indexes of what is little beside all there is.
SMALL = (
    "ix_entry_hidden", "ix_delivery_open", "ix_account_disabled", "ix_notice_waiting", "ix_discussion_pinned",
    "ix_notice_occasion_kind_id",  # asked for the kinds that are the desk's affair
)  # fmt: skip
# Pages are few: the menu of every page shows them all.
FEW = " JOIN page ON"
_NUMBERS = count()
STEP = re.compile(r"(SCAN|SEARCH) (\w+?)(?:_\d+)?(?: USING (.+))?$")
WANTED = re.compile(r"(\w+)([=<>])\?")


@contextmanager
def statements_noted() -> Iterator[list[tuple[str, Any]]]:
    """What is asked meanwhile, as it is sent, with its parameters."""
    noted: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.lstrip("(").startswith(("SELECT", "WITH")) and "pg_advisory" not in statement:
            noted.append((statement, parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield noted
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def plan(statement: str, parameters: Any) -> list[str]:
    """On SQLite as on a database nobody measured; on PostgreSQL as if reading a table whole were the last resort, since the tables of
    a test are too small for anything else."""
    return [step for _part, step in _steps(statement, parameters)]


def _steps(statement: str, parameters: Any) -> list[tuple[int, str]]:
    """Each with the number of the part of the statement it belongs to."""
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        return [(0, row[0]) for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)]
    driver: Any = connection.connection.driver_connection
    # A plan that the driver remembers is of the schema it was made for.
    asked = f"EXPLAIN QUERY PLAN {statement} -- {next(_NUMBERS)}"
    return [(row[1], row[3]) for row in driver.execute(asked, parameters)]


def reads_all(statement: str, parameters: Any) -> list[str]:
    """The steps that would read all rows of a large table, or all of one state."""
    steps = _steps(statement, parameters)
    if db.session.connection().dialect.name == "postgresql":
        return [step for _part, step in steps if re.search(rf"Seq Scan on ({'|'.join(LARGE)})\b", step)]
    if FEW in statement:
        return []
    sorted_first = {part for part, step in steps if step == "USE TEMP B-TREE FOR ORDER BY"}
    limited, filtered = "LIMIT" in statement, "WHERE" in statement
    return [
        step for part, step in steps if _reads_much(step, stops_early=limited and part not in sorted_first, filtered=filtered)
    ]


def sorts_many(statement: str, parameters: Any) -> list[str]:
    """Steps that find many rows of a large table, all of which are sorted before the first is given out."""
    steps = _steps(statement, parameters)
    sorted_first = {part for part, step in steps if step == "USE TEMP B-TREE FOR ORDER BY"}
    found = [(step, STEP.match(step)) for part, step in steps if part in sorted_first]
    return [step for step, what in found if what is not None and what[2] in LARGE and "(rowid=?)" not in step]


def _reads_much(step: str, *, stops_early: bool, filtered: bool) -> bool:
    found = STEP.match(step)
    if found is None or found[2] not in LARGE:
        return False
    how = found[3] or ""
    if any(name in how for name in SMALL):
        return False
    if found[1] == "SCAN":
        return not stops_early or (filtered and not how)
    return not stops_early and not _narrow(how)


def _narrow(how: str) -> bool:
    """Whether it is looked for by more than its state, or between two bounds."""
    wanted = WANTED.findall(how)
    lower, upper = ({name for name, sign in wanted if sign == one} for one in "><")
    return bool({name for name, sign in wanted if sign == "="} - OF_MANY or lower & upper)
