"""What is said of who said something, and where a comment stands."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from fansite.comments import queries
from fansite.comments.models import Comment
from fansite.core.web import entry_path, path_for


def author_name(comment: Any) -> str | None:
    """None when the account was erased: the page says "[deleted]"."""
    if comment.author is None:
        return comment.author_name or None
    return None if comment.author.erased_at is not None else str(comment.author.username)


def author_path(comment: Any) -> str | None:
    """None for who has no page (any more)."""
    if comment.author is None or not comment.author.active:
        return None
    return path_for("fans.show", username=comment.author.username_key)


def badge_of(account: Any) -> str | None:
    """What the reader should know about who speaks."""
    if account.erased_at is not None:
        return None
    if account.is_staff:
        return str(_("the band"))
    return str(_("moderator")) if account.keeps_order else None


def address_of(comment: Comment, entry: Any) -> str:
    """Where a comment stands: a page of its entry (or of what is known of it, a `Place`), or of its long thread."""
    anchor = f"comment-{comment.id}"
    if comment.thread is None:
        last = queries.last_page(entry)
        return entry_path(entry, page=last if last > 1 else None, _anchor=anchor)
    # What waits is shown to its author on the page of the entry, however long the thread is; what begins a thread stands there anyway.
    share = queries.share_of_thread(comment, entry) if comment.visible and comment.parent_id is not None else None
    if share is not None and (rank := queries.rank_in_thread(comment)) >= share:
        page = queries.page_of_rank(rank)
        return path_for(
            "comments.thread", entry.language, comment_id=comment.root_id, page=page if page > 1 else None, _anchor=anchor
        )
    page = comment.page_of_thread()
    return entry_path(entry, page=page if page > 1 else None, _anchor=anchor)
