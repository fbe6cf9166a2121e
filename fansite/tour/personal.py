"""What the tour knows of a person: which plans an editor changed, to which gigs a fan goes, where the calendar of them is, around which
place they ask, and what they photographed."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.core.db import db
from fansite.core.feature import Chapter, Leaver, Personal
from fansite.tour.going.models import Attendance, Discretion, FanCalendar, FanPlace
from fansite.tour.going.places import place_of
from fansite.tour.going.queries import calendar_address, calendar_of
from fansite.tour.models import Change, Gig
from fansite.tour.photos import operations as photos
from fansite.tour.photos.personal import chapters as photos_of


def export(account_id: int) -> list[Chapter]:
    known = (_changes, _gigs, _discretion, _calendar, _place, photos_of)
    return [chapter for chapters in known for chapter in chapters(account_id)]


def erase(leaver: Leaver) -> None:
    db.session.execute(sa.update(Change).where(Change.by_id == leaver.id).values(by_id=None))
    db.session.execute(sa.delete(Attendance).where(Attendance.account_id == leaver.id))
    db.session.execute(sa.delete(FanCalendar).where(FanCalendar.account_id == leaver.id))
    db.session.execute(sa.delete(FanPlace).where(FanPlace.account_id == leaver.id))
    db.session.execute(sa.delete(Discretion).where(Discretion.account_id == leaver.id))
    photos.forget_of(leaver.id)


def _changes(account_id: int) -> list[Chapter]:
    statement = sa.select(Gig.title, Change.to, Change.at).join(Gig, Gig.id == Change.gig_id).where(Change.by_id == account_id)
    rows = [{"gig": title, "to": to, "at": at} for title, to, at in db.session.execute(statement.order_by(Change.id))]
    labels = {"gig": _l("Gig"), "to": _l("Became"), "at": _l("When")}
    return [Chapter("gig_changes", _l("Plans you changed"), labels, rows)] if rows else []


def _gigs(account_id: int) -> list[Chapter]:
    statement = sa.select(Gig.title, Gig.day, Attendance.word, Attendance.said_at).join(Gig, Gig.id == Attendance.gig_id)
    rows = [
        {"gig": title, "day": day, "word": word, "at": at}
        for title, day, word, at in db.session.execute(statement.where(Attendance.account_id == account_id).order_by(Gig.day))
    ]
    labels = {"gig": _l("Gig"), "day": _l("Day"), "word": _l("What you said"), "at": _l("When")}
    return [Chapter("gigs", _l("Evenings you go to, or were at"), labels, rows)] if rows else []


def _discretion(account_id: int) -> list[Chapter]:
    kept = db.session.get(Discretion, account_id)
    if kept is None:
        return []
    return [Chapter("discretion", _l("Who sees your evenings"), {"to": _l("Shown to")}, [{"to": kept.shown_to}])]


def _calendar(account_id: int) -> list[Chapter]:
    calendar = calendar_of(account_id)
    if calendar is None:
        return []
    labels = {"address": _l("Address"), "at": _l("When")}
    rows = [{"address": calendar_address(calendar.secret), "at": calendar.made_at}]
    return [Chapter("calendar", _l("The calendar of your evenings"), labels, rows)]


def _place(account_id: int) -> list[Chapter]:
    place = place_of(account_id)
    if place is None:
        return []
    labels = {"place": _l("Place"), "country": _l("Country"), "km": _l("Kilometres around it"), "at": _l("When")}
    labels["to"] = _l("Shown to")
    rows = [{"place": place.name, "country": place.country, "km": place.km, "at": place.chosen_at, "to": place.shown_to}]
    return [Chapter("place", _l("Where you want to hear of evenings"), labels, rows)]


personal = Personal(
    covers=(
        "gig_change.by_id",
        "attendance.account_id",
        "discretion.account_id",
        "fan_calendar.account_id",
        "fan_place.account_id",
        "fan_photo.account_id",
    ),
    export=export,
    erase=erase,
)
