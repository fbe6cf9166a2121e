"""The picture of a shared link: the right size, made of the title and the band's own inks, whatever the title holds."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from fansite.lib.motifs import MOTIFS
from fansite.seo.cards import SIZE, Card, draw

# Of the usual looks, by day.
INKS = {
    "1": "#faca4b", "2": "#e54f39", "3": "#3d4fa5", "4": "#5b9d76", "5": "#f9b9a3", "6": "#c87e41", "7": "#b8d2e3",
    "p": "#fbf5e6", "k": "#181e4c", "c": "#88452a", "d": "#592c20", "s": "#181e4c2b",
}  # fmt: skip
PAPER = (0xFB, 0xF5, 0xE6)


def drawn(title: str = "Brussels is on again", **more):
    data, ending = draw(Card(title, "The Paper Marmots", more.pop("seed", "entry 1"), more.pop("inks", INKS), **more))
    image = Image.open(BytesIO(data))
    assert (image.size, image.format) == (SIZE, {"png": "PNG", "jpg": "JPEG"}[ending])
    return image.convert("RGB")


def near(one, other) -> bool:
    return all(abs(a - b) < 24 for a, b in zip(one, other, strict=True))


def dark_pixels(image) -> int:
    """How much is written on the sheet."""
    return sum(image.crop((100, 150, 900, 520)).convert("L").histogram()[:60])


def test_the_same_text_has_the_same_card():
    assert drawn().tobytes() == drawn().tobytes()
    assert drawn().tobytes() != drawn(seed="entry 2").tobytes()


@pytest.mark.parametrize("motif", MOTIFS)
def test_every_motif_of_the_covers_can_be_drawn_in_pixels(motif):
    colours = drawn(seed=motif, motif=motif).getcolors(1_000_000)
    inks = [tuple(int(ink[at : at + 2], 16) for at in (1, 3, 5)) for ink in INKS.values()]
    assert sum(any(near(colour, ink) for _count, colour in colours) for ink in inks) >= 4


def test_a_title_stands_on_a_sheet_before_the_picture():
    photo = BytesIO()
    Image.new("RGB", (900, 1600), (10, 120, 30)).save(photo, "JPEG")
    image = drawn("Rain", picture=photo.getvalue())
    assert near(image.getpixel((1100, 100)), (10, 120, 30))
    assert near(image.getpixel((90, 540)), PAPER)


def test_the_inks_are_those_of_the_theme():
    image = drawn(inks={**INKS, "p": "#ff00ff", "1": "#ff00ff"})
    assert near(image.getpixel((90, 540)), (255, 0, 255))


@pytest.mark.parametrize(
    "title",
    [
        "",
        " ",
        "🎸🎸",
        "日本",
        "x" * 200,
        "Word " * 40,
        "Où jouer quand l’œuvre est trop longue ?",
        "a\x00b\u202ec",
        "<b>&amp;</b>",
    ],
)
def test_no_title_breaks_it(title):
    drawn(title)


def test_signs_the_letters_lack_are_left_out_and_the_rest_stands():
    assert drawn("Rain 🎸").tobytes() == drawn("Rain").tobytes()


def test_a_longer_title_is_written_smaller_and_never_over_the_edge():
    photo = BytesIO()
    Image.new("RGB", (1200, 630), (200, 200, 200)).save(photo, "PNG")
    image = drawn("Word " * 60, picture=photo.getvalue())
    assert dark_pixels(image) > 10_000
    assert near(image.getpixel((1000, 300)), (200, 200, 200))
    assert near(image.getpixel((300, 20)), (200, 200, 200))
