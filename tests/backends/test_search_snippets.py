"""The passage shown under a hit."""

from __future__ import annotations

import random

import pytest

from fansite.backends.search.snippets import MOST_CANDIDATES, Answering, Fragments, readable
from tests.effort import takes_at_most


def excerpt(text: str, query: str) -> Fragments:
    return Answering(query).excerpt(readable(text))


def marked(text: str, query: str) -> Fragments:
    return Answering(query).marked(readable(text))


def marks(fragments: list[tuple[str, bool]]) -> list[str]:
    return [text for text, matches in fragments if matches]


def whole(fragments: list[tuple[str, bool]]) -> str:
    return "".join(text for text, _ in fragments)


FILLER = "Nothing of note happened on the road that day. " * 40


def test_the_passage_is_the_one_with_most_of_the_words():
    text = FILLER + "The accordion was late. " + FILLER + "An accordion player came aboard in Porto harbour." + FILLER
    fragments = excerpt(text, "accordion porto harbour")
    assert marks(fragments) == ["accordion", "Porto", "harbour"]
    assert whole(fragments).startswith("…")
    assert whole(fragments).endswith("…")
    assert len(whole(fragments)) <= 242


def test_words_are_not_cut():
    shown = whole(excerpt(FILLER + "In Porto. " + FILLER, "porto")).strip("…")
    assert shown in FILLER + "In Porto. " + FILLER
    assert all(word in ["In", "Porto.", *FILLER.split()] for word in shown.split())


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("tournees", "La Tournée d’été : les tournées", ["Tournée", "tournées"]),
        ("coeur", "De tout cœur", ["cœur"]),
        ("œuvre", "Les oeuvres complètes", ["oeuvres"]),
        ("oeuvre", "Les Œuvres complètes", ["Œuvres"]),
        ("album", "L’album, qu'album", ["album", "album"]),
        ("play", "They played, a display", ["played"]),
        ("skies", "Under the sky", ["sky"]),
        ("hip-hop", "Hiphop and hip-hop", ["Hiphop", "hip", "hop"]),
        ("The marmots", "The marmots and the van", ["marmots"]),
        ("The Who", "Who is the who?", ["Who", "the", "who"]),
        ('"paper marmots" -van', "Paper marmots in a van", ["Paper", "marmots"]),
        ("accor", "An accordion", ["accordion"]),
        ("tourne\u0301e", "La tourne\u0301e", ["tournée"]),
        ("привет", "Привет, мир", ["Привет"]),
    ],
)
def test_what_is_found_is_marked(query, text, expected):
    assert marks(excerpt(text, query)) == expected


def test_without_a_match_the_beginning_is_shown():
    fragments = excerpt(FILLER, "accordion")
    assert marks(fragments) == []
    assert whole(fragments).startswith("Nothing of note")
    assert excerpt("", "accordion") == []
    assert excerpt("Short", "") == [("Short", False)]


def test_markup_is_text():
    assert marked("<b>Marmots</b> & co", "marmots b") == [
        ("<", False),
        ("b", True),
        (">", False),
        ("Marmots", True),
        ("</", False),
        ("b", True),
        ("> & co", False),
    ]


def test_nothing_is_lost_between_the_fragments():
    text = "Les œuvres de la tournée, l’été. " * 3
    assert whole(marked(text, "oeuvre tournee ete")) == text.strip()


def test_one_query_is_read_for_many_texts():
    """Whatever an earlier text had of words that nearly match, each is looked through."""
    answering = Answering("concert")
    for number in range(3):
        nearly = " ".join(f"co{number}x{n}" for n in range(2 * MOST_CANDIDATES))
        assert marks(answering.excerpt(readable(f"A concert{number} and the Concerts. {nearly} concert"))) == ["Concerts"]


DICE = random.Random(1)
HOSTILE = {
    "one word": "a" * 100_000,
    "all match": "concert " * 12_500,
    "nearly match": " ".join("co" + "".join(DICE.choices("abcdefghijk", k=8)) for _ in range(9_000)),
    "accents": "é" * 100_000,
    "piled accents": "e" + "\u0301\u0323" * 50_000,
    "loose accents": "e\u0301" * 50_000,
    "hyphens": "co-" * 33_000,
    "apostrophes": "l'" * 50_000,
    "white space": " \n" * 50_000,
    "one ideograph": "音" * 100_000,
    "emoji": "🎸" * 50_000,
    "anything": "".join(chr(DICE.choice([DICE.randint(32, 0xD7FF), DICE.randint(0xE000, 0x10FFFF)])) for _ in range(100_000)),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_cut_in_time(text):
    cut = takes_at_most(0.05, lambda: excerpt(text, "concert coeur conference œuvre a"))
    assert len(whole(cut)) <= 242
