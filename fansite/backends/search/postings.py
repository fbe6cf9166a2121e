"""An open Whoosh index as ranking asks it: which documents hold a term, how often and where, and how long their fields are."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from .language import Word, forms_of

# Reading them takes 2 µs each.
MOST_VOCABULARY = 40_000
# Eight bytes each: 8 MB in each process that answers, once all sorts of things were asked for.
MOST_HELD = 1_000_000
# What a term weighs by itself, in postings, also if nobody wrote it.
NEXT_TO_NOTHING = 60


class Held(NamedTuple):
    """The numbers of documents within a segment that hold a term, and how often each does."""

    numbers: array[int]
    counts: array[float]


class Segment(NamedTuple):
    """A part of the index that never changes, but for what is dropped from it. `first` is what its numbers are counted from."""

    name: str
    reader: Any
    first: int
    last: int
    dropped: frozenset[int]

    def holding(self, field: str, term: str) -> Held:
        """Whoosh gives them out one by one, by four calls each: they are read in blocks, as they lie in the file. Those dropped are among
        them, or may be."""
        numbers, counts = array("I"), array("f")
        matcher = self._matcher(field, term)
        while matcher and matcher.is_active():
            numbers.extend(self._block(matcher))
            counts.extend(matcher._weights)
            matcher._next_block()
        return Held(numbers, counts)

    def places(self, field: str, term: str, among: list[int]) -> Iterator[tuple[int, list[int]]]:
        """Where a term stands in some documents that are still there, in order: Whoosh would pass over the others of a block one by one."""
        inside = among[bisect_left(among, self.first) : bisect_left(among, self.last)]
        matcher: Any = self._matcher(field, term) if inside else None
        for number in inside if matcher else ():
            sought = number - self.first
            while matcher.is_active() and matcher.block_max_id() < sought:
                matcher._next_block()
            if not matcher.is_active():
                return
            numbers = self._block(matcher)
            matcher._i = bisect_left(numbers, sought)
            if numbers[matcher._i] == sought:
                yield number, matcher.value_as("positions")

    def _matcher(self, field: str, term: str) -> Any:
        if (field, term) not in self.reader:
            return None
        matcher = self.reader.postings(field, term)
        return matcher.child if self.dropped else matcher

    @staticmethod
    def _block(matcher: Any) -> Sequence[int]:
        matcher.id()
        matcher.weight()
        numbers: Sequence[int] = matcher._ids  # there, and `_weights` too, since somebody asked for the first
        return numbers


class Memory:
    """What was read of terms: the words that stand in most documents are the ones most asked for. Who was not asked for the longest goes
    first."""

    def __init__(self, most: int = MOST_HELD) -> None:
        self.most = most
        self._held: OrderedDict[tuple[str, str, str], Held] = OrderedDict()
        self._size = 0

    def of(self, key: tuple[str, str, str], read: Callable[[], Held]) -> Held:
        if key in self._held:
            self._held.move_to_end(key)
            return self._held[key]
        found = self._held[key] = read()
        self._size += len(found.numbers) + NEXT_TO_NOTHING
        while self._size > self.most:
            _key, oldest = self._held.popitem(last=False)
            self._size -= len(oldest.numbers) + NEXT_TO_NOTHING
        return found


class Postings:
    """An open reader, with what ranking asks it again and again kept beside it; what is known of a segment, the next one takes over."""

    def __init__(self, reader: Any, before: Postings | None = None) -> None:
        self.reader = reader
        self.size: int = reader.doc_count()
        self._segments = [_segment(leaf, first) for leaf, first in reader.leaf_readers() if leaf.segment()]
        # Lengths of a field, or dates: one of each document, 0 until it is asked for.
        self._numbers: dict[str, array[int]] = (
            {name: self._taken_over(name, before) for name in before._numbers} if before else {}
        )
        self._held: Memory = before._held if before else Memory()
        # What was asked of just this state of the index.
        self.answers: OrderedDict[Any, Any] = OrderedDict()
        self._averages: dict[str, float] = {}
        self._vocabulary: list[tuple[str, str]] | None = None
        self._years: list[int] | None = None

    def documents(self, field: str, term: str) -> Iterator[tuple[int, float]]:
        """Document numbers that hold a term, with how often."""
        for segment in self._segments:
            held = self._held.of((segment.name, field, term), partial(segment.holding, field, term))
            numbers = [segment.first + number for number in held.numbers] if segment.first else held.numbers
            found = zip(numbers, held.counts, strict=True)
            if segment.dropped:
                yield from (one for one in found if one[0] - segment.first not in segment.dropped)
            else:
                yield from found

    def positions(self, field: str, term: str, among: list[int]) -> Iterator[tuple[int, list[int]]]:
        """Where a term stands in some documents, given in order."""
        for segment in self._segments:
            yield from segment.places(field, term, among)

    def relative_lengths(self, field: str, documents: Collection[int]) -> list[float]:
        """A field's length in each of these, against the average of the documents that have it."""
        average = self._average(field) if documents else 1.0
        lengths = self._read(field, documents, lambda number: self.reader.doc_field_length(number, field, 1))
        return [length / average for length in lengths]

    def published(self, documents: Collection[int]) -> list[int]:
        """When each of these was."""
        return self._read("published", documents, self.reader.column_reader("published").__getitem__)

    def _average(self, field: str) -> float:
        if field not in self._averages:
            documents = self.reader.doc_frequency("filled", field)
            self._averages[field] = self.reader.field_length(field) / documents
        return self._averages[field]

    def _read(self, name: str, documents: Collection[int], read: Callable[[int], int]) -> list[int]:
        """A number of each of these, which Whoosh is asked for once."""
        if not documents:
            return []
        if name not in self._numbers:
            self._numbers[name] = self._none_yet()
        known = self._numbers[name]
        found = [known[number] for number in documents]
        if 0 in found:
            for number in documents:
                known[number] = known[number] or read(number)
            found = [known[number] for number in documents]
        return found

    def _none_yet(self) -> array[int]:
        return array("q", bytes(8 * self.reader.doc_count_all()))

    def _taken_over(self, name: str, before: Postings) -> array[int]:
        numbers, earlier = self._none_yet(), {segment.name: segment for segment in before._segments}
        for segment in self._segments:
            if same := earlier.get(segment.name):
                numbers[segment.first : segment.last] = before._numbers[name][same.first : same.last]
        return numbers

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


def _segment(leaf: Any, first: int) -> Segment:
    segment = leaf.segment()
    return Segment(segment.segment_id(), leaf, first, first + leaf.doc_count_all(), frozenset(segment.deleted_docs()))
