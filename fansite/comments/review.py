"""Comments before moderators: what the card shows, and what a decision does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from fansite.comments import operations, queries
from fansite.comments.authors import author_name, author_path
from fansite.comments.models import Comment, Revision
from fansite.core import markup
from fansite.core.db import db
from fansite.core.feature import Reviewable
from fansite.core.web import entry_path
from fansite.moderation.queries import Card, known_of


def cards(ids: Sequence[int]) -> dict[int, Card]:
    earlier = queries.earlier_wordings(ids)
    return {comment.id: _card(comment, earlier.get(comment.id, [])) for comment in queries.many_with_context(ids)}


def state(comment_id: int) -> tuple[str, datetime] | None:
    comment = db.session.get(Comment, comment_id)
    return (comment.status, comment.edited_at or comment.posted_at) if comment is not None else None


def visible(comment_id: int) -> bool:
    comment = queries.with_context(comment_id)
    return comment is not None and comment.visible and comment.entry.public


def author(comment_id: int) -> int | None:
    comment = db.session.get(Comment, comment_id)
    return comment.author_id if comment is not None else None


def text(comment_id: int) -> str:
    comment = db.session.get(Comment, comment_id)
    return comment.body if comment is not None else ""


def _card(comment: Comment, earlier: Sequence[Revision]) -> Card:
    parent = comment.parent
    return Card(
        html=Markup(comment.html),  # cleaned when it was stored
        author_name=author_name(comment) or "[deleted]",
        author_path=author_path(comment),
        **known_of(comment.author),
        entry_title=comment.entry.title,
        entry_path=entry_path(comment.entry, _anchor=f"comment-{comment.id}" if comment.visible else None),
        posted_at=comment.posted_at,
        status=comment.status,
        parent_name=(author_name(parent) or "[deleted]") if parent is not None else "",
        parent_text=markup.summary_of(parent.html, length=140) if parent is not None else "",
        earlier=[(revision.body, revision.until) for revision in earlier],
    )


reviewable = Reviewable(
    kind="comment",
    label=_l("Comment"),
    cards=cards,
    state=state,
    approve=operations.approve,
    hide=operations.hide,
    restore=operations.restore,
    touch=operations.touch_again,
    visible=visible,
    author=author,
    text=text,
    of_authors=queries.of_authors,
)
