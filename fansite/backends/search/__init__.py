"""Full-text search behind a small protocol.

The index is a cache of the database: it gives keys, best first; the database decides which of them may be seen. Missing, torn or of an
older make, it is rebuilt from the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from .door import Door

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


class Place(NamedTuple):
    """How far a rebuild came: the last document it wrote, of all that are read kind by kind and by their numbers."""

    kind: str
    key: str


class Search(Protocol):
    # Whether `apply` gets its turn between two documents of a rebuild; else it finds the index busy.
    changes_while_rebuilding: bool

    def apply(self, put: Iterable[Document], drop: Iterable[str] = ()) -> None:
        """Makes these documents findable and these keys not, at once; a key in both is dropped. Best in batches of up to 200.

        Raises `SearchNotReady` or `SearchBusy`, and then has changed nothing.
        """

    def purge(self) -> None:
        """What was dropped leaves the files too, at once or by the next calls of `tidy`: for words somebody has a right to see gone."""

    def tidy(self) -> bool:
        """A little of what can wait: what a purge and earlier indexes left, of other backends too. True while there is more."""

    def find(self, query: Query) -> Answer:
        """Never raises for what a visitor typed, nor for an index that is missing or broken: then nothing is found."""

    def rebuild(
        self, documents: Iterator[Document], progress: Callable[[int], None] | None = None, after: Place | None = None
    ) -> None:
        """Fills a new index aside and lets it take the other's place. The iterator is first asked when no change can be lost any more:
        what it reads must be read then, not before. `progress` is told the number of documents so far. With `after`, what
        `broken_off` told, the documents are those that follow there, and the index that was begun is gone on with.

        Raises `SearchBusy` when another process is at it."""

    def broken_off(self) -> Place | None:
        """Where a rebuild stopped that nobody goes on with."""

    def state(self) -> State:
        """`missing` and `broken` ask for a rebuild."""

    def size(self) -> int:
        """How many documents can be found."""

    def years(self) -> list[int]:
        """The years something can be found of, newest first."""

    def keys(self) -> Iterator[str]:
        """The key of every document that can be found, to compare with the tables."""

    def close(self) -> None: ...


def open_search(url: str, folder: Path, door: Door) -> Search:
    """The backend a setting names. Touches no file before its first use, so it may be made before a fork."""
    # They import what stands above.
    if url == "whoosh:":
        from .whoosh_index import WhooshIndex

        return WhooshIndex(folder, door)
    if url == "sqlite:":
        from .fts5 import Fts5
        from .table_index import TableIndex

        return TableIndex(Fts5(), door, folder)
    if url == "postgres:":
        from .table_index import TableIndex
        from .tsvector import Tsvector

        return TableIndex(Tsvector(), door, folder)
    raise ValueError(f"expected whoosh:, sqlite: or postgres:, got {url!r}")
