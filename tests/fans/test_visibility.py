"""Whatever a fan hides comes out nowhere: each field, for each who looks, in each place."""

from __future__ import annotations

from datetime import date

import pytest

from fansite.bonds import operations as bonds
from fansite.core.db import get, transaction
from fansite.fans import operations as fans
from fansite.fans.operations import Wanted
from fansite.tour.going import operations as going
from tests.fans.test_pages import robots
from tests.texts import news_post, say
from tests.tour.cast import gig

pytestmark = pytest.mark.once

READERS = ("stranger", "member", "follower", "muted", "blocked", "moderator", "self")
# What gives each field away, wherever it stands.
MARKS = {"bio": "bookbinder", "songs": "Crater Lullaby", "city": "Nantes", "evenings": "La Cale Sèche", "badges": "One comment"}
EVENING = "/tour/2026-11-01-lyon-la-cale-seche"


def sees(name: str, level: str) -> bool:
    return level == "everyone" or name == "self" or (level == "members" and name not in ("stranger", "blocked"))


@pytest.fixture
def fay(cast, clock):
    """She said something, was at an evening, and Nora is whoever looks."""
    post = news_post(cast.eli)
    say(post, cast.fay, "See you in Lisbon")
    night = gig(cast.eli, "lyon", day=date(2026, 11, 1))
    going.say(night.id, "there", by=cast.fay)
    return cast.fay


def open_to(fay, level: str, *fields: str) -> None:
    """These fields; the others are hers alone."""
    others = {f"{name}_to": level if name in fields else "me" for name in MARKS}
    said = {"bio": "I am a bookbinder at the mill.", "songs": ["Crater Lullaby"], "city": "Nantes"}
    fans.save(Wanted(**said, **others), by=fay)


def reader(cast, name: str, browser_as):
    """Who looks, and what there is between them and fay."""
    who = {"stranger": None, "moderator": cast.milo, "self": cast.fay}.get(name, cast.nora)
    if name == "follower":
        bonds.tie("follow", cast.fay.id, by=cast.nora)
    if name == "muted":
        bonds.tie("mute", cast.nora.id, by=cast.fay)
    if name == "blocked":
        bonds.tie("block", cast.nora.id, by=cast.fay)
    return browser_as(who)


def read(visitor, path: str) -> str:
    response = visitor.client.get(path, headers={"Accept-Language": "en"})
    return response.get_data(as_text=True) if response.status_code == 200 else ""


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("level", ["everyone", "members", "me"])
def test_a_fans_page_shows_each_field_to_whom_it_is_for(cast, fay, browser_as, level, name):
    visitor = reader(cast, name, browser_as)
    for field in MARKS:
        open_to(fay, level, field)
        page = read(visitor, "/fans/fay")
        seen = {other for other, mark in MARKS.items() if mark in page}
        assert seen == (set(MARKS) if name == "self" else {field} if sees(name, level) else set()), (field, name, level)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("level", ["everyone", "members", "me"])
def test_the_names_of_an_evening_say_no_more_than_the_fans_page(cast, fay, browser_as, level, name):
    visitor = reader(cast, name, browser_as)
    open_to(fay, level, "evenings")
    for path in (EVENING, f"{EVENING}/people"):
        visitor.get(path)
        inside = visitor.page.xpath('//main//a[@href="/fans/fay"]')
        assert bool(inside) == sees(name, level), (path, name, level)
    visitor.get(EVENING)
    assert visitor.page.xpath('string(//*[@data-word="there"])') == "One was there", "they are counted in any case"


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("level", ["everyone", "members", "me"])
def test_cities_are_counted_and_listed_by_who_may_know(cast, fay, browser_as, level, name):
    visitor = reader(cast, name, browser_as)
    open_to(fay, level, "city")
    known = level != "me" and sees(name, level)
    visitor.get("/fans/cities")
    assert bool(visitor.page.xpath('//a[@href="/fans/in/nantes-fr"]')) == known
    visitor.get("/fans/in/nantes-fr", status=200 if known else 404)


def test_a_strangers_page_is_made_anew_when_a_field_is_hidden(cast, fay, stranger):
    open_to(fay, "everyone", "bio")
    assert "bookbinder" in read(stranger, "/fans/fay")
    open_to(fay, "members", "bio")
    assert "bookbinder" not in read(stranger, "/fans/fay")
    open_to(fay, "everyone", "evenings")
    assert "/fans/fay" in read(stranger, f"{EVENING}/people")
    open_to(fay, "me", "evenings")
    assert "/fans/fay" not in read(stranger, f"{EVENING}/people")
    assert "one who does not show their name" in read(stranger, f"{EVENING}/people")
    open_to(fay, "everyone", "city")
    assert read(stranger, "/fans/in/nantes-fr")
    open_to(fay, "members", "city")
    assert not read(stranger, "/fans/in/nantes-fr")


def test_markup_says_what_everybody_sees_of_whom_is_known(cast, fay, stranger):
    open_to(fay, "everyone", "bio")
    assert '"description":"I am a bookbinder at the mill."' in read(stranger, "/fans/fay")
    open_to(fay, "everyone", "city")
    assert '"homeLocation":{"@type":"City","name":"Nantes"' in read(stranger, "/fans/fay")
    open_to(fay, "everyone", "badges")
    assert "userInteractionCount" in read(stranger, "/fans/fay")
    open_to(fay, "members", "badges")
    assert "userInteractionCount" not in read(stranger, "/fans/fay")


def test_of_whom_is_not_known_no_machine_is_told(cast, fay, stranger):
    """Whatever a moderator let pass of a newcomer's words."""
    open_to(fay, "everyone", "bio")
    with transaction():
        get(type(fay), fay.id).approved_comments = 0
    open_to(fay, "everyone", "bio")
    stranger.get("/fans/fay")
    assert robots(stranger) == ["noindex"]
    assert "ld+json" not in stranger.response.get_data(as_text=True)


def test_badges_of_hidden_evenings_vanish_with_them(cast, fay, stranger):
    def badges() -> list[str]:
        stranger.get("/fans/fay")
        return stranger.page.xpath("//@data-badge")

    fans.save(Wanted(), by=fay)
    assert badges() == ["first-evening", "first-comment"]
    fans.save(Wanted(evenings_to="members"), by=fay)
    assert badges() == ["first-comment"]
    fans.save(Wanted(badges_to="me"), by=fay)
    assert badges() == []
