"""One press stops mails (RFC 8058): by the button of a mail program, or on the page its link opens, and never by opening it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.core.db import db
from fansite.notifications import queries, stopping
from fansite.notifications.models import Choice
from fansite.tour import operations as tour
from tests.notifications.conftest import lives, says, text_of
from tests.tour.cast import gig

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def link(cast, evening, later, mails):
    """The path in a mail about a cancelled evening."""
    says(cast.fay, evening)
    tour.cancel(evening.id, by=cast.eli)
    later()
    return path_in(mails()["fay"][0])


def path_in(message: Any) -> str:
    return re.fullmatch(r"<http://127\.0\.0\.1:8000(/\S+)>", message["List-Unsubscribe"])[1]


def unwanted() -> list[tuple[int, str]]:
    db.session.rollback()
    rows = db.session.execute(sa.select(Choice.account_id, Choice.kind).where(~Choice.wanted).order_by(Choice.kind))
    return [tuple(row) for row in rows]


def test_the_link_stands_in_the_head_and_in_both_texts(cast, link, mails):
    (message,) = mails()["fay"]
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"/unsubscribe/[0-9a-f]{60,}", link)
    assert f"http://127.0.0.1:8000{link}" in text_of(message)
    assert f'href="http://127.0.0.1:8000{link}"' in message.get_body(("html",)).get_content()


def test_a_mail_program_stops_them_without_cookie_origin_or_token(app, cast, link):
    for _press in range(2):
        answer = app.test_client().post(link, data=ONE_CLICK)
        assert answer.status_code == 200
        assert unwanted() == [(cast.fay.id, "gig.cancelled")]


def test_it_stops_them_for_whoever_has_the_link_whoever_is_signed_in(cast, link, browser_as):
    browser_as(cast.ada).post(link, ONE_CLICK, status=200, headers={"Origin": "https://mail.example"})
    assert unwanted() == [(cast.fay.id, "gig.cancelled")]


def test_opening_the_link_stops_nothing(cast, link, stranger, elsewhere):
    for method in ("GET", "HEAD"):
        assert stranger.client.open(link, method=method).status_code == 200
    assert elsewhere("SELECT count(*) FROM notice_choice") == [(0,)]


def test_the_page_stops_this_kind_or_all_and_takes_it_back(cast, link, stranger):
    stranger.get(link)
    assert "An evening is called off" in stranger.text
    stranger.submit("stop-these", status=200)
    assert unwanted() == [(cast.fay.id, "gig.cancelled")]
    stranger.submit("stop-all", status=200)
    assert len(unwanted()) == 8
    stranger.submit("stop-again", status=200)
    assert unwanted() == [(cast.fay.id, "gig.cancelled")], "what was stopped before stays so"
    assert len(stranger.page.xpath("//main//li")) == 7 and not stranger.page.xpath('//form[@data-form="stop-these"]')
    stranger.get(link)
    stranger.submit("stop-these", status=200)
    stranger.submit("stop-again", status=200)
    assert unwanted() == []


def test_a_mail_about_several_kinds_stops_these(cast, evening, later, mails, app):
    lives(cast.fay)
    gig(cast.eli)
    tour.cancel(evening.id, by=cast.eli)
    later()
    app.test_client().post(path_in(mails()["fay"][0]), data=ONE_CLICK)
    assert [kind for _account, kind in unwanted()] == ["gig.announced", "gig.cancelled"]


def test_what_is_stopped_does_not_come_any_more_though_it_waits(cast, evening, later, mails, app):
    says(cast.fay, evening)
    tour.cancel(evening.id, by=cast.eli)
    later(60)
    app.test_client().post(f"/unsubscribe/{stopping.token_for(cast.fay.id, ['gig.cancelled'])}", data=ONE_CLICK)
    later()
    assert mails() == {}


def test_months_later_it_still_works(app, cast, link, clock):
    clock.shift(300 * 86400)
    assert app.test_client().post(link, data=ONE_CLICK).status_code == 200
    assert unwanted() == [(cast.fay.id, "gig.cancelled")]


def test_a_banned_person_may_stop_mails_and_one_who_is_erased_is_nobody(app, cast, link):
    accounts.disable(cast.fay.id, by=cast.ada)
    assert app.test_client().get(link).status_code == 200
    accounts.erase(cast.fay.id)
    assert app.test_client().get(link).status_code == 404
    assert app.test_client().post(link, data=ONE_CLICK).status_code == 404


def test_nobody_can_guess_or_bend_a_link(app, cast, link):
    token = link.rpartition("/")[2]
    other = stopping.token_for(cast.nora.id, ["gig.cancelled"])
    digits = stopping.DIGITS
    bent = [
        "x", "0" * len(token), token[:-1], token[:-1] + ("0" if token[-1] != "0" else "1"), token.upper(), f"{token}0",
        other[:-digits] + token[-digits:], f"{token[:2]}{token[:-digits]}{token[-digits:]}", "é" * 60, "ab" * 2000,
    ]  # fmt: skip
    for one in bent:
        assert app.test_client().post(f"/unsubscribe/{one}", data=ONE_CLICK).status_code == 404, one
    assert unwanted() == []


def test_a_link_cut_short_says_what_to_do_instead(link, stranger):
    stranger.get(link[:-1], status=404)
    assert "nothing is stopped yet" in stranger.text
    assert stranger.page.xpath('//main//a[@href="/account/notifications"]')


def test_the_link_and_its_page_tell_nobody_who_it_is(cast, link, stranger, capsys):
    capsys.readouterr()
    stranger.get(link)
    page = stranger.response.get_data(as_text=True)
    for word in ("fay", "Fay", "example.org"):
        assert word not in page and word.encode().hex() not in link
    assert link.rpartition("/")[2] not in capsys.readouterr().err


def test_the_page_is_kept_by_nobody_and_stands_in_no_index(link, stranger):
    stranger.get(link)
    assert stranger.response.headers["Cache-Control"] == "private, no-store"
    assert stranger.response.headers["X-Robots-Tag"] == "noindex"
    assert stranger.page.xpath('//meta[@name="robots"]/@content') == ["noindex"]
    stranger.get("/robots.txt")
    assert "Disallow: /unsubscribe/" in stranger.response.get_data(as_text=True)


def test_the_page_speaks_the_language_of_the_mail(cast, evening, later, mails, elsewhere):
    elsewhere("UPDATE account SET language = 'fr' WHERE username_key = 'fay'")
    says(cast.fay, evening)
    tour.cancel(evening.id, by=cast.eli)
    later()
    assert path_in(mails()["fay"][0]).startswith("/fr/unsubscribe/")


def test_taking_it_back_starts_no_kinds_that_are_none(cast, link, stranger, elsewhere):
    stranger.post(link, {"what": "all"}, status=200)
    stranger.post(link, {"what": "again", "kinds": "nonsense,gig.tickets"}, status=200)
    assert elsewhere("SELECT kind FROM notice_choice WHERE wanted") == [("gig.tickets",)]
    assert elsewhere("SELECT count(*) FROM notice_choice WHERE kind = 'nonsense'") == [(0,)]


def test_the_link_sends_nobody_what_they_did_not_want_before(cast, stranger, clock):
    fay, link = cast.fay.id, f"/unsubscribe/{stopping.token_for(cast.fay.id, ['comment.reply'])}"
    stranger.post(link, {"what": "again", "kinds": "news.published"}, status=200)
    assert not wants("news.published", fay), "never chosen"
    stranger.post(link, {"what": "these"}, status=200)
    clock.shift(timedelta(hours=2))
    stranger.post(link, {"what": "again", "kinds": "comment.reply"}, status=200)
    assert not wants("comment.reply", fay), "what was meant"


def wants(kind: str, account_id: int) -> bool:
    db.session.rollback()
    return queries.wants(queries.choices([account_id]), account_id, kind, "mail")
