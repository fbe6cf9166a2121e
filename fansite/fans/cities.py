"""Fans by the city they live in: only those who let the reader know it, and who have said something that stayed."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.accounts.visibility import EVERYONE, MEMBERS, OTHERS
from fansite.bonds.queries import ties_of
from fansite.core import listing
from fansite.core.db import db
from fansite.core.kept import kept
from fansite.fans import queries
from fansite.fans.queries import PER_PAGE, Fan
from fansite.lib.slugs import slugify
from fansite.tour.going.models import FanPlace
from fansite.tour.going.places import TAG

# Both decide: where somebody lives, and whether they are among the people here.
TAGS = (TAG, "list:fans")
# Fewer are no page that anybody looks for.
FEW = 3


@dataclass(frozen=True)
class City:
    slug: str
    name: str
    country: str
    fans: int


def slug_of(city: Any) -> str:
    """`lyon-fr`: the same in all languages."""
    return f"{slugify(city.name)}-{city.country.lower()}"


def cities(reader: Any) -> dict[str, City]:
    """All in which somebody lives who lets this reader know it, by slug."""
    known = _known(reader is not None)
    hidden = _hidden_from(reader)
    if not hidden:
        return known
    left = {slug: city.fans - len(hidden.get(slug, ())) for slug, city in known.items()}
    return {slug: City(slug, city.name, city.country, left[slug]) for slug, city in known.items() if left[slug]}


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
        found = [City(slug_of(_Named(name, country)), name, country, number) for (country, name), number in counts.items()]
        return {city.slug: city for city in found}

    return kept(f"fans.cities.{member}", TAGS, ask)


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
        found.setdefault(slug_of(_Named(name, country)), set()).add(account_id)
    return {slug: frozenset(ids) for slug, ids in found.items()}


@dataclass(frozen=True)
class _Named:
    name: str
    country: str


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
