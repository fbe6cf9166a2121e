"""Comments by today's renderer."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import joinedload

from fansite.comments.models import Comment
from fansite.comments.operations import naming
from fansite.comments.operations.writing import in_good_standing
from fansite.core.renewal import renew

COMMENTS = 300


def render_older() -> None:
    """Routine: comments whose text an older renderer made."""
    renew(Comment, _write, most=COMMENTS, with_=[joinedload(Comment.author)])


def _write(comment: Any) -> None:
    """Its links count for search engines as they would if its author corrected it now."""
    comment.write(
        comment.body,
        standing=comment.author is not None and in_good_standing(comment.author),
        known=naming.known_in(comment.body),
    )
