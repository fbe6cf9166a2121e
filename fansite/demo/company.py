"""Who goes to the demo band's evenings. Written in bulk, always the same for the same numbers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.core.content import listed
from fansite.core.db import db, touch, transaction
from fansite.lib.times import now
from fansite.tour.going.models import Attendance
from fansite.tour.going.queries import tag_of
from fansite.tour.models import Gig

# Of an evening: a small hall, whatever the size of the site.
MOST = 250
BATCH = 5000
# Who came as late as this goes nowhere yet.
LOOKING_AROUND = timedelta(days=2)


def load() -> int:
    """A word of some fans about each evening of which nobody said anything yet; returns how many words."""
    fans, gigs = _fans(), _quiet()
    if not fans or not gigs:
        return 0
    rows = [row for gig in gigs for row in _said_of(gig, fans)]
    for batch in _batches(rows):
        with transaction() as session:
            session.execute(sa.insert(Attendance), batch)
            touch(*{tag_of(row["gig_id"]) for row in batch})
    with transaction():
        touch("list:fans")
    return len(rows)


def _fans() -> list[Any]:
    """(number, since when): the band's own and the crowd, without the owner who tries it out."""
    ours = sa.or_(Account.origin.like("demo:%"), Account.username_key.like("marmot-%"))
    statement = sa.select(Account.id, Account.joined_at).where(ours, Account.disabled_at.is_(None), Account.erased_at.is_(None))
    return list(db.session.execute(statement.order_by(Account.id)))


def _quiet() -> list[Any]:
    said = sa.select(Attendance.id).where(Attendance.gig_id == Gig.id).exists()
    columns = (Gig.id, Gig.state, Gig.published_at, Gig.over_at)
    return list(db.session.execute(sa.select(*columns).where(listed(), ~said).order_by(Gig.id)))


def _said_of(gig: Any, fans: list[Any]) -> Iterator[dict[str, Any]]:
    dice, over = random.Random(gig.id), gig.over_at <= now()
    here = [fan for fan in fans if fan.joined_at < (gig.over_at if over else now() - LOOKING_AROUND)]
    for fan in dice.sample(here, min(MOST, len(here), 1 + int(len(here) * dice.uniform(0.1, 0.5)))):
        word = dice.choice(("there", "there", "there", "there", "going") if over else ("going", "going", "interested"))
        if gig.state == "cancelled":
            word = "going"
        first = max(gig.over_at if word == "there" else gig.published_at, fan.joined_at)
        yield {"gig_id": gig.id, "account_id": fan.id, "word": word, "said_at": _between(first, dice)}


def _between(first: datetime, dice: random.Random) -> datetime:
    """Some time after that, in the next three weeks as far as they are past: most of them at once."""
    return first + min(timedelta(days=21), max(timedelta(0), now() - first)) * dice.random() ** 3


def _batches(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
