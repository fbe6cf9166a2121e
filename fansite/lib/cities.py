"""Places one plays in: where they are, which time they have, and by which names people look for them.

The table holds the cities of more than 100,000 people. A smaller place is looked for by its larger neighbour, or given by its coordinates.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import NamedTuple

from anyascii import anyascii

TABLE = Path(__file__).with_name("cities.csv")
OTHER_NAMES = Path(__file__).with_name("city_names.csv")
EARTH_KM = 6371.0088
MOST = 10


class City(NamedTuple):
    name: str
    # ISO 3166-1, two capitals.
    country: str
    latitude: float
    longitude: float
    # Of the IANA database.
    zone: str
    # In thousands of people.
    size: int


def find(text: str, most: int = MOST, *, country: str = "") -> list[City]:
    """Cities by any of their names, accents or not, what is written alike first, then the larger first. "Genf", "geneve" and "Geneva"
    are one; "gen" finds it too."""
    wanted = fold(text)
    if not wanted:
        return []
    exact, begun = [], []
    for key, cities in _by_name().items():
        if key == wanted:
            exact += cities
        elif key.startswith(wanted):
            begun += cities
    found = dict.fromkeys([*sorted(exact, key=_largest), *sorted(begun, key=_largest)])
    return [city for city in found if not country or city.country == country][:most]


def named(text: str, country: str = "") -> City | None:
    """The largest city of exactly this name."""
    return next(iter(all_named(text, country)), None)


def all_named(text: str, country: str = "") -> list[City]:
    """Cities of exactly this name, the largest first."""
    return sorted((city for city in _by_name().get(fold(text), ()) if not country or city.country == country), key=_largest)


def names_of(name: str, country: str) -> list[str]:
    """All names of a city in the languages we know, the given one first."""
    others = _others().get((fold(name), country), ())
    return list(dict.fromkeys([name, *others]))


@lru_cache(maxsize=4096)
def name_in(name: str, country: str, language: str) -> str:
    """As readers of a language call a city, whoever wrote it down in whichever: "Bruxelles" is "Brussels" in English. What the table does
    not know stays as it was written."""
    return _spoken().get((fold(name), country), {}).get(language, name)


def nearest(latitude: float, longitude: float) -> City:
    """The city of the table that is nearest."""
    return min(everywhere(), key=lambda city: distance_km((latitude, longitude), (city.latitude, city.longitude)))


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance in kilometres of two points given as (latitude, longitude) in degrees, by the haversine formula
    (R. W. Sinnott, "Virtues of the Haversine", Sky & Telescope 68, 1984)."""
    (up, along), (up2, along2) = [(radians(latitude), radians(longitude)) for latitude, longitude in (one, other)]
    half = sin((up2 - up) / 2) ** 2 + cos(up) * cos(up2) * sin((along2 - along) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def fold(text: str) -> str:
    """What two spellings of a name have in common: "Saint-Étienne" and "st etienne" begin alike, "Köln" is "koln"."""
    words = "".join(sign if sign.isalnum() else " " for sign in anyascii(text[:200]).lower()).split()
    return " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in words)


@cache
def everywhere() -> list[City]:
    """All of the table, the largest first. Read when a place is first asked for."""
    cities = []
    for line in _lines(TABLE):
        name, country, latitude, longitude, zone, size = line.split(";")
        cities.append(City(name, country, float(latitude), float(longitude), zone, int(size)))
    return cities


def _largest(city: City) -> tuple[int, str]:
    return -city.size, city.name


@cache
def _by_name() -> dict[str, list[City]]:
    found: dict[str, list[City]] = {}
    for city in everywhere():
        for name in names_of(city.name, city.country):
            cities = found.setdefault(fold(name), [])
            if city not in cities:
                cities.append(city)
    return found


@cache
def _others() -> dict[tuple[str, str], list[str]]:
    """(folded name, country) → all names of the place."""
    return {(fold(name), country): names for country, names, _spoken in _names() for name in names}


@cache
def _spoken() -> dict[tuple[str, str], dict[str, str]]:
    """(folded name, country) → language → name."""
    return {(fold(name), country): spoken for country, names, spoken in _names() for name in names}


def _names() -> Iterator[tuple[str, list[str], dict[str, str]]]:
    for line in _lines(OTHER_NAMES):
        country, name, english, french, *others = line.split(";")
        spoken = {"en": english or name, "fr": french or name}
        yield country, list(dict.fromkeys([name, *spoken.values(), *others])), spoken


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
