"""Messages to browsers: which may be told, and what is on its way to them. They carry a title and a path, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
import structlog
from flask import current_app

from fansite.backends.push import Pusher, PushFailed, make_keys
from fansite.core import keys, limits
from fansite.core.db import db, transaction
from fansite.core.db.rows import upsert
from fansite.core.errors import Refused
from fansite.core.outbox import Event, record
from fansite.lib.times import now
from fansite.notifications.models import Device, Push

log = structlog.get_logger("push")

# With the outbox's pauses some two hours: what is older is read on the site.
MAX_TRIES = 12
LIFE = timedelta(days=1)
# A slow service may take this long with one; another worker must not send it meanwhile.
LEASE = timedelta(minutes=1)
# Enough for everything somebody carries around.
MOST_DEVICES = 10
# Somebody goes out of a browser, or of all of them.
LEFT = ("session.closed", "sessions.closed", "account.password_changed", "account.disabled")
# Nobody has so many browsers; each of them is a place out in the world that we call.
PACE = "20 per day"
# In the queue at once: behind so many waits nobody long.
MOST_QUEUED = 200
LONGEST_TITLE = 200
EXTENSION = "fansite.pusher"


def pusher() -> Pusher:
    found: Pusher = current_app.extensions[EXTENSION]
    return found


def public_key() -> str:
    """What browsers are told to take messages from; made when the first one asks."""
    return _keys()[1]


def _keys() -> tuple[str, str]:
    path = current_app.extensions["fansite"].settings.instance_path / keys.PUSH
    private, public = keys.made_once(path, lambda: " ".join(make_keys())).split()
    return private, public


# ---- devices ------------------------------------------------------------------------------------------------------------------


def add_device(endpoint: str, p256dh: str, auth: str, *, agent: str, by: Any) -> Device:
    """A browser that is told already is told as whoever sits there now. The oldest makes room."""
    if not pusher().takes(endpoint, p256dh, auth):
        raise Refused("not a place that takes messages")
    limits.spend("device", PACE, str(by.id))
    row = Device.__table__.c
    said = {"account_id": by.id, "p256dh": p256dh, "auth": auth, "agent": agent[:200], "created_at": now(), "failed_at": None}
    with transaction() as session:
        others = sa.select(Device.id).where(Device.endpoint == endpoint, Device.account_id != by.id)
        session.execute(sa.delete(Push).where(Push.device_id.in_(others)))
        added = upsert(Device.__table__).values(endpoint=endpoint, **said)
        session.execute(added.on_conflict_do_update(index_elements=[row.endpoint], set_=said))
        theirs = sa.select(Device.id).where(Device.account_id == by.id).order_by(Device.id.desc())
        known = list(session.scalars(theirs))
        device = session.scalars(sa.select(Device).where(Device.endpoint == endpoint)).one()
        spare = [one for one in known if one != device.id][MOST_DEVICES - 1 :]
        session.execute(sa.delete(Device).where(Device.id.in_(spare)))
    return device


def forget_device(device_id: int, *, by: Any) -> bool:
    """Whether it was theirs."""
    with transaction() as session:
        gone = sa.delete(Device).where(Device.id == device_id, Device.account_id == by.id)
        return bool(session.execute(gone).rowcount)  # type: ignore[attr-defined]


def mark_of(endpoint: str) -> str:
    """By which a browser tells its own line in the list from the others: the way to it is nobody's to read."""
    return sha256(endpoint.encode()).hexdigest()


def forget_where_they_left(events: Sequence[Event]) -> None:
    """Listener: whoever went out of a browser is told nothing on it any more."""
    for event in events:
        account_id = int(event.subject.partition(":")[2])
        theirs = db.session.scalars(sa.select(Device).where(Device.account_id == account_id)).all()
        gone = [device.id for device in theirs if _was_left(device, event)]
        with transaction() as session:
            session.execute(sa.delete(Device).where(Device.id.in_(gone)))


def _was_left(device: Device, event: Event) -> bool:
    """Where no script said which it was, those that look like it: better told too little than told to whoever sits there now."""
    if event.name != "session.closed":
        return True  # everywhere at once
    said = event.data["device"]
    return bool(mark_of(device.endpoint) == said if said else device.agent == event.data["browser"])


# ---- sending ------------------------------------------------------------------------------------------------------------------


def room() -> int:
    some = sa.select(sa.literal(1)).select_from(Push).limit(MOST_QUEUED).subquery()
    return MOST_QUEUED - int(db.session.scalar(sa.select(sa.func.count()).select_from(some)) or 0)


def queue(account_id: int, title: str, path: str, language: str, *, not_after: datetime | None) -> None:
    """One to each of somebody's devices; inside of a transaction."""
    for device_id in db.session.scalars(sa.select(Device.id).where(Device.account_id == account_id)).all():
        push = Push(device_id=device_id, title=title[:LONGEST_TITLE], path=path[:300], language=language, not_after=not_after)
        db.session.add(push)
        record("push.queued", push)


def send_queued(events: Sequence[Event]) -> None:
    """Listener. What a service refuses for now comes back by the outbox."""
    for event in events:
        push = db.session.get(Push, int(event.subject.partition(":")[2]))
        if push is not None:
            _send(push)


def _send(push: Push) -> None:
    push_id, device = push.id, db.session.get(Device, push.device_id)
    ends = min(push.created_at + LIFE, push.not_after or push.created_at + LIFE)
    left = int((ends - now()).total_seconds())
    if device is None or left <= 0:
        _gone(push_id)
        return
    content = json.dumps({"title": push.title, "path": push.path, "language": push.language, "tag": f"push-{push_id}"})
    to = (device.endpoint, device.p256dh, device.auth)
    settings = current_app.extensions["fansite"].settings
    device_id, topic = device.id, f"push-{push_id}"
    db.session.rollback()  # no snapshot is held while a service makes up its mind
    try:
        contact = f"mailto:{settings.contact_mail or settings.sender}"
        pusher().send(*to, content.encode(), keys=_keys(), contact=contact, seconds=left, topic=topic)
    except PushFailed as problem:
        if not _noted(push_id, device_id, problem):
            raise
        return
    with transaction() as session:
        session.execute(sa.delete(Push).where(Push.id == push_id))
        session.execute(sa.update(Device).where(Device.id == device_id).values(told_at=now(), failed_at=None))


def _noted(push_id: int, device_id: int, problem: PushFailed) -> bool:
    """Whether it is given up. A browser that is not there any more is forgotten, with all that is on its way to it."""
    log.info("push-refused", device=device_id, error=str(problem))
    with transaction() as session:
        if problem.gone:
            session.execute(sa.delete(Device).where(Device.id == device_id))
            return True
        session.execute(sa.update(Device).where(Device.id == device_id).values(failed_at=now()))
        push = session.get(Push, push_id)
        if push is None:
            return True
        push.tries += 1
        if problem.for_ever or push.tries >= MAX_TRIES:
            session.delete(push)
            return True
    return False


def _gone(push_id: int) -> None:
    with transaction() as session:
        session.execute(sa.delete(Push).where(Push.id == push_id))
