"""Hours come and plans change: what was planned for an evening is known once it begins."""

from __future__ import annotations

from collections.abc import Sequence

from fansite.core.db import db, touch, transaction
from fansite.core.outbox import Event
from fansite.tour.models import Gig
from fansite.tour.setlists import operations, queries

PLANNED = "gig.setlist_planned"
# After these an evening may begin at another hour, or everybody or nobody may see it.
NAMES = (PLANNED, "gig.published", "gig.withdrawn", "gig.recalled", "gig.revised", "gig.changed")


def follow(events: Sequence[Event]) -> None:
    """Looks at each evening as it is now: begun, its pages are made anew; else it is to be looked at once more at its hour."""
    names: dict[int, set[str]] = {}
    for event in events:
        names.setdefault(int(event.subject.partition(":")[2]), set()).add(event.name)
    for gig_id, heard in names.items():
        with transaction():
            gig = db.session.get(Gig, gig_id, populate_existing=True)
            if gig is not None and queries.has_setlist(gig_id):
                _follow(gig, heard)


def _follow(gig: Gig, heard: set[str]) -> None:
    touch(queries.TAG)
    if gig.begun and PLANNED in heard:
        gig.changed(at=max(gig.updated_at, gig.begun_at))
    elif not gig.begun and not gig.off and heard != {PLANNED}:
        operations.announce(gig)
