"""What one person wants to hear of, and when notices are forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from fansite.core.db import db, transaction
from fansite.core.db.rows import upsert
from fansite.lib.times import now
from fansite.notifications import queries
from fansite.notifications.channels import CHANNELS
from fansite.notifications.models import Choice, Notice, Occasion

# As long as somebody may ask why they were told, or not.
KEEP = timedelta(days=180)
SLICE = 1000


def choose(wanted: Mapping[tuple[str, str], bool], *, by: Any) -> None:
    """(kind, channel) → whether they want it. What is as it was leaves no trace."""
    with transaction():
        chosen = queries.choices([by.id])
        for (kind, channel), yes in wanted.items():
            if kind in queries.kinds() and channel in CHANNELS and queries.wants(chosen, by.id, kind, channel) != yes:
                _note(by.id, kind, channel, yes)


def stop(account_id: int, kinds: Iterable[str], *, channel: str = "mail") -> list[str]:
    """No more of these, by whoever has the link; the kinds this stopped. A second press stops nothing more."""
    with transaction():
        chosen = queries.choices([account_id])
        stopped = [kind for kind in kinds if queries.wants(chosen, account_id, kind, channel)]
        for kind in stopped:
            _note(account_id, kind, channel, False)
        return stopped


def start_again(account_id: int, kinds: Iterable[str], *, channel: str = "mail") -> None:
    with transaction():
        for kind in kinds:
            if kind in queries.kinds():
                _note(account_id, kind, channel, True)


def sweep() -> None:
    """Routine: forgets who was told of what happened long ago."""
    old = list(db.session.scalars(sa.select(Occasion.id).where(Occasion.created_at < now() - KEEP).order_by(Occasion.id)))
    for occasion_id in old:
        while _forgot_some(occasion_id):
            pass
        with transaction() as session:
            session.execute(sa.delete(Occasion).where(Occasion.id == occasion_id))


def _forgot_some(occasion_id: int) -> bool:
    some = sa.select(Notice.id).where(Notice.occasion_id == occasion_id).limit(SLICE)
    with transaction() as session:
        return bool(session.execute(sa.delete(Notice).where(Notice.id.in_(some))).rowcount)  # type: ignore[attr-defined]


def _note(account_id: int, kind: str, channel: str, wanted: bool) -> None:
    row = Choice.__table__.c
    said = upsert(Choice.__table__).values(account_id=account_id, kind=kind, channel=channel, wanted=wanted, chosen_at=now())
    db.session.execute(
        said.on_conflict_do_update(
            index_elements=[row.account_id, row.kind, row.channel], set_={"wanted": wanted, "chosen_at": now()}
        )
    )
