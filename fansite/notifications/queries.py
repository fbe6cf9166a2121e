"""Who wants to hear of what, and whose notices are due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from flask import current_app

from fansite.accounts.models import Account
from fansite.core import mail
from fansite.core.db import db
from fansite.core.notices import Kind, Waiting
from fansite.lib.times import now
from fansite.notifications.models import STATES, WAITING, Choice, Notice, Occasion

SHOWN = 50
# Mails that wait or are tried again while a server is away. More wait as notices, which stay true and take a hundredth of the room.
MOST_IN_THE_POST = 2000


class Reader(NamedTuple):
    """Of an account, what it takes to write to it."""

    id: int
    username: str
    email: str | None
    language: str


def kinds() -> dict[str, Kind]:
    found: dict[str, Kind] = current_app.extensions["fansite"].notices
    return found


def readers(ids: Sequence[int]) -> dict[int, Reader]:
    """Those among them who are still here: neither banned nor erased. Who never confirmed an address has no account."""
    columns = (Account.id, Account.username, Account.email, Account.language)
    here = sa.and_(Account.disabled_at.is_(None), Account.erased_at.is_(None))
    rows = db.session.execute(sa.select(*columns).where(Account.id.in_(ids), here))
    return {row.id: Reader(*row) for row in rows}


def choices(ids: Sequence[int]) -> dict[tuple[int, str, str], bool]:
    """(account, kind, channel) → wanted, as far as they chose."""
    columns = (Choice.account_id, Choice.kind, Choice.channel, Choice.wanted)
    rows = db.session.execute(sa.select(*columns).where(Choice.account_id.in_(ids)))
    return {(account, kind, channel): wanted for account, kind, channel, wanted in rows}


def wants(chosen: Mapping[tuple[int, str, str], bool], account_id: int, kind: str, channel: str) -> bool:
    known = kinds().get(kind)
    return known is not None and chosen.get((account_id, kind, channel), known.wanted)


def whose_time_has_come(channel: str, after: int, most: int) -> list[int]:
    """Accounts, upwards from the one after the given: all that waits for one person goes together, once nothing of it may still be
    taken back, or once some of it has waited long enough for the rest."""
    last, first = sa.func.max(Notice.due_at), sa.func.min(Notice.due_at)
    ready = sa.and_(first <= now(), sa.or_(last <= now(), sa.func.min(Notice.at_latest) <= now()))
    statement = sa.select(Notice.account_id).where(sa.text(WAITING), Notice.channel == channel, Notice.account_id > after)
    return list(db.session.scalars(statement.group_by(Notice.account_id).having(ready).order_by(Notice.account_id).limit(most)))


def due(channel: str, ids: Sequence[int]) -> list[Waiting]:
    """What these people are to be told now, in the order it happened."""
    columns = (Notice.id, Notice.account_id, Occasion.kind, Occasion.subject, Occasion.key, Occasion.facts)
    which = (sa.text(f"notice.{WAITING}"), Notice.channel == channel, Notice.account_id.in_(ids), Notice.due_at <= now())
    statement = sa.select(*columns).join(Occasion, Occasion.id == Notice.occasion_id).where(*which)
    return [Waiting(*row) for row in db.session.execute(statement.order_by(Occasion.id))]


def still_waiting(ids: Iterable[int]) -> int:
    statement = sa.select(sa.func.count()).select_from(Notice).where(Notice.id.in_(ids), sa.text(WAITING))
    return int(db.session.scalar(statement) or 0)


def overdue(before: datetime) -> int:
    """Of notices that could have gone at a time, how many still wait."""
    which = (sa.text(WAITING), Notice.at_latest < before)
    return int(db.session.scalar(sa.select(sa.func.count()).select_from(Notice).where(*which)) or 0)


class Row(NamedTuple):
    """An occasion at the desk, with how many of its notices are in each state; `in_the_post` are those of the sent that are on their way."""

    occasion: Occasion
    states: dict[str, int]
    in_the_post: int


def lately() -> list[Row]:
    """The last occasions, the newest first."""
    occasions = db.session.scalars(sa.select(Occasion).order_by(Occasion.id.desc()).limit(SHOWN)).all()
    ids = [one.id for one in occasions]
    by = (Notice.occasion_id, Notice.state)
    counted = sa.select(*by, sa.func.count()).where(Notice.occasion_id.in_(ids)).group_by(*by)
    states = {(occasion, state): number for occasion, state, number in db.session.execute(counted)}
    posted = sa.select(Notice.occasion_id).where(Notice.mail_id.in_(mail.in_the_post(MOST_IN_THE_POST)))
    in_the_post = Counter(db.session.scalars(posted))
    return [Row(one, {state: states.get((one.id, state), 0) for state in STATES}, in_the_post[one.id]) for one in occasions]


def told_of(account_id: int) -> list[tuple[str, str, str, datetime]]:
    """(kind, subject, state, when) of all notices of one person."""
    columns = (
        Occasion.kind,
        Occasion.subject,
        Notice.state,
        sa.func.coalesce(Notice.settled_at, Notice.due_at, type_=Notice.due_at.type),
    )
    statement = sa.select(*columns).join(Occasion, Occasion.id == Notice.occasion_id).where(Notice.account_id == account_id)
    return [(kind, about, state, at) for kind, about, state, at in db.session.execute(statement.order_by(Notice.id))]


def chosen_by(account_id: int) -> Sequence[Choice]:
    return db.session.scalars(
        sa.select(Choice).where(Choice.account_id == account_id).order_by(Choice.kind, Choice.channel)
    ).all()


def exists(account_id: int) -> bool:
    which = (Account.id == account_id, Account.erased_at.is_(None))
    return db.session.scalar(sa.select(sa.literal(1)).where(*which)) is not None
