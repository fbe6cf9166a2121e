"""An open Whoosh index as ranking asks it: which documents hold a term, how often and where, and how long their fields are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from .language import Word, forms_of

# Reading them takes 2 µs each.
MOST_VOCABULARY = 40_000


class Postings:
    """An open reader, with what ranking asks it again and again kept beside it."""

    def __init__(self, reader: Any) -> None:
        self.reader = reader
        self.size: int = reader.doc_count()
        self._leaves = reader.leaf_readers()
        self._lengths: dict[str, dict[int, float]] = {}
        self._averages: dict[str, float] = {}
        self._vocabulary: list[tuple[str, str]] | None = None
        self._years: list[int] | None = None

    def documents(self, field: str, term: str) -> Iterator[tuple[int, float]]:
        """Document numbers that hold a term, with how often."""
        for leaf, base in self._leaves:
            if (field, term) not in leaf:
                continue
            postings = leaf.postings(field, term)
            while postings.is_active():
                yield base + postings.id(), postings.weight()
                postings.next()

    def positions(self, field: str, term: str, among: list[int]) -> Iterator[tuple[int, list[int]]]:
        """Where a term stands in some documents, given in order."""
        for leaf, base in self._leaves:
            inside = [number - base for number in among if base <= number < base + leaf.doc_count_all()]
            if not inside or (field, term) not in leaf:
                continue
            postings = leaf.postings(field, term)
            for number in inside:
                if not postings.is_active():
                    break
                postings.skip_to(number)
                if postings.is_active() and postings.id() == number:
                    yield base + number, postings.value_as("positions")

    def relative_length(self, field: str, document: int) -> float:
        """A field's length against the average of the documents that have it."""
        lengths = self._lengths.setdefault(field, {})
        if document not in lengths:
            lengths[document] = self.reader.doc_field_length(document, field, 1) / self._average(field)
        return lengths[document]

    def _average(self, field: str) -> float:
        if field not in self._averages:
            documents = self.reader.doc_frequency("filled", field)
            self._averages[field] = self.reader.field_length(field) / documents
        return self._averages[field]

    def forms_of(self, word: Word) -> dict[str, tuple[str, ...]]:
        return forms_of(word)

    def holders(self, _word: Word, found: int) -> int:
        return found

    def years(self) -> list[int]:
        """Newest first. A year whose documents were all dropped may still stand in the index."""
        if self._years is None:
            written = sorted((entry.decode() for entry in self.reader.lexicon("year")), reverse=True)
            self._years = [int(year) for year in written if any(True for _ in self.documents("year", year))]
        return self._years

    def words_from(self, prefix: str) -> Iterator[str]:
        """The written words that begin so when accents are left away."""
        for entry in self.reader.expand_prefix("vocabulary", prefix):
            yield entry.decode().partition(" ")[2]

    def vocabulary(self) -> list[tuple[str, str]]:
        """Every written word behind its spelling without accents, read once per commit."""
        if self._vocabulary is None:
            entries = (entry.decode().partition(" ") for entry in islice(self.reader.lexicon("vocabulary"), MOST_VOCABULARY))
            self._vocabulary = [(plain, written) for plain, _, written in entries]
        return self._vocabulary
