"""`/staff/health`: calm while all is well, and what is not stands first."""

from __future__ import annotations

import pytest

from fansite.core import kept
from fansite.core.db import db, transaction
from fansite.core.mail import Mail
from fansite.core.outbox.leases import MAX_TRIES
from fansite.core.outbox.models import Delivery
from fansite.core.outbox.routines import run_routines
from fansite.lib.times import now
from tests.texts import news_post, say


@pytest.fixture
def in_order(app, cast, worker, clock):
    kept.say("site_name", "Lava Lullaby")
    folder = app.extensions["fansite"].settings.instance_path
    folder.chmod(0o700)
    (folder / "backups.jsonl").unlink(missing_ok=True)
    say(news_post(cast.eli), cast.fay)
    run_routines()
    worker()


def fail_one(listener: str = "search.index", tries: int = MAX_TRIES) -> int:
    with transaction() as session:
        delivery = session.query(Delivery).filter_by(listener=listener).first()
        delivery.done_at, delivery.error, delivery.tries = None, "SearchBusy('another process')", tries
        return int(delivery.id)


def test_while_all_is_well_it_says_so_first(in_order, cast, browser_as):
    ada = browser_as(cast.ada)
    ada.get("/staff/health")
    assert ada.page.xpath("//h2")[0].text_content().strip() == "All is well"
    assert ada.page.xpath("//li[@data-level]") == []
    assert "The worker is at work." in ada.response.text
    ada.get("/staff/")
    assert ada.page.xpath("//a[contains(@href, '/staff/health')]") and "wants looking after" not in ada.response.text


def test_it_speaks_french_too(in_order, cast, browser_as):
    ada = browser_as(cast.ada)
    ada.get("/fr/staff/health")
    assert ada.page.xpath("//h2")[0].text_content().strip() == "Tout va bien"
    assert "Go sont libres sur le disque." in ada.response.text


def test_what_is_wrong_stands_first_and_on_the_desk(in_order, cast, browser_as):
    fail_one()
    with transaction() as session:
        session.add(
            Mail(kind="confirm", to="nora@example.org", language="en", subject="Come in", text="", html="", failed_at=now())
        )
    ada = browser_as(cast.ada)
    ada.get("/staff/")
    assert "2 things about the site want looking after" in ada.response.text
    ada.get("/staff/health")
    levels = [row.get("data-level") for row in ada.page.xpath("//li[@data-level]")]
    assert levels == ["problem", "warning"]
    assert ada.page.xpath("//li[@data-level='warning']//a/@href") == ["/staff/mail"]
    assert "SearchBusy" in ada.response.text
    eli = browser_as(cast.eli)
    eli.get("/staff/")
    assert "want looking after" not in eli.response.text


def test_a_delivery_that_was_given_up_is_tried_again(in_order, cast, browser_as, worker):
    number = fail_one()
    worker()
    assert db.session.get(Delivery, number).done_at is None
    ada = browser_as(cast.ada)
    ada.get("/staff/health")
    assert ada.submit("try-again", {}).status_code == 303
    worker()
    db.session.rollback()
    assert db.session.get(Delivery, number).done_at is not None
    ada.get("/staff/health")
    assert ada.page.xpath("//*[@data-listener]") == []


def test_it_asks_a_few_questions_however_much_waits(in_order, cast, browser_as, count_queries):
    ada = browser_as(cast.ada)
    ada.get("/staff/health")
    with count_queries() as counted:
        ada.get("/staff/health")
    assert len(counted) <= 16, counted
