"""What moderators decide about a comment; called inside their transaction."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fansite.accounts.models import Account
from fansite.comments.models import Comment
from fansite.comments.operations import naming
from fansite.comments.operations.standing import claim, stand, touch_pages
from fansite.core.db import get
from fansite.core.errors import Refused
from fansite.core.outbox import record
from fansite.moderation.queries import refused_before


def approve(comment_id: int, *, by: Account, reason: str) -> None:
    comment = _theirs_to_decide(comment_id)
    comment.reason = None
    if not comment.visible:
        stand(comment, "published")
        record("comment.published", comment)
        naming.tell(comment)


def hide(comment_id: int, *, by: Account, reason: str) -> None:
    """Out of sight, kept and restorable. What was on the page is `removed`, what never was is `rejected`."""
    comment = _theirs_to_decide(comment_id)
    stand(comment, "removed" if comment.visible else "rejected")
    comment.reason = reason or None
    record("comment.hidden", comment)


def restore(comment_id: int, *, by: Account, status: str) -> None:
    """Undoes a decision: back to the status before it."""
    comment = _theirs_to_decide(comment_id)
    # An approval that was none builds no trust, and an earlier no stands again.
    refused = refused_before("comment", comment_id) if status == "pending" else None
    stand(comment, status, never_shown=status == "pending" and comment.visible, refused=refused)
    comment.reason = None
    record("comment.published" if comment.visible else "comment.hidden", comment)
    naming.tell(comment)


def touch_again(comment_id: int) -> None:
    """For a decision that was sent twice."""
    touch_pages(get(Comment, comment_id))


def _theirs_to_decide(comment_id: int) -> Comment:
    comment = claim(comment_id)
    if comment.status == "withdrawn":
        raise Refused(_l("The author took this comment back."))
    return comment
