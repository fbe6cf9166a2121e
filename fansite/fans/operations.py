"""What fans do with their own page. What they ask to be shown goes the way of all texts: the checks, and a moderator where they say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from fansite.accounts.models import Account
from fansite.accounts.visibility import EVERYONE, MEMBERS, VISIBILITIES
from fansite.core import limits, markup
from fansite.core.db import db, get, touch, transaction
from fansite.core.errors import Refused
from fansite.core.outbox import Event, record
from fansite.core.policy import require, signed_in
from fansite.core.renewal import renew
from fansite.fans.models import KEEP_REPLACED, MAX_BIO, MAX_SONG, MOST_SONGS, REFUSED, Profile, Wording
from fansite.lib.times import now
from fansite.moderation import checks
from fansite.moderation import limits as newcomers
from fansite.moderation import operations as moderation
from fansite.moderation import queries as reviews
from fansite.moderation.checks import Writing
from fansite.tour.going import operations as going
from fansite.tour.going import places
from fansite.tour.going.models import RADIUS
from fansite.tour.words import city_named

PACE = "30 per hour"
TEXTS = 300


@dataclass(frozen=True)
class Wanted:
    """All that the form says. `city` is a town by any of its names."""

    bio: str = ""
    songs: Sequence[str] = ()
    city: str = ""
    bio_to: str = EVERYONE
    songs_to: str = EVERYONE
    badges_to: str = EVERYONE
    evenings_to: str = EVERYONE
    city_to: str = MEMBERS


def save(wanted: Wanted, *, by: Any) -> Profile:
    """The same once more changes nothing, but makes the pages old again: the first answer may have died before it did so."""
    bio, songs = fit(wanted.bio), _titles(wanted.songs)
    account_id = by.id
    with transaction() as session:
        account = get(Account, account_id)
        require(signed_in, account)
        limits.spend("profile", PACE, str(account.id))
        profile = session.get(Profile, account.id) or Profile(account_id=account.id)
        profile.bio, profile.songs = bio, songs
        for field in ("bio_to", "songs_to", "badges_to"):
            setattr(profile, field, _visibility(wanted, field))
        if session.is_modified(profile):
            profile.changed_at = now()
            record("profile.changed", account)
        session.add(profile)
        _say_city(account, wanted)
        going.show_evenings(wanted.evenings_to, by=account)
        _ask(account, *profile.asked)
        touch(f"account:{account.id}")
        return profile


def fit(bio: str) -> str:
    """The text as it will be stored; refuses what is too long or too costly to render."""
    bio = bio.strip()
    if len(bio) > MAX_BIO:
        raise Refused(_l("%(most)s characters are the most; these are %(number)s.", most=MAX_BIO, number=len(bio)), field="bio")
    markup.check(bio, limit=MAX_BIO, field="bio")
    return bio


def render_anew(account_id: int) -> None:
    """By the standing they have now: it decides whether their links count."""
    with transaction() as session:
        account = get(Account, account_id)
        live = sa.select(Wording).where(Wording.account_id == account.id, Wording.status.in_(("published", "pending")))
        for wording in session.scalars(live):
            wording.write(wording.body, standing=account.stands)
        touch(*account.page_tags)


def follow_standing(events: Sequence[Event]) -> None:
    """Listener of `standing.changed`."""
    for account_id in sorted({int(event.subject.partition(":")[2]) for event in events}):
        if db.session.get(Account, account_id) is not None:
            render_anew(account_id)


def render_older() -> None:
    """Routine: what an older renderer made."""
    renew(Wording, _write, most=TEXTS, with_=[joinedload(Wording.account)])


def sweep() -> None:
    """Routine: wordings that others took the place of long ago go for good."""
    with transaction() as session:
        old = sa.and_(Wording.status.in_(("replaced", "withdrawn")), Wording.changed_at < now() - KEEP_REPLACED)
        session.execute(sa.delete(Wording).where(old))


# ---- what deciding needs as well ----------------------------------------------------------------------------------------------


def publish(wording: Wording, account: Account) -> None:
    """In place of the one before."""
    for other in of(account.id, "published"):
        if other.id != wording.id:
            stand(other, "replaced")
            other.replaced_by_id = wording.id
            moderation.close_review("profile", other.id)
    wording.write(wording.body, standing=account.stands)
    stand(wording, "published")


def stand(wording: Wording, status: str, *, reason: str = "") -> None:
    wording.status, wording.reason, wording.changed_at = status, reason or None, now()
    touch(*wording.page_tags)


def of(account_id: int, *statuses: str) -> list[Wording]:
    """Theirs in these states, the last one first."""
    statement = sa.select(Wording).where(Wording.account_id == account_id, Wording.status.in_(statuses))
    return list(db.session.scalars(statement.order_by(Wording.id.desc())))


# ---- the parts ----------------------------------------------------------------------------------------------------------------


def _ask(account: Account, bio: str, songs: list[str]) -> None:
    """What others are to see from now on. A part of what they see already needs no judging, nor does what waits or was refused as it is."""
    waiting, shown, refused = of(account.id, "pending"), of(account.id, "published"), of(account.id, *REFUSED)
    latest = [*waiting, *(refused[:1] if _no_stands(refused, shown) else []), *shown]
    if latest and latest[0].says(bio, songs):
        return
    for one in waiting:
        stand(one, "withdrawn")
        moderation.close_review("profile", one.id)
    if not bio and not songs:
        for one in shown:
            stand(one, "withdrawn")
            moderation.close_review("profile", one.id)
        return
    if shown and shown[0].says(bio, songs):
        return
    asked_of = _asked_of(shown)
    wording = Wording(account_id=account.id, songs=songs, status="pending")
    wording.write(bio, standing=account.stands)
    db.session.add(wording)
    db.session.flush()
    if shown and shown[0].says_more_than(bio, songs):
        publish(wording, account)
    else:
        _judge(wording, account, refused[0] if _no_stands(refused, shown) else None)
    if wording.visible and asked_of:
        moderation.open_review("profile", wording.id, queue="reported", reasons=asked_of)


def _no_stands(refused: list[Wording], shown: list[Wording]) -> bool:
    """A moderator's no stands until one of them says yes to what came after."""
    return bool(refused) and not (shown and shown[0].id > refused[0].id)


def _asked_of(shown: list[Wording]) -> list[str]:
    """Why moderators have to look at what is shown: who changes a word of it does not send them away."""
    review = reviews.latest_review_of("profile", shown[0].id) if shown else None
    return review.reasons if review is not None and review.open else []


def _judge(wording: Wording, account: Account, refused: Wording | None) -> None:
    newcomers.require_few(account, wording.text, field="bio")
    verdict = checks.judge(Writing(text=wording.text, author=account, at=now()))
    reasons = ["new profile" if reason == "first comment" else reason for reason in verdict.reasons]
    if refused is not None and not account.keeps_order:
        again = f"sent again after: {refused.reason}" if refused.reason else "sent again"
        moderation.open_review("profile", wording.id, queue="pending", reasons=[again[:200], *reasons])
    elif verdict.status == "published":
        publish(wording, account)
        if verdict.flagged:
            moderation.open_review("profile", wording.id, queue="reported", reasons=reasons)
    else:
        moderation.open_review("profile", wording.id, queue="pending", reasons=reasons)


def _say_city(account: Account, wanted: Wanted) -> None:
    """As it stands already it is left alone: of two towns of one name, theirs may be the smaller."""
    known, typed = places.place_of(account.id), " ".join(wanted.city.split())
    if not typed:
        if known is not None:
            places.forget(by=account)
        return
    if known is None or typed not in (known.name, city_named(known)):
        try:
            places.choose(typed, known.km if known is not None else RADIUS, by=account)
        except Refused as problem:
            raise Refused(problem.text, field="city") from None
    places.show(_visibility(wanted, "city_to"), by=account)


def _titles(songs: Sequence[str]) -> list[str]:
    titles = list(dict.fromkeys(filter(markup.says_something, map(markup.one_line, songs))))
    if len(titles) > MOST_SONGS:
        raise Refused(_l("%(most)s songs are the most.", most=MOST_SONGS), field="songs")
    if any(len(title) > MAX_SONG for title in titles):
        raise Refused(_l("No song has a title of more than %(most)s characters.", most=MAX_SONG), field="songs")
    return titles


def _visibility(wanted: Wanted, field: str) -> str:
    value: str = getattr(wanted, field)
    if value not in VISIBILITIES:
        raise Refused(_l("Choose who sees it."), field=field)
    return value


def _write(wording: Any) -> None:
    wording.write(wording.body, standing=wording.account.stands)
