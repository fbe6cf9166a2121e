"""Full-text search behind a small protocol.

The index is a cache of the database: it gives keys, best first; the database decides which of them may be seen. Missing, torn or of an
older make, it is rebuilt from the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

State = Literal["ready", "missing", "broken"]


class SearchNotReady(Exception):
    """The index is missing, broken or of another make: rebuild it, changes alone would leave it half full."""


class SearchBusy(Exception):
    """Another process is writing; try again later."""


@dataclass(frozen=True)
class Document:
    """What is found: one thing with an address of its own, its text without markup."""

    key: str  # "entry:12", "comment:7"
    kind: str
    language: str
    title: str
    body: str
    published_at: datetime
    year: int
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Query:
    """What somebody typed, with the filters of the page."""

    text: str
    kind: str | None = None
    year: int | None = None
    page: int = 1
    per_page: int = 20
    # Keys that are gone though the index may not know it yet: neither found, nor counted, nor a source of suggestions.
    without: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Hit:
    key: str
    kind: str
    score: float


@dataclass(frozen=True)
class Answer:
    """One page of hits, the number of all, and a better spelling when there is none. Not `ready`: there is no index to ask."""

    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    suggestion: str | None = None
    ready: bool = True


class Search(Protocol):
    def apply(self, put: Iterable[Document], drop: Iterable[str] = ()) -> None:
        """Makes these documents findable and these keys not, at once; a key in both is dropped. Best in batches of up to 200.

        Raises `SearchNotReady` or `SearchBusy`, and then has changed nothing.
        """

    def purge(self) -> None:
        """What was dropped stands in no file any more: for words somebody has a right to see gone."""

    def find(self, query: Query) -> Answer:
        """Never raises for what a visitor typed, nor for an index that is missing or broken: then nothing is found."""

    def rebuild(self, documents: Iterator[Document], progress: Callable[[int], None] | None = None) -> None:
        """Fills a new index aside and swaps it in. The iterator is first asked when no other change can come between:
        what it reads must be read then, not before. `progress` is told the number of documents so far."""

    def state(self) -> State:
        """`missing` and `broken` ask for a rebuild."""

    def years(self) -> list[int]:
        """The years something can be found of, newest first."""

    def keys(self) -> Iterator[str]:
        """The key of every document that can be found, to compare with the tables."""

    def close(self) -> None: ...


def open_search(url: str, folder: Path) -> Search:
    """The backend a setting names. Touches no file before its first use, so it may be made before a fork."""
    if url != "whoosh:":
        raise ValueError(f"expected whoosh:, got {url!r}")
    from .whoosh_index import WhooshIndex  # it imports what stands above

    return WhooshIndex(folder)
