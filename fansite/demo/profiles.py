"""What the fans of the demo say of themselves and where they live, and whom they follow. Written in bulk; what they say has been read by
moderators, but for a few that wait."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from fansite.accounts.models import Account
from fansite.accounts.visibility import EVERYONE
from fansite.bonds.models import Bond
from fansite.core.db import db, touch, transaction
from fansite.core.db.rows import upsert
from fansite.demo import material, people
from fansite.fans.models import Profile, Wording
from fansite.lib import cities
from fansite.lib.times import now
from fansite.moderation import operations as moderation
from fansite.moderation.models import Review
from fansite.tour.going.models import Discretion, FanPlace
from fansite.tour.going.places import TAG as PLACES

# How far they would go for an evening.
FAR = (50, 100, 100, 250)
# Moderators are quick: nothing waits for longer.
WAITING = timedelta(hours=20)


def load() -> int:
    """A second time adds nothing; returns how many said something."""
    if db.session.scalar(sa.select(Profile.account_id).limit(1)) is not None:
        return 0
    known = people.by_name()
    told = [(known[row["username"]], row) for row in material.profiles() if row["username"] in known]
    with transaction():
        _describe(told)
        _live_somewhere(told)
        _follow(known)
        touch("list:fans", PLACES, *(f"account:{account.id}" for account, _row in told))
    return len(told)


Told = Sequence[tuple[Account, Mapping[str, Any]]]


def _describe(told: Told) -> None:
    """Profiles, the wording that is shown of each, and who sees their evenings."""
    profiles = [_profile(account, row) for account, row in told]
    wordings = [(_wording(profile, account, row), row) for profile, (account, row) in zip(profiles, told, strict=True)]
    db.session.add_all([*profiles, *(wording for wording, _row in wordings if wording.body or wording.songs)])
    hidden = [
        {"account_id": account.id, "shown_to": row["evenings_seen"]} for account, row in told if row["evenings_seen"] != EVERYONE
    ]
    _add(Discretion, hidden)
    db.session.flush()
    db.session.add_all([_review(wording) for wording, row in wordings if row.get("waits")])
    db.session.flush()


def _profile(account: Account, row: Mapping[str, Any]) -> Profile:
    return Profile(
        account_id=account.id,
        bio=row["bio"],
        songs=row["songs"],
        bio_to=row["bio_seen"],
        songs_to=row["songs_seen"],
        badges_to=EVERYONE,
        changed_at=_since(max(account.joined_at, now() - WAITING) if row.get("waits") else account.joined_at, seed=account.id),
    )


def _wording(profile: Profile, account: Account, row: Mapping[str, Any]) -> Wording:
    """Of what is not for themselves alone."""
    bio, songs = profile.asked
    at = profile.changed_at
    wording = Wording(
        account_id=account.id, songs=songs, status="pending" if row.get("waits") else "published", written_at=at, changed_at=at
    )
    wording.write(bio, standing=account.stands)
    return wording


def _review(wording: Wording) -> Review:
    review = Review(
        subject_kind="profile", subject_id=wording.id, queue="pending", reasons=["new profile"], opened_at=wording.written_at
    )
    moderation.note_whose(review, wording.account_id, "\n".join([wording.body, *wording.songs]))
    return review


def _live_somewhere(told: Told) -> None:
    _add(FanPlace, [_place(account, row) for account, row in told if row["city"]])


def _place(account: Account, row: Mapping[str, Any]) -> dict[str, Any]:
    city = cities.named(row["city"])
    assert city is not None, row["city"]
    return {
        "account_id": account.id,
        "name": city.name,
        "country": city.country,
        "latitude": city.latitude,
        "longitude": city.longitude,
        "km": random.Random(account.id).choice(FAR),
        "chosen_at": _since(account.joined_at, seed=account.id),
        "shown_to": row["city_seen"],
    }


def _follow(known: Mapping[str, Account]) -> None:
    pairs = [(known[who], known[whom]) for who, whom in material.follows() if who in known and whom in known]
    _add(Bond, [_bond(who, whom) for who, whom in pairs])
    touch(*{f"ties:{account.id}" for pair in pairs for account in pair})


def _bond(who: Account, whom: Account) -> dict[str, Any]:
    """More of them lately than long ago: there are more to follow by now."""
    first, late = max(who.joined_at, whom.joined_at), 1 - random.Random(f"{who.id}-{whom.id}").random() ** 1.3
    return {"account_id": who.id, "kind": "follow", "other_id": whom.id, "since": first + (now() - first) * late}


def _since(first: datetime, *, seed: int) -> datetime:
    return first + (now() - first) * random.Random(seed).random()


def _add(model: Any, rows: Iterable[dict[str, Any]]) -> None:
    """Whoever said so of themselves before keeps what they said."""
    if rows := list(rows):
        db.session.execute(upsert(model.__table__).on_conflict_do_nothing(), rows)
