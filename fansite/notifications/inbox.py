"""The list on the site of what somebody was told: a line for each thing, the newest on top, true when it is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.bonds.queries import ties_of
from fansite.core.db import db, transaction
from fansite.core.notices import Piece, Waiting
from fansite.lib.times import now
from fansite.notifications import queries
from fansite.notifications.models import UNREAD, Line, Notice, Occasion

PER_PAGE = 20
# Of one line, so many notices say what there is to say.
MOST_ON_A_LINE = 30
FACES = 3
# No object of these rows is at hand.
UNSEEN = {"synchronize_session": False}


@dataclass(frozen=True)
class Shown:
    """A line as its reader sees it."""

    id: int
    title: str
    address: str
    at: datetime
    unread: bool
    faces: Sequence[Account]


@dataclass(frozen=True)
class Page:
    lines: Sequence[Shown]
    # Of the newest line that is looked at, and of the last of this page where there are more.
    newest: int
    before: int | None


# ---- being told ---------------------------------------------------------------------------------------------------------------


def put(account_id: int, piece: Piece) -> None:
    """Onto its line, which comes to the top; inside of a transaction. What was read on it before is no news any more."""
    first = sa.select(Occasion.subject).join(Notice, Notice.occasion_id == Occasion.id).where(Notice.id == piece.notices[0])
    about = {"subject": str(db.session.scalar(first)), "family": queries.family(piece.kinds[0])}
    line = db.session.scalar(sa.select(Line).filter_by(account_id=account_id, **about))
    if line is None:
        line = Line(account_id=account_id, **about)
        db.session.add(line)
    elif line.read_at is not None:
        db.session.execute(sa.update(Notice).where(Notice.line_id == line.id).values(line_id=None))
    line.newest, line.at, line.read_at = max(piece.notices), now(), None
    db.session.flush()
    db.session.execute(sa.update(Notice).where(Notice.id.in_(piece.notices)).values(line_id=line.id))


# ---- reading ------------------------------------------------------------------------------------------------------------------


def read_one(line_id: int, *, by: Any) -> None:
    _read(by.id, Line.id == line_id)


def read_all(newest: int, *, by: Any) -> None:
    """As far as they saw: what came since stays unread."""
    _read(by.id, Line.newest <= newest)


def read_about(subject: str, *, by: int) -> None:
    """Whoever answers something, or says a warm word about it, has read it, wherever they were told of it."""
    occasions = sa.select(Occasion.id).where(Occasion.subject == subject)
    told = (Notice.account_id == by, Notice.occasion_id.in_(occasions))
    if db.session.scalar(sa.select(Notice.id).where(*told).limit(1)) is None:
        return  # as mostly: no need to write
    with transaction() as session:
        _read(by, Line.id.in_(sa.select(Notice.line_id).where(*told)))
        session.execute(_dropped(by, occasions), execution_options=UNSEEN)


def _read(account_id: int, which: sa.ColumnElement[bool]) -> None:
    """What waits to be told of it by other ways need not be told any more."""
    lines = sa.select(Line.id).where(Line.account_id == account_id, sa.text(UNREAD), which)
    occasions = sa.select(Notice.occasion_id).where(Notice.line_id.in_(lines))
    with transaction() as session:
        session.execute(_dropped(account_id, occasions), execution_options=UNSEEN)
        session.execute(sa.update(Line).where(Line.id.in_(lines)).values(read_at=now()), execution_options=UNSEEN)


def _dropped(account_id: int, occasions: sa.Select[int]) -> sa.Update:
    waits = (Notice.account_id == account_id, Notice.state == "waiting", Notice.occasion_id.in_(occasions))
    return sa.update(Notice).where(*waits).values(state="dropped", why="read", settled_at=now())


# ---- looking ------------------------------------------------------------------------------------------------------------------


def page(person: Any, before: int | None) -> Page:
    """In a fixed number of queries. A line of which nothing holds any more is left out, as is one about people who are not heard."""
    found = queries.lines_of(person.id, before, PER_PAGE + 1)
    lines = found[:PER_PAGE]
    pieces = _pieces([line.id for line in lines])
    unheard = ties_of(person).unheard
    told = {line: piece for line, piece in pieces.items() if not piece.by or not unheard.issuperset(piece.by)}
    faces = _faces(told.values(), unheard)
    shown = [
        Shown(
            line.id,
            told[line.id].title(),
            told[line.id].address(),
            line.at,
            line.read_at is None,
            [faces[one] for one in told[line.id].by if one in faces][:FACES],
        )
        for line in lines
        if line.id in told
    ]
    return Page(shown, lines[0].newest if lines else 0, lines[-1].newest if len(found) > PER_PAGE else None)


def _pieces(lines: Sequence[int]) -> dict[int, Piece]:
    notices = queries.on_lines(lines, MOST_ON_A_LINE)
    line_of = {notice.id: line for line, notice in notices}
    by_family: dict[str, list[Waiting]] = {}
    for _line, notice in notices:
        if notice.kind in queries.kinds():
            by_family.setdefault(queries.family(notice.kind), []).append(notice)
    found: dict[int, Piece] = {}
    for name, group in by_family.items():
        kind = queries.kinds()[name]
        told, _untold = (kind.show or kind.tell)(group)
        found |= {line_of[piece.notices[0]]: piece for piece in told}
    return found


def _faces(pieces: Any, unheard: frozenset[int]) -> dict[int, Account]:
    ids = {one for piece in pieces for one in piece.by[:MOST_ON_A_LINE]} - unheard
    if not ids:
        return {}
    here = (Account.disabled_at.is_(None), Account.erased_at.is_(None))
    return {account.id: account for account in db.session.scalars(sa.select(Account).where(Account.id.in_(ids), *here))}
