"""What can happen to a free page. What every kind of entry shares stands in `core/publishing`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Unpack

from fansite.core import publishing
from fansite.core.db import get, transaction
from fansite.core.publishing import recall, set_comments_open, withdraw
from fansite.core.wording import Wording
from fansite.pages import duties
from fansite.pages.models import Page

__all__ = ["draft", "publish", "recall", "revise", "set_comments_open", "withdraw"]


def draft(*, by: Any, menu_order: int | None = None, **wording: Unpack[Wording]) -> Page:
    """Nobody comments on "Contact" unless somebody wants it so."""
    with transaction():
        wording.setdefault("comments_open", False)
        page = publishing.draft(Page, by=by, **wording)
        _put_in_menu(page, menu_order)
        return page


def publish(page_id: int, *, by: Any, at: datetime | None = None) -> Page:
    """As every entry; but not with a blank that its owner has yet to fill in."""
    with transaction():
        duties.require_complete(get(Page, page_id, lock=False).body)
        page: Page = publishing.publish(page_id, by=by, at=at)  # type: ignore[assignment]
        return page


def revise(page_id: int, *, by: Any, version: int, menu_order: int | None = None, **wording: Unpack[Wording]) -> Page:
    """Saves what is given and keeps the rest, but for the place in the menu: None takes it out."""
    with transaction():
        page = publishing.opened(Page, page_id, by=by, version=version)
        moved = _put_in_menu(page, menu_order)
        if page.status != "draft":
            duties.require_complete(wording.get("body", page.body))
        publishing.rewrite(page, otherwise=moved, **wording)
        return page


def _put_in_menu(page: Page, order: int | None) -> bool:
    changed = page.menu_order != order
    page.menu_order = order
    return changed
