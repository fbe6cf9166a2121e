"""What one chooses to hear of, what the desk sees of it, and what goes wrong with the post."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from fansite.accounts.operations import erase
from fansite.backends.mail import MailFailed
from fansite.core.db import db
from fansite.lib.times import now
from fansite.notifications import checks, operations, personal
from fansite.notifications.gigs.moments import HOLD
from fansite.notifications.models import Choice, Line, Notice, Occasion
from fansite.tour import operations as tour
from tests.core.test_mail_queue import Unwilling
from tests.notifications.conftest import lives, says
from tests.tour.cast import gig

PAGE = "/account/notifications"


def chosen(visitor) -> dict[str, str]:
    """What stands in the boxes of mails that is not "no"."""
    boxes = visitor.page.xpath('//form[@data-form="notifications"]//select[starts-with(@name, "mail-")]')
    said = {box.get("name"): box.xpath("string(option[@selected]/@value)") for box in boxes}
    return {name: pace for name, pace in said.items() if pace != "off"}


def ticked(visitor) -> set[str]:
    return {box.get("name") for box in visitor.page.xpath('//form[@data-form="notifications"]//input[@checked]')}


# ---- choosing -----------------------------------------------------------------------------------------------------------------


def test_everything_is_told_as_long_as_nobody_chose(cast, browser_as):
    fay = browser_as(cast.fay)
    fay.get(PAGE)
    assert (len(chosen(fay)), len(ticked(fay))) == (8, 19)
    assert "fay@example.org" in fay.text
    assert "Choose your place" in fay.text


def test_what_is_chosen_is_kept_for_this_person_alone(cast, browser_as, elsewhere):
    fay, nora = browser_as(cast.fay), browser_as(cast.nora)
    fay.get(PAGE)
    fay.post(PAGE, {"mail-gig_cancelled": "weekly", "push-gig_changed": "y", "csrf_token": token_of(fay)}, follow=True)
    assert (chosen(fay), ticked(fay)) == ({"mail-gig_cancelled": "weekly"}, {"push-gig_changed"})
    assert "It is kept so" in fay.text
    nora.get(PAGE)
    assert len(chosen(nora)) == 8
    assert elsewhere("SELECT count(*) FROM notice_choice") == [(26,)], "what is as it was leaves no trace"
    for _press in range(2):
        fay.submit("notifications", {"mail-gig_tickets": "now"}, follow=True)
    assert chosen(fay) == {"mail-gig_cancelled": "weekly", "mail-gig_tickets": "now"}


@pytest.mark.parametrize(
    ("box", "value"), [("mail-gig_cancelled", "hourly"), ("zone", "Mars/Olympus"), ("quiet_from", "24"), ("quiet_until", "x")]
)
def test_what_nobody_can_choose_is_told_and_the_rest_stays(cast, browser_as, elsewhere, box, value):
    fay = browser_as(cast.fay)
    fay.get(PAGE)
    sent = {"mail-gig_tickets": "daily", "site-gig_changed": "y", "zone": "Europe/Paris", box: value, "csrf_token": token_of(fay)}
    fay.post(PAGE, sent, status=422)
    assert "One thing to put right" in fay.text
    assert (chosen(fay).get("mail-gig_tickets"), ticked(fay)) == ("daily", {"site-gig_changed"})
    assert elsewhere("SELECT count(*) FROM notice_choice") == [(0,)]


def test_whose_clocks_and_which_hours_are_kept(cast, browser_as, elsewhere):
    fay = browser_as(cast.fay)
    fay.get(PAGE)
    fay.submit("notifications", {"zone": "America/Argentina/Ushuaia", "quiet_from": "0", "quiet_until": "7"}, follow=True)
    columns = "zone, quiet_from, quiet_until"
    assert elsewhere(f"SELECT {columns} FROM notice_setting") == [("America/Argentina/Ushuaia", 0, 7)]
    assert fay.page.xpath('string(//select[@name="zone"]//option[@selected]/@value)') == "America/Argentina/Ushuaia"


def token_of(visitor) -> str:
    return visitor.page.xpath('string(//form[@data-form="notifications"]//input[@name="csrf_token"]/@value)')


def test_the_place_stands_there_with_the_way_to_another(cast, browser_as):
    lives(cast.fay, "Lyon", 250)
    fay = browser_as(cast.fay)
    fay.get(PAGE)
    assert "Lyon and 250 km around it." in fay.text
    assert "/account/place" in fay.page.xpath("//main//a/@href")


def test_it_is_linked_from_the_account_and_speaks_french(cast, browser_as):
    fay = browser_as(cast.fay)
    fay.get("/account/")
    assert PAGE in fay.page.xpath("//main//a/@href")
    fay.get(f"/fr{PAGE}")
    assert "/fr/account/place" in fay.page.xpath("//main//a/@href")


def test_the_page_takes_the_same_few_questions(cast, browser_as, count_queries):
    fay = browser_as(cast.fay)
    fay.get(PAGE)
    with count_queries() as counted:
        fay.get(PAGE)
    assert len(counted) <= 9


# ---- the desk -----------------------------------------------------------------------------------------------------------------


def line_of(visitor, kind: str):
    (line,) = visitor.page.xpath(f'//li[@data-kind="{kind}"]//*[@data-way="mail"]')
    states = {name: line.get(f"data-{name}") for name in ("waiting", "sent", "dropped", "failed")}
    return states, " ".join(line.text_content().split())


def test_the_desk_sees_how_many_will_be_told_and_were(cast, evening, later, browser_as, worker):
    says(cast.fay, evening), says(cast.nora, evening)
    tour.cancel(evening.id, by=cast.eli)
    worker()
    eli = browser_as(cast.eli)
    eli.get("/staff/notices")
    states, text = line_of(eli, "gig.cancelled")
    assert states["waiting"] == "2" and "2 people will be told" in text
    assert f"/staff/tour/{evening.id}" in eli.page.xpath("//main//a/@href")
    operations.choose({("gig.cancelled", "mail"): False}, by=cast.nora)
    later()
    eli.get("/staff/notices")
    states, text = line_of(eli, "gig.cancelled")
    assert states == {"waiting": "0", "sent": "1", "dropped": "1", "failed": "0"}
    assert "One person was told" in text and "post" not in text


def test_the_desk_asks_as_few_questions_for_fifty_as_for_one(cast, evening, worker, browser_as, count_queries):
    eli = browser_as(cast.eli)
    says(cast.fay, evening)
    counts = []
    for acts in (1, 20):
        for _act in range(acts):
            tour.cancel(evening.id, by=cast.eli), tour.reinstate(evening.id, by=cast.eli)
        worker()
        eli.get("/staff/notices")
        with count_queries() as counted:
            eli.get("/staff/notices")
        counts.append(len(counted))
    assert counts[0] == counts[1] <= 9


# ---- the post -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def unwilling(app, monkeypatch):
    def replaced(*refusals):
        mailer = Unwilling(*refusals)
        monkeypatch.setattr(app.extensions["fansite"], "mailer", mailer)
        return mailer

    return replaced


def states() -> list[tuple[str, str | None]]:
    db.session.rollback()
    return [
        tuple(row)
        for row in db.session.execute(sa.select(Notice.state, Notice.why).where(Notice.channel == "mail").order_by(Notice.id))
    ]


def test_what_the_post_refuses_is_seen_as_failed(cast, evening, later, unwilling):
    unwilling(MailFailed("550 No such person", for_ever=True))
    says(cast.fay, evening)
    tour.cancel(evening.id, by=cast.eli)
    later()
    assert states() == [("failed", "550 No such person")]


def test_a_mail_that_was_held_up_until_the_show_began_is_not_sent_and_the_rest_of_it_is(
    cast, evening, later, unwilling, clock, worker
):
    """Two evenings in one mail, and the server was away until the first of them had begun."""
    mailer = unwilling(*[MailFailed("away")] * 100)
    says(cast.fay, evening)
    other = gig(cast.eli, day=evening.day + timedelta(days=30))
    says(cast.fay, other)
    clock.move_to(evening.begins_at - timedelta(hours=1))
    later(0)
    mailer.taken.clear()
    tour.cancel(evening.id, by=cast.eli), tour.cancel(other.id, by=cast.eli)
    later(HOLD.total_seconds())
    assert mailer.taken == []
    mailer.refusals.clear()
    clock.move_to(evening.begins_at + timedelta(minutes=1))
    for _round in range(4):
        later(1800)
    (message,) = [one for one in mailer.taken if "Cancelled" in one["Subject"]]
    assert message["Subject"] == "Cancelled: Brussels, La Vieille Brasserie, Sun 10 Jan"
    assert ("dropped", "late") in states()


def test_what_waits_too_long_is_a_warning(cast, evening, worker, clock):
    says(cast.fay, evening)
    assert [finding.level for finding in checks.in_time()] == ["ok"]
    tour.cancel(evening.id, by=cast.eli)
    worker()
    clock.shift(3600 * 2)
    (finding,) = checks.in_time()
    assert (finding.level, str(finding.text)) == ("warning", "2 notices are overdue.")


# ---- what is kept -------------------------------------------------------------------------------------------------------------


def test_who_asks_what_is_known_of_them_reads_what_they_chose_and_were_told(cast, evening, later):
    says(cast.fay, evening)
    operations.choose({("gig.tickets", "mail"): False}, by=cast.fay)
    tour.cancel(evening.id, by=cast.eli)
    later()
    chosen, told = personal.export(cast.fay.id)
    assert [(str(row["kind"]), row["wanted"]) for row in chosen.rows] == [("Tickets go on sale", False)]
    assert [(str(row["kind"]), row["about"], str(row["channel"]), row["state"]) for row in told.rows] == [
        ("An evening is called off", f"gig:{evening.id}", way, "sent") for way in ("On the site", "By mail")
    ]
    assert personal.export(cast.nora.id) == []
    erase(cast.fay.id)
    assert personal.export(cast.fay.id) == []


def test_what_was_told_is_forgotten_after_half_a_year_and_what_was_chosen_is_not(cast, evening, later, clock):
    says(cast.fay, evening)
    operations.choose({("gig.tickets", "mail"): False}, by=cast.fay)
    tour.cancel(evening.id, by=cast.eli)
    later()
    clock.move_to(now() + operations.KEEP - timedelta(hours=1))
    operations.sweep()
    assert len(states()) == 1
    clock.shift(3600 * 2)
    operations.sweep()
    assert states() == []
    counts = [db.session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (Occasion, Choice)]
    assert counts == [0, 1]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Line)) == 0
