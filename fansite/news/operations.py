"""What can happen to a news post. What every kind of entry shares stands in `core/publishing`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

from fansite.core import publishing
from fansite.core.db import transaction
from fansite.core.publishing import publish, recall, set_comments_open, withdraw
from fansite.core.wording import Wording
from fansite.news.models import NewsPost
from fansite.tags.operations import label

__all__ = ["draft", "publish", "recall", "revise", "set_comments_open", "withdraw"]


def draft(*, by: Any, tags: Sequence[str] = (), **wording: Unpack[Wording]) -> NewsPost:
    with transaction():
        post = publishing.draft(NewsPost, by=by, **wording)
        label(post, tags)
        return post


def revise(post_id: int, *, by: Any, version: int, tags: Sequence[str] | None = None, **wording: Unpack[Wording]) -> NewsPost:
    """Saves what is given and keeps the rest. `version` is the one the editor saw: nobody overwrites another in silence."""
    with transaction():
        post = publishing.opened(NewsPost, post_id, by=by, version=version)
        relabelled = tags is not None and label(post, tags)
        publishing.rewrite(post, otherwise=relabelled, **wording)
        return post
