"""What stands on a poster: all of it within the edges, however many evenings and whatever they are called."""

from __future__ import annotations

import io
import itertools
from dataclasses import replace

import pytest
from lxml import etree
from PIL import Image, ImageChops

from fansite.posters import printing
from fansite.posters.printing import Look
from fansite.posters.sheet import MARGIN, MOST, TALL, WIDE, Cut, Night, Poster, Words, grid_of, laid_out

pytestmark = pytest.mark.once

LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"
KINDS = (
    Night("Fri 6 Nov", "Brussels", "La Vieille Brasserie, Belgium · 20:15", "", "", "", False),
    Night("Wednesday 30 September 2026", LONG, f"{LONG}, {LONG}", "Sold out", "", "", False),
    Night("Sat 7 Nov", "Lyon", "La Cale Sèche, France", "New date", "Fri 6 Nov 2026", "", False),
    Night("Sun 8 Nov", "Saint-Jean-de-Luz", "Salle des fêtes, France", "New place", "", LONG, False),
    Night("Mon 9 Nov", "Waitangi", "Hotel Chatham, New Zealand", "Cancelled", "", "", True),
)
INKS = dict.fromkeys("1 2 3 4 5 6 7 p k c d sky sun far middle near name ground words soft red line".split(), "#102030")
INKS |= {"ground": "#ffffff", "s": "#00000020"}
LOOK = Look("light", INKS, 594)


def poster(count: int, **more) -> Poster:
    nights = tuple(KINDS[nth % len(KINDS)] for nth in range(count))
    told = Poster("tour:1", "The Paper Marmots", "Two Coats, One Train", "November 2026", nights, "marmots.example/tour")
    return replace(told, **more)


def words(pieces) -> list[Words]:
    return [piece for piece in pieces if isinstance(piece, Words)]


@pytest.mark.parametrize("count", [1, 3, 5, 14, 15, 20, 39, 60, 80, MOST])
def test_nothing_is_cut_at_an_edge_and_no_line_lies_on_another(count):
    pieces = laid_out(poster(count))
    for one in words(pieces):
        assert one.x >= MARGIN - 1 and one.x + one.length <= WIDE - MARGIN + 2
        assert one.y - one.size > 0 and one.y + one.size * 0.3 < TALL
    grid = grid_of(count)
    assert grid.columns * grid.rows >= count
    assert sum(one.text == "Brussels" for one in words(pieces)) == len(range(0, count, len(KINDS)))
    cities = [(one.x, one.y) for one in words(pieces) if one.text == "Brussels"]
    assert len(set(cities)) == len(cities)


@pytest.mark.parametrize("count", [3, 20, 80])
def test_words_of_one_evening_do_not_meet(count):
    """Along each base line, from left to right."""
    lines: dict[float, list[Words]] = {}
    for one in words(laid_out(poster(count))):
        lines.setdefault(round(one.y, 2), []).append(one)
    for line in lines.values():
        line.sort(key=lambda one: one.x)
        for one, after in itertools.pairwise(line):
            assert one.x + one.length <= after.x + 2, (one.text, after.text)


def test_more_evenings_have_more_columns_and_smaller_letters_that_can_still_be_read():
    grids = [grid_of(count) for count in (5, 20, 60, 150)]
    assert [grid.columns for grid in grids] == [1, 2, 3, 4]
    # In tenths of a millimetre, of what was shortened most.
    assert min(one.size for one in words(laid_out(poster(80)))) >= 15


def test_a_name_that_no_scissors_know_is_printed():
    assert any(one.text == "Київ" for one in words(laid_out(poster(3, band="Київ"))))
    assert not any(one.text == "The Paper Marmots" for one in words(laid_out(poster(3))))


def test_what_is_off_is_struck_out():
    off, on = (
        len([piece for piece in laid_out(poster(1, nights=(night,))) if isinstance(piece, Cut)]) for night in (KINDS[4], KINDS[0])
    )
    assert off == on + 2


@pytest.mark.parametrize("title", ['<script>alert(1)</script>&"', "\x00\x1b tour \ud800", "]]>"])
def test_the_drawing_is_plain_xml_whatever_it_is_called(title):
    told = poster(3, title=title, band=title, nights=(KINDS[0]._replace(city=title, house=title),))
    root = etree.fromstring(printing.svg(laid_out(told), LOOK, title))
    assert {etree.QName(one).localname for one in root.iter()} <= {"svg", "title", "defs", "path", "g", "use"}
    assert not [name for one in root.iter() for name in one.attrib if name.startswith("on")]


def test_pixels_show_the_same_at_the_size_asked_for():
    image = printing.png(laid_out(poster(20)), LOOK)
    assert image.size == (594, 840)
    copied = Image.open(io.BytesIO(printing.file_of(image))).convert("RGB")
    assert max(high for _low, high in ImageChops.difference(image, copied).getextrema()) < 60


def test_for_copy_machines_it_is_lines_on_white():
    inks = {
        **dict.fromkeys(INKS, "#ffffff"),
        **dict.fromkeys(("k", "words", "name", "red", "line", "soft"), "#000000"),
        "s": "#00000000",
    }
    image = printing.png(laid_out(poster(5)), Look("print", inks, 594, lined=True))
    assert image.mode == "L"
    histogram = image.histogram()
    assert sum(histogram[:128]) < 0.25 * sum(histogram)
