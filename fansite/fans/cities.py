"""Fans by the city they live in: only those who let the reader know it, and who have said something that stayed."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.accounts.visibility import EVERYONE, MEMBERS, OTHERS
from fansite.bonds.queries import ties_of
from fansite.core import listing
from fansite.core.db import db
from fansite.core.kept import kept
from fansite.core.web.paths import current_language
from fansite.fans import queries
from fansite.fans.queries import PER_PAGE, Fan
from fansite.lib.cities import fold, name_in
from fansite.lib.slugs import slugify
from fansite.tour.going.models import FanPlace
from fansite.tour.going.places import TAG
from fansite.tour.words import country_name

# Both decide: where somebody lives, and whether they are among the people here.
TAGS = (TAG, "list:fans")
# Fewer are no page that anybody looks for.
FEW = 3
# Some eight countries; a band that is known everywhere has fans in a thousand cities.
CITIES_A_PAGE = 200


@dataclass(frozen=True)
class City:
    slug: str
    name: str
    country: str
    fans: int


@lru_cache(maxsize=4096)
def slug_of(name: str, country: str) -> str:
    """`lyon-fr`: the same in all languages."""
    return f"{slugify(name)}-{country.lower()}"


def cities(reader: Any) -> dict[str, City]:
    """All in which somebody lives who lets this reader know it, by slug."""
    known = _known(reader is not None)
    hidden = _hidden_from(reader)
    if not hidden:
        return known
    left = {slug: city.fans - len(hidden.get(slug, ())) for slug, city in known.items()}
    return {slug: City(slug, city.name, city.country, left[slug]) for slug, city in known.items() if left[slug]}


def page_of_all(page: int, reader: Any) -> tuple[Sequence[City], int, int]:
    """Those of one page, by country and name as readers of this language look them up; the number of the last page; and how many fans
    live in all of them."""
    shown = cities(reader)
    slugs = [slug for slug in _in_order(reader is not None) if slug in shown]
    here = [shown[slug] for slug in slugs[(page - 1) * CITIES_A_PAGE : page * CITIES_A_PAGE]]
    return here, max(1, -(-len(slugs) // CITIES_A_PAGE)), sum(city.fans for city in shown.values())


def page_of(city: City, page: int, reader: Any) -> tuple[Sequence[Fan], int]:
    """Those of one page, who came last first; and the number of the last page."""
    ids: Any = _living_in(city, reader is not None)
    hidden = _hidden_from(reader).get(city.slug, frozenset())
    if hidden:
        ids = [id for id in ids if id not in hidden]
    here = list(ids[(page - 1) * PER_PAGE : page * PER_PAGE])
    return listing.chosen(here, queries.by_ids), max(1, -(-len(ids) // PER_PAGE))


# ---- the parts --------------------------------------------------------------------------------------------------------------


def _levels(member: bool) -> list[str]:
    return list(OTHERS) if member else [EVERYONE]


def _known(member: bool) -> dict[str, City]:
    def ask() -> dict[str, City]:
        counts: Counter[tuple[str, str]] = Counter()
        for country, name, number in db.session.execute(_COUNTS, {"levels": _levels(member)}):
            counts[country, name] += number
        found = [City(slug_of(name, country), name, country, number) for (country, name), number in counts.items()]
        return {city.slug: city for city in found}

    return kept(f"fans.cities.{member}", TAGS, ask)


def _in_order(member: bool) -> Sequence[str]:
    language = current_language()

    def sort() -> Sequence[str]:
        return [
            city.slug for city in sorted(_known(member).values(), key=lambda city: _looked_up(city.name, city.country, language))
        ]

    return kept(f"fans.cities.{member}.{language}", TAGS, sort)


@lru_cache(maxsize=8192)
def _looked_up(name: str, country: str, language: str) -> tuple[str, str]:
    """Where a city stands in a list of this language."""
    return fold(country_name(country)), fold(name_in(name, country, language))


def _living_in(city: City, member: bool) -> Sequence[int]:
    """Eight bytes for each: read once, until somebody comes or goes."""

    def ask() -> Sequence[int]:
        facts = {"levels": _levels(member), "country": city.country, "name": city.name}
        return array("q", sorted(db.session.scalars(_LIVING, facts), reverse=True))

    return kept(f"fans.in.{city.slug}.{member}", TAGS, ask)


def _hidden_from(reader: Any) -> dict[str, frozenset[int]]:
    """Of those who let members know their city, who does not want this one to."""
    apart = ties_of(reader).blocked_by
    if not apart:
        return {}
    found: dict[str, set[int]] = {}
    for account_id, country, name in db.session.execute(_APART, {"ids": list(apart)}):
        found.setdefault(slug_of(name, country), set()).add(account_id)
    return {slug: frozenset(ids) for slug, ids in found.items()}


_SHOWN = FanPlace.shown_to.in_(sa.bindparam("levels", expanding=True))
_HERE = sa.and_(queries.heard(), Account.standing_lost_at.is_(None))
_COUNTS = (
    sa.select(FanPlace.country, FanPlace.name, sa.func.count())
    .join(Account, Account.id == FanPlace.account_id)
    .where(_SHOWN, _HERE)
    .group_by(FanPlace.country, FanPlace.name)
)
_LIVING = (
    sa.select(FanPlace.account_id)
    .join(Account, Account.id == FanPlace.account_id)
    .where(_SHOWN, FanPlace.country == sa.bindparam("country"), FanPlace.name == sa.bindparam("name"), _HERE)
)
_APART = (
    sa.select(FanPlace.account_id, FanPlace.country, FanPlace.name)
    .join(Account, Account.id == FanPlace.account_id)
    .where(FanPlace.account_id.in_(sa.bindparam("ids", expanding=True)), FanPlace.shown_to == MEMBERS, _HERE)
)
