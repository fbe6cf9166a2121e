"""What the databases do differently; all else of an index in tables is the same for both."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa

from .questions import Question


class Part(NamedTuple):
    """One word of a question: the more telling, the more a document with it is worth."""

    question: Question
    # The same, in titles and among tags.
    head: Question
    worth: float


class Engine(Protocol):
    """Keeps which document holds which terms, in the table `search_terms_<generation>` and what belongs to it. Documents are numbers, the
    newest the greatest."""

    # The SQL type of whole numbers of any size that are a key.
    number: str
    # And of texts, in the order of their letters' numbers.
    text: str
    # What stands for a value in a statement that is run for many rows at once.
    mark: str

    def exist(self, connection: sa.Connection, *tables: str) -> bool:
        """Whether all of them are there."""

    def among(self, column: str, parameter: str) -> str:
        """SQL: the column is one of a list, of any length, given as `listed(values)`."""

    def listed(self, values: Collection[Any]) -> Any: ...

    def create(self, connection: sa.Connection, generation: int) -> None: ...

    def change(
        self,
        connection: sa.Connection,
        generation: int,
        remove: Iterable[tuple[int, Sequence[str]]],
        add: Iterable[tuple[int, Sequence[str]]],
    ) -> None:
        """Numbers with their terms, those to remove with the very terms they were added with."""

    def count(
        self, connection: sa.Connection, generation: int, question: Question, among: Collection[int] | None = None
    ) -> int: ...

    def newest(
        self,
        connection: sa.Connection,
        generation: int,
        question: Question,
        most: int,
        without: Collection[int],
        share: float,
    ) -> list[int]:
        """`share` of all documents are expected to answer, at the least; 0 when nobody knows."""

    def best(
        self,
        connection: sa.Connection,
        generation: int,
        question: Question,
        parts: Sequence[Part],
        most: int,
        without: Collection[int],
    ) -> list[int]:
        """A rough order, of few thousand at most: which of them are worth a closer look."""

    def purge(self, connection: sa.Connection, generation: int, begin: bool) -> bool:
        """One short step towards an index without a trace of what was removed from it before the first step. True while there is more."""

    def sweep(self, connection: sa.Connection, generation: int) -> bool:
        """One short step towards a database without the tables of a generation. True while there is more."""

    def is_damage(self, problem: sa.exc.DBAPIError) -> bool:
        """Whether the database itself says that what it keeps is damaged."""
