"""`/fans/cities` and `/fans/in/<city>`: the people here by where they live."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from fansite.accounts import names
from fansite.accounts import operations as accounts
from fansite.accounts.models import Account
from fansite.core.db import touch, transaction
from fansite.core.errors import Refused
from fansite.fans import cities
from fansite.fans import operations as fans
from fansite.fans.operations import Wanted
from fansite.fans.queries import PER_PAGE
from fansite.tour.going.models import FanPlace
from tests.fans.test_pages import faces, many_fans, robots

pytestmark = pytest.mark.once


def live_in(places: Sequence[tuple[str, str]], shown_to: str = "everyone") -> None:
    """A fan for each of these: (name, country)."""
    many_fans(len(places))
    with transaction() as session:
        ids = session.scalars(sa.select(Account.id).where(Account.username_key.like("fan%"))).all()
        rest = {"latitude": 45.7, "longitude": 4.8, "shown_to": shown_to}
        rows = [{"account_id": id, "name": name, "country": land, **rest} for id, (name, land) in zip(ids, places, strict=True)]
        session.execute(sa.insert(FanPlace), rows)
        touch("list:fans", "list:places")


def live_in_lyon(number: int, shown_to: str = "everyone") -> None:
    live_in([("Lyon", "FR")] * number, shown_to)


def listed(visitor, path):
    visitor.get(path)
    return visitor.page.xpath('//*[@class="fan-country"]')


def test_who_says_where_they_live_is_found_there(cast, stranger):
    fans.save(Wanted(city="Bruxelles", city_to="everyone"), by=cast.fay)
    fans.save(Wanted(city="Bruxelles", city_to="everyone"), by=cast.nora)  # has said nothing yet
    stranger.get("/fans/")
    assert stranger.page.xpath('//main//a[@href="/fans/cities"]')
    stranger.get("/fr/fans/cities")
    links = stranger.page.xpath('//*[@class="fan-cities"]//a')
    assert [(one.get("href"), " ".join(one.text_content().split())) for one in links] == [
        ("/fr/fans/in/brussels-be", "Bruxelles 1 fan")
    ]
    stranger.get("/fans/in/brussels-be")
    assert stranger.page.findtext(".//h1") == "Fans in Brussels"
    assert faces(stranger) == ["/fans/fay"]
    accounts.disable(cast.fay.id)
    stranger.get("/fans/in/brussels-be", status=404)
    stranger.get("/fans/cities")
    assert "Nobody says so yet" in stranger.text


def test_a_page_of_very_few_stays_out_of_the_index(cast, stranger):
    live_in_lyon(2)
    stranger.get("/fans/in/lyon-fr")
    assert robots(stranger) == ["noindex"]
    fans.save(Wanted(city="Lyon", city_to="everyone"), by=cast.fay)
    stranger.get("/fans/in/lyon-fr")
    assert robots(stranger) == []
    stranger.get("/fans/cities")
    assert robots(stranger) == []


def test_whose_standing_was_taken_is_not_listed(cast, stranger):
    fans.save(Wanted(city="Lyon", city_to="everyone"), by=cast.fay)
    with transaction() as session:
        session.execute(sa.update(Account).where(Account.id == cast.fay.id).values(standing_lost_at=sa.func.current_timestamp()))
        touch("list:fans")
    stranger.get("/fans/in/lyon-fr", status=404)


def test_many_come_in_pages_for_the_same_price(cast, stranger, browser_as, count_queries):
    live_in_lyon(3)
    prices = []
    for visitor in (stranger, browser_as(cast.nora)):
        visitor.get("/fans/in/lyon-fr")
        with count_queries() as few:
            visitor.get("/fans/in/lyon-fr")
        prices.append(len(few))
    with transaction() as session:
        session.execute(sa.delete(FanPlace))
        session.execute(sa.delete(Account).where(Account.username_key.like("fan%")))
    live_in_lyon(2 * PER_PAGE + 1)
    for visitor, few in zip((stranger, browser_as(cast.nora)), prices, strict=True):
        visitor.get("/fans/in/lyon-fr")
        with count_queries() as many:
            visitor.get("/fans/in/lyon-fr")
        assert len(many) == few <= 7
        assert len(faces(visitor)) == PER_PAGE
    stranger.get("/fans/in/lyon-fr?page=3")
    assert len(faces(stranger)) == 1
    stranger.get("/fans/in/lyon-fr?page=4", status=404)


def test_many_cities_come_in_pages_each_with_its_own_address(stranger, monkeypatch, count_queries):
    monkeypatch.setattr(cities, "CITIES_A_PAGE", 2)
    live_in((("Brussels", "BE"), ("Lyon", "FR"), ("Antwerp", "BE"), ("Nantes", "FR")))
    said = [(part.findtext("h2"), part.xpath(".//a/@href")) for part in listed(stranger, "/fr/fans/cities")]
    assert said == [("Belgique", ["/fr/fans/in/antwerp-be", "/fr/fans/in/brussels-be"])]
    with count_queries() as asked:
        said = [(part.findtext("h2"), part.xpath(".//a/@href")) for part in listed(stranger, "/fr/fans/cities?page=2")]
    assert said == [("France", ["/fr/fans/in/lyon-fr", "/fr/fans/in/nantes-fr"])] and len(asked) < 8
    assert stranger.page.xpath('//link[@rel="canonical"]/@href')[0].endswith("/fr/fans/cities?page=2")
    assert robots(stranger) == []
    stranger.get("/fans/cities?page=3", status=404)
    stranger.get("/fans/cities?page=0", status=404)


@pytest.mark.parametrize("slug", ["nowhere-fr", "lyon", "lyon-xx", "%00", "é"])
def test_a_city_nobody_lives_in_has_no_page(cast, stranger, slug):
    stranger.get(f"/fans/in/{slug}", status=404)


def test_they_are_only_read(cast, stranger):
    stranger.post("/fans/cities", status=405)
    stranger.post("/fans/in/lyon-fr", status=405)


@pytest.mark.parametrize("name", ["cities", "in", "Cities", "c1ties"])
def test_the_words_of_its_addresses_are_nobodys_name(name):
    with pytest.raises(Refused):
        names.require_unreserved(name, "The Paper Marmots")
