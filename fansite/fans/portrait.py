"""What a page shows of one fan to who looks: never more than the fan lets them see."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa
from markupsafe import Markup

from fansite.accounts.models import Account
from fansite.accounts.visibility import EVERYONE, ME, open_to
from fansite.bonds.queries import ties_of
from fansite.core import markup
from fansite.core.db import db
from fansite.core.web import path_for
from fansite.fans.models import Profile, Wording
from fansite.lib.slugs import slugify
from fansite.tour.going.models import Discretion, FanPlace
from fansite.tour.setlists import queries as songs

FIELDS = ("bio", "songs", "city", "evenings", "badges")


class City(NamedTuple):
    name: str
    country: str


@dataclass(frozen=True)
class Portrait:
    """`shown` are the fields this reader sees, `to` says of all who else does: for the fan's own eyes."""

    shown: frozenset[str]
    to: dict[str, str]
    about: Markup = field(default_factory=Markup)
    # Titles, and where there is a page of the song its path.
    songs: list[tuple[str, str | None]] = field(default_factory=list)
    city: City | None = None
    # What a report is about, as far as this reader sees it.
    wording_id: int | None = None

    def open_to_all(self, name: str) -> bool:
        return self.to[name] == EVERYONE


def portrait_of(account: Account, reader: Any) -> Portrait:
    """One question, whoever looks."""
    found = db.session.execute(_PORTRAIT, {"account": account.id}).one()
    to = {name: getattr(found, f"{name}_to") or _DEFAULTS[name] for name in FIELDS}
    levels = open_to(reader, account.id, apart=account.id in ties_of(reader).blocked_by)
    shown = frozenset(name for name in FIELDS if to[name] in levels)
    about, titles = _about(found, shown, to), _titles(found, shown, to)
    return Portrait(
        shown=shown,
        to=to,
        about=about,
        songs=[(title, _path_of(title)) for title in titles],
        city=City(found.city, found.country) if found.city and "city" in shown else None,
        wording_id=found.wording if about or titles else None,
    )


def _about(found: Any, shown: frozenset[str], to: dict[str, str]) -> Markup:
    """What a moderator let pass, or nobody but its author reads; nothing as soon as the author took it out."""
    if "bio" not in shown or not found.bio:
        return Markup("")
    if to["bio"] == ME:
        return Markup(markup.render(found.bio, trust="fan", id_prefix="about-"))
    return Markup(found.html or "")  # cleaned when it was stored


def _titles(found: Any, shown: frozenset[str], to: dict[str, str]) -> list[str]:
    if "songs" not in shown or not found.songs:
        return []
    if to["songs"] == ME:
        return list(found.songs)
    return [title for title in found.said_songs or () if title in found.songs]


def _path_of(title: str) -> str | None:
    song = songs.at(slugify(title))
    return path_for("tour.song", slug=song.slug) if song is not None else None


# City and evenings are kept by the tour; who never said anything of theirs shows the one to nobody and the other to all.
_DEFAULTS = {"bio": EVERYONE, "songs": EVERYONE, "city": ME, "evenings": EVERYONE, "badges": EVERYONE}
_PORTRAIT = (
    sa.select(
        Profile.bio,
        Profile.songs,
        Profile.bio_to,
        Profile.songs_to,
        Profile.badges_to,
        Wording.id.label("wording"),
        Wording.html,
        Wording.songs.label("said_songs"),
        FanPlace.name.label("city"),
        FanPlace.country,
        FanPlace.shown_to.label("city_to"),
        Discretion.shown_to.label("evenings_to"),
    )
    .select_from(Account)
    .outerjoin(Profile, Profile.account_id == Account.id)
    .outerjoin(Wording, sa.and_(Wording.account_id == Account.id, Wording.status == "published"))
    .outerjoin(FanPlace, FanPlace.account_id == Account.id)
    .outerjoin(Discretion, Discretion.account_id == Account.id)
    .where(Account.id == sa.bindparam("account"))
)
