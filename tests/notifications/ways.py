"""Kinds of notices of the tests' own: somebody waved, or hummed, at something; many waves at one thing are one piece."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count, groupby
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from fansite.core.db import db
from fansite.core.mail import Mail
from fansite.core.notices import Happening, Kind, Piece, Waiting
from fansite.lib.times import now
from fansite.notifications import planning, sending
from fansite.notifications.models import Line, Notice, Push

NUMBERS = count(1)


def tell(waiting: Sequence[Waiting]) -> tuple[list[Piece], dict[int, str]]:
    def key(one: Waiting) -> tuple[int, str]:
        return one.account_id, one.subject

    pieces = []
    for (account, subject), group in groupby(sorted(waiting, key=key), key=key):
        notices = list(group)
        by = tuple(dict.fromkeys(one.facts["by"] for one in notices if one.facts.get("by")))
        title = f"{len(notices)} x {subject}"
        ids, kinds = tuple(one.id for one in notices), tuple(dict.fromkeys(one.kind for one in notices))
        pieces.append(
            Piece(account, ids, kinds, lambda title=title: title, "_line", {"passage": "Hm."}, now(), lambda: "/tour/", by)
        )
    return pieces, {}


def kind(name: str, **more: Any) -> Kind:
    def happened(event: Any) -> Happening:
        return Happening(event.subject, event.data["key"], event.at, event.at, event.data["facts"], event.data["needed_by"])

    def concerned(happening: Happening, _after: int, _most: int) -> tuple[list[int], int | None]:
        return happening.facts["to"], None

    return Kind(name, name.title(), f"All about {name}.", lambda n: f"{n} of {name}", (name,), happened, concerned, tell, **more)


KINDS = (kind("wave", group="people"), kind("hum", by_default={"site": "now", "mail": "off"}, group="people"))


def happens(name: str, *to: Any, subject: str = "gig:1", by: Any = None, needed_within: float | None = None) -> None:
    """`needed_within` so many hours."""
    number = next(NUMBERS)
    needed_by = now() + timedelta(hours=needed_within) if needed_within is not None else None
    facts = {"to": [account.id for account in to], "by": by.id if by is not None else None}
    data = {"key": str(number), "facts": facts, "needed_by": needed_by}
    planning.plan(SimpleNamespace(id=number, name=name, subject=subject, at=now(), data=data))


def subjects(model: Any = Mail) -> list[str]:
    """What was handed over since the beginning."""
    sending.send_due()
    return list(db.session.scalars(sa.select(Mail.subject if model is Mail else Push.title).order_by(model.id)))


def settled(channel: str) -> list[tuple[str, str | None]]:
    rows = sa.select(Notice.state, Notice.why).where(Notice.channel == channel).order_by(Notice.id)
    return [tuple(row) for row in db.session.execute(rows)]


def lines_of(account: Any) -> list[Line]:
    return list(db.session.scalars(sa.select(Line).where(Line.account_id == account.id).order_by(Line.newest)))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")
