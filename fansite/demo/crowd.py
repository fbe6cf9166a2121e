"""More of everything, for a demo at the size of a busy site: the same words in other orders, always the same for the same numbers."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.comments import bulk
from fansite.comments.models import Comment
from fansite.core import markup
from fansite.core.content import Entry
from fansite.core.db import Base, db, touch, transaction
from fansite.core.outbox import record
from fansite.demo import material
from fansite.lib.times import now

BATCH = 5000


def fill(*, posts: int, comments: int, fans: int) -> dict[str, int]:
    """Adds what is missing to these totals; returns how many of each were made."""
    made = {"account": _fans(fans), "news": _posts(posts), "comment": _comments(comments)}
    if any(made.values()):
        with transaction():
            touch("list:news", "list:comments", "list:fans")
            record("content.loaded", "site:1", by="crowd")
    return made


def _fans(total: int) -> int:
    missing = total - _count(Account.id)
    if missing <= 0:
        return 0
    first = (db.session.scalar(sa.select(sa.func.max(Account.id))) or 0) + 1
    at = now()
    for numbers in _batches(range(first, first + missing)):
        rows = [
            {
                "id": number,
                "username": f"marmot-{number:06d}",
                "username_key": f"marmot-{number:06d}",
                "likeness": f"marmot{number:06d}",
                "email": f"marmot-{number}@example.org",
                "email_key": f"marmot-{number}@example.org",
                "role": "fan",
                "language": "fr" if number % 3 else "en",
                "joined_at": at - timedelta(minutes=(first + missing - number) * 7),
            }
            for number in numbers
        ]
        with transaction() as session:
            session.execute(sa.insert(Account), rows)
    return missing


def _posts(total: int) -> int:
    missing = total - (db.session.scalar(sa.select(sa.func.count()).select_from(Entry).where(Entry.kind == "news")) or 0)
    if missing <= 0:
        return 0
    texts = [
        (text.facts["title"], text.facts.get("summary", ""), text.body, markup.render(text.body, trust="staff"))
        for text in material.posts()
    ]
    author = db.session.scalar(sa.select(Account.id).where(Account.origin == "demo:lucie"))
    first = (db.session.scalar(sa.select(sa.func.max(Entry.id))) or 0) + 1
    at = now() - timedelta(days=1100)
    for numbers in _batches(range(first, first + missing)):
        entries, bodies = [], []
        for number in numbers:
            title, summary, body, html = texts[number % len(texts)]
            date = at - timedelta(minutes=37 * (first + missing - number))
            entries.append(
                {
                    "id": number,
                    "kind": "news",
                    "scope": "",
                    "slug": f"from-the-drawer-{number}",
                    "language": "en",
                    "title": f"{title} ({number})",
                    "summary": summary,
                    "status": "published",
                    "author_id": author,
                    "created_at": date,
                    "published_at": date,
                    "updated_at": date,
                }
            )
            bodies.append({"id": number, "body": body, "html": html, "renderer": markup.RENDERER_VERSION})
        with transaction() as session:
            session.execute(sa.insert(Base.metadata.tables["entry"]), entries)
            session.execute(sa.insert(Base.metadata.tables["news_post"]), bodies)
    return missing


def _comments(total: int) -> int:
    """On the newest posts most, a fifth of them replies."""
    missing = total - _count(Comment.id)
    if missing <= 0:
        return 0
    dice = random.Random(total)
    words = [
        (row["body"], markup.render(row["body"], trust="fan")) for row in material.comments() if row["status"] == "published"
    ]
    entries = db.session.execute(
        sa.select(Entry.id, Entry.published_at)
        .where(Entry.kind == "news", Entry.status == "published")
        .order_by(Entry.published_at.desc())
        .limit(max(100, missing // 10))
    ).all()
    fans = list(
        db.session.scalars(sa.select(Account.id).where(Account.role == "fan", Account.disabled_at.is_(None)).limit(50_000))
    )
    first = (db.session.scalar(sa.select(sa.func.max(Comment.id))) or 0) + 1
    latest = now() - timedelta(minutes=5)
    for numbers in _batches(range(first, first + missing)):
        sayings: list[bulk.Saying] = []
        roots: dict[int, list[bulk.Saying]] = {}
        for number in numbers:
            entry = entries[min(int(dice.expovariate(3 / len(entries))), len(entries) - 1)]
            body, html = words[dice.randrange(len(words))]
            above = roots.get(entry.id, [])
            parent = dice.choice(above) if above and dice.random() < 0.2 else None
            at = min((parent.at if parent else entry.published_at) + timedelta(minutes=dice.randrange(1, 60_000)), latest)
            saying = bulk.Saying(
                number, entry.id, dice.choice(fans), parent.number if parent else None, at, body, html, "published"
            )
            sayings.append(saying)
            roots.setdefault(entry.id, []).append(saying)
        with transaction():
            bulk.add(sayings)
    return missing


def _count(column: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count(column))) or 0


def _batches(numbers: range) -> Iterator[Sequence[int]]:
    for start in range(numbers.start, numbers.stop, BATCH):
        yield range(start, min(start + BATCH, numbers.stop))
