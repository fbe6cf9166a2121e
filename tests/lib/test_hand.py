"""A few words in the site's own hand."""

from xml.etree import ElementTree

import pytest

from fansite.lib.hand import written


@pytest.mark.parametrize(
    "words", ["new!", "just said", "dit à l’instant", "l'été", "quoi de neuf\u202f?", "œuf « ça »", "ukulélé, piano", "2026"]
)
def test_the_hand_writes_both_languages(words):
    drawing = ElementTree.fromstring(written(words))

    assert drawing.get("aria-hidden") == "true"
    assert drawing[0].get("d").count("M") >= len(words.replace(" ", "")) - 2


def test_the_same_words_are_written_alike_every_time():
    first = written("new!")
    written.cache_clear()

    assert written("new!") == first
    assert written("NEW!") == first, "the hand knows small letters only"


def test_a_letter_is_never_quite_the_same_twice():
    data = ElementTree.fromstring(written("oo"))[0].get("d").split("M")

    assert data[1].partition("c")[2] != data[2].partition("c")[2]


@pytest.mark.parametrize("words", ["", "  ", "日本", "добро", "<b>", "a@b"])
def test_what_the_hand_never_learnt_is_left_to_type(words):
    assert written(words) is None
