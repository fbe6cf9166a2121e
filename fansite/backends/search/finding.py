"""How an index in tables is asked, so that it takes milliseconds whatever there is.

All that answer are looked at closely while they are few. Of thousands the engine's own rough order says which; of more than that even a
glance at each would take too long. Who asks for so common a word wants the newest, or what is about it: so what holds all the words, or
side by side, or one of them in its title, or a rare one, and the newest of the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

import sqlalchemy as sa

from . import Answer, Hit, Query
from .candidates import Candidates, Meaning
from .engines import Engine, Part
from .language import BRANCHES, Word
from .queries import Phrase, Wanted
from .questions import Except, Question, all_of, any_of, anywhere, in_head, side_by_side
from .ranking import Among, rank, rarity_of
from .sequences import COLUMNS, Kept, of_kind, of_year
from .suggestions import better_spelling
from .vocabulary import Vocabulary

# Looked at closely: each word in them is counted and weighed as any index does it.
CLOSELY = 150
# Some three microseconds for each.
GLANCED_AT = 2_500
# Of each reason for which one of very many may be wanted.
OF_EACH = 60
# Words of a query whose titles are looked through.
MOST_HEADS = 4
# Whole sentences stand nowhere, and looking for one takes long.
LONGEST_SAYING = 5


def find(engine: Engine, connection: sa.Connection, generation: int, wanted: Wanted, query: Query) -> Answer:
    look = Look(engine, connection, generation, query)
    answer = look.page(wanted)
    return answer if answer.total else replace(answer, suggestion=better_spelling(TableSpelling(look), wanted))


class Weighed(NamedTuple):
    """A word of the query that is written somewhere."""

    word: Word
    holders: int
    part: Part


class Look:
    """One view of the index, with the filters of one query."""

    def __init__(self, engine: Engine, connection: sa.Connection, generation: int, query: Query) -> None:
        self.engine, self.connection, self.generation, self.query = engine, connection, generation, query
        self.vocabulary = Vocabulary(engine, connection, generation)
        self.gone = self._kept("key", query.without) if query.without else []
        self.without = [document.id for document in self.gone]
        self.filters: list[Question] = [of_kind(query.kind)] if query.kind is not None else []
        self.filters += [of_year(query.year)] if query.year is not None else []

    def page(self, wanted: Wanted) -> Answer:
        meaning = self.meaning_of(wanted)
        question = self.question(wanted, meaning)
        if question is None:
            return Answer()
        first = max(0, self.query.page - 1) * self.query.per_page
        last = first + self.query.per_page
        weighed = sorted(self._weighed(wanted, meaning), key=lambda one: one.holders)
        share = self._share(wanted, weighed)
        closely = self.newest(question, CLOSELY + 1, share)
        others: list[int] = []
        total = len(closely)
        if total > CLOSELY:
            total = self._count(question)
            closely, others = self._worth_a_look(wanted, meaning, weighed, question, total, last)
        ranked = self._ranked(wanted, meaning, closely)
        chosen = set(closely)
        following = [(number, 0.0) for number in others if number not in chosen]
        return Answer(self._hits([*ranked, *following][first:last]), total)

    def meaning_of(self, wanted: Wanted) -> Meaning:
        words = [*wanted.sequence, *wanted.scored, *(word for phrase in wanted.excluded for word in phrase)]
        meaning = Meaning(self.vocabulary.meant(words))
        beginning = wanted.beginning
        if beginning is not None and beginning in wanted.scored and not meaning.all_stems(beginning):
            return Meaning(meaning.known, beginning, self.vocabulary.beginning_with(beginning.text))
        return meaning

    def question(self, wanted: Wanted, meaning: Meaning, base: Question | None = None) -> Question | None:
        """Whatever holds one of the words, or `base`, as far as phrases, filters and unwanted words allow; None when nothing can."""
        words = any_of(part for word in wanted.scored if (part := anywhere(meaning.all_stems(word))) is not None)
        phrases = [_saying(phrase, meaning) for phrase in wanted.phrases]
        if words is None or None in phrases:
            return None
        quoted = {word.text for phrase in wanted.phrases for word in phrase}
        if base is None and quoted.isdisjoint(word.text for word in wanted.scored):
            base = words  # else whatever holds the phrases holds one of the words
        whole = all_of(part for part in (base, *phrases, *self.filters) if part is not None)
        unwanted = any_of(part for phrase in wanted.excluded if (part := _saying(phrase, meaning)) is not None)
        return whole if unwanted is None else Except(whole, unwanted)

    def newest(self, question: Question, most: int, share: float = 0.0) -> list[int]:
        return self.engine.newest(self.connection, self.generation, question, most, self.without, share)

    def _share(self, wanted: Wanted, weighed: list[Weighed]) -> float:
        """How much of all there is holds one of the words at the least. Phrases, filters and unwanted words may take any part of it."""
        if not weighed or wanted.phrases or wanted.excluded or self.filters:
            return 0.0
        # One that holds two forms of a word was counted for both.
        return max(one.holders for one in weighed) / (2 * max(1, self._tallies["documents"]))

    def _count(self, question: Question) -> int:
        found = self.engine.count(self.connection, self.generation, question)
        return found - (self.engine.count(self.connection, self.generation, question, self.without) if self.without else 0)

    def _worth_a_look(
        self, wanted: Wanted, meaning: Meaning, weighed: list[Weighed], question: Question, total: int, last: int
    ) -> tuple[list[int], list[int]]:
        """Those to be ranked, and in their order those that follow; together as many as the page needs."""
        share = self._share(wanted, weighed)
        if wanted.phrases:  # dear to look for, and whatever holds them is meant
            newest = self.newest(question, CLOSELY + last, share)
            return newest[:CLOSELY], newest[CLOSELY:]
        if total <= GLANCED_AT:
            rough = self._best(question, weighed, CLOSELY + last)
            return rough[:CLOSELY], rough[CLOSELY:]
        closely = dict.fromkeys(number for reason in self._reasons(wanted, meaning, weighed) for number in reason)
        newest = self.newest(question, len(closely) + OF_EACH + last, share)
        return list(dict.fromkeys([*closely, *newest[:OF_EACH]])), newest

    def _reasons(self, wanted: Wanted, meaning: Meaning, weighed: list[Weighed]) -> Iterator[list[int]]:
        together = list(accumulate(one.holders for one in weighed))
        rare = [one for one, holders in zip(weighed, together, strict=True) if holders <= GLANCED_AT]
        if rare:
            question = self.question(wanted, meaning, any_of(one.part.question for one in rare))
            yield self._best(question, rare, CLOSELY) if question is not None else []
        reasons = [all_of(one.part.question for one in weighed)] if len(weighed) > 1 else []
        saying = _saying(wanted.sequence, meaning) if 1 < len(wanted.sequence) <= LONGEST_SAYING else None
        reasons += [saying] if saying is not None else []
        reasons += [one.part.head for one in weighed[:MOST_HEADS]]
        for reason in reasons:
            question = self.question(wanted, meaning, reason)
            yield self.newest(question, OF_EACH) if question is not None else []

    def _best(self, question: Question, weighed: list[Weighed], most: int) -> list[int]:
        parts = [one.part for one in weighed]
        return self.engine.best(self.connection, self.generation, question, parts, most, self.without)

    def _weighed(self, wanted: Wanted, meaning: Meaning) -> Iterator[Weighed]:
        for word in wanted.scored:
            stems, holders = meaning.all_stems(word), meaning.holders(word)
            question, head = anywhere(stems), in_head(stems)
            if question is not None and head is not None:
                worth = rarity_of(holders, max(holders, self._tallies["documents"]))
                yield Weighed(word, holders, Part(question, head, worth))

    def _ranked(self, wanted: Wanted, meaning: Meaning, numbers: list[int]) -> list[tuple[int, float]]:
        """Best first, of equals the newest."""
        documents = self._kept("id", numbers)
        # Whom phrases, filters and unwanted words rule out is not among them.
        scores = rank(Candidates(documents, meaning, self._tallies), replace(wanted, phrases=(), excluded=()), Among())
        best = sorted(scores, key=lambda place: (-round(scores[place], 3), -documents[place].published))
        return [(documents[place].id, scores[place]) for place in best]

    @cached_property
    def _tallies(self) -> Counter[str]:
        rows = self.connection.execute(sa.text(f"SELECT name, number FROM search_tally_{self.generation}"))
        return Counter({str(name): int(number) for name, number in rows})

    def _kept(self, column: str, values: Iterable[object]) -> list[Kept]:
        where = self.engine.among(column, "wanted")
        statement = sa.text(f"SELECT {COLUMNS} FROM search_document_{self.generation} WHERE {where}")
        return [Kept(*row) for row in self.connection.execute(statement, {"wanted": self.engine.listed(list(values))})]

    def _hits(self, ranked: list[tuple[int, float]]) -> list[Hit]:
        documents = {document.id: document for document in self._kept("id", [number for number, _score in ranked])}
        return [Hit(documents[number].key, documents[number].kind, score) for number, score in ranked]


class TableSpelling:
    def __init__(self, look: Look) -> None:
        self.look = look
        self._holders: Counter[str] = Counter()

    def unknown(self, word: Word) -> bool:
        question = anywhere(Meaning(self.look.vocabulary.meant([word])).all_stems(word))
        return question is None or not self.look.newest(question, 1)

    def near(self, typed: str, slips: int) -> Iterable[tuple[str, str]]:
        found = list(self.look.vocabulary.near(typed, slips))
        self._holders = Counter()
        for _plain, written, holders in found:
            self._holders[written] += holders
        return dict.fromkeys((plain, written) for plain, written, _holders in found)

    def holders(self, written: str) -> int:
        return self._holders[written] - self._gone[written]

    @cached_property
    def _gone(self) -> Counter[str]:
        return Counter(word[1:] for document in self.look.gone for word, chain in document.vocabulary() if not chain)

    def finds(self, wanted: Wanted) -> bool:
        question = self.look.question(wanted, self.look.meaning_of(wanted))
        return question is not None and bool(self.look.newest(question, 1))


def _saying(phrase: Phrase, meaning: Meaning) -> Question | None:
    """These words side by side, in any language that has all of them."""
    return any_of(
        part for branch in BRANCHES if (part := side_by_side([meaning.stems(word)[branch] for word in phrase])) is not None
    )
