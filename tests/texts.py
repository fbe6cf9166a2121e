"""Entries and comments for tests, made by the shortest way that is true."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from fansite.comments import bulk
from fansite.comments import operations as comments
from fansite.comments.models import Comment
from fansite.core import markup
from fansite.core.content import Entry
from fansite.core.db import db, touch, transaction
from fansite.lib.times import now
from fansite.news.models import NewsPost


def news_post(
    author: Any = None, *, slug: str = "lisbon", title: str = "We play Lisbon", body: str = "On the **ninth**.", **more: Any
) -> NewsPost:
    """A published post, a day old."""
    at = now() - timedelta(days=1)
    columns = {
        "language": "en",
        "status": "published",
        "published_at": at,
        "updated_at": at,
        "created_at": at,
        "summary": "Lisbon at last.",
        **more,
    }
    with transaction() as session:
        post = NewsPost(kind="news", slug=slug, title=title, author_id=author.id if author is not None else None, **columns)
        post.write(body)
        session.add(post)
        session.flush()
        post.touch()
    return post


def many_posts(number: int) -> None:
    """Bulk posts, newest last; cheap enough for thousands."""
    at = now() - timedelta(days=400)
    first = (db.session.scalar(sa.select(sa.func.max(Entry.id))) or 0) + 1
    with transaction() as session:
        rows = [
            {
                "id": first + n, "kind": "news", "scope": "", "slug": f"post-{first + n}", "language": "en", "title": f"Post {first + n}",
                "summary": "A short one.", "status": "published", "created_at": at, "updated_at": at + timedelta(minutes=n), "published_at": at + timedelta(minutes=n),
            }
            for n in range(number)
        ]  # fmt: skip
        session.execute(sa.insert(Entry.__table__), rows)
        body = {"body": "Words.", "html": "<p>Words.</p>", "renderer": markup.RENDERER_VERSION}
        session.execute(sa.insert(NewsPost.__table__), [{"id": row["id"], **body} for row in rows])
        go_on_after(session, "entry")
        touch("list:news")


def go_on_after(session: Any, table: str) -> None:
    """PostgreSQL hands out numbers by a sequence, which knows nothing of those that rows brought along."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"))


def many_comments(entry_id: int, author_id: int, number: int, *, in_one_thread: bool = False) -> list[int]:
    """Published comments as the operations would have left them."""
    at = now() - timedelta(hours=5)
    sayings = [
        bulk.Saying(
            n,
            entry_id,
            author_id,
            0 if in_one_thread and n else None,
            at + timedelta(seconds=n),
            f"Word {n}",
            f"<p>Word {n}</p>",
            "published",
        )
        for n in range(number)
    ]
    with transaction():
        rows = bulk.add(sayings)
        touch("list:comments", f"entry:{entry_id}")
    return [row.id for row in rows]


def say(entry: Any, who: Any, body: str = "See you in Lisbon", **more: Any) -> Comment:
    return comments.post(entry.id, by=who, body=body, **more)
