"""What is due is told: all there is for one person together, as it stands now, and no more at once than the post takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import groupby

import sqlalchemy as sa

from fansite.core.db import db, transaction
from fansite.core.notices import Piece, Waiting
from fansite.core.outbox.long_work import meanwhile
from fansite.lib.times import now
from fansite.notifications import queries
from fansite.notifications.channels import CHANNELS, Channel
from fansite.notifications.models import MAX_WHY, Notice
from fansite.notifications.queries import Reader

EVERY = timedelta(seconds=10)
# People of one transaction.
SLICE = 25

Letter = tuple[tuple[int, ...], Callable[[], int | None]]


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
    dropped: dict[int, str] = {}
    waiting = queries.due(channel.name, people)
    wanted = _wanted(channel, readers, waiting, dropped)
    pieces, untold = _pieces(wanted)
    letters = [
        _letter(channel, readers[account], list(told)) for account, told in groupby(pieces, lambda piece: piece.account_id)
    ]
    with transaction():
        _drop(dropped | untold)
        for ids, hand_over in letters:
            if queries.still_waiting(ids) == len(ids):  # nobody else told them, and nobody was erased meanwhile
                _settle(ids, state="sent", mail_id=hand_over())


def _wanted(channel: Channel, readers: dict[int, Reader], waiting: Sequence[Waiting], dropped: dict[int, str]) -> list[Waiting]:
    """Those whose readers are here and have not said since that they want no more of it."""
    chosen, found = queries.choices(list(readers)), []
    for notice in waiting:
        reader = readers.get(notice.account_id)
        if reader is None or not channel.reaches(reader):
            dropped[notice.id] = "nobody"
        elif not queries.wants(chosen, reader.id, notice.kind, channel.name):
            dropped[notice.id] = "unwanted"
        else:
            found.append(notice)
    return found


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


def _letter(channel: Channel, reader: Reader, pieces: list[Piece]) -> Letter:
    return tuple(number for piece in pieces for number in piece.notices), channel.write(reader, pieces)


def _drop(reasons: dict[int, str]) -> None:
    for why in dict.fromkeys(reasons.values()):
        _settle([number for number, reason in reasons.items() if reason == why], state="dropped", why=why)


def _settle(ids: Sequence[int], *, state: str, why: str | None = None, mail_id: int | None = None) -> None:
    values = {"state": state, "why": why[:MAX_WHY] if why else None, "mail_id": mail_id, "settled_at": now()}
    db.session.execute(sa.update(Notice).where(Notice.id.in_(ids), Notice.state == "waiting").values(**values))
