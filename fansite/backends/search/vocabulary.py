"""Every word that stands in a document of the index, in how many, and under which term: the table `search_word_<generation>`.

The index holds stems, so what a half-typed or misspelt word may mean is looked up here; a word nobody writes any more leaves it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

import sqlalchemy as sa

from .engines import Engine
from .language import BRANCHES, Word, fold, forms
from .sequences import BRANCH_OF, LETTERS, Entry, Kept, entry

# A word's beginning stands for at most so many words, the most frequent ones.
MOST_ENDINGS = 15
# Words that share a part with a misspelt one; how near they are is measured one by one.
MOST_LOOKED_AT = 4_000
_LAST = "\U0010ffff"

Name = tuple[str, bool]  # the word behind its language's letter, whether it is a whole chain
entry_of = lru_cache(maxsize=1 << 16)(entry)


class Known(NamedTuple):
    """A written word that answers to one of a query's."""

    written: str
    letter: str
    chain: bool
    stem: str
    bare: str | None
    holders: int


class Vocabulary:
    def __init__(self, engine: Engine, connection: sa.Connection, generation: int) -> None:
        self.engine, self.connection = engine, connection
        self.table = f"search_word_{generation}"

    def create(self) -> None:
        text = self.engine.text
        self.connection.execute(
            sa.text(
                f"CREATE TABLE {self.table} (word {text} NOT NULL, chain INTEGER NOT NULL, stem {text} NOT NULL, bare {text},"
                f" plain {text}, back {text}, core {text}, holders INTEGER NOT NULL, PRIMARY KEY (word, chain))"
            )
        )
        for column, which in (
            ("stem", ""),
            *((column, f" WHERE {column} IS NOT NULL") for column in ("bare", "plain", "back", "core")),
        ):
            self.connection.execute(sa.text(f"CREATE INDEX {self.table}_{column} ON {self.table} ({column}){which}"))

    # Writing

    def change(self, remove: Iterable[Kept], add: Iterable[Kept]) -> dict[Name, str]:
        """Counts the words of documents that go and come. Returns the terms all of them stand for."""
        less, more = _counted(remove), _counted(add)
        terms = self._terms(less) if less else {}
        entries = {name: entry_of(*name) for name in more}
        changes = {name: more[name] - less[name] for name in more.keys() | less.keys()}
        self._add([(entries[name], change) for name, change in changes.items() if change > 0])
        self._take({name: -change for name, change in changes.items() if change < 0})
        # What stands there decides: a document is removed by the terms it was added with.
        return {name: found.stem for name, found in entries.items()} | terms

    def _terms(self, names: Collection[Name]) -> dict[Name, str]:
        statement = f"SELECT word, chain, stem FROM {self.table} WHERE {self.engine.among('word', 'words')}"
        rows = self.connection.execute(sa.text(statement), {"words": self.engine.listed({word for word, _chain in names})})
        return {(word, bool(chain)): stem for word, chain, stem in rows}

    def _add(self, entries: list[tuple[Entry, int]]) -> None:
        if not entries:
            return
        # In one order, so that two who write wait for each other and not crosswise.
        values = ", ".join([self.engine.mark] * 8)
        self.connection.exec_driver_sql(
            f"INSERT INTO {self.table} (word, chain, stem, bare, plain, back, core, holders) VALUES ({values})"
            f" ON CONFLICT (word, chain) DO UPDATE SET holders = {self.table}.holders + excluded.holders",
            [(*found, number) for found, number in sorted(entries)],
        )

    def _take(self, numbers: Mapping[Name, int]) -> None:
        if not numbers:
            return
        rows = [{"word": word, "chain": int(chain), "number": number} for (word, chain), number in sorted(numbers.items())]
        where = "WHERE word = :word AND chain = :chain"
        self.connection.execute(sa.text(f"UPDATE {self.table} SET holders = holders - :number {where}"), rows)
        gone = f"DELETE FROM {self.table} WHERE holders <= 0 AND {self.engine.among('word', 'words')}"
        self.connection.execute(sa.text(gone), {"words": self.engine.listed({word for word, _chain in numbers})})

    # Reading

    def meant(self, wanted: Collection[Word]) -> list[Known]:
        """The written words that stand for the same as one of these: with the same stem, or the same without accents."""
        asked = {LETTERS[branch] + form for word in wanted for branch in BRANCHES for form in forms(word, branch)}
        stems = (
            f"SELECT stem FROM {self.table} WHERE {self.engine.among('stem', 'asked')}"
            f" UNION SELECT stem FROM {self.table} WHERE {self.engine.among('bare', 'asked')}"
        )
        statement = f"SELECT word, chain, stem, bare, holders FROM {self.table} WHERE stem IN ({stems})"
        rows = self.connection.execute(sa.text(statement), {"asked": self.engine.listed(asked)})
        return [Known(word[1:], word[0], bool(chain), stem, bare, holders) for word, chain, stem, bare, holders in rows]

    def beginning_with(self, beginning: str) -> list[Known]:
        """Those that begin so when accents are left away."""
        statement = (
            f"SELECT word, stem, bare, holders FROM {self.table} WHERE plain >= :first AND plain < :last"
            " ORDER BY holders DESC, plain, word LIMIT :most"
        )
        plain = fold(beginning)
        rows = self.connection.execute(sa.text(statement), {"first": plain, "last": plain + _LAST, "most": MOST_ENDINGS})
        return [Known(word[1:], word[0], False, stem, bare, holders) for word, stem, bare, holders in rows]

    def near(self, typed: str, slips: int) -> Iterator[tuple[str, str, int]]:
        """(without accents, as written, in how many documents) of words of about that length which begin, or end, or are in their middle as
        `typed`: so many slips leave one of its parts as it is."""
        part = len(typed) // (slips + 1)
        middle = max(0, (len(typed) - 3) // 2)
        cores = {typed[start : start + 3] for start in range(max(0, middle - slips), middle + slips + 1)}
        about = "length(plain) BETWEEN :shortest AND :longest"
        parts = [f"plain >= :head AND plain < :head_end AND {about}", f"back >= :tail AND back < :tail_end AND {about}"]
        parts += [f"{self.engine.among('core', 'cores')} AND {about}"] if slips > 1 else []
        looked_at = " UNION ".join(f"SELECT plain, word, holders FROM {self.table} WHERE {one}" for one in parts)
        head, tail = typed[:part], typed[::-1][:part]
        rows = self.connection.execute(
            sa.text(f"SELECT plain, word, holders FROM ({looked_at}) AS near ORDER BY holders DESC, word LIMIT :most"),
            {
                "head": head, "head_end": head + _LAST, "tail": tail, "tail_end": tail + _LAST, "most": MOST_LOOKED_AT,
                "shortest": len(typed) - slips, "longest": len(typed) + slips,
                **({"cores": self.engine.listed(cores)} if slips > 1 else {}),
            },
        )  # fmt: skip
        for plain, word, holders in rows:
            yield plain, word[1:], holders


def _counted(documents: Iterable[Kept]) -> Counter[Name]:
    return Counter(name for document in documents for name in document.vocabulary())


def stems_of(word: Word, known: Iterable[Known]) -> dict[str, tuple[str, ...]]:
    """Branch → the terms a word of a query stands for, as far as anybody wrote such a word."""
    found = {}
    for branch in BRANCHES:
        own = {LETTERS[branch] + form for form in forms(word, branch)}
        found[branch] = tuple(dict.fromkeys(one.stem for one in known if one.stem in own or one.bare in own))
    return found


def branch(known: Known) -> str:
    return BRANCH_OF[known.letter]
