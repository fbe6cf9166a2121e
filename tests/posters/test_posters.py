"""Posters of tours as the worker keeps them and pages show them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from fansite.appearance import operations as appearance
from fansite.core.db import db
from fansite.posters import operations
from fansite.posters.models import Poster
from fansite.posters.operations import KINDS, keep_posters, storage
from fansite.tour import operations as tour
from tests.tour.cast import gig

ON_TOUR = "/tour/two-coats-one-train"


@pytest.fixture
def evening(cast, clock):
    train = tour.tour_named("Two Coats, One Train", by=cast.eli)
    return gig(cast.eli, tour_id=train.id)


@pytest.fixture
def drawn(monkeypatch):
    """What was drawn, in the order it was."""
    found, draw = [], operations._draw
    monkeypatch.setattr(operations, "_draw", lambda task: (found.append(task), draw(task)))
    return found


def shown(visitor, path=ON_TOUR) -> list[str]:
    visitor.get(path)
    return visitor.page.xpath('//*[contains(@class, "poster")]//@src | //*[@class="poster__ways"]//@href')


def files() -> set[str]:
    return {name for name in storage().keys() if name.startswith("poster")}  # noqa: SIM118 (no dictionary)


def words(task) -> list[tuple[str, str, str]]:
    return [(night.city, night.state, night.was or night.house_was) for night in task.wanted.nights]


def cities(drawn, language: str) -> list[str]:
    """On the last that was drawn in it."""
    return [city for city, *_more in words([task for task in drawn if task.language == language][-1])]


def test_until_the_worker_was_there_a_page_shows_none(evening, stranger):
    assert shown(stranger) == []


def test_a_tour_has_one_in_each_language_of_the_site_and_so_has_all_that_is_to_come(evening, stranger, worker, drawn):
    shown(stranger)  # the page is kept from now on
    worker()
    assert {(task.subject, task.language) for task in drawn} == {
        (subject, language) for subject in ("coming", f"tour:{evening.tour_id}") for language in ("en", "fr")
    }
    assert (cities(drawn, "en"), cities(drawn, "fr")) == (["Brussels"], ["Bruxelles"])
    addresses = shown(stranger)
    assert len(addresses) == 5 and len(set(addresses)) == 5
    assert set(shown(stranger, "/fr" + ON_TOUR)).isdisjoint(addresses)
    assert len(shown(stranger, "/tour/")) == 5
    assert len(files()) == 4 * len(KINDS)
    for address in addresses:
        answer = stranger.client.get(address)
        assert answer.status_code == 200 and "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.mimetype == ("image/svg+xml" if address.endswith("svg") else "image/png")


def test_the_worker_draws_the_same_poster_once(evening, worker, drawn):
    worker()
    del drawn[:]
    keep_posters()
    assert drawn == []


@pytest.mark.parametrize(
    ("act", "words_of_it"),
    [
        (lambda gig, by: tour.cancel(gig.id, by=by), ("Brussels", "Cancelled", "")),
        (lambda gig, by: tour.sell(gig.id, "sold_out", by=by), ("Brussels", "Sold out", "")),
        (lambda gig, by: tour.sell(gig.id, "later", by=by), None),
        (lambda gig, by: tour.postpone(gig.id, by=by), ("Brussels", "Postponed", "")),
        (lambda gig, by: tour.reschedule(gig.id, {"day": date(2027, 1, 3)}, by=by), ("Brussels", "New date", "Fri 11 Dec")),
    ],
)
def test_a_change_draws_it_anew_and_sweeps_the_old_one_whose_address_leads_on(
    cast, evening, stranger, worker, drawn, act, words_of_it
):
    worker()
    old = shown(stranger)
    del drawn[:]
    act(evening, cast.eli)
    worker()
    if words_of_it is None:  # that tickets come later is no news on paper
        assert drawn == [] and shown(stranger) == old
        return
    english = next(task for task in drawn if task.language == "en" and task.subject != "coming")
    assert words(english) == [words_of_it]
    new = shown(stranger)
    assert set(new).isdisjoint(old)
    assert len(files()) == 4 * len(KINDS)
    assert stranger.client.get(old[0]).headers["Location"].endswith(new[0])


def test_what_is_withdrawn_stands_on_none(cast, evening, stranger, worker, drawn):
    other = gig(cast.eli, "lyon", tour_id=evening.tour_id)
    gig(cast.eli, "london", tour_id=evening.tour_id, published=False)
    worker()
    assert cities(drawn, "en") == ["Brussels", "Lyon"]
    old = shown(stranger)
    tour.withdraw(other.id, by=cast.eli)
    worker()
    assert cities(drawn, "en") == ["Brussels"]
    tour.withdraw(evening.id, by=cast.eli)
    worker()
    assert files() == set()
    assert stranger.client.get(old[0]).status_code == 404


def test_what_is_over_leaves_the_poster_of_what_is_to_come_without_an_event(cast, clock, evening, worker, drawn):
    gig(cast.eli, "lyon", day=date(2026, 12, 20))
    worker()
    clock.move_to(datetime(2026, 12, 15, tzinfo=UTC))
    del drawn[:]
    keep_posters()
    assert {task.subject for task in drawn} == {"coming"}
    assert [city for city, *_more in words(drawn[0])] == ["Lyon"]


def test_other_inks_draw_all_anew(cast, evening, worker, drawn):
    worker()
    del drawn[:]
    appearance.save_draft(appearance.as_it_is().with_(theme="soot"), by=cast.ada)
    appearance.publish(by=cast.ada)
    worker()
    assert len(drawn) == 4


def test_files_of_a_worker_that_was_killed_go_with_the_next(cast, evening, worker, monkeypatch):
    def killed(_task):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(operations, "_finish", killed)
        with pytest.raises(KeyboardInterrupt):
            keep_posters()
    assert len(files()) == len(KINDS)
    tour.cancel(evening.id, by=cast.eli)
    keep_posters()
    assert len(files()) == 4 * len(KINDS)
    assert not db.session.query(Poster).filter(Poster.drawing != "").all()


def test_a_later_poster_is_never_replaced_by_an_earlier_that_took_longer(cast, evening, worker, monkeypatch):
    """Another worker begins and finishes while this one draws."""
    real, now_drawn = operations._draw, []

    def slow(task):
        real(task)
        if not now_drawn:
            now_drawn.append(task)
            monkeypatch.setattr(operations, "_draw", real)
            tour.cancel(evening.id, by=cast.eli)
            keep_posters()

    monkeypatch.setattr(operations, "_draw", slow)
    keep_posters()
    assert now_drawn[0].stem not in {poster.stem for poster in db.session.query(Poster)}
    assert not any(name.startswith(now_drawn[0].stem) for name in files())


@pytest.mark.parametrize("name", ["nothing.png", "poster0enx" + "0" * 24 + "light.gif", "poster0enx" + "0" * 24 + "light.png"])
def test_what_was_never_drawn_is_not_found(app, cast, stranger, name):
    assert stranger.client.get(f"/media/posters/{name}").status_code == 404
