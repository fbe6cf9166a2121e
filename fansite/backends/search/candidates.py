"""The few documents worth a closer look, as ranking asks for them: their words are counted here, so that the sums are those of any index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from .language import BRANCHES, Word
from .sequences import BRANCH_OF, FIELDS, Kept
from .vocabulary import Known, stems_of

Tallies = Mapping[str, int]
# So many words are sooner looked for one by one than all words of a text are read.
FEW = 12


class Meaning:
    """What the words of a query stand for in one state of the index."""

    def __init__(self, known: Iterable[Known], beginning: Word | None = None, endings: Iterable[Known] = ()) -> None:
        self.known, self.endings = list(known), list(endings)
        self.beginning = beginning if self.endings else None
        self._stems: dict[tuple[str, str], Mapping[str, tuple[str, ...]]] = {}

    def stems(self, word: Word) -> Mapping[str, tuple[str, ...]]:
        """Branch → terms. A word nobody wrote, if it may be half-typed, stands for those that begin so."""
        found = self._stems.get((word.text, word.joined))
        if found is None:
            found = stems_of(word, self.known)
            if self.beginning == word and not any(found.values()):
                found = {
                    branch: tuple(dict.fromkeys(one.stem for one in self.endings if BRANCH_OF[one.letter] == branch))
                    for branch in BRANCHES
                }
            self._stems[word.text, word.joined] = found
        return found

    def all_stems(self, word: Word) -> list[str]:
        return [stem for stems in self.stems(word).values() for stem in stems]

    def holders(self, word: Word) -> int:
        """In how many documents it stands; one that holds two of its forms counts twice."""
        stems = set(self.all_stems(word))
        return sum(one.holders for one in self._words() if one.stem in stems)

    def terms(self) -> Mapping[tuple[str, str, bool], str]:
        """(letter, written, whether it is a chain) → term, of every written word that is meant."""
        return {(one.letter, one.written, one.chain): one.stem for one in self._words()}

    def _words(self) -> list[Known]:
        return list(dict.fromkeys([*self.known, *self.endings]))


class Candidates:
    """Numbers here are places in the list of documents."""

    def __init__(self, documents: list[Kept], meaning: Meaning, tallies: Tallies) -> None:
        self.size = tallies["documents"]
        self.kept, self.meaning, self.tallies = documents, meaning, tallies
        self._places: dict[tuple[str, str], dict[int, list[int]]] = defaultdict(dict)
        self._lengths: dict[tuple[str, int], float] = {}
        words, chains = self._wanted()
        for number, document in enumerate(documents):
            for field in FIELDS:
                if getattr(document, field):
                    self._look_at(number, field, document, words.get(document.letter, {}), chains.get(document.letter, {}))

    def _wanted(self) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
        """Letter → written → term, of words and of chains."""
        words: dict[str, dict[str, str]] = defaultdict(dict)
        chains: dict[str, dict[str, str]] = defaultdict(dict)
        for (letter, written, chain), stem in self.meaning.terms().items():
            (chains if chain else words)[letter][written] = stem
        return words, chains

    def _look_at(self, number: int, field: str, document: Kept, words: Mapping[str, str], chains: Mapping[str, str]) -> None:
        text: str = getattr(document, field)
        name = f"{field}_{document.branch}"
        found = _searched(text, words) if len(words) <= FEW else _read(text, words)
        if "/" in text:
            found += _searched(text, words, after="/") + _searched(text, chains, before="/")
        for place, term in found:
            self._places[name, term].setdefault(number, []).append(place)

    def documents(self, field: str, term: str) -> Iterator[tuple[int, float]]:
        for number, places in self._places.get((field, term), {}).items():
            yield number, len(places)

    def positions(self, field: str, term: str, among: list[int]) -> Iterator[tuple[int, list[int]]]:
        holding = self._places.get((field, term), {})
        for number in among:
            if number in holding:
                yield number, holding[number]

    def relative_lengths(self, field: str, documents: Collection[int]) -> list[float]:
        return [self._relative_length(field, document) for document in documents]

    def _relative_length(self, field: str, document: int) -> float:
        found = self._lengths.get((field, document))
        if found is None:
            average = self.tallies[f"words:{field}"] / self.tallies[f"filled:{field}"]
            found = self._lengths[field, document] = self.kept[document].length_of(field.partition("_")[0]) / average
        return found

    def forms_of(self, word: Word) -> Mapping[str, tuple[str, ...]]:
        return self.meaning.stems(word)

    def holders(self, word: Word, found: int) -> int:
        return max(found, self.meaning.holders(word))

    def words_from(self, _prefix: str) -> Iterator[str]:
        """Whatever a beginning stands for is among its meanings already."""
        return iter(())


def _read(text: str, words: Mapping[str, str]) -> list[tuple[int, str]]:
    """Where any of the words stand, and for which term."""
    return [(place, words[item]) for place, item in enumerate(text.split(" ")) if item in words]


def _searched(text: str, words: Mapping[str, str], before: str = " ", after: str = " ") -> list[tuple[int, str]]:
    """The same, found one by one, between a space or the stroke of a chain and another."""
    found = []
    text = f" {text} "
    for word, term in words.items():
        sought = f"{before}{word}{after}"
        place, last, at = 0 if before == " " else -1, 0, text.find(sought)
        while at >= 0:
            place += text.count(" ", last, at)
            found.append((place, term))
            last, at = at, text.find(sought, at + 1)
    return found
