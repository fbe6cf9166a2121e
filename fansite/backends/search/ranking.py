"""Which documents answer a query, best first.

The engines keep the postings; the sums are ours, the same for all: their own scorers take each field, or each form of a word, for itself.
Here a word counts once per document (BM25F): its occurrences in title, text and tags are added up first and levelled off after, and how rare it is counts over all
languages. On top come a bonus for documents that hold more of what was asked, and one for words that stand side by side.
The numbers were tuned on Cranfield and PIAF (tests/backends/test_search_relevance.py); they lie on a plateau, not on a peak.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from typing import NamedTuple, Protocol

from .language import BRANCHES, Word, fold, stops, terms
from .queries import Phrase, Wanted


class Weight(NamedTuple):
    """What one occurrence in a field is worth, and how much a long field takes from it (0 nothing, 1 all)."""

    worth: float
    length: float


WEIGHTS = {"title": Weight(3.0, 0.4), "body": Weight(1.0, 0.6), "tags": Weight(2.0, 0.4)}
# A text shorter than this share of the average gains nothing by it: else every one-line comment would stand before the post it is about.
SHORT = 1.0
# How fast the tenth occurrence of a word counts less than the first.
LEVELLING = 1.4
# What a document with all the words asked gains, and how steeply that falls with those it lacks.
COVERAGE = 1.0
COVERAGE_STEEPNESS = 4
# What two words side by side are worth, against the words themselves; less when one of them is a stop word.
NEIGHBOURS = 0.8
STOP_NEIGHBOUR = 0.4
# Neighbours are looked for in the best so many only: reading positions is the dear part.
CANDIDATES = 50
# A word's beginning stands for at most so many words.
MOST_ENDINGS = 15


class Among(NamedTuple):
    """Which documents may answer at all."""

    kind: str | None = None
    year: int | None = None
    without: frozenset[int] = frozenset()


Forms = Mapping[str, tuple[str, ...]]  # branch to terms
Places = Mapping[tuple[int, str], set[int]]  # (document, field) to positions


class Postings(Protocol):
    """What is asked of an index, or of that part of it which is worth a closer look."""

    size: int  # documents in the whole index

    def documents(self, field: str, term: str) -> Iterator[tuple[int, float]]:
        """Numbers of documents that hold a term, with how often."""

    def positions(self, field: str, term: str, among: list[int]) -> Iterator[tuple[int, list[int]]]:
        """Where a term stands in some documents, given in order."""

    def relative_lengths(self, field: str, documents: Collection[int]) -> Sequence[float]:
        """A field's length in each of these, against the average of the documents that have it."""

    def forms_of(self, word: Word) -> Forms:
        """The terms a word stands for."""

    def holders(self, word: Word, found: int) -> int:
        """In how many documents of the whole index a word stands, of which so many were found here."""

    def words_from(self, prefix: str) -> Iterator[str]:
        """The written words that begin so when accents are left away."""


def rank(postings: Postings, wanted: Wanted, among: Among) -> dict[int, float]:
    """Every document that answers, with its score."""
    scored = {word: frequencies(postings, postings.forms_of(word)) for word in wanted.scored}
    if wanted.beginning in scored and not scored[wanted.beginning]:
        scored[wanted.beginning] = frequencies(postings, _forms_of_beginning(postings, wanted.beginning))
    holders = {word: postings.holders(word, len(found)) for word, found in scored.items()}
    rarity = {word: rarity_of(number, postings.size) for word, number in holders.items() if number}
    scores = _scores(scored, rarity)
    allowed = _allowed(postings, wanted, set(scores), among)
    if len(allowed) < len(scores):
        scores = {number: scores[number] for number in allowed}
    pairs = list(_pairs(wanted.sequence, {word.text: value for word, value in rarity.items()}))
    if pairs and scores:
        for number, bonus in _neighbours(postings, pairs, _best(scores, CANDIDATES)).items():
            scores[number] += NEIGHBOURS * bonus
    return scores


def frequencies(postings: Postings, forms: Forms) -> dict[int, float]:
    """How much each document speaks of a word: its occurrences, those in the title worth more, long texts discounted."""
    found: dict[int, float] = {}
    for branch, terms_of_branch in forms.items():
        for text, (worth, length) in WEIGHTS.items():
            field = f"{text}_{branch}"
            counts = _counts(postings, field, terms_of_branch)
            # A common word stands in thousands of documents, but few lengths differ.
            lengths = postings.relative_lengths(field, counts)
            discounts = {relative: 1 - length + length * max(SHORT, relative) for relative in set(lengths)}
            shares = zip(counts, map(discounts.__getitem__, lengths), counts.values(), strict=True)
            found = _added(found, {number: worth * count / discount for number, discount, count in shares})
    return found


def _added(sums: dict[int, float], more: dict[int, float]) -> dict[int, float]:
    if not sums:
        return more
    sums.update([(number, sums.get(number, 0.0) + value) for number, value in more.items()])
    return sums


def _counts(postings: Postings, field: str, terms_of_branch: Sequence[str]) -> dict[int, float]:
    """Several forms of one word stand at one place: the more frequent form counts them all."""
    counts: dict[int, float] = {}
    for term in terms_of_branch:
        if not counts:
            counts = dict(postings.documents(field, term))
            continue
        for number, count in postings.documents(field, term):
            if count > counts.get(number, 0):
                counts[number] = count
    return counts


def _forms_of_beginning(postings: Postings, word: Word) -> Forms:
    endings = list(islice(postings.words_from(fold(word.text)), MOST_ENDINGS))
    return {branch: tuple(dict.fromkeys(term for ending in endings for term in terms(ending, branch))) for branch in BRANCHES}


def rarity_of(holders: int, documents: int) -> float:
    return math.log(1 + (documents - holders + 0.5) / (holders + 0.5))


def _levelled(frequency: float) -> float:
    return frequency * (LEVELLING + 1) / (frequency + LEVELLING)


def _scores(scored: Mapping[Word, Mapping[int, float]], rarity: Mapping[Word, float]) -> dict[int, float]:
    scores: dict[int, float] = {}
    covered: dict[int, float] = {}
    for word, value in rarity.items():
        found = scored[word].items()
        scores = _added(scores, {number: value * (often * (LEVELLING + 1) / (often + LEVELLING)) for number, often in found})
        covered = _added(covered, dict.fromkeys(scored[word], value))
    asked = sum(rarity.values())
    # Of a few words there are few ways to hold some.
    gains = {share: 1 + COVERAGE * (share / asked) ** COVERAGE_STEEPNESS for share in set(covered.values())}
    return {number: score * gains[covered[number]] for number, score in scores.items()}


def _best(scores: Mapping[int, float], most: int) -> list[int]:
    """So many; of equals those that came last."""
    last = sorted(scores.values(), reverse=True)[:most][-1]
    best = sorted([(score, number) for number, score in scores.items() if score >= last], reverse=True)
    return [number for _score, number in best[:most]]


def _allowed(postings: Postings, wanted: Wanted, scored: set[int], among: Among) -> set[int]:
    """Those among the scored that no other part of the query rules out."""
    left = scored - among.without
    for field, value in (("kind", among.kind), ("year", among.year)):
        if value is not None:
            left = left.intersection(number for number, _ in postings.documents(field, str(value)))
    for phrase in wanted.phrases:
        left = _holding(postings, phrase, left)
    for phrase in wanted.excluded:
        left = left - _holding(postings, phrase, left)
    return left


def _holding(postings: Postings, phrase: Phrase, among: set[int]) -> set[int]:
    """Documents with these words in this order, side by side."""
    for word in phrase:
        among = among.intersection(_holders(postings, word))
    if len(phrase) == 1 or not among:
        return among
    numbers = sorted(among)
    first, *rest = (_places(postings, word, numbers) for word in phrase)
    found = set()
    for place, starts in first.items():
        if any(all(start + step in places.get(place, ()) for step, places in enumerate(rest, start=1)) for start in starts):
            found.add(place[0])
    return found


def _holders(postings: Postings, word: Word) -> set[int]:
    return {
        number
        for branch, forms in postings.forms_of(word).items()
        for text in WEIGHTS
        for term in forms
        for number, _ in postings.documents(f"{text}_{branch}", term)
    }


def _pairs(sequence: Phrase, rarity: Mapping[str, float]) -> Iterator[tuple[Word, Word, float]]:
    """What was asked side by side, and what it is worth to stand so."""
    for left, right in pairwise(sequence):
        value = _value(left, right, rarity)
        if value:
            yield left, right, value


def _neighbours(postings: Postings, pairs: Sequence[tuple[Word, Word, float]], best: list[int]) -> dict[int, float]:
    """For each document, what it gains by holding words side by side that were asked side by side."""
    numbers = sorted(best)
    # Keyed by its text: a word asked twice is read once.
    places = {word.text: _places(postings, word, numbers) for left, right, _ in pairs for word in (left, right)}
    gains: dict[int, float] = defaultdict(float)
    for left, right, value in pairs:
        for number, often in _together(places[left.text], places[right.text]).items():
            gains[number] += value * _levelled(often)
    return gains


def _together(left: Places, right: Places) -> dict[int, float]:
    """How often two words stand side by side in each document, in the title worth more."""
    often: dict[int, float] = defaultdict(float)
    for place, starts in left.items():
        following = right.get(place, ())
        often[place[0]] += WEIGHTS[place[1]].worth * sum(start + 1 in following for start in starts)
    return often


def _value(left: Word, right: Word, rarity: Mapping[str, float]) -> float:
    telling = [rarity[word.text] for word in (left, right) if word.text in rarity]
    if len(telling) == 2:
        return min(telling)
    common = stops(left.text) or stops(right.text)
    return STOP_NEIGHBOUR * telling[0] if telling and common else 0.0


def _places(postings: Postings, word: Word, numbers: list[int]) -> Places:
    places: dict[tuple[int, str], set[int]] = defaultdict(set)
    for branch, forms in postings.forms_of(word).items():
        for text in WEIGHTS:
            for term in forms:
                for number, positions in postings.positions(f"{text}_{branch}", term, numbers):
                    places[number, text].update(positions)
    return places
