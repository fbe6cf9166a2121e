"""Where there is land: what a child could point at on a globe."""

from __future__ import annotations

import pytest

from fansite.lib import cities, land
from fansite.lib.land import TABLE, outlines

WIDE, HIGH = 720, 360


def on_sheet(longitude: float, latitude: float) -> tuple[float, float]:
    """The whole globe on one sheet."""
    return (longitude + 180) * WIDE / 360, (90 - latitude) * HIGH / 180


def within(outline, x, y) -> bool:
    inside = False
    for (left, above), (right, below) in zip(outline, [*outline[1:], outline[0]], strict=True):
        if (above > y) != (below > y) and x < left + (y - above) / (below - above) * (right - left):
            inside = not inside
    return inside


def is_land(longitude, latitude) -> bool:
    return sum(within(outline.corners, longitude, latitude) for outline in outlines()) % 2 == 1


@pytest.mark.parametrize(
    ("longitude", "latitude"), [(3.1, 45.8), (-3.7, 40.4), (138.5, 36.5), (-60, -10), (134, -25), (172, -43.5), (-19, 65)]
)
def test_these_are_on_land(longitude, latitude):
    assert is_land(longitude, latitude)


@pytest.mark.parametrize(("longitude", "latitude"), [(-30, 40), (3, 56), (5, 39), (51, 42), (0, 0), (-150, 0), (80, -30)])
def test_and_these_at_sea(longitude, latitude):
    assert not is_land(longitude, latitude)


def test_large_cities_do_not_drown():
    far = [city for city in cities.everywhere() if city.size > 3000]
    assert far
    around = [(x / 4, y / 4) for x in (-1, 0, 1) for y in (-1, 0, 1)]  # harbours: the coast is only that fine
    assert not [one.name for one in far if not any(is_land(one.longitude + x, one.latitude + y) for x, y in around)]


def test_a_sheet_shows_what_lies_on_it_and_nothing_beside_it():
    def europe(longitude, latitude):
        return (longitude + 10) * 20, (60 - latitude) * 20

    shown = list(land.drawn(europe, 600, 500, finest=2))
    assert shown
    assert all(-0.01 <= x <= 600.01 and -0.01 <= y <= 500.01 for outline in shown for x, y in outline)
    assert any(within(outline, *europe(3.1, 45.8)) for outline in shown)
    assert not any(within(outline, *europe(-6, 46)) for outline in shown)


def test_less_is_drawn_where_nobody_would_see_more():
    fine, coarse = (sum(map(len, land.drawn(on_sheet, WIDE, HIGH, finest=finest))) for finest in (0.5, 4))
    assert coarse < fine / 3


def test_the_table_says_whose_it_is_and_stays_small():
    assert "Natural Earth" in TABLE.read_text().partition("\n")[0]
    assert TABLE.stat().st_size < 60_000
