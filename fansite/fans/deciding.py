"""What moderators decide about what somebody says of themselves; called inside their transaction."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.accounts.models import Account
from fansite.core.db import db, get, touch
from fansite.core.errors import NotFound, Refused
from fansite.fans.models import Wording
from fansite.fans.operations import publish, stand


def approve(wording_id: int, *, by: Any, reason: str) -> None:
    wording = _theirs_to_decide(wording_id)
    if not wording.visible:
        _require_latest(wording)
        publish(wording, get(Account, wording.account_id))


def hide(wording_id: int, *, by: Any, reason: str) -> None:
    """Out of sight, kept and restorable. Of one that only waited, what stood there before stays."""
    wording = _theirs_to_decide(wording_id)
    stand(wording, "removed" if wording.visible else "rejected", reason=reason)


def restore(wording_id: int, *, by: Any, status: str) -> None:
    """Undoes a decision; with an approval goes what it brought, and what stood there before comes back."""
    wording = _theirs_to_decide(wording_id)
    _require_latest(wording)
    if status == "published":
        publish(wording, get(Account, wording.account_id))
        return
    stand(wording, status)
    replaced = sa.select(Wording).where(Wording.replaced_by_id == wording.id, Wording.status == "replaced")
    before = db.session.scalars(replaced.order_by(Wording.id.desc()).limit(1)).first()
    if before is not None:
        before.replaced_by_id = None
        publish(before, get(Account, before.account_id))


def touch_again(wording_id: int) -> None:
    """For a decision that was sent twice."""
    touch(*get(Wording, wording_id).page_tags)


def _theirs_to_decide(wording_id: int) -> Wording:
    """Locked with its author, who may be writing another at this moment."""
    found = db.session.get(Wording, wording_id)
    if found is None:
        raise NotFound()
    get(Account, found.account_id)
    wording = get(Wording, wording_id)
    if wording.status in ("withdrawn", "replaced"):
        raise _past()
    return wording


def _require_latest(wording: Wording) -> None:
    newer = sa.select(Wording.id).where(
        Wording.account_id == wording.account_id, Wording.status.in_(("published", "pending")), Wording.id > wording.id
    )
    if db.session.scalar(newer.limit(1)) is not None:
        raise _past()


def _past() -> Refused:
    return Refused(_l("They wrote something else since. Decide on that."))
