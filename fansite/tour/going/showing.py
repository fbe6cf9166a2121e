"""What a gig's page says of who goes there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fansite.lib.times import now
from fansite.tour.going import policy, queries
from fansite.tour.going.queries import Attender
from fansite.tour.models import Gig

# In three rows on a phone; whoever wants to know all goes to their page.
FACES = 24


@dataclass(frozen=True)
class Company:
    """Of one evening: how many said what, the faces of some, and what this person said and may say."""

    over: bool
    counts: dict[str, int]
    # Whose faces these are: of those who go, or were there, or at least are interested.
    word: str
    faces: Sequence[Attender]
    mine: str | None
    words: tuple[str, ...]
    tags: tuple[str, ...]
    # What was wrong with what was just said.
    problem: Any = None

    @property
    def said(self) -> list[tuple[str, int]]:
        """The words that count now, with how many said them."""
        return [(word, self.counts[word]) for word in counting(over=self.over) if self.counts[word]]

    @property
    def more(self) -> int:
        return self.counts[self.word] - len(self.faces)


def counting(*, over: bool) -> tuple[str, ...]:
    """What somebody meant to do counts as long as it is to come."""
    return policy.AFTER if over else policy.BEFORE


def main_word(counts: dict[str, int], *, over: bool) -> str:
    """Of those that count now, the first that anybody said."""
    words = counting(over=over)
    return next((word for word in words if counts[word]), words[0])


def company(gig: Gig, person: Any, problem: Any = None) -> Company:
    over, counts = gig.over_at <= now(), queries.counts(gig.id)
    word = main_word(counts, over=over)
    return Company(
        over=over,
        counts=counts,
        word=word,
        faces=queries.people(gig.id, word, FACES, reader=person) if counts[word] else (),
        mine=queries.word_of(gig.id, person.id) if person is not None else None,
        words=policy.words_for(gig, over=over),
        tags=queries.tags_of(gig.id),
        problem=problem,
    )
