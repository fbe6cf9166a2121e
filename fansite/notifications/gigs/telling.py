"""What is said of evenings: the truth of the moment it is said, once for each reader and evening, however many notices led to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from fansite.core.content import listed
from fansite.core.db import db
from fansite.core.notices import Piece, Waiting
from fansite.core.web import entry_path
from fansite.lib.times import now
from fansite.notifications.gigs import moments
from fansite.notifications.gigs.concerned import ANNOUNCED, PLANS, near_enough, points
from fansite.notifications.gigs.words import headline
from fansite.notifications.models import Choice, Notice, Occasion
from fansite.tour.going.models import Attendance, FanPlace
from fansite.tour.models import Gig, GigText

ACTS = ("gig.changed", "gig.cancelled")
Told = tuple[list[Piece], dict[int, str]]


@dataclass(frozen=True)
class Evening:
    """What one reader is told of one evening."""

    gig: Gig
    # cancelled, postponed, back, date, house, tickets, tomorrow, announced.
    news: str
    # What they knew of it.
    before: Mapping[str, Any]
    # Their word, or how far from their place it is.
    word: str = ""
    km: int | None = None
    place: FanPlace | None = None

    @property
    def day_before(self) -> date | None:
        """The day that was announced, where it is another now."""
        day = self.before.get("day")
        return date.fromisoformat(day) if day and day != self.gig.day.isoformat() else None

    @property
    def hour_before(self) -> str:
        starts = self.before.get("starts")
        now_at = self.gig.starts.isoformat("minutes") if self.gig.starts else None
        return starts[:5] if starts and starts[:5] != now_at else ""

    @property
    def house_before(self) -> str:
        if self.before.get("venue_id", self.gig.venue_id) == self.gig.venue_id:
            return ""
        city = self.before["city"]
        return str(self.before["venue"]) if city == self.gig.venue.city else f"{self.before['venue']}, {city}"


def tell(waiting: Sequence[Waiting]) -> Told:
    """Of each reader and evening what still holds; and why the rest does not."""
    return _all_told(waiting, _moot_to(waiting))


def show(waiting: Sequence[Waiting]) -> Told:
    """What they were told stands there, though the evening is over or they do not go any more."""
    return _all_told(waiting, None)


# ---- the parts --------------------------------------------------------------------------------------------------------------

# Whether a notice about an evening need not be told any more, and why.
Moot = Callable[[Evening, Waiting, FanPlace | None], str]


def _all_told(waiting: Sequence[Waiting], moot: Moot | None) -> Told:
    gigs, words, places = _gigs(waiting), _words(waiting), _places(waiting)
    pieces: list[Piece] = []
    untold: dict[int, str] = {}
    for (account, subject), group in groupby(sorted(waiting, key=_by_evening), key=_by_evening):
        notices, gig = list(group), gigs.get(subject)
        why = "withdrawn" if gig is None else _too_late(gig, notices) if moot is not None else ""
        if gig is None or why:
            untold |= {notice.id: why or "" for notice in notices}
            continue
        place = places.get(account)
        evening = Evening(gig, "", {}, word=words.get((gig.id, account), ""), km=_km(gig, place), place=place)
        piece, rest = _told(evening, notices, place, moot)
        pieces += [piece] if piece is not None else []
        untold |= rest
    return pieces, untold


def _by_evening(notice: Waiting) -> tuple[int, str]:
    return notice.account_id, notice.subject


def _told(
    evening: Evening, notices: list[Waiting], place: FanPlace | None, moot: Moot | None
) -> tuple[Piece | None, dict[int, str]]:
    untold = {notice.id: why for notice in notices if moot is not None and (why := moot(evening, notice, place))}
    left = [notice for notice in notices if notice.id not in untold]
    acts = [notice for notice in left if notice.kind in ACTS and "undone" not in notice.facts]
    if moot is not None and acts and not _differs(evening.gig, acts[0].facts["before"]):
        # Nothing is other than before the first of them: whatever happened meanwhile was taken back.
        untold |= {notice.id: "undone" for notice in acts}
        left = [notice for notice in left if notice.id not in untold]
    if not left:
        return None, untold
    # Who has not heard of it yet knows nothing of what was before.
    unheard = not evening.word and any(notice.kind == "gig.announced" for notice in left)
    before = {} if unheard else _before(left)
    told = Evening(evening.gig, _news(evening.gig, before, left, unheard), before, evening.word, evening.km, evening.place)
    return _piece(told, left), untold


def _piece(evening: Evening, notices: Sequence[Waiting]) -> Piece:
    gig = evening.gig
    return Piece(
        account_id=notices[0].account_id,
        notices=tuple(notice.id for notice in notices),
        kinds=tuple(dict.fromkeys(notice.kind for notice in notices)),
        title=partial(headline, evening),
        template="_gig",
        values={"evening": evening},
        at=moments.begins(gig),
        address=partial(entry_path, gig),
        not_after=moments.too_late_from(gig, evening.before),
    )


def _too_late(gig: Gig, notices: Sequence[Waiting]) -> str:
    end = moments.too_late_from(gig, _before(notices))
    return "late" if end is not None and end <= now() else ""


def _before(notices: Sequence[Waiting]) -> Mapping[str, Any]:
    """What held before the first of them."""
    return next((notice.facts["before"] for notice in notices if "before" in notice.facts), {})


def _moot_to(waiting: Sequence[Waiting]) -> Moot:
    """Each way for itself: who wants to hear of none near them hears of no changes there either, and that something was taken back
    after all is told to who was told of it."""
    columns = (Choice.account_id, Choice.channel)
    deaf = (Choice.account_id.in_(_readers(waiting)), Choice.kind == ANNOUNCED, Choice.wanted.is_(False))
    unwanted = {(account, channel) for account, channel in db.session.execute(sa.select(*columns).where(*deaf))}
    told = _told_of_what_was_undone(waiting)

    def moot(evening: Evening, notice: Waiting, place: FanPlace | None) -> str:
        if "undone" in notice.facts:
            return "" if (notice.account_id, notice.channel, _undone(notice)) in told else "unheard"
        if not evening.word and (notice.account_id, notice.channel) in unwanted:
            return "unwanted"
        return _moot(evening, notice, place)

    return moot


def _told_of_what_was_undone(waiting: Sequence[Waiting]) -> set[tuple[int, str, str]]:
    undone = [notice for notice in waiting if "undone" in notice.facts]
    if not undone:
        return set()
    of_it = (
        Occasion.subject.in_({notice.subject for notice in undone}),
        Occasion.key.in_({_undone(notice) for notice in undone}),
    )
    statement = sa.select(Notice.account_id, Notice.channel, Occasion.key).join(Occasion, Occasion.id == Notice.occasion_id)
    sent = statement.where(*of_it, Notice.state == "sent", Notice.account_id.in_(_readers(undone)))
    return {(account, channel, key) for account, channel, key in db.session.execute(sent)}


def _undone(notice: Waiting) -> str:
    """The key of the change that was taken back."""
    return f"change:{notice.key.partition(':')[2]}"


def _moot(evening: Evening, notice: Waiting, place: FanPlace | None) -> str:
    """Why this one need not be told any more; empty while it does."""
    gig, kind = evening.gig, notice.kind
    if not evening.word and (kind not in ("gig.announced", *ACTS) or not _within_reach(evening, notice, place)):
        return "left"
    if kind == "gig.tomorrow" and (gig.off or notice.key != f"day:{gig.day.isoformat()}"):
        return "changed"
    if kind == "gig.tickets" and (gig.off or gig.tickets != "on_sale"):
        return "changed"
    return ""


def _within_reach(evening: Evening, notice: Waiting, place: FanPlace | None) -> bool:
    if place is None:
        return False
    return evening.km is not None or any(near_enough(one, place.point, place.km) is not None for one in points(notice.facts))


def _differs(gig: Gig, before: Mapping[str, Any]) -> bool:
    was = (before["state"] in ("cancelled", "postponed"), before["day"], before["starts"], before["venue_id"])
    if gig.off and before["state"] != gig.state:
        return True
    return was != (gig.off, gig.day.isoformat(), gig.starts.isoformat() if gig.starts else None, gig.venue_id)


def _news(gig: Gig, before: Mapping[str, Any], notices: Sequence[Waiting], unheard: bool) -> str:
    """The one thing to know first."""
    kinds = {notice.kind for notice in notices}
    if gig.off:
        return gig.state
    if unheard:
        return "announced"
    if kinds & set(ACTS):
        if before and (before["day"], before["starts"]) != (gig.day.isoformat(), gig.starts.isoformat() if gig.starts else None):
            return "date"
        if before and before["venue_id"] != gig.venue_id:
            return "house"
        return "back"
    return next(name for name in ("tomorrow", "tickets", "announced") if f"gig.{name}" in kinds)


def _km(gig: Gig, place: FanPlace | None) -> int | None:
    return near_enough(gig.venue.point, place.point, place.km) if place is not None else None


def _gigs(waiting: Sequence[Waiting]) -> dict[str, Gig]:
    """Those everybody may see now."""
    ids = {int(notice.subject.partition(":")[2]) for notice in waiting}
    statement = (
        sa.select(Gig)
        .where(listed(), Gig.id.in_(ids))
        .options(joinedload(Gig.venue), selectinload(Gig.texts).defer(GigText.body).defer(GigText.html))
        .options(sa.orm.defer(Gig.body), sa.orm.defer(Gig.html))
    )
    return {f"gig:{gig.id}": gig for gig in db.session.scalars(statement.execution_options(populate_existing=True))}


def _words(waiting: Sequence[Waiting]) -> dict[tuple[int, int], str]:
    gigs = {int(notice.subject.partition(":")[2]) for notice in waiting}
    columns = (Attendance.gig_id, Attendance.account_id, Attendance.word)
    which = (Attendance.gig_id.in_(gigs), Attendance.account_id.in_(_readers(waiting)), Attendance.word.in_(PLANS))
    return {(gig, account): word for gig, account, word in db.session.execute(sa.select(*columns).where(*which))}


def _places(waiting: Sequence[Waiting]) -> dict[int, FanPlace]:
    found = db.session.scalars(sa.select(FanPlace).where(FanPlace.account_id.in_(_readers(waiting))))
    return {place.account_id: place for place in found}


def _readers(waiting: Sequence[Waiting]) -> set[int]:
    return {notice.account_id for notice in waiting}
