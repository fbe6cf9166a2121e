"""Following, muting and blocking by a press, and `/account/people`, as a browser without scripts meets them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from fansite.accounts import operations as accounts
from fansite.bonds import operations, queries
from fansite.bonds.models import Bond
from fansite.core.db import db

pytestmark = pytest.mark.once


def kinds(account, other) -> list[str]:
    db.session.rollback()
    ties = sa.select(Bond.kind).where(Bond.account_id == account.id, Bond.other_id == other.id).order_by(Bond.kind)
    return list(db.session.scalars(ties))


def listed(visitor) -> list[str]:
    return visitor.page.xpath('//*[@class="ties"]//*[contains(@class, "person__name")]/text()')


def test_a_fan_follows_another_and_stops(cast, browser_as, stranger):
    nora = browser_as(cast.nora)
    nora.get("/fans/fay")
    nora.submit("follow", follow=True)
    assert nora.address == "/fans/fay" and kinds(cast.nora, cast.fay) == ["follow"]
    stranger.get("/fans/fay")
    assert "One follower" in stranger.text
    button = nora.page.xpath('//form[@data-form="follow"]//button')[0]
    assert (button.get("name"), " ".join(button.text_content().split())) == ("undo", "Unfollow")
    nora.submit("follow", {"undo": "y"}, follow=True)
    assert kinds(cast.nora, cast.fay) == []
    stranger.get("/fans/fay")
    assert "follower" not in stranger.text


def test_muting_and_blocking_are_said_on_the_page_and_taken_back(cast, browser_as):
    nora = browser_as(cast.nora)
    nora.get("/fans/fay")
    nora.submit("mute", follow=True)
    assert "You mute Fay. They do not know." in nora.text
    nora.submit("block", follow=True)
    assert "You block Fay" in nora.text
    assert not nora.page.xpath('//form[@data-form="follow"]')
    fay = browser_as(cast.fay)
    fay.get("/fans/nora")
    assert "You block" not in fay.text and not fay.page.xpath('//form[@data-form="follow"]')
    nora.submit("block", {"undo": "y"}, follow=True)
    assert kinds(cast.nora, cast.fay) == ["mute"]


def test_nobody_shuts_out_who_keeps_order(cast, browser_as):
    nora = browser_as(cast.nora)
    nora.get("/fans/milo")
    assert not nora.page.xpath('//form[@data-form="block"]')
    nora.get("/account/")
    nora.post(f"/account/people/{cast.milo.id}/block", {"csrf_token": token(nora)}, status=403)


def token(visitor) -> str:
    return visitor.page.xpath('string(//input[@name="csrf_token"]/@value)')


def test_a_stranger_is_led_to_sign_in(cast, stranger):
    stranger.get("/fans/fay")
    assert not stranger.page.xpath("//main//form")
    assert stranger.page.xpath('//main//a[@href="/login?next=/fans/fay"]')
    stranger.post(f"/account/people/{cast.fay.id}/follow", status=302)
    assert stranger.location == f"/login?next=/account/people/{cast.fay.id}"


def test_who_had_to_sign_in_first_stands_before_that_person_again(cast, browser_as):
    nora = browser_as(cast.nora)
    nora.get(f"/account/people/{cast.fay.id}", status=302)
    assert nora.location == "/fans/fay"
    for nobody in (cast.ben.id, 999):
        nora.get(f"/account/people/{nobody}", status=404)


def test_ones_own_list_holds_all_one_decided_and_takes_it_back(cast, browser_as):
    for kind, other in (("follow", cast.fay), ("follow", cast.eli), ("mute", cast.eli), ("block", cast.ben)):
        operations.tie(kind, other.id, by=cast.nora) if other.active or kind != "follow" else None
    nora = browser_as(cast.nora)
    nora.get("/account/people")
    assert sorted(listed(nora)) == ["Fay", "eli"]
    nora.get("/account/people?kind=mute")
    assert listed(nora) == ["eli"]
    nora.submit("mute", {"undo": "y"}, follow=True)
    assert nora.address == "/account/people?kind=mute" and listed(nora) == []
    nora.get("/account/people?kind=block")
    assert listed(nora) == ["ben"]
    assert not nora.page.xpath('//a[@href="/fans/ben"]'), "who is banned has no page"
    nora.submit("block", {"undo": "y"})
    assert queries.counts_of(cast.nora.id) == {"follow": 2, "mute": 0, "block": 0}


def test_what_cannot_be_is_told(cast, browser_as):
    operations.tie("block", cast.nora.id, by=cast.fay)
    nora = browser_as(cast.nora)
    nora.get("/account/people")
    data = {"csrf_token": token(nora)}
    nora.post(f"/account/people/{cast.fay.id}/follow", data, status=422)
    assert "This person cannot be followed." in nora.text
    nora.post(f"/account/people/{cast.nora.id}/follow", data, status=403)
    nora.post("/account/people/999/follow", data, status=404)
    nora.post(f"/account/people/{cast.fay.id}/hate", data, status=404)
    nora.get(f"/account/people/{cast.fay.id}/follow", status=405)
    nora.get("/account/people?page=2", status=404)


def test_who_is_gone_can_be_let_go(cast, browser_as):
    operations.tie("follow", cast.fay.id, by=cast.nora)
    accounts.disable(cast.fay.id)
    nora = browser_as(cast.nora)
    nora.get("/account/people")
    assert listed(nora) == ["Fay"]
    nora.submit("follow", {"undo": "y"}, follow=True)
    assert listed(nora) == []


def test_the_list_costs_the_same_however_long(cast, browser_as, count_queries):
    nora = browser_as(cast.nora)
    operations.tie("follow", cast.fay.id, by=cast.nora)
    nora.get("/account/people")
    with count_queries() as few:
        nora.get("/account/people")
    for other in (cast.milo, cast.eli, cast.ada):
        operations.tie("follow", other.id, by=cast.nora)
    with count_queries() as many:
        nora.get("/account/people")
    assert len(few) == len(many) <= 6
