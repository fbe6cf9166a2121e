"""The fields of the index: title, text and tags for each language, so that each is stemmed by its own rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

from whoosh import fields
from whoosh.analysis import Composable, Token
from whoosh.columns import NumericColumn

from . import Document
from .language import BRANCHES, branch_of, composed, fold, forms, forms_of, words

TEXTS = ("title", "body", "tags")
# Raised when the fields change; a change of the analysis is noticed by itself (see `make_of_index`).
NUMBER = 2
# Between two tags, so that the end of one and the start of the next are no phrase.
_GAP = 10
# Words of fewer letters are not worth suggesting.
_SHORTEST_SUGGESTION = 3
_SAMPLE = "L'été, the bands' skies… Clermont-Ferrand R.E.M. jouerons tournées êtes cœurs aujourd'hui happily 2026 Größe"


class Terms(Composable):
    """Feeds a field with the terms of one language, those of one word at one position. The value is a text or several."""

    def __init__(self, branch: str) -> None:
        self.branch = branch

    def __call__(self, value: str, **options: Any) -> Iterator[Token]:
        token = Token(**options)
        token.boost = 1.0
        position = 0
        for text in value.split("\0"):
            for word in words(text):
                token.pos = position
                for term in forms(word, self.branch):
                    token.text = term
                    yield token
                position += 1
            position += _GAP


def make_schema() -> fields.Schema:
    schema = fields.Schema(
        key=fields.ID(stored=True, unique=True),
        kind=fields.ID(stored=True),
        year=fields.ID(),
        # The texts it has: comments have no title, and must not count among the short ones.
        filled=fields.ID(),
        published=fields.COLUMN(NumericColumn("q")),
        # Each word as it is written, behind itself without accents: "tournee tournée". Beginnings and suggestions are looked up here.
        vocabulary=fields.ID(),
    )
    for branch in BRANCHES:
        for text in TEXTS:
            schema.add(f"{text}_{branch}", fields.TEXT(analyzer=Terms(branch)))
    return schema


def fields_of(document: Document) -> dict[str, Any]:
    """A document as the writer takes it."""
    branch = branch_of(document.language)
    texts = {"title": document.title, "body": document.body, "tags": "\0".join(document.tags)}
    texts = {name: composed(text) for name, text in texts.items()}
    return {
        "key": document.key,
        "kind": document.kind,
        "year": str(document.year),
        "filled": [f"{name}_{branch}" for name, text in texts.items() if text],
        "published": int(document.published_at.timestamp()),
        "vocabulary": _vocabulary(texts.values()),
        **{f"{name}_{branch}": text for name, text in texts.items() if text},
    }


def entry_of(word: str) -> str:
    """A word's entry in the vocabulary."""
    return f"{fold(word)} {word}"


def make_of_index() -> str:
    """Names everything that decides what stands in the index; another name means: rebuild."""
    sample = repr([forms_of(word) for word in words(_SAMPLE)])
    return f"{NUMBER}-{sha256(sample.encode()).hexdigest()[:8]}"


def _vocabulary(texts: Iterable[str]) -> list[str]:
    found = {word.text for text in texts for word in words(text)}
    return [entry_of(word) for word in found if len(word) >= _SHORTEST_SUGGESTION and word.isalpha()]
