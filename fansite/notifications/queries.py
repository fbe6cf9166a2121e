"""Who wants to hear of what, and whose notices are due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import current_app, g, request

from fansite.accounts.models import Account
from fansite.core import mail
from fansite.core.db import db
from fansite.core.notices import Kind, Waiting
from fansite.core.web.paths import settings
from fansite.lib.times import now
from fansite.notifications.hours import AWAY, QUIET, Clock
from fansite.notifications.models import STATES, UNREAD, WAITING, WAYS, Choice, Device, Line, Notice, Occasion, Setting, Told

SHOWN = 50
# Mails that wait or are tried again while a server is away. More wait as notices, which stay true and take a hundredth of the room.
MOST_IN_THE_POST = 2000
# What a badge has room for.
MOST_UNREAD = 100
UNREAD_KEY = "fansite.unread"


class Reader(NamedTuple):
    """Of an account, what it takes to write to it."""

    id: int
    username: str
    email: str | None
    language: str
    clock: Clock
    # Whether any browser of theirs may be told, and when they were here last.
    devices: bool
    seen_at: datetime

    @property
    def away(self) -> bool:
        return self.seen_at < now() - AWAY


def kinds() -> dict[str, Kind]:
    found: dict[str, Kind] = current_app.extensions["fansite"].notices
    return found


def readers(ids: Sequence[int]) -> dict[int, Reader]:
    """Those among them who are still here: neither banned nor erased. Who never confirmed an address has no account."""
    theirs = sa.select(sa.literal(1)).where(Device.account_id == Account.id)
    columns = (
        Account.id,
        Account.username,
        Account.email,
        Account.language,
        Setting.zone,
        Setting.quiet_from,
        Setting.quiet_until,
    )
    statement = sa.select(
        *columns, theirs.exists().label("devices"), sa.func.coalesce(Setting.seen_at, Account.joined_at).label("seen")
    )
    here = sa.and_(Account.disabled_at.is_(None), Account.erased_at.is_(None))
    joined = statement.outerjoin(Setting, Setting.account_id == Account.id).where(Account.id.in_(ids), here)
    return {
        row.id: Reader(
            row.id,
            row.username,
            row.email,
            row.language,
            _clock(row.zone, row.quiet_from, row.quiet_until),
            bool(row.devices),
            row.seen,
        )
        for row in db.session.execute(joined)
    }


def _clock(zone: str | None, quiet_from: int | None, quiet_until: int | None) -> Clock:
    """Who chose nothing goes by the site's."""
    where = ZoneInfo(zone) if zone else settings().timezone
    return Clock(where, QUIET[0] if quiet_from is None else quiet_from, QUIET[1] if quiet_until is None else quiet_until)


def setting_of(account_id: int) -> Setting | None:
    return db.session.get(Setting, account_id)


def choices(ids: Sequence[int]) -> dict[tuple[int, str, str], str]:
    """(account, kind, channel) → how soon, or `off`, as far as they chose."""
    columns = (Choice.account_id, Choice.kind, Choice.channel, Choice.wanted, Choice.pace)
    rows = db.session.execute(sa.select(*columns).where(Choice.account_id.in_(ids)))
    return {(account, kind, channel): pace if wanted else "off" for account, kind, channel, wanted, pace in rows}


def pace(chosen: Mapping[tuple[int, str, str], str], account_id: int, kind: str, channel: str) -> str:
    """How soon somebody wants to hear of it that way; `off`: not at all."""
    known = kinds().get(kind)
    return "off" if known is None else chosen.get((account_id, kind, channel), known.pace_by_default(channel))


def wants(chosen: Mapping[tuple[int, str, str], str], account_id: int, kind: str, channel: str) -> bool:
    return pace(chosen, account_id, kind, channel) != "off"


def told_today(readers: Mapping[int, Reader], channel: str) -> dict[int, int]:
    """How often each was told by this way since their midnight."""
    statement = sa.select(Told.account_id, Told.day, Told.number).where(Told.account_id.in_(readers), Told.channel == channel)
    at = now()
    return {account: number for account, day, number in db.session.execute(statement) if readers[account].clock.today(at) == day}


def whose_time_has_come(channel: str, after: int, most: int) -> list[int]:
    """Accounts, upwards from the one after the given: all that waits for one person goes together, once nothing of it may still be
    taken back, or once some of it has waited long enough for the rest."""
    at, of = now(), (sa.text(WAITING), Notice.channel == channel, Notice.account_id > after)
    # What waits for a digest keeps nothing else waiting.
    own = [sa.case((Notice.pace == "now", column)) for column in (Notice.due_at, Notice.at_latest)]
    digest = sa.func.min(sa.case((Notice.pace != "now", Notice.due_at)))
    quiet = sa.or_(sa.func.max(own[0]) <= at, sa.func.min(own[1]) <= at)
    ready = sa.or_(digest <= at, sa.and_(sa.func.min(own[0]) <= at, quiet))
    some = sa.select(Notice.account_id).where(*of, Notice.due_at <= at)
    statement = sa.select(Notice.account_id).where(*of, Notice.account_id.in_(some))
    return list(db.session.scalars(statement.group_by(Notice.account_id).having(ready).order_by(Notice.account_id).limit(most)))


class Due(NamedTuple):
    """A notice whose time has come, the pace it goes at, and from when on it waits for nothing."""

    notice: Waiting
    pace: str
    needed_by: datetime | None


def due(channel: str, ids: Sequence[int]) -> list[Due]:
    """What these people are to be told now, in the order it happened."""
    columns = (Notice.id, Notice.account_id, Occasion.kind, Occasion.subject, Occasion.key, Occasion.facts, Notice.channel)
    which = (sa.text(f"notice.{WAITING}"), Notice.channel == channel, Notice.account_id.in_(ids), Notice.due_at <= now())
    statement = (
        sa.select(*columns, Notice.pace, Occasion.needed_by).join(Occasion, Occasion.id == Notice.occasion_id).where(*which)
    )
    return [Due(Waiting(*row[:7]), *row[7:]) for row in db.session.execute(statement.order_by(Occasion.id))]


def still_waiting(ids: Iterable[int]) -> int:
    statement = sa.select(sa.func.count()).select_from(Notice).where(Notice.id.in_(ids), sa.text(WAITING))
    return int(db.session.scalar(statement) or 0)


def overdue(before: datetime) -> int:
    """Of notices that could have gone at a time, how many still wait."""
    which = (sa.text(WAITING), Notice.channel.in_(WAYS), Notice.due_at < before, Notice.at_latest < before)
    return int(db.session.scalar(sa.select(sa.func.count()).select_from(Notice).where(*which)) or 0)


class Row(NamedTuple):
    """An occasion at the desk, with how many of its notices are in each state by each way; `in_the_post` are those of the mails that are
    on their way still."""

    occasion: Occasion
    states: dict[str, dict[str, int]]
    in_the_post: int


def lately() -> list[Row]:
    """The last occasions that are the desk's affair, the newest first."""
    names = [kind.name for kind in kinds().values() if kind.group != "people"]
    shown = sa.select(Occasion).where(Occasion.kind.in_(names)).order_by(Occasion.id.desc()).limit(SHOWN)
    occasions = db.session.scalars(shown).all()
    ids = [one.id for one in occasions]
    by = (Notice.occasion_id, Notice.channel, Notice.state)
    counted = sa.select(*by, sa.func.count()).where(Notice.occasion_id.in_(ids)).group_by(*by)
    states: dict[int, dict[str, dict[str, int]]] = {}
    for occasion, channel, state, number in db.session.execute(counted):
        states.setdefault(occasion, {}).setdefault(channel, dict.fromkeys(STATES, 0))[state] = number
    posted = sa.select(Notice.occasion_id).where(Notice.mail_id.in_(mail.in_the_post(MOST_IN_THE_POST)))
    in_the_post = Counter(db.session.scalars(posted))
    return [Row(one, states.get(one.id, {}), in_the_post[one.id]) for one in occasions]


def unread() -> int:
    """How many lines of the list of who asks are unread, as far as a badge counts; asked once for a page."""
    if g.get("person") is None:
        return 0
    known = request.environ
    if UNREAD_KEY not in known:
        known[UNREAD_KEY] = int(db.session.execute(_UNREAD, {"account": g.person.id}).scalar() or 0)
    return int(known[UNREAD_KEY])


def lines_of(account_id: int, before: int | None, most: int) -> Sequence[Line]:
    """The newest first, from the one before the given."""
    statement = sa.select(Line).where(Line.account_id == account_id)
    statement = statement.where(Line.newest < before) if before is not None else statement
    return db.session.scalars(statement.order_by(Line.newest.desc()).limit(most)).all()


def on_lines(ids: Sequence[int], most: int) -> list[tuple[int, Waiting]]:
    """(line, notice): of each line the newest so many, in the order they happened."""
    turn = sa.func.row_number().over(partition_by=Notice.line_id, order_by=Notice.id.desc()).label("turn")
    columns = (Notice.id, Notice.account_id, Occasion.kind, Occasion.subject, Occasion.key, Occasion.facts, Notice.channel)
    found = (
        sa.select(Notice.line_id, *columns, turn).join(Occasion, Occasion.id == Notice.occasion_id).where(Notice.line_id.in_(ids))
    )
    some = found.subquery()
    rows = db.session.execute(sa.select(*list(some.c)[:-1]).where(some.c.turn <= most).order_by(some.c.id))
    return [(row[0], Waiting(*row[1:])) for row in rows]


def devices_of(account_id: int) -> Sequence[Device]:
    return db.session.scalars(sa.select(Device).where(Device.account_id == account_id).order_by(Device.id.desc())).all()


def family(kind: str) -> str:
    """The first of the kinds that are told together with this one."""
    tell = kinds()[kind].tell
    return next(name for name, other in kinds().items() if other.tell is tell)


def told_of(account_id: int) -> list[tuple[str, str, str, str, datetime]]:
    """(kind, subject, channel, state, when) of all notices of one person."""
    columns = (
        Occasion.kind,
        Occasion.subject,
        Notice.channel,
        Notice.state,
        sa.func.coalesce(Notice.settled_at, Notice.due_at, type_=Notice.due_at.type),
    )
    statement = sa.select(*columns).join(Occasion, Occasion.id == Notice.occasion_id).where(Notice.account_id == account_id)
    return [
        (kind, about, channel, state, at) for kind, about, channel, state, at in db.session.execute(statement.order_by(Notice.id))
    ]


def chosen_by(account_id: int) -> Sequence[Choice]:
    return db.session.scalars(
        sa.select(Choice).where(Choice.account_id == account_id).order_by(Choice.kind, Choice.channel)
    ).all()


def stopped_since(account_id: int, at: datetime, channel: str) -> set[str]:
    """The kinds somebody wants no more by this way, decided since then."""
    off = (Choice.account_id == account_id, Choice.channel == channel, Choice.wanted.is_(False), Choice.chosen_at >= at)
    return set(db.session.scalars(sa.select(Choice.kind).where(*off)))


def exists(account_id: int) -> bool:
    which = (Account.id == account_id, Account.erased_at.is_(None))
    return db.session.scalar(sa.select(sa.literal(1)).where(*which)) is not None


# Put together once: every page of who is signed in asks it.
_LINE = Line.__table__.c
_SOME_UNREAD = sa.select(_LINE.id).where(_LINE.account_id == sa.bindparam("account"), sa.text(UNREAD)).limit(MOST_UNREAD)
_UNREAD = sa.select(sa.func.count()).select_from(_SOME_UNREAD.subquery())
