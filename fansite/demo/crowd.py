"""More of everything, for a demo at the size of a busy site: the same words in other orders, always the same for the same numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.core import markup
from fansite.core.content import Entry
from fansite.core.db import Base, db, touch, transaction
from fansite.core.outbox import record
from fansite.demo import material, talk
from fansite.lib.times import now

BATCH = 5000
# The band as written begins where the crowd's posts end; its fans came all the while.
BAND_BEGINS = timedelta(days=1100)
CROWD_BEGINS = timedelta(days=1100 + 12 * 365)


def fill(*, posts: int, comments: int, fans: int) -> dict[str, int]:
    """Adds what is missing to these totals; returns how many of each were made."""
    made = {"account": _fans(fans), "news": _posts(posts), "comment": talk.say(comments)}
    if any(made.values()):
        with transaction():
            _numbers_go_on()
            touch("list:news", "list:comments", "list:fans")
            record("content.loaded", "site:1", by="crowd")
    return made


def _fans(total: int) -> int:
    missing = total - _count(Account.id)
    if missing <= 0:
        return 0
    first = (db.session.scalar(sa.select(sa.func.max(Account.id))) or 0) + 1
    at, apart = now() - CROWD_BEGINS, CROWD_BEGINS / (missing + 1)
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
                "language": "en" if number % 3 else "fr",
                "joined_at": at + (number - first) * apart,
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
        (text.language, text.facts["title"], text.facts.get("summary", ""), text.body, markup.render(text.body, trust="staff"))
        for text in material.posts()
    ]
    author = db.session.scalar(sa.select(Account.id).where(Account.origin == "demo:lucie"))
    first = (db.session.scalar(sa.select(sa.func.max(Entry.id))) or 0) + 1
    at, apart = now() - CROWD_BEGINS, (CROWD_BEGINS - BAND_BEGINS) / (missing + 1)
    for numbers in _batches(range(first, first + missing)):
        entries, bodies = [], []
        for number in numbers:
            language, title, summary, body, html = texts[number % len(texts)]
            date = at + (number - first) * apart
            entries.append(
                {
                    "id": number,
                    "kind": "news",
                    "scope": "",
                    "slug": f"from-the-drawer-{number}",
                    "language": language,
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


def _numbers_go_on() -> None:
    """PostgreSQL does not notice ids that were given; the next account and text would be refused."""
    if db.session.get_bind().dialect.name == "postgresql":
        for name in ("account", "entry"):
            db.session.execute(sa.text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"))


def _count(column: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count(column))) or 0


def _batches(numbers: range) -> Iterator[Sequence[int]]:
    for start in range(numbers.start, numbers.stop, BATCH):
        yield range(start, min(start + BATCH, numbers.stop))
