"""Towns by any of their names, and how far it is."""

from __future__ import annotations

import pytest

from fansite.lib import cities
from fansite.lib.localtime import zones


@pytest.mark.parametrize(
    ("typed", "name", "country"),
    [
        ("Genève", "Geneva", "CH"),
        ("geneve", "Geneva", "CH"),
        ("GENF", "Geneva", "CH"),
        ("Bruxelles", "Brussels", "BE"),
        ("brussel", "Brussels", "BE"),
        ("Londres", "London", "GB"),
        ("Köln", "Köln", "DE"),
        ("cologne", "Köln", "DE"),
        ("St-Etienne", "Saint-Étienne", "FR"),
        ("saint etienne", "Saint-Étienne", "FR"),
        ("Clermont Ferrand", "Clermont-Ferrand", "FR"),
        ("  Lisbonne ", "Lisbon", "PT"),
    ],
)
def test_a_town_is_found_by_any_of_its_names_accents_or_not(typed, name, country):
    found = cities.find(typed)[0]
    assert (found.name, found.country) == (name, country)


def test_a_beginning_finds_it_too_and_the_larger_first():
    assert cities.find("clerm")[0].name == "Clermont-Ferrand"
    sizes = [city.size for city in cities.find("santia")]
    assert len(sizes) > 2 and sizes == sorted(sizes, reverse=True)
    assert len(cities.find("a")) == cities.MOST


@pytest.mark.parametrize("typed", ["", "   ", "xyzzy", "'; DROP TABLE venue", "\x00", "a" * 5000, "🎻"])
def test_nothing_is_found_by_what_is_no_name(typed):
    assert cities.find(typed) == []


def test_only_in_a_country():
    assert {city.country for city in cities.find("valencia", country="ES")} == {"ES"}
    assert cities.named("London", "CA").zone == "America/Toronto"
    assert cities.named("London").country == "GB"


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [("Paris", "London", 344), ("Clermont-Ferrand", "Lyon", 136), ("Auckland", "Madrid", 19590)],
)
def test_distances_are_those_of_the_atlas(one, other, km):
    here, there = cities.named(one), cities.named(other)
    found = cities.distance_km((here.latitude, here.longitude), (there.latitude, there.longitude))
    assert found == pytest.approx(km, rel=0.01)


def test_what_is_at_the_poles_and_the_edge_of_the_map_is_measured():
    assert cities.distance_km((90, 0), (-90, 0)) == pytest.approx(20015, rel=0.001)
    assert cities.distance_km((0, 179.9), (0, -179.9)) == pytest.approx(22.24, rel=0.01)
    assert cities.distance_km((45, 3), (45, 3)) == 0


def test_the_nearest_city_knows_the_zone():
    assert cities.nearest(45.03, 3.09).zone == "Europe/Paris"
    assert cities.nearest(-43.95, -176.56).zone.startswith("Pacific/")


def test_the_table_is_whole():
    everywhere = cities.everywhere()
    assert len(everywhere) > 6000
    assert {city.zone for city in everywhere} <= zones()
    assert all(-90 <= city.latitude <= 90 and -180 <= city.longitude <= 180 and len(city.country) == 2 for city in everywhere)
    assert "GeoNames" in cities.TABLE.read_text(encoding="utf-8").partition("\n")[0]
