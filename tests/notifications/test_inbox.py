"""The list on the site: what stands on it, what is unread, and that looking changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.bonds.operations import tie
from fansite.core.db import db
from fansite.notifications import inbox, operations, sending
from fansite.notifications.models import Line, Notice
from fansite.tour import operations as tour
from tests.notifications.conftest import says
from tests.notifications.ways import KINDS, happens, lines_of

PAGE = "/account/notices"


@pytest.fixture(autouse=True)
def _kinds(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "meanwhile", lambda _without: None)
    for kind in KINDS:
        monkeypatch.setitem(app.extensions["fansite"].notices, kind.name, kind)


def told(*to: Any, **how: Any) -> None:
    happens("wave", *to, **how)
    sending.send_due()


def shown(visitor: Any) -> list[tuple[str, bool]]:
    """Lines, and whether they are new."""
    lines = visitor.page.xpath('//ul[@class="told"]/li')
    return [
        (line.xpath('string(.//a[contains(@class, "told__what")])'), "told__line--new" in line.get("class")) for line in lines
    ]


def badge(visitor: Any) -> str:
    return visitor.page.xpath('string(//folding-menu//summary//span[contains(@class, "badge")])')


def test_the_newest_stands_on_top_and_is_new_until_it_is_read(cast, browser_as):
    told(cast.fay, subject="gig:1"), told(cast.fay, subject="gig:2"), told(cast.nora, subject="gig:3")
    fay = browser_as(cast.fay)
    for _look in range(2):
        fay.get(PAGE)
        assert shown(fay) == [("1 x gig:2", True), ("1 x gig:1", True)]
        assert badge(fay) == "2"
    fay.submit("read-all", follow=True)
    assert shown(fay) == [("1 x gig:2", False), ("1 x gig:1", False)]
    assert badge(fay) == ""
    assert "You have read all of it" in fay.text


def test_many_of_the_same_are_one_line_until_it_is_read(cast, browser_as):
    told(cast.fay), told(cast.fay), told(cast.fay, subject="gig:2")
    told(cast.fay)
    fay = browser_as(cast.fay)
    fay.get(PAGE)
    assert shown(fay) == [("3 x gig:1", True), ("1 x gig:2", True)]
    fay.submit("read-all", follow=True)
    told(cast.fay)
    fay.get(PAGE)
    assert shown(fay) == [("1 x gig:1", True), ("1 x gig:2", False)], "what was read is no news any more"


def test_following_a_line_reads_it_by_a_script_and_a_link_alone_does_not(cast, browser_as):
    told(cast.fay), told(cast.fay, subject="gig:2")
    fay = browser_as(cast.fay)
    fay.get(PAGE)
    address = fay.page.xpath('//a[contains(@class, "told__what")]/@data-reading')[1]
    fay.get(address, status=405)
    token = fay.page.xpath("string(//folding-menu//input[@name='csrf_token']/@value)") or read_token(fay)
    response = fay.client.post(
        address, data={"csrf_token": token}, headers={"Accept": "application/json", "Origin": "http://127.0.0.1:8000"}
    )
    assert response.status_code == 204
    fay.get(PAGE)
    assert shown(fay) == [("1 x gig:2", True), ("1 x gig:1", False)]


def test_a_line_is_read_by_its_button_without_scripts(cast, browser_as):
    told(cast.fay), told(cast.fay, subject="gig:2")
    fay = browser_as(cast.fay)
    fay.get(PAGE)
    fay.submit("read", nth=1, follow=True)
    assert shown(fay) == [("1 x gig:2", True), ("1 x gig:1", False)]
    assert len(fay.page.xpath('//form[@data-form="read"]')) == 1


def read_token(visitor: Any) -> str:
    visitor.get(PAGE)
    return visitor.page.xpath("string(//read-mark/@data-token)")


def test_only_ones_own_lines_can_be_read(cast, browser_as, elsewhere):
    told(cast.fay)
    nora = browser_as(cast.nora)
    told(cast.nora, subject="gig:9")
    nora.get(PAGE)
    (line,) = lines_of(cast.fay)
    nora.post(f"{PAGE}/{line.id}/reading", {"csrf_token": read_token(nora)})
    assert elsewhere("SELECT count(*) FROM notice_line WHERE read_at IS NULL") == [(2,)]


@pytest.mark.parametrize("newest", ["", "x", "9" * 400])
def test_reading_as_far_as_nowhere_is_refused(cast, browser_as, newest):
    told(cast.fay)
    fay = browser_as(cast.fay)
    fay.post(f"{PAGE}/reading", {"csrf_token": read_token(fay), "newest": newest}, status=400)


def test_it_goes_on_by_pages(cast, browser_as, monkeypatch):
    monkeypatch.setattr(inbox, "PER_PAGE", 2)
    for number in range(5):
        told(cast.fay, subject=f"gig:{number}")
    fay, found = browser_as(cast.fay), []
    fay.get(PAGE)
    while True:
        found += [title for title, _new in shown(fay)]
        older = fay.page.xpath('//a[@rel="next"]/@href')
        if not older:
            break
        fay.get(older[0])
    assert found == [f"1 x gig:{number}" for number in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize("before", ["x", "-1", "9" * 20, "١"])
def test_an_address_that_is_none(cast, browser_as, before):
    browser_as(cast.fay).get(f"{PAGE}?before={before}", status=404)


def test_who_did_it_is_shown_by_their_faces_and_who_is_not_heard_is_not_seen(cast, browser_as):
    told(cast.fay, by=cast.nora), told(cast.fay, by=cast.milo), told(cast.fay, subject="gig:2", by=cast.nora)
    fay = browser_as(cast.fay)
    fay.get(PAGE)
    assert len(fay.page.xpath('//ul[@class="told"]/li[2]//*[contains(@class, "avatar")]')) >= 2
    tie("block", cast.nora.id, by=cast.fay)
    fay.get(PAGE)
    assert shown(fay) == [("2 x gig:1", True)]
    assert len(fay.page.xpath('//ul[@class="told"]/li[1]//*[contains(@class, "avatar")]')) == 1


def test_of_what_does_not_hold_any_more_nobody_is_stuck_with_a_badge(cast, browser_as):
    told(cast.fay, by=cast.milo)
    tie("mute", cast.milo.id, by=cast.fay)
    fay = browser_as(cast.fay)
    fay.get(PAGE)
    assert (shown(fay), badge(fay)) == ([], "1")
    assert "does not hold any more" in fay.text
    fay.submit("read-all", follow=True)
    assert badge(fay) == ""
    assert "Nothing yet" in fay.text and not fay.page.xpath('//form[@data-form="read-all"]')


def test_an_evening_stays_on_the_list_when_it_is_over(cast, evening, later, browser_as, clock):
    says(cast.fay, evening)
    tour.cancel(evening.id, by=cast.eli)
    later()
    clock.move_to(evening.begins_at)
    clock.shift(86400 * 3)
    fay = browser_as(cast.fay)
    fay.get(f"/fr{PAGE}")
    ((title, new),) = shown(fay)
    assert (title, new) == ("Annulé\xa0: Bruxelles, La Vieille Brasserie, ven. 11 déc.", True)
    assert fay.page.xpath('//ul[@class="told"]//a/@href') == [f"/fr/tour/{evening.slug}"]


def test_the_badge_counts_to_ninety_nine(cast, browser_as, elsewhere):
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)"
    elsewhere(
        f"INSERT INTO notice_line (account_id, family, subject, newest, at) {numbers}"
        " SELECT :fay, 'wave', 'gig:' || i, i, '2026-01-01 00:00:00.000000' FROM n",
        fay=cast.fay.id,
    )
    fay = browser_as(cast.fay)
    fay.get("/account/")
    assert badge(fay) == "99+"


def test_the_list_takes_the_same_few_questions_however_long_it_is(cast, browser_as, count_queries):
    fay, counts = browser_as(cast.fay), []
    for number in range(1, 25):
        told(cast.fay, subject=f"gig:{number}", by=cast.nora)
        if number in (2, 24):
            fay.get(PAGE)
            with count_queries() as counted:
                fay.get(PAGE)
            counts.append(len(counted))
    assert counts[0] == counts[1] <= 8


def test_who_is_erased_leaves_no_line_and_stands_on_none(cast, browser_as):
    told(cast.fay, by=cast.nora), told(cast.nora)
    accounts.erase(cast.nora.id)
    fay = browser_as(cast.fay)
    fay.get(PAGE)
    assert fay.page.xpath('//ul[@class="told"]//*[contains(@class, "avatar")]') == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Line).where(Line.account_id == cast.nora.id)) == 0


def test_old_lines_are_forgotten_with_their_notices(cast, clock):
    told(cast.fay)
    clock.shift(operations.KEEP.total_seconds() + 60)
    operations.sweep()
    assert [db.session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (Line, Notice)] == [0, 0]
