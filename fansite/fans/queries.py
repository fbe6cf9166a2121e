"""Finding the people here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.accounts.visibility import EVERYONE, open_to
from fansite.bonds.queries import ties_of
from fansite.core import listing
from fansite.core.content import Entry, listed
from fansite.core.db import db
from fansite.core.db.moments import microseconds
from fansite.fans.models import Profile, Wording
from fansite.tour.going.places import place_of
from fansite.tour.going.queries import shown_to
from fansite.tour.words import city_named

PER_PAGE = 60


def here() -> sa.ColumnElement[bool]:
    return sa.and_(Account.disabled_at.is_(None), Account.erased_at.is_(None))


def heard() -> sa.ColumnElement[bool]:
    """Who is here and has said something that stayed, by an index of their own: its condition word for word."""
    return sa.and_(here(), Account.approved_comments > sa.literal_column("0"))


class _OfFan(NamedTuple):
    id: int
    username: str
    username_key: str
    face: str | None
    joined_at: datetime
    disabled_at: datetime | None
    erased_at: datetime | None


class Fan(_OfFan):
    """Of an account, what a list of people says of it."""

    active: Any = Account.active


def by_name(username_key: str) -> Account | None:
    return db.session.scalar(_BY_NAME, {"key": username_key})


def newest(limit: int) -> list[Fan]:
    return _fans(_NEWEST, {"limit": limit})


def page_of_heard(number: int) -> tuple[Sequence[Fan], int, int]:
    """Those of one page, the newest first, the number of the last page, and how many there are in all."""
    everybody = _EVERYBODY.order
    people, last = listing.page_of(everybody, by_ids, number, PER_PAGE)
    return people, last, len(everybody)


def published_by(account_id: int, page: int, per_page: int) -> tuple[Sequence[Entry], int]:
    """A page of the news somebody signed, the newest first, and how many there are in all. Few sign any: only for them a list is kept."""
    if db.session.scalar(_SIGNED_ANY, {"account": account_id}) is None:
        return [], 0
    signed = (Entry.author_id == account_id, *_NEWS)
    key = microseconds(Entry.published_at)
    order = listing.Listing(f"fans.posts.{account_id}", ("entry",), Entry.id, key, signed, tags=("list:news",)).order
    return listing.page_of(order, _POSTS, page, per_page)[0], len(order)


def own_words(account_id: int) -> dict[str, Any]:
    """All that is in the form, as its owner said it last; of what they never said anything of, what is usual."""
    profile, place = db.session.get(Profile, account_id), place_of(account_id)
    said: dict[str, Any] = {"evenings_to": shown_to([account_id])[account_id]}
    if profile is not None:
        said |= {"bio": profile.bio, "songs": "\n".join(profile.songs)}
        said |= {name: getattr(profile, name) for name in ("bio_to", "songs_to", "badges_to")}
    if place is not None:
        said |= {"city": city_named(place), "city_to": place.shown_to}
    return said


def followers_open_to(account_ids: Collection[int], reader: Any) -> set[int]:
    """Of these, whom this reader may know the followers of: they chose it for all that is counted of them."""
    rows = db.session.execute(sa.select(Profile.account_id, Profile.badges_to).where(Profile.account_id.in_(account_ids)))
    chosen, keep_away = {row.account_id: row.badges_to for row in rows}, ties_of(reader).blocked_by
    return {id for id in account_ids if chosen.get(id, EVERYONE) in open_to(reader, id, apart=id in keep_away)}


def latest_wording(account_id: int) -> Wording | None:
    """What they asked to be shown last, unless they took it back."""
    live = Wording.status.in_(("published", "pending", "rejected", "removed"))
    statement = sa.select(Wording).where(Wording.account_id == account_id, live).order_by(Wording.id.desc()).limit(1)
    return db.session.scalar(statement)


def of_authors(account_ids: Sequence[int]) -> Sequence[tuple[int, int, str]]:
    """(account, number, status) of what they asked to be shown and did not take back or put another in the place of."""
    theirs = (Wording.account_id.in_(account_ids), Wording.status.not_in(("withdrawn", "replaced")))
    statement = sa.select(Wording.account_id, Wording.id, Wording.status).where(*theirs)
    return [
        (account, id, status) for account, id, status in db.session.execute(statement.order_by(Wording.account_id, Wording.id))
    ]


def by_ids(ids: Sequence[int]) -> list[Fan]:
    """Of these, who is here and has said something."""
    return _fans(_BY_IDS, {"ids": ids})


def all_here(ids: Sequence[int]) -> list[Fan]:
    """Of these, who is here, in the order of the numbers."""
    return _fans(_HERE_BY_IDS, {"ids": ids}) if ids else []


def _fans(statement: Any, facts: dict[str, Any]) -> list[Fan]:
    return [Fan._make(row) for row in db.session.execute(statement, facts)]


_FANS = sa.select(*(Account.__table__.c[name] for name in Fan._fields))
_HEARD = _FANS.where(heard())
_NEWEST = _HEARD.order_by(Account.id.desc()).limit(sa.bindparam("limit", type_=sa.Integer))
_BY_NAME = sa.select(Account).where(Account.username_key == sa.bindparam("key"))
_BY_IDS = _HEARD.where(Account.id.in_(listing.IDS))
_HERE_BY_IDS = _FANS.where(here(), Account.id.in_(listing.IDS)).order_by(Account.id)
_NEWS = (Entry.kind == "news", listed())
_SIGNED_ANY = sa.select(Entry.id).where(Entry.author_id == sa.bindparam("account"), *_NEWS).limit(1)
_POSTS = listing.entities(lambda: sa.select(Entry).where(listed()))
_EVERYBODY = listing.Listing(
    "fans.heard", ("fan",), Account.id, sa.literal_column("0", sa.Integer), (heard(),), tags=("list:fans",)
)
