"""A band's name cut from paper."""

from __future__ import annotations

import re
import string

import pytest

from fansite.lib.capitals import CAPITALS
from fansite.lib.wordmark import wordmark


def box(drawn: str) -> tuple[int, int]:
    wide, high = re.search(r'viewBox="0 0 (\d+) (\d+)"', drawn).groups()
    return int(wide), int(high)


def outlines(drawn: str) -> list[str]:
    return re.findall(r"M[^M]+", re.search(r' d="([^"]+)"', drawn)[1])


def test_every_letter_and_digit_of_both_languages_can_be_cut():
    for letter in string.ascii_letters + string.digits + "éèêëàâçôöîïùûüÿœæñÉÈÀÇÔŒ&-.!?’'":
        assert wordmark(f"a{letter}") is not None, letter


@pytest.mark.parametrize("name", ["Кино", "少年", "∆", "", "   ", "x" * 61, "a\u20dd", "<script>"])
def test_a_name_with_other_letters_is_left_to_the_type(name):
    assert wordmark(name) is None


def test_the_same_name_is_cut_the_same_way_and_no_two_letters_of_it_are_quite_equal():
    assert wordmark("Soot") == wordmark("Soot")
    first, second = outlines(wordmark("ii"))
    assert first.partition("l")[2] != second.partition("l")[2]


def test_an_accent_is_a_piece_of_its_own():
    assert len(outlines(wordmark("Élan"))) == len(outlines(wordmark("Elan"))) + 1
    assert box(wordmark("Élan"))[1] > box(wordmark("Elan"))[1]


def test_a_long_name_is_stacked_for_the_sky_and_lies_in_one_line_for_the_bar():
    (wide, high), (long, low) = box(wordmark("The Paper Marmots", stacked=True)), box(wordmark("The Paper Marmots"))
    assert 2 < wide / high < 4.5 < 8 < long / low


def test_small_words_stand_back():
    assert box(wordmark("The Marmots"))[0] < box(wordmark("Thx Marmots"))[0]


def test_every_outline_stays_on_its_letter():
    for letter, (wide, cut) in CAPITALS.items():
        for point in re.split(r"[ |]", cut):
            x, y = map(int, point.split(","))
            assert -1 <= x <= wide + 1 and -1 <= y <= 84, letter
