"""Letters as outlines, read from the file of the typeface: the same that a library draws in pixels."""

from __future__ import annotations

import re

import pytest

from fansite.lib.typeface import face, font, readable


@pytest.mark.parametrize("weight", ["Regular", "Bold", "It", "Semibold", "Black"])
@pytest.mark.parametrize("sign", "AgÉœß8&Łжñ’…")
def test_an_outline_fills_the_box_the_letter_has_in_pixels(weight, sign):
    of = face(weight)
    told = of.path(of.glyph(sign))
    numbers = [int(number) for number in re.findall(r"-?\d+", told)]
    across, down = numbers[0::2], numbers[1::2]
    left, top, right, foot = font(weight, of.units).getmask(sign).getbbox()
    # A knot off the curve lies outside of it; no letter of a book face bulges further.
    assert abs(max(across) - min(across) - (right - left)) < 45 and abs(max(down) - min(down) - (foot - top)) < 45


@pytest.mark.parametrize("text", ["Brussels", "Ústí nad Labem", "12. – 20:15"])
def test_words_are_as_long_as_in_pixels(text):
    assert face("Bold").length(text, 500) == pytest.approx(font("Bold", 500).getlength(text), rel=0.03)


def test_what_the_letters_lack_is_left_out():
    assert readable("東京 \u202f Tokyo\x00 🎹") == "Tokyo"
