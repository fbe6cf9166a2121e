"""What the desk shows of notices: to how many each occasion was told, by the name of what it is about."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

from fansite.core.content import Entry
from fansite.core.db import db
from fansite.notifications import queries


class Line(NamedTuple):
    row: queries.Row
    label: Any
    # None when it is gone.
    title: str | None
    gig_id: int | None


def lately() -> list[Line]:
    rows = queries.lately()
    titles = _titles([row.occasion.subject for row in rows])
    kinds = queries.kinds()
    return [
        Line(
            row,
            kinds[row.occasion.kind].label if row.occasion.kind in kinds else row.occasion.kind,
            titles.get(_number(row.occasion.subject)),
            _number(row.occasion.subject) if row.occasion.subject.startswith("gig:") else None,
        )
        for row in rows
    ]


def _titles(subjects: list[str]) -> dict[int, str]:
    ids = {_number(subject) for subject in subjects if subject.startswith("gig:")}
    rows = db.session.execute(sa.select(Entry.id, Entry.title).where(Entry.id.in_(ids)))
    return {row.id: row.title for row in rows}


def _number(subject: str) -> int:
    return int(subject.partition(":")[2])
