"""The warm word about a comment, or about the entry above it. `given` false takes it back."""

from __future__ import annotations

from typing import Any

from fansite.accounts.models import Account
from fansite.comments.models import Comment
from fansite.core.content import Entry
from fansite.core.db import get, transaction
from fansite.core.entries import require_public
from fansite.core.errors import Gone, NotFound
from fansite.reactions import operations as reactions


def react_to_comment(comment_id: int, *, by: Any, given: bool) -> None:
    account_id = by.id
    with transaction():
        account, comment = get(Account, account_id), get(Comment, comment_id)
        if not given:
            reactions.take_back(comment, by=account)
            return
        require_public(get(Entry, comment.entry_id, lock=False))
        if not comment.visible:
            raise Gone() if comment.status in ("removed", "withdrawn") else NotFound()
        reactions.give(comment, by=account)


def react_to_entry(entry_id: int, *, by: Any, given: bool) -> None:
    account_id = by.id
    with transaction():
        account, entry = get(Account, account_id), get(Entry, entry_id)
        if not given:
            reactions.take_back(entry, by=account)
            return
        require_public(entry)
        reactions.give(entry, by=account)
