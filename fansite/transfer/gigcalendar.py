"""Gigs as a calendar (RFC 5545): each event is an evening. What is wrong with one is told beside it, and the others come in.

Events are read one by one, each from its own lines: a file of ten thousand needs no more memory than its text.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from icalendar import Event, Timezone, vText

from fansite.core import markup
from fansite.lib import cities
from fansite.tour.models import Point
from fansite.tour.operations.settling import YEARS
from fansite.tour.operations.venues import House
from fansite.transfer import repeats, zonenames
from fansite.transfer.evenings import MOST, Census, Told, origin
from fansite.transfer.problems import Refused
from fansite.transfer.whereabouts import Unplaced, house_of

# An event with a poster inside is larger, and no event of a tour has one.
MAX_EVENT = 256 * 1024
MAX_UID = 80
A_DAY = timedelta(days=1)
STATES = {"CANCELLED": "cancelled", "CONFIRMED": "planned"}
MAX_URL = 500
# What the library stumbles over in files nobody should write.
_ODD = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_CANCELS = re.compile(r"^METHOD:CANCEL\s*$", re.I | re.M)
_HTML = re.compile(r"<(?:br|p|a|b|i|ul|ol|li|div|span|strong|em)\b[^<>]*>", re.I)
_GEO = re.compile(r"geo:(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)", re.I)


@dataclass(slots=True)
class Part:
    """The lines of one component, from BEGIN to END."""

    kind: str
    lines: list[str] = field(default_factory=list)
    whole: bool = False

    def parsed(self, model: Any) -> Any:
        text = "\r\n".join(line for line in self.lines if line.strip())
        if not self.whole:
            raise ValueError("it does not end")
        if len(text) > MAX_EVENT:
            raise ValueError(f"it is larger than {MAX_EVENT // 1024} kB")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about names of zones, which are looked up here
            return model.from_ical(text)


def read(text: str, census: Census) -> None:
    if "BEGIN:V" not in text.upper():
        raise Refused(None, "this is no calendar")
    calendar = _Calendar(census, cancelled=bool(_CANCELS.search(text)))
    for part in _parts(text, "VTIMEZONE"):  # they may stand after the events they are for
        calendar.know(part)
    for number, part in enumerate(_parts(text, "VEVENT"), start=1):
        if number > MOST:
            raise Refused(None, f"more than {MOST:,} events")
        calendar.take(number, part)
    census.evenings[:] = calendar.evenings.values()


def _parts(text: str, wanted: str) -> Iterator[Part]:
    """Events, or zones, however torn what stands around them is."""
    part: Part | None = None
    for line in io.StringIO(text, newline=None):
        mark, _, kind = line.strip().upper().partition(":")
        kind = kind.strip()
        if mark == "BEGIN" and kind == wanted:
            if part is not None:
                yield part
            part = Part(kind)
        if part is not None:
            part.lines.append(line.rstrip("\n"))
            if mark == "END" and kind == part.kind:
                part.whole = True
                yield part
                part = None
    if part is not None:
        yield part


class Unreadable(Exception):
    """Why an event becomes no evening."""


class _Calendar:
    def __init__(self, census: Census, *, cancelled: bool) -> None:
        self.evenings: dict[str, Told] = {}
        self._census = census
        # A calendar that only takes back: RFC 5546, 3.2.5.
        self._cancelled = cancelled
        self._zones: dict[str, Timezone] = {}
        # Of the evenings kept: whether it stands in for one of a series, and how often it was changed.
        self._ranks: dict[str, tuple[bool, int]] = {}

    def know(self, part: Part) -> None:
        """A zone that is described; one that cannot be read is missed where its name is not known otherwise."""
        try:
            zone = part.parsed(Timezone)
            self._zones[str(zone["TZID"])] = zone
        except _ODD:
            return

    def take(self, number: int, part: Part) -> None:
        where = f"event {number}"
        try:
            event = part.parsed(Event)
            uid = _text(event, "UID")
            where = f"{where} ({uid[:60]})" if uid else where
            instead = "RECURRENCE-ID" in event
            for told in self._told(event, where, uid):
                self._keep(told, (instead, told.sequence))
        except (Unreadable, Unplaced, repeats.Endless) as problem:
            self._census.leave_out(where, str(problem))
        except _ODD as error:
            self._census.leave_out(where, f"it cannot be read: {error}")

    def _keep(self, told: Told, rank: tuple[bool, int]) -> None:
        """The latest of each; one evening of a series may have been changed by itself."""
        other, first = self.evenings.get(told.origin), self._ranks.get(told.origin)
        if other is not None and first is not None and rank[0] == first[0]:
            left = told if rank < first else other
            self._census.leave_out(left.where, f"{left.name} stands in the file twice: the later change was taken")
        if first is None or rank >= first:
            self.evenings[told.origin], self._ranks[told.origin] = told, rank
        if len(self.evenings) > MOST:
            raise Refused(None, f"more than {MOST:,} gigs")

    def _told(self, event: Event, where: str, uid: str) -> Iterator[Told]:
        begins = self._moment(event.get("DTSTART"))
        if begins is None:
            raise Unreadable("it does not say when")
        if begins.year not in YEARS:
            raise Unreadable(f"the year {begins.year} is a slip of the pen")
        ends, says = self._end(event, begins, where)
        house = _house(event, begins, self._point(event, where))
        told = Told(
            where=where,
            origin=_origin(uid, event, begins, house),
            house=house,
            begins=begins,
            ends=ends,
            says=says,
            facts=self._facts(event, where),
            uid=uid if len(uid) <= MAX_UID and not repeats.repeats(event) and "RECURRENCE-ID" not in event else "",
            sequence=_number(event.get("SEQUENCE")),
            certain="X-FANSITE-STATE" in event or _text(event, "STATUS").upper() != "TENTATIVE",
        )
        yield from _each(event, told, uid) if repeats.repeats(event) else (told,)

    def _moment(self, value: Any) -> date | datetime | None:
        """A day; a time by the clock of the house; or one in a zone. The zone is looked up by its name."""
        value = value[0] if isinstance(value, list) else value
        at = getattr(value, "dt", None)
        if not isinstance(at, date) or not isinstance(at, datetime):
            return at if isinstance(at, date) else None
        name = str(value.params.get("TZID", ""))
        if not name:
            return at
        at = at.replace(tzinfo=None)
        zone: tzinfo | None = zonenames.known(name)
        if zone is None and name in self._zones:
            zone = zonenames.of_calendar(self._zones[name], at)
        if zone is None:
            raise Unreadable(f"nobody knows the time zone “{name[:60]}”")
        return at.replace(tzinfo=zone)

    def _end(self, event: Event, begins: date | datetime, where: str) -> tuple[datetime | None, frozenset[str]]:
        """And what was said of it: an end that is none of an evening is left open, and told."""
        ends, lasts = self._moment(event.get("DTEND")), getattr(event.get("DURATION"), "dt", None)
        if ends is None and isinstance(lasts, timedelta):
            ends = begins + lasts
        if not isinstance(begins, datetime):
            if ends is not None and not isinstance(ends, datetime) and ends - begins > A_DAY:
                self._census.problems.note(where, "it lasts several days: its first was taken")
            return None, frozenset()
        if _house_said(event).get("X-END") == "open":
            return None, frozenset({"ends"})
        if not isinstance(ends, datetime) or (ends.tzinfo is None) != (begins.tzinfo is None) or ends <= begins:
            return None, frozenset()
        if ends - begins >= A_DAY:
            self._census.problems.note(where, "it ends more than a day later: the end was left open")
            return None, frozenset()
        return ends, frozenset({"ends"})

    def _point(self, event: Event, where: str) -> Point | None:
        geo = event.get("GEO")
        point = (getattr(geo, "latitude", None), getattr(geo, "longitude", None))
        if point[0] is None and (found := _GEO.search(_text(event, "X-APPLE-STRUCTURED-LOCATION"))):
            point = (float(found[1]), float(found[2]))
        latitude, longitude = point
        if latitude is None or longitude is None or (latitude, longitude) == (0, 0):  # that is the sea: nobody knew
            return None
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            self._census.problems.note(where, "its coordinates are none of the Earth and were left out")
            return None
        return latitude, longitude

    def _facts(self, event: Event, where: str) -> dict[str, Any]:
        state = STATES.get(_text(event, "STATUS").upper(), "")
        said = event.get("X-FANSITE-STATE")
        facts: dict[str, Any] = {"body": _description(event)}
        if self._cancelled or state:
            facts["state"] = "cancelled" if self._cancelled else state
        if said is not None:
            facts |= {
                "state": _unescaped(said),
                "tickets": said.params.get("X-TICKETS", ""),
                "ticket_url": said.params.get("X-URL", ""),
            }
        elif url := _text(event, "URL"):
            if url.startswith(("https://", "http://")) and len(url) <= MAX_URL:
                facts["ticket_url"] = url
            else:
                self._census.problems.note(where, "its address is none of the web and was left out")
        return facts


def _each(event: Event, told: Told, uid: str) -> Iterator[Told]:
    """Every evening of a series, each known by its day."""
    moment = isinstance(told.begins, datetime)
    first = told.begins.date() if isinstance(told.begins, datetime) else told.begins
    for day in repeats.evenings(event, first, told.begins.tzinfo if isinstance(told.begins, datetime) else None):
        later = day - first
        begins = told.begins + later if moment else day
        ends = told.ends + later if told.ends is not None else None
        yield replace(told, origin=origin("calendar", f"{uid}#{day}"), begins=begins, ends=ends)


def _origin(uid: str, event: Event, begins: date | datetime, house: House) -> str:
    if not uid:
        return origin("gigs", f"{begins:%Y-%m-%d}:{cities.fold(house['city'])}:{cities.fold(house['name'])}")
    instead = getattr(event.get("RECURRENCE-ID"), "dt", None)
    return origin("calendar", f"{uid}#{instead:%Y-%m-%d}" if isinstance(instead, date) else uid)


def _house(event: Event, begins: date | datetime, point: Point | None) -> House:
    """As our own calendars say it part by part, others in a line."""
    said = event.get("X-FANSITE-HOUSE")
    if said is None:
        zone = getattr(getattr(begins, "tzinfo", None), "key", "")
        return house_of(_text(event, "LOCATION"), _text(event, "SUMMARY"), point, zone)
    parts = {name: markup.tidy(said.params.get(f"X-{name.upper()}", "")) for name in ("address", "city", "country", "zone")}
    if not parts["city"]:
        raise Unplaced("its house has no city")
    latitude, longitude = point or (None, None)
    return House(name=_unescaped(said), latitude=latitude, longitude=longitude, **parts)  # type: ignore[typeddict-item]


def _house_said(event: Event) -> Any:
    return getattr(event.get("X-FANSITE-HOUSE"), "params", {})


def _description(event: Event) -> str:
    """Some calendars write HTML into it. Ours begin with why plans changed and who plays too, and end with the address of the page here."""
    text = _text(event, "DESCRIPTION")
    if _HTML.search(text):
        text = markup.plain(markup.clean_html(text, "fan"))
    if "X-FANSITE-HOUSE" in event:
        before = _unescaped(event.get("X-FANSITE-BEFORE", ""))
        text = text.removesuffix(_text(event, "URL")).removeprefix(before)
    return text.strip()


def _text(event: Event, name: str) -> str:
    """The first of that name: what may stand there once stands there more often."""
    value = event.get(name)
    value = value[0] if isinstance(value, list) and value else value
    return markup.tidy(str(value)).strip() if value is not None else ""


def _unescaped(value: Any) -> str:
    """Of a property the library knows nothing of."""
    return markup.tidy(str(vText.from_ical(str(value)))).strip()


def _number(value: Any) -> int:
    return min(max(int(value), 0), 2**31 - 1) if isinstance(value, int) else 0
