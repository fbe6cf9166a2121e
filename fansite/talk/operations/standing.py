"""What became of a discussion. The entry's status, its lists and pages move with it, in the same transaction."""

from __future__ import annotations

from typing import Any

from fansite.core.content import claim_slug
from fansite.core.db import touch
from fansite.core.wording import touch_all
from fansite.lib.times import now
from fansite.talk.models import Discussion


def stand(discussion: Discussion, state: str, *, never_shown: bool = False) -> None:
    """The only way a state changes. What nobody may read any more says so at its address if everybody could; else it is not there."""
    discussion.state = state
    if state == "published":
        _publish(discussion)
    elif state in ("removed", "withdrawn") and discussion.published_at is not None:
        discussion.status, discussion.withdrawn_at = "withdrawn", now()
    else:
        discussion.status, discussion.withdrawn_at = "draft", None
    if never_shown:
        discussion.published_at = None
    touch_pages(discussion)


def _publish(discussion: Discussion) -> None:
    if discussion.published_at is None:
        discussion.published_at = now()
    if discussion.last_comment_id is None:
        discussion.last_said_at = discussion.published_at
    discussion.status, discussion.withdrawn_at, discussion.updated_at = "published", None, now()
    claim_slug(discussion)


def touch_pages(discussion: Any) -> None:
    """Its own, its lists, those of who wrote it; and wherever is shown what was said below it."""
    touch_all(discussion)
    touch(*(tag.page_tag for tag in discussion.tags))
