"""An evening gets another day: one press at the desk, and it stands everywhere, in everybody's calendar and in their mail; and with one
more press within ten minutes it stands nowhere, and nobody was told."""

from __future__ import annotations

import email
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from email import policy
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from icalendar import Calendar
from lxml import etree

from fansite.backends.mail import open_mailer
from fansite.core.outbox.routines import run_routines
from fansite.notifications.gigs.moments import HOLD
from fansite.search.listeners import mend_index
from fansite.tour.models import UNDO_WITHIN
from tests.client import ORIGIN, Visitor
from tests.notifications.conftest import lives, says
from tests.serve.served import free_port
from tests.tour.cast import gig

BRUSSELS = ZoneInfo("Europe/Brussels")
OLD, NEW = datetime(2026, 12, 11, 20, 15, tzinfo=BRUSSELS), datetime(2027, 2, 5, 21, 0, tzinfo=BRUSSELS)
OLD_PATH, NEW_PATH = "/tour/2026-12-11-brussels-la-vieille-brasserie", "/tour/2027-02-05-brussels-la-vieille-brasserie"
REASON = "Jeanne lost her voice."
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


class PostOffice:
    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.letters.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return "250 accepted"


@pytest.fixture
def office(app: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    """A real SMTP server; what it took is read here."""
    made, port = PostOffice(), free_port()
    controller = Controller(made, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setattr(
        app.extensions["fansite"],
        "mailer",
        open_mailer(f"smtp://127.0.0.1:{port}", app.extensions["fansite"].settings.instance_path),
    )
    yield made
    controller.stop()


@pytest.fixture
def evening(office: PostOffice, cast: Any, clock: Any, worker: Callable[[], int]) -> Any:
    """Fay goes, nora might, milo lives near and was told of it. Some days went by."""
    lives(cast.milo, "Antwerp", 50)
    made = gig(cast.eli)
    says(cast.fay, made), says(cast.nora, made, "interested")
    mend_index()
    pass_time(clock, worker, HOLD.total_seconds())
    assert [letter["Subject"] for letter in office.letters] == ["Near you: Brussels, La Vieille Brasserie, Fri 11 Dec"]
    office.letters.clear()
    clock.shift(3 * 86400)
    return made


def pass_time(clock: Any, worker: Callable[[], int], seconds: float) -> None:
    """As the worker does it: round after round."""
    worker()
    clock.shift(seconds)
    run_routines()
    worker()


def test_a_new_date_is_everywhere_after_one_press(office, evening, cast, clock, worker, browser_as):
    stranger, editor = browser_as(None), browser_as(cast.eli)
    before = everything_said(stranger, OLD_PATH)
    announced(before, OLD, "EventScheduled")

    press(editor, evening)
    at_once = everything_said(stranger, NEW_PATH)  # before the worker went by
    announced(at_once, NEW, "EventRescheduled")
    stranger.get(OLD_PATH, status=301)
    assert stranger.location == NEW_PATH
    assert at_once["page"].count("11 December 2026") == 1 and REASON in at_once["page"]
    assert at_once["struck"] == ["Friday, 11 December 2026"]
    assert at_once["json"]["previousStartDate"] == [OLD.isoformat(timespec="minutes")]
    assert at_once["uid"] == before["uid"] and at_once["sequence"] == before["sequence"] + 1
    assert at_once["stamp"] == at_once["lastmod"] > before["lastmod"]
    assert at_once["feed"] == ["New date: Friday, 5 February 2027: Brussels, La Vieille Brasserie"]
    assert at_once["feed_ids"] == before["feed_ids"]

    worker()
    assert finds(stranger) == [NEW_PATH]
    assert office.letters == [], "it may still be a slip"
    pass_time(clock, worker, HOLD.total_seconds())
    letters = {letter["To"]: letter for letter in office.letters}
    assert sorted(letters) == ["fay@example.org", "milo@example.org", "nora@example.org"]
    assert len(office.letters) == 3
    for letter in office.letters:
        told(letter)
    assert "You said that you go." in text_of(letters["fay@example.org"])
    assert "41 km from Antwerp." in text_of(letters["milo@example.org"])
    pass_time(clock, worker, 3600)
    assert len(office.letters) == 3, "and no more"


def test_taken_back_within_ten_minutes_it_was_never_so(office, evening, cast, clock, worker, browser_as):
    stranger, editor = browser_as(None), browser_as(cast.eli)
    before = everything_said(stranger, OLD_PATH)
    press(editor, evening)
    pass_time(clock, worker, UNDO_WITHIN.total_seconds() - 1)
    editor.get(f"/staff/tour/{evening.id}")
    editor.submit("undo")

    after = everything_said(stranger, OLD_PATH)
    stranger.get(NEW_PATH, status=301)
    assert stranger.location == OLD_PATH
    assert after["uid"] == before["uid"] and after["sequence"] == before["sequence"] + 2
    assert after["stamp"] == after["lastmod"] > before["lastmod"]
    changes = ("sequence", "stamp", "lastmod")  # calendars and crawlers must look once more
    assert {name: fact for name, fact in after.items() if name not in changes} == {
        name: fact for name, fact in before.items() if name not in changes
    }
    worker()
    assert finds(stranger) == [OLD_PATH]
    for _hour in range(3):
        pass_time(clock, worker, 3600)
    assert office.letters == []
    editor.get("/staff/notices")
    (line,) = editor.page.xpath('//li[@data-kind="gig.changed"]//*[@data-way="mail"]')
    assert (line.get("data-waiting"), line.get("data-sent"), line.get("data-dropped")) == ("0", "0", "3")


# ---- the one press --------------------------------------------------------------------------------------------------------------


def press(editor: Visitor, evening: Any) -> None:
    editor.get(f"/staff/tour/{evening.id}")
    editor.submit("change", {"to": "rescheduled", "day": "2027-02-05", "starts": "21:00", "doors": "19:00", "reason": REASON})


# ---- what is said where ---------------------------------------------------------------------------------------------------------


def everything_said(reader: Visitor, path: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    reader.get(path)
    found["page"] = " ".join(reader.page.xpath("string(//main)").split())
    found["struck"] = [str(words) for words in reader.page.xpath("//main//h1/following-sibling::*//s//text()")]
    (found["json"],) = (node for node in nodes(reader) if node["@type"] == "MusicEvent")
    for listed in ("/tour/", "/"):
        reader.get(listed)
        found[f"list {listed}"] = {
            str(link) for link in reader.page.xpath("//main//a/@href") if "/tour/20" in link and not link.endswith("/people")
        }
    found |= calendar_of(reader, path)
    reader.get("/tour/feed.xml")
    items = list(etree.fromstring(reader.response.get_data()).iter("item"))
    found["feed"] = [item.findtext("title") for item in items]
    found["feed_ids"] = [item.findtext("guid") for item in items]
    reader.get("/sitemaps/gig-1.xml")
    rows = {
        row.findtext(f"{SITEMAP}loc"): row.findtext(f"{SITEMAP}lastmod") for row in etree.fromstring(reader.response.get_data())
    }
    found["addresses"] = {address.removeprefix(ORIGIN) for address in rows}
    found["lastmod"] = datetime.fromisoformat(rows[f"{ORIGIN}{path}"])
    return found


def calendar_of(reader: Visitor, path: str) -> dict[str, Any]:
    found = []
    for calendar in ("/tour.ics", f"{path}.ics"):
        reader.get(calendar)
        (event,) = Calendar.from_ical(reader.response.get_data()).walk("VEVENT")
        found.append(
            (
                str(event["UID"]),
                int(event["SEQUENCE"]),
                event["DTSTAMP"].dt,
                event["DTSTART"].dt,
                str(event["STATUS"]),
                str(event["URL"]),
            )
        )
    assert found[0] == found[1]
    return dict(zip(("uid", "sequence", "stamp", "start", "status", "url"), found[0], strict=True))


def announced(said: dict[str, Any], at: datetime, state: str) -> None:
    path = NEW_PATH if at == NEW else OLD_PATH
    day: date = at.date()
    assert f"{day:%A}, {day.day} {day:%B} {day.year}" in said["page"]
    assert f"{at:%H:%M} Brussels time (UTC+1)" in said["page"]
    assert said["json"]["startDate"] == at.isoformat(timespec="minutes")
    assert said["json"]["eventStatus"] == f"https://schema.org/{state}"
    assert said["json"]["url"] == f"{ORIGIN}{path}"
    assert said["list /tour/"] == said["list /"] == {path}
    assert (said["start"], said["status"], said["url"]) == (at, "CONFIRMED", f"{ORIGIN}{path}")
    assert said["addresses"] == {path, f"/fr{path}"}


def nodes(reader: Visitor) -> list[dict[str, Any]]:
    found = json.loads(reader.page.xpath('string(//script[@type="application/ld+json"])'))
    return list(found["@graph"])


def finds(reader: Visitor) -> list[str]:
    reader.get("/search", query_string={"q": "Bruxelles"})
    return [str(link) for link in reader.page.xpath('//ol[@id="results"]/li//a[1]/@href')]


# ---- what the mail says ---------------------------------------------------------------------------------------------------------


def told(letter: EmailMessage) -> None:
    assert letter["Subject"] == "New date: Brussels, La Vieille Brasserie, Fri 5 Feb"
    text = text_of(letter)
    for words in (
        "Friday, 5 February 2027, 21:00, Brussels time (UTC+1)",
        "instead of Friday, 11 December 2026",
        REASON,
        f"{ORIGIN}{NEW_PATH} ",
        f"{ORIGIN}{NEW_PATH}.ics",
    ):
        assert words in text, words
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert str(letter["List-Unsubscribe"]).strip("<>") in text


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())
