"""What moderators decide about a discussion; called inside their transaction."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fansite.accounts.models import Account
from fansite.comments.operations import naming
from fansite.core.db import get
from fansite.core.errors import Refused
from fansite.core.outbox import record
from fansite.talk.models import Discussion
from fansite.talk.operations.standing import stand, touch_pages


def approve(discussion_id: int, *, by: Account, reason: str) -> None:
    discussion = _theirs_to_decide(discussion_id)
    discussion.reason = None
    if not discussion.visible:
        stand(discussion, "published")
        record("talk.published", discussion)
        naming.tell(discussion)


def hide(discussion_id: int, *, by: Account, reason: str) -> None:
    """Out of sight, kept and restorable. What was on the page is `removed`, what never was is `rejected`."""
    discussion = _theirs_to_decide(discussion_id)
    stand(discussion, "removed" if discussion.visible else "rejected")
    discussion.reason = reason or None
    record("talk.hidden", discussion)


def restore(discussion_id: int, *, by: Account, status: str) -> None:
    """Undoes a decision: back to the state before it. An approval that was none builds no trust."""
    discussion = _theirs_to_decide(discussion_id)
    stand(discussion, status, never_shown=status == "pending" and discussion.visible)
    discussion.reason = None
    record("talk.published" if discussion.visible else "talk.hidden", discussion)
    naming.tell(discussion)


def touch_again(discussion_id: int) -> None:
    """For a decision that was sent twice."""
    touch_pages(get(Discussion, discussion_id))


def _theirs_to_decide(discussion_id: int) -> Discussion:
    discussion = get(Discussion, discussion_id)
    if discussion.state == "withdrawn":
        raise Refused(_l("The author took this discussion back."))
    return discussion
