"""What is due is told: all there is for one person together, as it stands now, and no more at once than the post takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

import sqlalchemy as sa

from fansite.core.db import db, transaction
from fansite.core.db.rows import upsert
from fansite.core.notices import Piece, Waiting
from fansite.core.outbox.long_work import meanwhile
from fansite.lib.times import now
from fansite.notifications import hours, queries
from fansite.notifications.channels import CHANNELS, Channel
from fansite.notifications.models import MAX_WHY, Notice, Told
from fansite.notifications.queries import Reader

EVERY = timedelta(seconds=10)
# People of one transaction.
SLICE = 25

Letter = tuple[Reader, tuple[int, ...], Callable[[], int | None]]


def send_due() -> None:
    """Routine. What finds no room now waits for the next time."""
    for channel in CHANNELS.values():
        after = 0
        while (room := channel.room()) and (people := queries.whose_time_has_come(channel.name, after, min(room, SLICE))):
            _tell(channel, people)
            after = people[-1]
            meanwhile("notifications.")


def _tell(channel: Channel, people: Sequence[int]) -> None:
    readers = queries.readers(people)
    found = _sorted(channel, readers, queries.due(channel.name, people))
    pieces, untold = _pieces(found.wanted)
    letters = [
        _letter(channel, readers[account], list(told), found.digests)
        for account, told in groupby(pieces, lambda piece: piece.account_id)
    ]
    with transaction():
        _drop(found.dropped | untold)
        _put_off(found.later)
        for reader, ids, hand_over in letters:
            if queries.still_waiting(ids) == len(ids):  # nobody else told them, and nobody was erased or read it meanwhile
                _settle(ids, state="sent", mail_id=hand_over())
                if channel.calls:
                    _count(reader, channel)


@dataclass
class Sorted:
    """What is told now, what nobody needs, what waits until when and at what pace, and which of those that are told came for a digest."""

    wanted: list[Waiting] = field(default_factory=list)
    dropped: dict[int, str] = field(default_factory=dict)
    later: dict[int, tuple[datetime, str]] = field(default_factory=dict)
    digests: set[int] = field(default_factory=set)


def _sorted(channel: Channel, readers: dict[int, Reader], due: Sequence[queries.Due]) -> Sorted:
    """By whether their readers are here, want it still, and may be called now."""
    chosen, found = queries.choices(list(readers)), Sorted()
    told_today = queries.told_today(readers, channel.name) if channel.calls else {}
    at = now()
    for notice, pace, needed_by in due:
        reader = readers.get(notice.account_id)
        why = _not_wanted(channel, reader, notice, pace, chosen)
        if reader is None or why:
            found.dropped[notice.id] = why
            continue
        told = told_today.get(reader.id, 0)
        until = hours.put_off(reader.clock, channel.name, pace, needed_by, told_today=told, at=at) if channel.calls else None
        if until is not None:
            found.later[notice.id] = until
            continue
        found.wanted.append(notice)
        if pace != "now":
            found.digests.add(notice.id)
    return found


def _not_wanted(
    channel: Channel, reader: Reader | None, notice: Waiting, pace: str, chosen: dict[tuple[int, str, str], str]
) -> str:
    """Why, in a word; empty while it is wanted."""
    if reader is None or not channel.reaches(reader):
        return "nobody"
    if not queries.wants(chosen, reader.id, notice.kind, channel.name):
        return "unwanted"
    return "away" if pace != "now" and reader.away else ""


def _pieces(waiting: Sequence[Waiting]) -> tuple[list[Piece], dict[int, str]]:
    """By reader, and of each the earliest first."""
    pieces: list[Piece] = []
    untold: dict[int, str] = {}
    tellers = {kind.name: kind.tell for kind in queries.kinds().values()}
    for tell in dict.fromkeys(tellers[notice.kind] for notice in waiting):
        told, not_told = tell([notice for notice in waiting if tellers[notice.kind] is tell])
        pieces += told
        untold |= not_told
    return sorted(pieces, key=lambda piece: (piece.account_id, piece.at)), untold


def _letter(channel: Channel, reader: Reader, pieces: list[Piece], digests: set[int]) -> Letter:
    ids = tuple(number for piece in pieces for number in piece.notices)
    return reader, ids, channel.write(reader, pieces, not digests.isdisjoint(ids))


def _put_off(until: dict[int, tuple[datetime, str]]) -> None:
    for moment, pace in dict.fromkeys(until.values()):
        ids = [number for number, when in until.items() if when == (moment, pace)]
        waiting = sa.update(Notice).where(Notice.id.in_(ids), Notice.state == "waiting")
        db.session.execute(waiting.values(due_at=moment, at_latest=moment, pace=pace))


def _count(reader: Reader, channel: Channel) -> None:
    """On their day."""
    row, day = Told.__table__.c, reader.clock.today(now())
    added = upsert(Told.__table__).values(account_id=reader.id, channel=channel.name, day=day, number=1)
    number = sa.case((row.day == day, row.number + 1), else_=1)
    db.session.execute(
        added.on_conflict_do_update(index_elements=[row.account_id, row.channel], set_={"day": day, "number": number})
    )


def _drop(reasons: dict[int, str]) -> None:
    for why in dict.fromkeys(reasons.values()):
        _settle([number for number, reason in reasons.items() if reason == why], state="dropped", why=why)


def _settle(ids: Sequence[int], *, state: str, why: str | None = None, mail_id: int | None = None) -> None:
    values = {"state": state, "why": why[:MAX_WHY] if why else None, "mail_id": mail_id, "settled_at": now()}
    db.session.execute(sa.update(Notice).where(Notice.id.in_(ids), Notice.state == "waiting").values(**values))
