"""The drawn map: land, a way, pins; light enough for every page it is on."""

from __future__ import annotations

from itertools import pairwise

import pytest
from lxml import etree

from fansite.tour.maps import TALL, WIDE, Pin, drawn

pytestmark = pytest.mark.once

BRUSSELS, LYON, TOKYO = (
    Pin("Brussels", 50.85, 4.35, off=False),
    Pin("Lyon", 45.76, 4.84, off=True),
    Pin("Tokyo", 35.7, 139.7, off=False),
)
CHATHAM, LIMA, OSLO = (
    Pin("Waitangi", -43.95, -176.56, off=False),
    Pin("Lima", -12.0, -77.0, off=False),
    Pin("Oslo", 59.9, 10.7, off=False),
)
PLACES = [
    [BRUSSELS],
    [BRUSSELS, LYON],
    [BRUSSELS, OSLO, LYON],
    [BRUSSELS, TOKYO, LIMA, CHATHAM],
    [CHATHAM],
    [Pin("Pole", 90.0, 0.0, off=False)],
]


@pytest.mark.parametrize("pins", PLACES, ids=lambda pins: pins[-1].name)
def test_it_is_small_and_stays_on_its_sheet(pins):
    told = drawn(pins, "Map")
    assert len(told) < 10_000
    drawing = etree.fromstring(told)
    assert [path.get("class") for path in drawing.iter("path")][:3] == ["map__sea", "map__land", "map__way"]
    assert len(drawing.xpath('//path[contains(@class, "map__pin")]')) == len(pins)
    for spot in drawing.xpath('//path[@class="map__way"]/@d'):
        numbers = [int(number) for number in spot.removeprefix("M").split()]
        assert all(0 <= x <= WIDE and 0 <= y <= TALL for x, y in list(pairwise(numbers))[::2])


def test_what_is_off_is_hollow_and_there_is_land_under_it():
    drawing = etree.fromstring(drawn([BRUSSELS, LYON], "Map"))
    assert len(drawing.xpath('//path[@class="map__pin map__pin--off"]')) == 1
    assert drawing.xpath('string(//path[@class="map__land"]/@d)')


def test_no_place_no_map():
    assert drawn([], "Map") == ""
