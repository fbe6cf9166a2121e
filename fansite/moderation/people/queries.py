"""A person's file, in a fixed number of queries however much they wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import current_app

from fansite.accounts import queries as accounts
from fansite.accounts.models import Account
from fansite.core.db import db
from fansite.moderation.models import CleanupAccount, LogLine, Report
from fansite.moderation.queries import Card, LogEntry, entries_of

# Of each kind the newest.
SHOWN = 10
LINES = 30
# What somebody can still see.
LIVE = ("published", "pending")


@dataclass(frozen=True)
class Piece:
    """Something they sent, with how often it was reported."""

    kind: str
    id: int
    status: str
    card: Card
    reports: int


@dataclass(frozen=True)
class File:
    account: Account
    pieces: Sequence[Piece]
    # (kind, status) → how many there are of it.
    counts: Counter[tuple[str, str]]
    # Reports of what is shown here, and those they made themselves.
    reported: int
    reports_made: int
    lines: Sequence[LogEntry]
    # The clean-ups their account was part of, the newest first.
    cleanups: Sequence[int] = field(default=())

    @property
    def live(self) -> int:
        return sum(number for (_kind, status), number in self.counts.items() if status in LIVE)


def somebody(username: str) -> Account | None:
    """Open or closed; who was erased has no file any more."""
    account = accounts.by_username(username) or accounts.once_called(username)
    return account if account is not None and account.erased_at is None else None


def file_of(account: Account) -> File:
    sent = [
        (kind, id, status)
        for kind, reviewable in _kinds().items()
        if reviewable.of_authors
        for _account, id, status in reviewable.of_authors([account.id])
    ]
    shown = _newest(sent)
    reports, subjects = _reports(shown), [f"account:{account.id}", *(f"{kind}:{id}" for kind, ids in shown.items() for id in ids)]
    pieces = [
        Piece(kind, id, card.status, card, reports.get((kind, id), 0))
        for kind, ids in shown.items()
        for id, card in _kinds()[kind].cards(ids).items()
    ]
    return File(
        account,
        sorted(pieces, key=lambda piece: piece.card.posted_at, reverse=True),
        Counter((kind, status) for kind, _id, status in sent),
        reported=sum(reports.values()),
        reports_made=db.session.scalar(sa.select(sa.func.count()).where(Report.reporter_id == account.id)) or 0,
        lines=_lines(subjects),
        cleanups=_cleanups(account.id),
    )


def _kinds() -> dict[str, Any]:
    found: dict[str, Any] = current_app.extensions["fansite"].reviewables
    return found


def _newest(sent: Sequence[tuple[str, int, str]]) -> dict[str, list[int]]:
    by_kind: dict[str, list[int]] = {}
    for kind, id, _status in sent:
        by_kind.setdefault(kind, []).append(id)
    return {kind: sorted(ids)[-SHOWN:] for kind, ids in by_kind.items()}


def _reports(shown: dict[str, list[int]]) -> dict[tuple[str, int], int]:
    if not shown:
        return {}
    theirs = sa.or_(*(sa.and_(Report.subject_kind == kind, Report.subject_id.in_(ids)) for kind, ids in shown.items()))
    statement = sa.select(Report.subject_kind, Report.subject_id, sa.func.count()).where(theirs)
    rows = db.session.execute(statement.group_by(Report.subject_kind, Report.subject_id))
    return {(kind, id): number for kind, id, number in rows}


def _lines(subjects: Sequence[str]) -> list[LogEntry]:
    statement = sa.select(LogLine).where(LogLine.subject.in_(subjects)).order_by(LogLine.id.desc()).limit(LINES)
    return entries_of(db.session.scalars(statement).all())


def _cleanups(account_id: int) -> list[int]:
    statement = sa.select(CleanupAccount.cleanup_id).where(CleanupAccount.account_id == account_id)
    return list(db.session.scalars(statement.order_by(CleanupAccount.cleanup_id.desc()).limit(5)))
