"""Comments by today's renderer."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from fansite.comments.models import Comment
from fansite.comments.operations import naming
from fansite.core.db import transaction
from fansite.core.renewal import renew

COMMENTS = 300
# No renderer has this number: the text is made anew whichever made it.
BY_NONE = 0


def render_older() -> None:
    """Routine: comments whose text an older renderer made."""
    renew(Comment, _write, most=COMMENTS, with_=[joinedload(Comment.author)])


def render_links_of(author_id: int) -> None:
    """Their standing is another: what links anywhere is made anew, bit by bit, like what an older renderer made. The first bit at once."""
    linking = sa.and_(Comment.author_id == author_id, Comment.html.contains("<a "))
    with transaction() as session:
        session.execute(sa.update(Comment).where(linking).values(renderer=BY_NONE))
    render_older()


def _write(comment: Any) -> None:
    """Its links count for search engines as they would if its author corrected it now."""
    comment.write(
        comment.body,
        standing=comment.author is not None and comment.author.stands,
        known=naming.known_in(comment.body),
    )
