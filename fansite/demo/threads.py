"""Comments written in bulk: their ids, paths and thread numbers are worked out here as the operations would have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.comments.models import Comment
from fansite.core import markup
from fansite.core.content import Entry


@dataclass(frozen=True)
class Saying:
    """A comment as the material has it; `parent` is the number of another."""

    number: int
    entry_id: int
    author_id: int
    parent: int | None
    at: datetime
    body: str
    html: str
    status: str
    reason: str | None = None


@dataclass
class Row:
    """A saying with its place."""

    id: int
    saying: Saying
    comment: Comment

    def columns(self) -> dict[str, Any]:
        """All its columns, for an insert of many."""
        names = (
            "id entry_id parent_id thread path depth author_id author_name kind status body html renderer posted_at edited_at reason "
            "replies_count nonce origin"
        )
        return {name: getattr(self.comment, name) for name in names.split()}


def rows(sayings: Sequence[Saying], *, first_id: int, threads_so_far: dict[int, int] | None = None) -> list[Row]:
    """In order of time. A thread gets its number when it is first published; replies below the deepest level hang on the one above."""
    numbers = dict(threads_so_far or {})
    placed: dict[int, Row] = {}
    for offset, saying in enumerate(sorted(sayings, key=lambda saying: (saying.at, saying.number))):
        parent = placed[saying.parent] if saying.parent is not None else None
        comment = Comment(
            id=first_id + offset,
            entry_id=saying.entry_id,
            parent_id=parent.id if parent else None,
            author_id=saying.author_id,
            author_name="",
            kind="comment",
            status=saying.status,
            body=saying.body,
            html=saying.html,
            renderer=markup.RENDERER_VERSION,
            posted_at=saying.at,
            reason=saying.reason,
            replies_count=0,
        )
        comment.place(parent.comment if parent else None)
        if parent is None and saying.status in ("published", "removed", "withdrawn"):
            comment.thread = numbers[saying.entry_id] = numbers.get(saying.entry_id, 0) + 1
        placed[saying.number] = Row(comment.id, saying, comment)
    _count_replies(placed)
    return sorted(placed.values(), key=lambda row: row.id)


def _count_replies(placed: dict[int, Row]) -> None:
    by_id = {row.id: row.comment for row in placed.values()}
    for row in placed.values():
        if row.comment.parent_id is not None and row.comment.visible:
            by_id[row.comment.root_id].replies_count += 1


def count(session: Any, rows: Sequence[Row]) -> None:
    """Adds what these rows change to the entries' and the authors' counters."""
    entries: dict[int, list[int]] = {}
    people: dict[int, list[int]] = {}
    for row in rows:
        entry, person = entries.setdefault(row.comment.entry_id, [0, 0]), people.setdefault(row.saying.author_id, [0, 0])
        entry[0] += row.comment.visible
        entry[1] = max(entry[1], row.comment.thread or 0)
        person[0] += row.comment.visible
        person[1] += row.saying.status in ("rejected", "removed")
    for entry_id, (published, last_thread) in entries.items():
        grown = sa.case((Entry.threads_count < last_thread, last_thread), else_=Entry.threads_count)
        session.execute(
            sa.update(Entry)
            .where(Entry.id == entry_id)
            .values(comments_count=Entry.comments_count + published, threads_count=grown)
        )
    for account_id, (approved, refused) in people.items():
        grown_by = {
            "approved_comments": Account.approved_comments + approved,
            "refused_comments": Account.refused_comments + refused,
        }
        session.execute(sa.update(Account).where(Account.id == account_id).values(**grown_by))
