"""The house of an evening from what a calendar says in one line: "La Vieille Brasserie, Rue du Houblon 14, 1000 Bruxelles, Belgique"."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale
from babel.core import get_global

from fansite.lib import cities, localtime
from fansite.tour.models import Point
from fansite.tour.operations.venues import House
from fansite.tour.operations.venues import countries as codes

# Kilometres. A place that is told lies in the city that is told; a town without one of its own is near this one.
SAME, NEAR = 100, 40
# In these languages countries are named.
LANGUAGES = ("en", "fr", "de", "es", "it", "nl", "pt", "sv", "da", "nb", "fi", "pl", "cs")

_PARTS = re.compile(r"[,;\n|]+|\s[-–—·]\s")
_POST_CODE = re.compile(r"(?:[A-Z]{1,3}[- ]?)?\d[\dA-Z -]*")
_AROUND_TOWN = re.compile(
    r"^(?:[A-Z]{1,2}-)?\d{3,6}(?:-\d{3})?(?:\s[A-Z]{2})?\s+|\s+(?:[A-Z]{2}\s+)?\d{3,6}(?:-\d{4})?$|\s+[A-Z]{1,2}\d[\dA-Z]?\s+\d[A-Z]{2}$|\s+\d{1,2}(?:e|er|ème)?$"
)
_AT = re.compile(r"(?:\s@\s*|\s(?:at|chez)\s+)(?P<house>\S.*)$", re.I)


class Unplaced(Exception):
    """Why it is not known where that is."""


def house_of(location: str, summary: str, point: Point | None, zone: str) -> House:
    """`zone` is the one the hour was told in: often that of the house, sometimes that of whoever wrote it down."""
    parts = [part for part in (" ".join(part.split()) for part in _PARTS.split(location)) if part]
    country = _country_at_the_end(parts)
    index, city = _city(parts, country, point, zone)
    name = parts[0] if parts and index != 0 else _house_named(summary, city)
    town = city.name if city is not None else _town(parts, country, point)
    if not town:
        raise Unplaced(f"“{location[:80]}” does not say in which city it is" if parts else "it does not say where")
    if not name:
        raise Unplaced(f"“{location[:80]}” does not say in which house it is")
    between = parts[1:index] if index else parts[1:] if index == 0 else parts[1:-1]
    spelled = _stripped(parts[index]) if city is not None and index is not None else town
    country = country or (city.country if city else _country_around(point, zone))
    return House(
        name=name,
        address=", ".join(between),
        city=spelled,
        country=country,
        latitude=point[0] if point else None,
        longitude=point[1] if point else None,
        zone="" if city is not None and city.country == country else _zone(point, zone, country),
    )


def _country_at_the_end(parts: list[str]) -> str:
    """Taken off, with postal codes and states around it."""
    country = ""
    while len(parts) > 1:
        code = _country(parts) if not country else ""
        if not code and not _POST_CODE.fullmatch(parts[-1]):
            break
        country = country or code
        parts.pop()
    return country


def _country(parts: list[str]) -> str:
    """By name or code. "San Francisco, CA" is in California: there is none of that name in Canada."""
    code = _countries().get(cities.fold(parts[-1]), "")
    town = _stripped(parts[-2])
    if len(parts[-1]) == 2 and not cities.all_named(town, code) and cities.all_named(town, "US"):
        return "US"
    return code


def _city(parts: list[str], country: str, point: Point | None, zone: str) -> tuple[int | None, cities.City | None]:
    """The last part that is the name of a city we know, and may be the one that is meant."""
    for index in reversed(range(len(parts))):
        found = cities.all_named(_stripped(parts[index]), country)
        if point is not None:
            found = [city for city in found if cities.distance_km(point, (city.latitude, city.longitude)) <= SAME]
        if found:
            return index, next((city for city in found if city.zone == zone), found[0])
    return None, None


def _stripped(part: str) -> str:
    """Without the postal code."""
    return _AROUND_TOWN.sub("", part).strip() or part


def _town(parts: list[str], country: str, point: Point | None) -> str:
    """Of a place the table does not know: the last part of several, or what is near."""
    if len(parts) > 1 and (country or point is not None):
        return _stripped(parts[-1])
    if parts and point is not None:
        city = cities.nearest(*point)
        return city.name if cities.distance_km(point, (city.latitude, city.longitude)) <= NEAR else ""
    return ""


def _house_named(summary: str, city: cities.City | None) -> str:
    """ "The Foghorn Club @ La Cale": where only the city is told, the title may say the house."""
    found = _AT.search(summary)
    name = " ".join(found["house"].split(",")[0].split()) if found else ""
    return "" if city is not None and cities.fold(name) == cities.fold(city.name) else name


def _country_around(point: Point | None, zone: str) -> str:
    return cities.nearest(*point).country if point is not None else str(get_global("zone_territories").get(zone, ""))


def _zone(point: Point | None, zone: str, country: str) -> str:
    """Of a town the table does not know: that of a city near it, else the one the hour was told in, if it is of this country."""
    near = cities.nearest(*point) if point is not None else None
    if near is not None and point is not None and cities.distance_km(point, (near.latitude, near.longitude)) <= SAME:
        return near.zone
    if zone in localtime.zones() and get_global("zone_territories").get(zone, country) == country:
        return zone
    return near.zone if near is not None else ""


@cache
def _countries() -> dict[str, str]:
    """Folded name, in any of some languages, or code → code."""
    found = {cities.fold(code): code for code in codes()}
    for language in reversed(LANGUAGES):
        territories = Locale.parse(language).territories
        found |= {cities.fold(str(territories[code])): code for code in codes() if code in territories}
    return found | {"usa": "US", "uk": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "holland": "NL"}
