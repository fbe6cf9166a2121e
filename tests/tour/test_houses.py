"""A house is chosen by what it is called, however many there are, with scripts or without."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from fansite.core.db import db
from fansite.tour import at_desk, queries
from fansite.tour import operations as tour
from fansite.tour.models import Gig, Venue
from tests.tour.cast import gig, house
from tests.tour.test_desk import NEW, problems

TYPED = {**NEW, "name": "", "city": "", "country": ""}


@pytest.fixture
def eli(cast, clock, browser_as):
    return browser_as(cast.eli)


def many(eli, number: int) -> None:
    """Straight into the table: only how many there are is of interest."""
    zone = {"country": "FR", "zone": "Europe/Paris"}
    rows = [{"name": f"House {at}", "city": "Lyon", "likeness": f"house {at}|lyon|FR", **zone} for at in range(number)]
    db.session.execute(sa.insert(Venue), rows)
    db.session.commit()


def where() -> str:
    db.session.expire_all()
    return queries.opened(db.session.scalar(sa.select(sa.func.max(Gig.id)))).venue.name


@pytest.mark.parametrize(
    "typed", ["Brussels: La Vieille Brasserie", "bruxelles: la vieille brasserie", "vieille bruxelles", "brasserie", "1"]
)
def test_a_house_is_found_by_its_label_its_words_or_its_number(cast, eli, typed):
    house(cast.eli)
    house(cast.eli, "lyon")
    eli.get("/staff/tour/new")
    eli.submit("gig", {**TYPED, "venue": typed}, follow=True)
    assert where() == "La Vieille Brasserie"
    assert eli.page.xpath('string(//form[@data-form="gig"]//input[@name="venue"]/@value)') == "Brussels: La Vieille Brasserie"


def test_of_five_thousand_houses_the_own_one_stands_in_its_box_and_any_can_be_typed(cast, eli):
    evening = gig(cast.eli)
    many(eli, 5_000)
    eli.get(f"/staff/tour/{evening.id}")
    assert eli.page.xpath('string(//form[@data-form="gig"]//input[@name="venue"]/@value)') == "Brussels: La Vieille Brasserie"
    assert len(eli.page.xpath('//datalist[@id="houses"]/option')) == at_desk.MOST_OFFERED
    eli.submit("change", {"to": "moved", "venue": "Lyon: House 4321"}, follow=True)
    assert where() == "House 4321"
    eli.get("/staff/tour/houses")
    assert "There are more." in eli.text


def test_where_several_are_meant_they_stand_below_to_choose_from(cast, eli):
    for city, country in (("Lyon", "FR"), ("Paris", "FR")):
        tour.find_or_add({"name": "La Cale", "city": city, "country": country}, by=cast.eli)
    eli.get("/staff/tour/new")
    eli.submit("gig", {**TYPED, "venue": "cale"}, status=422)
    assert "Several houses are called so." in problems(eli)
    assert eli.page.xpath('//input[@type="radio"][@name="venue"]/following-sibling::span/text()') == [
        "Lyon: La Cale ",
        "Paris: La Cale ",
    ]
    (paris,) = eli.page.xpath('//label[contains(., "Paris")]/input[@name="venue"]/@value')
    eli.submit("gig", {"venue": paris}, follow=True)
    assert db.session.get(Venue, int(paris)).city == "Paris"
    assert where() == "La Cale"


@pytest.mark.parametrize("typed", ["Nowhere at all", "999999999999", "0", "%_", "\u202e"])
def test_what_is_no_house_of_the_list_is_refused_with_all_that_was_typed(cast, eli, typed):
    house(cast.eli)
    eli.get("/staff/tour/new")
    eli.submit("gig", {**TYPED, "venue": typed}, status=422)
    assert "No house of the list is called so." in problems(eli)
    assert eli.page.xpath('string(//*[@name="tour"]/@value)') == "Winter"


def test_a_house_that_was_merged_is_not_offered_any_more(cast, eli):
    into, twice = house(cast.eli), house(cast.eli, "lyon")
    tour.merge(twice.id, into.id, by=cast.eli)
    eli.get("/staff/tour/new")
    assert eli.page.xpath('//datalist[@id="houses"]/option/@value') == ["Brussels: La Vieille Brasserie"]
    eli.submit("gig", {**TYPED, "venue": str(twice.id)}, status=422)
