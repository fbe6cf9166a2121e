"""What happened elsewhere, and what it means for who is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from fansite.backends.push import Pusher
from fansite.comments.models import Comment
from fansite.core.db import db, transaction
from fansite.core.mail import Mail
from fansite.core.outbox import Event, Listener
from fansite.lib.times import now
from fansite.notifications import inbox, planning
from fansite.notifications.models import MAX_WHY, Notice
from fansite.notifications.push import EXTENSION

# Most events concern nobody or a few; whoever has fifty thousand followers is planned slice by slice, and the lease is renewed meanwhile.
PLANNED_AT_ONCE = 50


def carry_pushes(app: Flask) -> None:
    app.extensions[EXTENSION] = Pusher()


def hear(app: Flask) -> None:
    """Of all that any kind of notice follows from."""
    site = app.extensions["fansite"]
    names = tuple(dict.fromkeys(name for kind in site.notices.values() for name in kind.events))
    site.outbox.add(Listener("notifications.plan", plan, names, batch=PLANNED_AT_ONCE, lease=timedelta(minutes=5)))


def plan(events: Sequence[Event]) -> None:
    for event in events:
        planning.plan(event)


def read_by_answering(events: Sequence[Event]) -> None:
    """Who answers, or reacts, needs not be told any more of what they did it to."""
    for by, about in sorted(_whose(events)):
        inbox.read_about(about, by=by)


def _whose(events: Sequence[Event]) -> set[tuple[int, str]]:
    """The accounts, and what each answered or reacted to."""
    reacted = {(event.data["by"], event.subject) for event in events if event.name == "reaction.given" and "by" in event.data}
    said = [int(event.subject.partition(":")[2]) for event in events if event.name != "reaction.given"]
    rows = db.session.execute(sa.select(Comment.author_id, Comment.parent_id, Comment.entry_id).where(Comment.id.in_(said)))
    answered = {
        (by, f"comment:{parent}" if parent is not None else f"entry:{entry}") for by, parent, entry in rows if by is not None
    }
    return reacted | answered


def note_failures(events: Sequence[Event]) -> None:
    """A mail did not go. What was in it and came too late with it waits anew: some of it may be of use still, and the rest is dropped."""
    for event in events:
        mail = db.session.get(Mail, int(event.subject.partition(":")[2]))
        if mail is None or mail.failed_at is None:
            continue
        late = mail.too_late(mail.failed_at)
        anew = {"state": "waiting", "mail_id": None, "settled_at": None}
        failed = {"state": "failed", "why": (mail.error or "")[:MAX_WHY], "settled_at": now()}
        theirs = sa.update(Notice).where(Notice.mail_id == mail.id, Notice.state == "sent")
        with transaction() as session:
            session.execute(theirs.values(**(anew if late else failed)))
