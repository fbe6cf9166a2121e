"""How a discussion is kept in order: pinned, closed, sorted under its tags, and marked as solved. Each is undone by its opposite."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.accounts.models import Account
from fansite.comments.models import Comment
from fansite.core.db import db, get, transaction
from fansite.core.errors import Refused
from fansite.core.outbox import record
from fansite.core.policy import require
from fansite.lib.times import now
from fansite.moderation.operations import note
from fansite.tags.operations import label
from fansite.talk import policy
from fansite.talk.models import Discussion
from fansite.talk.operations.fitting import fit_tags
from fansite.talk.operations.standing import touch_pages

# More than these would push all others off the first page.
MOST_PINNED = 5


def solve(discussion_id: int, comment_id: int | None, *, by: Any) -> Discussion:
    """Marks a reply as the one that answered it, or none of them."""
    by_id = by.id
    with transaction():
        person, discussion = get(Account, by_id), get(Discussion, discussion_id)
        require(policy.solve, person, discussion)
        if comment_id is not None:
            _require_reply(discussion, comment_id)
        if discussion.solved_comment_id != comment_id:
            discussion.solved_comment_id, discussion.updated_at = comment_id, now()
            record("talk.solved" if comment_id is not None else "talk.unsolved", discussion)
            if by_id != discussion.author_id:
                _note("solved" if comment_id is not None else "unsolved", discussion, by_id)
        touch_pages(discussion)
        return discussion


def pin(discussion_id: int, pinned: bool, *, by: Any) -> Discussion:
    """Pinned ones stand first, on the first page of all discussions."""
    by_id = by.id
    with transaction():
        discussion = _moderated(discussion_id, by)
        if pinned != (discussion.pinned_at is not None):
            if pinned and _count_pinned() >= MOST_PINNED:
                raise Refused(_l("%(most)s discussions are pinned already. Take one of them down first.", most=MOST_PINNED))
            discussion.pinned_at = now() if pinned else None
            _note("pinned" if pinned else "unpinned", discussion, by_id)
        touch_pages(discussion)
        return discussion


def set_open(discussion_id: int, opened: bool, *, by: Any) -> Discussion:
    """A closed one is read, and nobody answers any more."""
    by_id, act = by.id, "opened" if opened else "closed"
    with transaction():
        discussion = _moderated(discussion_id, by)
        if discussion.comments_open != opened:
            discussion.comments_open = opened
            record(f"talk.{act}", discussion)
            _note(act, discussion, by_id)
        touch_pages(discussion)
        return discussion


def move_tags(discussion_id: int, tags: str, *, by: Any) -> Discussion:
    """Files it under these, as somebody typed them."""
    by_id, names = by.id, fit_tags(tags)
    with transaction():
        discussion = _moderated(discussion_id, by)
        touch_pages(discussion)
        if label(discussion, names):
            touch_pages(discussion)
            record("talk.revised", discussion)
            _note("tags", discussion, by_id, ", ".join(tag.name for tag in discussion.tags))
        return discussion


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _moderated(discussion_id: int, by: Any) -> Discussion:
    by_id = by.id
    person, discussion = get(Account, by_id), get(Discussion, discussion_id)
    require(policy.moderate, person, discussion)
    return discussion


def _note(act: str, discussion: Discussion, by_id: int, said: str = "") -> None:
    """What others do with somebody's discussion stands in the log."""
    note(f"talk_{act}", f"talk:{discussion.id}", by_id=by_id, reason=said)


def _require_reply(discussion: Discussion, comment_id: int) -> None:
    reply = db.session.get(Comment, comment_id)
    if reply is None or reply.entry_id != discussion.id or not reply.visible:
        raise Refused(_l("This reply is no longer here."))


def _count_pinned() -> int:
    pinned = (Discussion.pinned_at.is_not(None), Discussion.state == "published")
    return db.session.scalar(sa.select(sa.func.count()).select_from(Discussion).where(*pinned)) or 0
