"""What one person wants to hear of and when, and when notices are forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from fansite.accounts.models import SignIn
from fansite.core.db import db, transaction
from fansite.core.db.rows import upsert
from fansite.core.errors import Refused
from fansite.lib import localtime
from fansite.lib.times import now
from fansite.notifications import queries
from fansite.notifications.channels import CHANNELS
from fansite.notifications.hours import QUIET
from fansite.notifications.models import Choice, Line, Notice, Occasion, Setting

# As long as somebody may ask why they were told, or not.
KEEP = timedelta(days=180)
SLICE = 1000


def choose(wanted: Mapping[tuple[str, str], str | bool], *, by: Any) -> None:
    """(kind, channel) → how soon, or whether at all. What is as it was leaves no trace."""
    with transaction():
        chosen = queries.choices([by.id])
        for (kind, channel), said in wanted.items():
            pace = said if isinstance(said, str) else "now" if said else "off"
            if kind in queries.kinds() and channel in CHANNELS and queries.pace(chosen, by.id, kind, channel) != pace:
                _note(by.id, kind, channel, pace)


def keep(wanted: Mapping[tuple[str, str], str | bool], *, zone: str | None, quiet_from: int, quiet_until: int, by: Any) -> None:
    """What they chose, at whose clocks they are told, and when they want quiet: all of the page at once."""
    if zone is not None and zone not in localtime.zones():
        raise Refused(_("There is no such time zone."), field="zone")
    with transaction() as session:
        choose(wanted, by=by)
        setting = session.get(Setting, by.id) or Setting(account_id=by.id)
        setting.zone, setting.quiet_from, setting.quiet_until, setting.seen_at = zone, quiet_from, quiet_until, now()
        session.add(setting)


def stop(account_id: int, kinds: Iterable[str], *, channel: str = "mail") -> list[str]:
    """No more of these, by whoever has the link; the kinds this stopped. A second press stops nothing more."""
    with transaction():
        chosen = queries.choices([account_id])
        stopped = [kind for kind in kinds if queries.wants(chosen, account_id, kind, channel)]
        for kind in stopped:
            _note(account_id, kind, channel, "off")
        return stopped


def start_again(account_id: int, kinds: Iterable[str], *, channel: str = "mail") -> None:
    """As soon as it came before."""
    with transaction():
        for kind in kinds:
            if kind in queries.kinds():
                before = db.session.get(Choice, (account_id, kind, channel))
                _note(account_id, kind, channel, before.pace if before is not None else "now")


def note_who_was_here() -> None:
    """Routine: sessions are forgotten after a month, and whoever has none for half a year gets no digests."""
    after: int | None = 0
    while after is not None:
        after = _noted_some(after)


def _noted_some(after: int) -> int | None:
    seen = sa.select(SignIn.account_id, sa.func.max(SignIn.seen_at)).where(SignIn.account_id > after).group_by(SignIn.account_id)
    row = Setting.__table__.c
    with transaction() as session:
        found = session.execute(seen.order_by(SignIn.account_id).limit(SLICE)).all()
        if found:
            added = upsert(Setting.__table__)
            session.execute(
                added.on_conflict_do_update(index_elements=[row.account_id], set_={"seen_at": added.excluded.seen_at}),
                [
                    {"account_id": account, "seen_at": at, "quiet_from": QUIET[0], "quiet_until": QUIET[1]}
                    for account, at in found
                ],
            )
    return found[-1][0] if len(found) == SLICE else None


def sweep() -> None:
    """Routine: forgets who was told of what happened long ago."""
    old = list(db.session.scalars(sa.select(Occasion.id).where(Occasion.created_at < now() - KEEP).order_by(Occasion.id)))
    for occasion_id in old:
        while _forgot_some(occasion_id):
            pass
        with transaction() as session:
            session.execute(sa.delete(Occasion).where(Occasion.id == occasion_id))
    while _forgot_lines():
        pass


def _forgot_some(occasion_id: int) -> bool:
    some = sa.select(Notice.id).where(Notice.occasion_id == occasion_id).limit(SLICE)
    with transaction() as session:
        return bool(session.execute(sa.delete(Notice).where(Notice.id.in_(some))).rowcount)  # type: ignore[attr-defined]


def _forgot_lines() -> bool:
    """Their notices are as old, and gone before them; what hangs on one still is let go."""
    with transaction() as session:
        old = list(session.scalars(sa.select(Line.id).where(Line.at < now() - KEEP).limit(SLICE)))
        session.execute(sa.update(Notice).where(Notice.line_id.in_(old)).values(line_id=None))
        session.execute(sa.delete(Line).where(Line.id.in_(old)))
        return bool(old)


def _note(account_id: int, kind: str, channel: str, pace: str) -> None:
    """`off` leaves the pace as it was, for who changes their mind."""
    row = Choice.__table__.c
    said = {"wanted": pace != "off", "chosen_at": now(), **({"pace": pace} if pace != "off" else {})}
    added = upsert(Choice.__table__).values(account_id=account_id, kind=kind, channel=channel, **said)
    db.session.execute(added.on_conflict_do_update(index_elements=[row.account_id, row.kind, row.channel], set_=said))
