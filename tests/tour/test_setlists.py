"""What was played on an evening: written down at the desk, told once the evening has begun."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from fansite.core.db import db
from fansite.core.errors import Conflict, Forbidden, Refused
from fansite.tour import operations as tour
from fansite.tour import queries as evenings
from fansite.tour.setlists import operations, queries
from fansite.tour.setlists.models import SetlistLine, Song
from fansite.tour.setlists.notation import MOST_SIGNS, write
from tests.tour.cast import gig

PLAYED = """\
[tape] The 23:10 to Nevers
Ash on the Sill
La Bourrée du Chat (trad. cover)
Salt Road, with Anke // slower than ever
// the tram goes by
Hay

Encore
Avec le temps (Léo Ferré cover)
Hay // a child asked"""
LAST_FRIDAY = date(2026, 11, 20)
# 19:00 and 20:15 at the house in Brussels; photos are asked for from the doors on.
DOORS = datetime(2026, 12, 11, 18, 0, tzinfo=UTC)
BEGINS = datetime(2026, 12, 11, 19, 15, tzinfo=UTC)


@pytest.fixture
def evening(cast, clock):
    """It is over."""
    return gig(cast.eli, day=LAST_FRIDAY)


@pytest.fixture
def to_come(cast, clock):
    return gig(cast.eli)


@pytest.fixture
def eli(cast, clock, browser_as):
    return browser_as(cast.eli)


def put(cast, made, text=PLAYED):
    return operations.write_down(made.id, text, by=cast.eli, version=evenings.opened(made.id).version)


def songs() -> list[str]:
    return list(db.session.scalars(sa.select(Song.title).order_by(Song.id)))


def setlist(visitor) -> list[str]:
    return [" ".join(item.text_content().split()) for item in visitor.page.xpath('//*[@id="setlist"]//ol[@class="setlist"]/li')]


def node(visitor) -> dict:
    (graph,) = [json.loads(text) for text in visitor.page.xpath('//script[@type="application/ld+json"]/text()')]
    return next(one for one in graph["@graph"] if one["@type"] == "MusicEvent")


def finds(visitor, words: str) -> list[str]:
    visitor.get(f"/search?q={words}")
    return visitor.page.xpath('//ol[@id="results"]/li/@data-kind')


# ---- what can happen --------------------------------------------------------------------------------------------------------


def test_what_is_stored_is_written_back_as_it_was_read(cast, evening):
    put(cast, evening)
    assert write(queries.lines_of(evening.id)) == PLAYED
    assert songs() == ["Ash on the Sill", "La Bourrée du Chat", "Salt Road", "Hay", "Avec le temps"]


def test_two_spellings_are_one_song_and_the_first_stays(cast, evening, to_come):
    put(cast, evening, "The Guard’s Daughter\nthe guards daughter!")
    put(cast, to_come, "THE GUARDS DAUGHTER")
    assert songs() == ["The Guard’s Daughter"]
    assert [line.title for line in queries.lines_of(to_come.id)] == ["The Guard’s Daughter"]


def test_whose_song_it_is_is_known_from_then_on_and_not_told_otherwise(cast, evening, to_come):
    put(cast, evening, "Hurt")
    put(cast, to_come, "Hurt (Nine Inch Nails cover)")
    assert [line.artist for line in queries.lines_of(evening.id)] == ["Nine Inch Nails"]
    put(cast, to_come, "Hurt (nine inch nails cover)\nHay")
    with pytest.raises(Refused, match="Line 2: “Hurt” is in the list as a song of Nine Inch Nails"):
        put(cast, to_come, "Hay\nHurt (Johnny Cash cover)")


def test_a_title_that_stood_on_this_list_alone_was_a_slip(cast, evening, to_come):
    put(cast, evening, "Hay\nAsg on the Sill")
    put(cast, to_come, "Hay")
    put(cast, evening, "Ash on the Sill")
    assert songs() == ["Hay", "Ash on the Sill"]


def test_a_known_title_with_a_guest_in_it_is_that_title(cast, evening, to_come):
    put(cast, evening, '"Dancing with Myself"')
    put(cast, to_come, "dancing with myself")
    assert songs() == ["Dancing with Myself"]


def test_sent_twice_it_is_written_once_and_a_list_can_be_emptied(cast, evening):
    seen = evening.version
    put(cast, evening)
    after = evenings.opened(evening.id).version
    operations.write_down(evening.id, PLAYED, by=cast.eli, version=seen)
    assert evenings.opened(evening.id).version == after == seen + 1
    put(cast, evening, "")
    assert not queries.lines_of(evening.id) and not songs()


def test_who_saved_in_the_meantime_is_not_overwritten(cast, evening):
    seen = evening.version
    put(cast, evening, "Hay")
    with pytest.raises(Conflict):
        operations.write_down(evening.id, "Puy", by=cast.ada, version=seen)
    assert [line.title for line in queries.lines_of(evening.id)] == ["Hay"]


def test_the_staff_write_and_nobody_else(cast, evening):
    for person in (cast.fay, cast.milo, None):
        with pytest.raises(Forbidden):
            operations.write_down(evening.id, "Hay", by=person, version=evening.version)


def test_nothing_of_what_is_refused_is_stored(cast, evening):
    for text in ("Hay\n(x cover)", "Hay\n" * 200, "x" * (MOST_SIGNS + 1)):
        with pytest.raises(Refused):
            put(cast, evening, text)
    assert not songs() and not db.session.scalar(sa.select(sa.func.count(SetlistLine.id)))


# ---- the page of the evening ------------------------------------------------------------------------------------------------


def test_the_page_says_what_was_played(cast, evening, stranger):
    put(cast, evening)
    stranger.get(f"/tour/{evening.slug}")
    assert setlist(stranger) == [
        "The 23:10 to Nevers tape",
        "Ash on the Sill",
        "La Bourrée du Chat traditional",
        "Salt Road with Anke · slower than ever",
        "the tram goes by",
        "Hay",
        "Avec le temps Léo Ferré cover",
        "Hay a child asked",
    ]
    assert stranger.page.xpath('//*[@id="setlist"]//h3/text()') == ["Encore"]
    assert "6 songs" in stranger.text
    links = stranger.page.xpath('//*[@id="setlist"]//li/span/a/@href')
    assert links[:2] == ["/tour/songs/ash-on-the-sill", "/tour/songs/la-bourree-du-chat"] and len(links) == 6
    stranger.get(f"/fr/tour/{evening.slug}")
    assert stranger.page.xpath('//*[@id="setlist"]//li/span/a/@href')[0] == "/fr/tour/songs/ash-on-the-sill"


def test_two_encores_are_told_apart(cast, evening, stranger):
    put(cast, evening, "Hay\n---\nPuy\n---\nHay")
    stranger.get(f"/tour/{evening.slug}")
    assert stranger.page.xpath('//*[@id="setlist"]//h3/text()') == ["First encore", "Second encore"]


def test_machines_read_each_song_once_and_whose_it_is(cast, evening, stranger):
    put(cast, evening)
    stranger.get(f"/tour/{evening.slug}")
    works = node(stranger)["workPerformed"]
    assert [work["name"] for work in works] == ["Ash on the Sill", "La Bourrée du Chat", "Salt Road", "Hay", "Avec le temps"]
    assert works[0] == {
        "@type": "MusicComposition",
        "name": "Ash on the Sill",
        "url": "http://127.0.0.1:8000/tour/songs/ash-on-the-sill",
    }
    assert "composer" not in works[1]
    assert works[4]["composer"] == {"@type": "MusicGroup", "name": "Léo Ferré"}


def test_markup_in_titles_is_shown_as_it_was_typed(cast, evening, stranger):
    put(cast, evening, "<b>Hay</b> // <script>alert(1)</script>\n\u202eyaH")
    stranger.get(f"/tour/{evening.slug}")
    assert setlist(stranger) == ["<b>Hay</b> <script>alert(1)</script>", "yaH"]


# ---- before and after it begins ---------------------------------------------------------------------------------------------


def test_a_plan_is_the_staffs_until_the_evening_begins_there(cast, clock, to_come, stranger, browser_as, worker):
    stranger.get(f"/tour/{to_come.slug}")
    put(cast, to_come, "Hay\nQuirkafleeg (Caravan cover)")
    worker()

    def nothing_is_told():
        for path in (
            f"/tour/{to_come.slug}",
            f"/fr/tour/{to_come.slug}",
            "/tour/",
            "/tour/feed.xml",
            "/tour.ics",
            f"/tour/{to_come.slug}.ics",
        ):
            stranger.get(path)
            assert "Quirkafleeg" not in stranger.response.get_data(as_text=True), path
        browser_as(cast.fay).get(f"/tour/{to_come.slug}")
        stranger.get("/tour/songs/")
        assert "Nothing was written down yet" in stranger.text
        stranger.get("/tour/songs/quirkafleeg", status=404)
        stranger.get("/sitemaps/song-1.xml", status=404)
        stranger.get("/sitemap.xml")
        assert "song" not in stranger.response.get_data(as_text=True)
        assert not finds(stranger, "Quirkafleeg")

    nothing_is_told()
    eli = browser_as(cast.eli)
    eli.get(f"/tour/{to_come.slug}")
    assert setlist(eli) == ["Hay", "Quirkafleeg Caravan cover"]
    assert "Only the staff see this" in eli.text and not eli.page.xpath('//*[@id="setlist"]//a')
    clock.move_to(BEGINS - timedelta(seconds=1))
    worker()
    nothing_is_told()

    clock.move_to(BEGINS)
    stranger.get(f"/tour/{to_come.slug}")
    assert setlist(stranger) == ["Hay", "Quirkafleeg Caravan cover"]
    assert node(stranger)["workPerformed"][1]["composer"]["name"] == "Caravan"
    stranger.get("/tour/songs/quirkafleeg")
    worker()
    assert finds(stranger, "Quirkafleeg") == ["gig"]
    stranger.get("/sitemaps/song-1.xml")
    assert "/fr/tour/songs/quirkafleeg" in stranger.response.get_data(as_text=True)
    assert evenings.opened(to_come.id).updated_at == BEGINS


def test_a_new_hour_is_the_hour_it_is_told(cast, clock, to_come, stranger, worker):
    put(cast, to_come, "Hay")
    tour.reschedule(to_come.id, {"day": date(2026, 12, 20)}, by=cast.eli)
    worker()
    clock.move_to(BEGINS + timedelta(minutes=1))
    worker()
    stranger.get("/tour/songs/hay", status=404)
    assert not finds(stranger, "Hay")
    clock.move_to(BEGINS + timedelta(days=9))
    worker()
    stranger.get("/tour/songs/hay")
    assert finds(stranger, "Hay") == ["gig"]


def test_an_earlier_hour_is_told_earlier(cast, clock, to_come, stranger, worker):
    put(cast, to_come, "Hay")
    tour.reschedule(to_come.id, {"day": date(2026, 12, 1)}, by=cast.eli)
    worker()
    clock.move_to(datetime(2026, 12, 1, 19, 15, tzinfo=UTC))
    worker()
    stranger.get("/sitemaps/song-1.xml")
    assert finds(stranger, "Hay") == ["gig"]


def test_a_draft_with_a_plan_is_told_at_its_hour_once_it_is_published(cast, clock, stranger, worker):
    made = gig(cast.eli, published=False)
    put(cast, made, "Hay")
    worker()
    tour.publish(made.id, by=cast.eli)
    worker()
    assert not finds(stranger, "Hay")
    clock.move_to(BEGINS)
    worker()
    assert finds(stranger, "Hay") == ["gig"]


@pytest.mark.parametrize(("starts", "doors", "at"), [
    (None, time(19), datetime(2026, 12, 11, 18, tzinfo=UTC)),
    (None, None, datetime(2026, 12, 11, 23, tzinfo=UTC)),
    (time(0, 30), None, datetime(2026, 12, 10, 23, 30, tzinfo=UTC)),
])  # fmt: skip
def test_where_nobody_said_when_it_begins_it_is_told_at_the_doors_or_when_it_is_over(cast, clock, stranger, starts, doors, at):
    made = gig(cast.eli, starts=starts, doors=doors)
    put(cast, made, "Hay")
    clock.move_to(at - timedelta(seconds=1))
    stranger.get(f"/tour/{made.slug}")
    assert not setlist(stranger)
    clock.move_to(at)
    stranger.get(f"/tour/{made.slug}")
    assert setlist(stranger) == ["Hay"]


@pytest.mark.parametrize("act", [
    lambda made, by: tour.cancel(made.id, by=by), lambda made, by: tour.postpone(made.id, by=by), lambda made, by: tour.withdraw(made.id, by=by),
    lambda made, by: tour.recall(made.id, by=by),
])  # fmt: skip
def test_what_did_not_take_place_or_was_taken_down_counts_no_more(cast, evening, stranger, worker, act):
    put(cast, evening, "Hay")
    worker()
    stranger.get("/tour/songs/hay")
    stranger.get("/sitemaps/song-1.xml")
    act(evening, cast.eli)
    stranger.get("/tour/songs/hay", status=404)
    stranger.get("/tour/songs/")
    assert "Hay" not in stranger.text
    worker()
    assert not finds(stranger, "Hay")
    stranger.get("/sitemaps/song-1.xml", status=404)


def test_a_page_of_the_past_is_kept_and_one_to_come_until_it_begins(app, cast, clock, evening, to_come, stranger, count_queries):
    for made in (evening, to_come):
        put(cast, made)
        stranger.get(f"/tour/{made.slug}")
    store = app.extensions["fansite"].pages.store
    until = {key[2]: kept.told.fresh_until for key, kept in store._pages.items() if key[2].startswith("/tour/")}
    assert until == {f"/tour/{evening.slug}": None, f"/tour/{to_come.slug}": DOORS.timestamp()}
    clock.move_to(DOORS)
    stranger.get(f"/tour/{to_come.slug}")
    until = {key[2]: kept.told.fresh_until for key, kept in store._pages.items() if key[2].startswith("/tour/")}
    assert until[f"/tour/{to_come.slug}"] == BEGINS.timestamp()


# ---- search -----------------------------------------------------------------------------------------------------------------


def test_saving_makes_the_evening_found_by_its_songs(cast, evening, stranger, worker):
    put(cast, evening)
    worker()
    for words in ("Bourree", "Ferré", "Anke", "Nevers"):
        assert finds(stranger, words) == ["gig"], words
    put(cast, evening, "Hay")
    worker()
    assert not finds(stranger, "Bourree")


def test_documents_of_many_evenings_cost_the_same(app, cast, clock, count_queries):
    known = app.extensions["fansite"].findables["gig"]
    made = [gig(cast.eli, day=LAST_FRIDAY - timedelta(days=number)) for number in range(8)]
    for one in made:
        put(cast, one)
    counts = []
    for some in (made[:1], made):
        ids = [one.id for one in some]
        db.session.rollback()
        with count_queries() as counted:
            documents = known.documents(ids)
        assert all("Salt Road" in document.body for document in documents) and len(documents) == len(ids)
        counts.append(len(counted))
    assert counts[0] == counts[1] <= 8


# ---- the desk ---------------------------------------------------------------------------------------------------------------


def problems(visitor) -> str:
    return " ".join(visitor.page.xpath("string(//*[@data-problems])").split())


def box(visitor) -> str:
    return visitor.page.xpath('string(//textarea[@name="text"])').removeprefix("\n")


def test_a_list_is_looked_at_first_and_then_saved(cast, evening, eli, stranger):
    put(cast, gig(cast.eli, "lyon", day=LAST_FRIDAY), "Hay")
    eli.get(f"/staff/tour/{evening.id}/setlist")
    eli.submit("setlist", {"text": "1. hay\r\nAsg on the Sill with Anke", "act": "preview"}, status=200)
    assert " ".join(eli.page.xpath('string(//*[@id="understood"])').split()).endswith("Hay Asg on the Sill new with Anke")
    assert box(eli) == "1. hay\nAsg on the Sill with Anke"
    assert not queries.lines_of(evening.id)
    eli.submit("setlist", {"text": "1. hay\r\nAsh on the Sill with Anke", "act": "save"}, follow=True)
    assert "Saved." in eli.text and box(eli) == "Hay\nAsh on the Sill, with Anke"
    stranger.get(f"/tour/{evening.slug}")
    assert setlist(stranger) == ["Hay", "Ash on the Sill with Anke"]


@pytest.mark.parametrize("act", ["save", "preview"])
def test_what_is_wrong_is_told_beside_the_box_and_all_that_was_typed_stays(evening, eli, act):
    typed = "Hay\n(x cover)\n" + "y" * 130
    eli.get(f"/staff/tour/{evening.id}/setlist")
    eli.submit("setlist", {"text": typed, "act": act}, status=422)
    assert "Line 2: there is no title." in problems(eli) and "Line 3: “yyy" in problems(eli)
    assert box(eli) == typed
    eli.submit("setlist", {"text": "Hay\n" * 10_000, "act": act}, status=422)
    assert "too long" in problems(eli) and len(box(eli)) == 40_000


def test_two_who_write_at_once_see_what_the_other_saved(cast, evening, eli):
    eli.get(f"/staff/tour/{evening.id}/setlist")
    put(cast, evening, "Puy")
    eli.submit("setlist", {"text": "Hay", "act": "save"}, status=409)
    assert "Somebody else saved" in problems(eli)
    assert box(eli) == "Hay" and eli.page.xpath('string(//*[@id="compare"]//pre)') == "Puy"
    eli.submit("setlist", {"text": "Puy\nHay", "act": "save"}, follow=True)
    assert [line.title for line in queries.lines_of(evening.id)] == ["Puy", "Hay"]


def test_a_second_press_is_harmless(evening, eli):
    eli.get(f"/staff/tour/{evening.id}/setlist")
    eli.submit("setlist", {"text": "Hay", "act": "save"})
    eli.get(f"/staff/tour/{evening.id}/setlist")
    eli.submit("setlist", {"text": "hay", "act": "save", "version": "1"})
    assert [line.title for line in queries.lines_of(evening.id)] == ["Hay"]


def test_the_desk_says_from_when_everybody_sees_it(cast, evening, to_come, eli, browser_as):
    eli.get(f"/staff/tour/{to_come.id}/setlist")
    assert "Everybody does from Friday, 11 December 2026, 20:15 at the house." in eli.text
    tour.cancel(to_come.id, by=cast.eli)
    eli.get(f"/staff/tour/{to_come.id}/setlist")
    assert "does not take place" in eli.text
    french = browser_as(cast.eli, language="fr")
    french.get(f"/fr/staff/tour/{evening.id}/setlist")
    assert "Rappel" in french.text


def test_the_page_of_an_evening_costs_the_same_however_long_its_list(cast, evening, stranger, count_queries):
    put(cast, evening, "Hay")
    counts = []
    for text in ("Hay", "\n".join(f"Song {number}" for number in range(100))):
        put(cast, evening, text)
        stranger.get(f"/tour/{evening.slug}")
        with count_queries() as counted:
            stranger.get(f"/tour/{evening.slug}")
        counts.append(len(counted))
    assert counts[0] == counts[1]


PATHS = ("/staff/tour/{id}/setlist", "/staff/tour/{id}/press", "/staff/tour/songs", "/staff/tour/songs/{song}")
POSTS = (
    "/staff/tour/{id}/setlist", "/staff/tour/{id}/press", "/staff/tour/{id}/press/1/removal", "/staff/tour/songs/{song}", "/staff/tour/songs/{song}/merge",
)  # fmt: skip


def test_strangers_are_asked_in_fans_are_kept_out_and_acts_are_sent(cast, evening, stranger, eli, browser_as):
    put(cast, evening)
    song = db.session.scalar(sa.select(Song.id).where(Song.slug == "hay"))
    fay = browser_as(cast.fay)
    fay.get("/account/")
    token = fay.page.xpath('string(//input[@name="csrf_token"]/@value)')
    for path in PATHS:
        stranger.get(path.format(id=evening.id, song=song), status=302)
        fay.get(path.format(id=evening.id, song=song), status=403)
        eli.get(path.format(id=evening.id, song=song))
    for path in POSTS:
        fay.post(path.format(id=evening.id, song=song), {"text": "Puy", "title": "Puy", "csrf_token": token}, status=403)
    for path in ("/staff/tour/999/setlist", "/staff/tour/999/press", "/staff/tour/songs/999"):
        eli.get(path, status=404)
    for path in (f"/staff/tour/{evening.id}/press/1/removal", f"/staff/tour/songs/{song}/merge"):
        eli.get(path, status=405)
    assert songs() == ["Ash on the Sill", "La Bourrée du Chat", "Salt Road", "Hay", "Avec le temps"]
