"""Comments in search: the index gives ids, the database decides what is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.backends.search import Document
from fansite.comments import queries
from fansite.comments.authors import author_name
from fansite.comments.models import COMMENTS_A_PAGE, Comment, Place
from fansite.comments.queries import Said
from fansite.core import markup
from fansite.core.content import listed
from fansite.core.db import db
from fansite.core.entries import year_of
from fansite.core.feature import Findable, Result
from fansite.core.web import entry_path, path_for

BATCH = 500


def documents(ids: Sequence[int]) -> list[Document]:
    return [_document(said, place) for said, place, _title in queries.public_ones(ids)]


def every(last: int) -> Iterator[list[int]]:
    """The ids of all published comments after one, in batches, by key."""
    while True:
        ids = list(db.session.scalars(after(last)))
        if not ids:
            return
        yield ids
        last = ids[-1]


def after(last: int) -> sa.Select[int]:
    """The next published ids, along the key. The status is wrapped: by its own index SQLite would read and sort all for each batch."""
    published = sa.func.coalesce(Comment.status, "") == "published"
    return sa.select(Comment.id).where(Comment.id > last, published).order_by(Comment.id).limit(BATCH)


def hidden(owed: Callable[[str], sa.Select[Any]]) -> sa.Select[str, int]:
    told_of = sa.or_(Comment.id.in_(owed("comment")), Comment.entry_id.in_(owed("entry")))
    public = sa.and_(Comment.status == "published", listed())
    return sa.select(sa.literal("comment"), Comment.id).join(Comment.entry).where(told_of, sa.not_(public))


def present(ids: Sequence[int]) -> dict[int, Result]:
    return {said.id: _result(said, place, title) for said, place, title in queries.public_ones(ids)}


def of_entries(entry_ids: Sequence[int]) -> list[int]:
    return list(db.session.scalars(sa.select(Comment.id).where(Comment.entry_id.in_(entry_ids), Comment.status == "published")))


def _document(said: Said, place: Place) -> Document:
    return Document(
        key=f"comment:{said.id}",
        kind="comment",
        language=place.language,
        title="",
        body=markup.plain(said.html),
        tags=(),
        published_at=said.posted_at,
        year=year_of(said.posted_at),
    )


def _result(said: Said, place: Any, title: str) -> Result:
    page = said.page_of_thread()
    # In a very long discussion the permalink knows where it stands; everywhere else we do, without asking.
    if place.comments_count > COMMENTS_A_PAGE:
        address = path_for("comments.permalink", comment_id=said.id)
    else:
        address = entry_path(place, page=page if page > 1 else None, _anchor=f"comment-{said.id}")
    return Result(
        title=title,
        address=address,
        html=said.html,
        at=said.posted_at,
        who=author_name(said) or "[deleted]",
        language=place.language,
        by=said.author_id,
    )


findable = Findable(
    kind="comment",
    label=_l("Comments"),
    one=_l("Comment"),
    subject_kind="comment",
    documents=documents,
    every=every,
    hidden=hidden,
    present=present,
    of_entries=of_entries,
)
