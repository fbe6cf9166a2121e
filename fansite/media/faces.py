"""Faces: a fan's own picture, shown to everybody once a moderator has seen it. Of each person the last one sent counts."""

from __future__ import annotations

import secrets
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.accounts.models import Account
from fansite.core import limits
from fansite.core.db import db, get, touch, transaction
from fansite.core.errors import NotFound, Refused
from fansite.core.outbox import Event, record
from fansite.core.policy import require
from fansite.lib.times import now
from fansite.media import encoding, policy
from fansite.media.models import KEEP_REMOVED, Face
from fansite.media.operations import storage
from fansite.moderation import limits as newcomers
from fansite.moderation import operations as moderation

# Larger than any phone takes; nobody needs the staff's 32 MB for a circle of two centimetres.
MAX_BYTES = 16 * 1024 * 1024
A_DAY = "20 per day"
WAITING, SHOWN = "pending", "published"


def send(data: bytes, *, by: Any) -> Face:
    """A picture in place of the drawn face. The staff's and moderators' is public at once, a fan's waits; the one before stays till then."""
    limits.spend("face", A_DAY, str(by.id))
    require(policy.wear, by)
    if len(data) > MAX_BYTES:
        raise Refused(_l("This picture is larger than %(most)s MB.", most=MAX_BYTES // 1024**2), field="file")
    small = encoding.square(data)
    name = f"f{secrets.token_hex(20)}.webp"
    storage().put(name, small)
    by_id = by.id
    with transaction() as session:
        account = get(Account, by_id)
        require(policy.wear, account)
        newcomers.spend(account, "faces")
        for earlier in _of(account, WAITING):
            _withdraw(earlier)
        face = Face(account_id=account.id, name=name, status=WAITING)
        session.add(face)
        session.flush()
        if account.keeps_order:
            _show(face, account)
        else:
            moderation.open_review("face", face.id, queue="pending", reasons=["new face"])
        record("face.sent", face)
        return face


def take_off(account_id: int) -> None:
    """Back to the drawn one, and nothing waits any more."""
    with transaction():
        account = get(Account, account_id)
        for face in [*_of(account, WAITING), *_of(account, SHOWN)]:
            _withdraw(face)
        _wear(account, None)


# ---- what moderators decide; called inside their transaction ----------------------------------------------------------------


def approve(face_id: int, *, by: Any, reason: str) -> None:
    face = _theirs_to_decide(face_id)
    if not face.visible:
        _show(face, get(Account, face.account_id))


def hide(face_id: int, *, by: Any, reason: str) -> None:
    face = _theirs_to_decide(face_id)
    _stand(face, "removed" if face.visible else "rejected", reason=reason)


def restore(face_id: int, *, by: Any, status: str) -> None:
    face = _theirs_to_decide(face_id)
    if status == SHOWN:
        _show(face, get(Account, face.account_id))
    else:
        _stand(face, status)


def touch_again(face_id: int) -> None:
    touch(*get(Account, get(Face, face_id).account_id).page_tags)


def _theirs_to_decide(face_id: int) -> Face:
    face = get(Face, face_id)
    if face.status == "withdrawn":
        raise Refused(_l("They took this picture back, or sent another."))
    return face


# ---- the worker's ------------------------------------------------------------------------------------------------------------


def forget_erased(events: Any) -> None:
    """Listener of `account.erased`: nothing of a face stays behind."""
    for event in events:
        forget_of(_number(event))


def forget_of(account_id: int) -> None:
    _forget(db.session.scalars(sa.select(Face.id).where(Face.account_id == account_id)).all())


def sweep() -> None:
    """What was taken off or refused long ago goes for good, with its file."""
    old = sa.and_(Face.status.not_in([WAITING, SHOWN]), Face.changed_at < now() - KEEP_REMOVED)
    _forget(db.session.scalars(sa.select(Face.id).where(old)).all())


def _forget(ids: Any) -> None:
    for face_id in ids:
        with transaction() as session:
            face = get(Face, face_id)
            account = get(Account, face.account_id)
            if account.face == face.name:
                _wear(account, None)
            name = face.name
            session.delete(face)
            moderation.close_review("face", face_id)
        storage().drop(name)


def _number(event: Event) -> int:
    return int(event.subject.partition(":")[2])


# ---- the parts ---------------------------------------------------------------------------------------------------------------


def _of(account: Account, status: str) -> list[Face]:
    return list(db.session.scalars(sa.select(Face).where(Face.account_id == account.id, Face.status == status)))


def _show(face: Face, account: Account) -> None:
    if not account.active:
        raise NotFound()
    for other in _of(account, SHOWN):
        if other.id != face.id:
            _withdraw(other)
    _stand(face, SHOWN)
    _wear(account, face.name)


def _stand(face: Face, status: str, *, reason: str = "") -> None:
    face.status, face.reason, face.changed_at = status, reason or None, now()
    account = get(Account, face.account_id)
    if status != SHOWN and account.face == face.name:
        _wear(account, None)


def _withdraw(face: Face) -> None:
    face.status, face.changed_at = "withdrawn", now()
    moderation.close_review("face", face.id)


def _wear(account: Account, name: str | None) -> None:
    account.face = name
    touch(*account.page_tags)
