"""A better spelling for words nobody wrote, from the words somebody did. Asked only when nothing was found."""

from __future__ import annotations

from .language import Word, fold, forms_of, stops
from .postings import Postings, letters_of
from .queries import Wanted, read_query
from .ranking import Among, frequencies, rank
from .schema import entry_of

# A slip in a short word makes another word ("tour", "four"): only longer ones are guessed at, twice wrong only when long.
SHORTEST = 4
SHORTEST_FOR_TWO = 7
MOST_WORDS = 4


def better_spelling(postings: Postings, wanted: Wanted, among: Among) -> str | None:
    """The query with its unknown words replaced by near ones, if that finds something."""
    unknown = [word for word in wanted.scored if among.without.issuperset(frequencies(postings, forms_of(word)))][:MOST_WORDS]
    text = wanted.text
    for word in sorted(unknown, key=lambda word: word.start, reverse=True):
        nearest = _nearest(postings, word, among)
        if nearest:
            written = nearest.capitalize() if text[word.start].isupper() else nearest
            text = text[: word.start] + written + text[word.end :]
    if text == wanted.text or not rank(postings, read_query(text), among):
        return None
    return " ".join(text.split())


def _nearest(postings: Postings, word: Word, among: Among) -> str | None:
    typed = fold(word.text)
    if len(typed) < SHORTEST:
        return None
    slips = 2 if len(typed) >= SHORTEST_FOR_TWO else 1
    letters = letters_of(typed)
    found: list[tuple[int, bool, int, str]] = []
    for entry, others, written in postings.vocabulary():
        if abs(len(entry) - len(typed)) > slips or (letters ^ others).bit_count() > 2 * slips or stops(written):
            continue
        distance = slips_between(typed, entry)
        # Counted one by one: the vocabulary still has the words of documents that were dropped.
        numbers = postings.documents("vocabulary", entry_of(written)) if distance <= slips else ()
        holders = sum(number not in among.without for number, _ in numbers)
        if holders:
            found.append((distance, entry[0] != typed[0], -holders, written))
    return min(found)[3] if found else None


def slips_between(typed: str, meant: str) -> int:
    """Letters missing, too many, wrong, or swapped with their neighbour."""
    before: list[int] = []
    above = list(range(len(meant) + 1))
    for row, letter in enumerate(typed, start=1):
        here = [row]
        for column, other in enumerate(meant, start=1):
            cost = min(above[column] + 1, here[column - 1] + 1, above[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == meant[column - 2] and typed[row - 2] == other:
                cost = min(cost, before[column - 2] + 1)
            here.append(cost)
        before, above = above, here
    return above[-1]
