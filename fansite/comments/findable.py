"""Comments in search: the index gives ids, the database decides what is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.backends.search import Document
from fansite.comments import queries
from fansite.comments.models import COMMENTS_A_PAGE, Comment
from fansite.comments.sections import author_name
from fansite.core import markup
from fansite.core.db import db
from fansite.core.feature import Findable, Result
from fansite.core.web import entry_path, path_for

BATCH = 500


def documents(ids: Sequence[int]) -> list[Document]:
    return [_document(comment) for comment in queries.public_ones(ids)]


def every() -> Iterator[list[int]]:
    """The ids of all published comments, in batches, by key."""
    last = 0
    while True:
        statement = (
            sa.select(Comment.id).where(Comment.id > last, Comment.status == "published").order_by(Comment.id).limit(BATCH)
        )
        ids = list(db.session.scalars(statement))
        if not ids:
            return
        yield ids
        last = ids[-1]


def present(ids: Sequence[int]) -> dict[int, Result]:
    return {comment.id: _result(comment) for comment in queries.public_ones(ids)}


def of_entry(entry_id: int) -> list[int]:
    return list(db.session.scalars(sa.select(Comment.id).where(Comment.entry_id == entry_id, Comment.status == "published")))


def _document(comment: Comment) -> Document:
    return Document(
        key=f"comment:{comment.id}",
        kind="comment",
        language=comment.entry.language,
        title="",
        body=markup.plain(comment.html),
        tags=(),
        published_at=comment.posted_at,
        year=comment.posted_at.year,
    )


def _result(comment: Comment) -> Result:
    entry = comment.entry
    page = comment.page_of_thread()
    # In a very long discussion the permalink knows where it stands; everywhere else we do, without asking.
    if entry.comments_count > COMMENTS_A_PAGE:
        address = path_for("comments.permalink", comment_id=comment.id)
    else:
        address = entry_path(entry, page=page if page > 1 else None, _anchor=f"comment-{comment.id}")
    return Result(
        title=entry.title,
        address=address,
        text=markup.plain(comment.html),
        at=comment.posted_at,
        who=author_name(comment) or "[deleted]",
        language=entry.language,
    )


findable = Findable(
    kind="comment",
    label=_l("Comments"),
    subject_kind="comment",
    documents=documents,
    every=every,
    present=present,
    of_entry=of_entry,
)
