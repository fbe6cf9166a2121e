"""A handful of documents to search in, and the index filled with them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fansite.backends.search import Document, Query, Search, open_search

FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)


def document(key: str, title: str = "", body: str = "", **rest: Any) -> Document:
    defaults = {"kind": "news", "language": "en", "published_at": FIRST_DAY, "year": 2024, "tags": ()}
    return Document(key=key, title=title, body=body, **{**defaults, **rest})


def french(key: str, title: str = "", body: str = "", **rest: Any) -> Document:
    return document(key, title, body, language="fr", **rest)


def filled(folder: Path, documents: Iterable[Document]) -> Search:
    search = open_search("whoosh:", folder)
    search.rebuild(iter(list(documents)))
    return search


def many(number: int, *, start: int = 0) -> Iterable[Document]:
    """Short posts that all mention the marmots, each with a word of its own."""
    for n in range(start, start + number):
        yield document(
            f"entry:{n}", f"Post {n}", f"The marmots played song word{n} again.", published_at=FIRST_DAY + timedelta(hours=n)
        )


def found(search: Search, text: str, **filters: Any) -> list[str]:
    return [hit.key for hit in search.find(Query(text, **filters)).hits]
