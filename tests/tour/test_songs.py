"""What can be said of songs: how often, when and where they were played; and one that is called otherwise, or was two."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from fansite.core.db import db, touch, transaction
from fansite.core.errors import Forbidden, NotFound, Refused
from fansite.tour import operations as tour
from fansite.tour import queries as evenings
from fansite.tour.models import Gig
from fansite.tour.setlists import operations, queries
from fansite.tour.setlists.models import SetlistLine, Song
from tests.effort import takes_at_most
from tests.plans import reads_all, statements_noted
from tests.tour.cast import gig, house


@pytest.fixture
def eli(cast, clock, browser_as):
    return browser_as(cast.eli)


def played(cast, day: str, text: str, key: str = "brussels", **more) -> Gig:
    made = gig(cast.eli, key, day=date.fromisoformat(day), **more)
    return operations.write_down(made.id, text, by=cast.eli, version=evenings.opened(made.id).version)


@pytest.fixture
def three(cast, clock):
    """Evenings, of which one is to come."""
    return [
        played(cast, "2024-05-01", "Hay\nPuy\n---\nHay", "lyon"),
        played(cast, "2026-03-02", "Puy (trad.)\nSalt Road\n[tape] Hay\nEncore\nHay", "london"),
        played(cast, "2026-12-11", "Hay\nQuirkafleeg"),
    ]


def song(slug: str) -> Song:
    db.session.expire_all()
    return db.session.scalar(sa.select(Song).where(Song.slug == slug))


def rows(visitor) -> list[tuple[str, str]]:
    table = visitor.page.xpath('//table[contains(@class, "songs__table")]/tbody/tr')
    return [(row.xpath("string(th/a)"), row.xpath('string(td[@class="figure"])')) for row in table]


def places(visitor) -> list[str]:
    return visitor.page.xpath('//*[contains(@class, "gig__place")]/a/text()')


def facts(visitor) -> dict[str, str]:
    terms, words = visitor.page.xpath('//dl[@class="facts"]/dt/text()'), visitor.page.xpath('//dl[@class="facts"]/dd')
    return dict(zip(terms, [" ".join(word.text_content().split()) for word in words], strict=True))


# ---- figures ----------------------------------------------------------------------------------------------------------------


def test_all_songs_by_how_often_and_by_title(three, stranger):
    stranger.get("/tour/songs/")
    assert rows(stranger) == [("Hay", "3"), ("Puy", "2"), ("Salt Road", "1")]
    assert "3 songs so far." in stranger.text
    assert stranger.page.xpath("//table//time/@datetime")[:2] == ["2024-05-01", "2026-03-02"]
    assert stranger.page.xpath("//table//td/a/@href")[0] == "/tour/2024-05-01-lyon-la-cale-seche"
    stranger.get("/tour/songs/?sort=title")
    assert [title for title, _times in rows(stranger)] == ["Hay", "Puy", "Salt Road"]
    assert stranger.page.xpath('//link[@rel="canonical"]/@href') == ["http://127.0.0.1:8000/tour/songs/?sort=title"]
    assert stranger.page.xpath('//link[@rel="alternate"][@hreflang="fr"]/@href') == [
        "http://127.0.0.1:8000/fr/tour/songs/?sort=title"
    ]
    for path in ("/tour/songs/?sort=x", "/tour/songs/?page=2", "/tour/songs/?page=x", "/tour/songs/?sort=count&page=0"):
        stranger.get(path, status=404)


def test_one_song_when_first_when_last_and_in_which_part(three, stranger):
    stranger.get("/tour/songs/hay")
    assert facts(stranger) == {
        "First": "1 May 2024, Lyon",
        "Last": "2 Mar 2026, London",
        "Opened the evening": "once",
        "Closed it": "2 times",
        "As an encore": "2 times",
    }
    assert places(stranger) == ["London", "Lyon"]
    years = stranger.page.xpath('//table[@class="years"]//tr')
    assert [" ".join(row.xpath("th/text() | td/text()")) for row in years] == ["2024 2", "2025 0", "2026 1"]
    assert stranger.page.xpath('//table[@class="years"]//rect/@width') == ["100.0%", "0.0%", "50.0%"]
    (graph,) = [json.loads(text) for text in stranger.page.xpath('//script[@type="application/ld+json"]/text()')]
    assert graph["@graph"][0] == {"@type": "MusicComposition", "name": "Hay", "url": "http://127.0.0.1:8000/tour/songs/hay"}
    stranger.get("/fr/tour/songs/hay")
    assert stranger.page.xpath('//link[@rel="canonical"]/@href') == ["http://127.0.0.1:8000/fr/tour/songs/hay"]
    assert "1er mai 2024, Lyon" in stranger.text
    stranger.get("/tour/songs/puy")
    assert "written by nobody" in stranger.text
    for path in ("/tour/songs/quirkafleeg", "/tour/songs/nothing", "/tour/songs/hay?page=2"):
        stranger.get(path, status=404)


def test_the_evening_that_begins_makes_the_figures_new(three, clock, stranger):
    for path in ("/tour/songs/", "/tour/songs/hay"):
        stranger.get(path)
    clock.move_to(datetime(2026, 12, 11, 19, 15, tzinfo=UTC))
    stranger.get("/tour/songs/")
    assert rows(stranger)[0] == ("Hay", "4") and ("Quirkafleeg", "1") in rows(stranger)
    stranger.get("/tour/songs/hay")
    assert facts(stranger)["Last"] == "11 Dec 2026, Brussels"


def test_more_than_a_page_of_songs_and_of_evenings(cast, clock, stranger):
    for number in range(51):
        made = played(cast, f"2025-{number % 12 + 1:02d}-{number // 12 + 1:02d}", "Hay")
    operations.write_down(
        made.id, "Hay\n" + "\n".join(f"Song {n}" for n in range(100)), by=cast.eli, version=evenings.opened(made.id).version
    )
    stranger.get("/tour/songs/")
    assert len(rows(stranger)) == 100
    stranger.get("/tour/songs/?page=2")
    assert len(rows(stranger)) == 1
    stranger.get("/tour/songs/hay")
    assert len(places(stranger)) == 50 and "Played 51 times." in stranger.text
    stranger.get("/tour/songs/hay?page=2")
    assert len(places(stranger)) == 1
    assert stranger.page.xpath('//link[@rel="canonical"]/@href') == ["http://127.0.0.1:8000/tour/songs/hay?page=2"]
    stranger.get("/tour/songs/hay?page=3", status=404)


def many(cast, number: int) -> None:
    """Evenings of twenty-five songs each, by the shortest way."""
    venue = house(cast.eli).id
    first = date(2015, 1, 1)
    with transaction() as session:
        at = datetime(2015, 1, 1, tzinfo=UTC)
        entries = [
            {"kind": "gig", "slug": f"evening-{nth}", "language": "en", "title": "An evening", "status": "published", "published_at": at, "created_at": at,
             "updated_at": at}
            for nth in range(number)
        ]  # fmt: skip
        session.execute(sa.insert(Gig.__table__.metadata.tables["entry"]), entries)
        ids = list(
            session.scalars(sa.select(Gig.__table__.metadata.tables["entry"].c.id).where(sa.text("slug LIKE 'evening-%'")))
        )
        days = {id: first + timedelta(days=2 * nth) for nth, id in enumerate(ids)}
        session.execute(
            sa.insert(Gig.__table__),
            [
                {"id": id, "venue_id": venue, "day": day, "starts": time(20), "zone": "Europe/Brussels", "uid": f"{id}", "changed_at": at, "former": [],
                 "over_at": datetime(day.year, day.month, day.day, 23, tzinfo=UTC), "body": "", "html": "", "renderer": 1}
                for id, day in days.items()
            ],
        )  # fmt: skip
        session.execute(
            sa.insert(Song),
            [
                {"title": f"Song {nth}", "slug": f"song-{nth}", "likeness": f"song{nth}", "created_at": at, "updated_at": at}
                for nth in range(300)
            ],
        )
        songs = list(session.scalars(sa.select(Song.id)))
        session.execute(
            sa.insert(SetlistLine),
            [{"gig_id": id, "position": nth, "song_id": songs[(id * 7 + nth * 11) % 300]} for id in ids for nth in range(25)],
        )
        touch("list:gig", "list:song")


@pytest.mark.once
@pytest.mark.sqlite
def test_two_thousand_evenings_are_read_once_and_no_page_asks_for_them_again(app, cast, clock, stranger, count_queries):
    many(cast, 2000)

    def read_anew():
        app.extensions["fansite"].kept.clear()
        stranger.get("/tour/songs/")

    takes_at_most(5, read_anew)
    stranger.get("/tour/songs/song-7")
    for path in ("/tour/songs/", "/tour/songs/?sort=title&page=3", "/tour/songs/song-7", "/sitemaps/song-1.xml"):
        with count_queries() as counted, statements_noted() as noted:
            stranger.get(path)
        assert len(counted) <= 1, path
        assert not [steps for statement, parameters in noted if (steps := reads_all(statement, parameters))]
        takes_at_most(1, lambda path=path: stranger.get(path))


def test_a_site_without_setlists_says_so(app, cast, stranger):
    stranger.get("/tour/songs/")
    assert "Nothing was written down yet" in stranger.text
    stranger.get("/fr/tour/songs/")


def test_a_tour_may_be_called_songs(cast, clock, stranger):
    named = [tour.tour_named(name, by=cast.eli).slug for name in ("Songs", "Past", "Near", "Feed", "Winter")]
    assert named == ["songs-2", "past-2", "near-2", "feed-2", "winter"]
    gig(cast.eli, tour_id=tour.tour_named("Songs", by=cast.eli).id)
    stranger.get("/tour/songs-2")
    stranger.get("/tour/songs", status=301)
    assert stranger.location.endswith("/tour/songs/")


# ---- called otherwise, or two -----------------------------------------------------------------------------------------------


def test_a_new_title_stands_everywhere_and_the_old_one_leads_there(cast, three, stranger, worker):
    stranger.get(f"/tour/{three[0].slug}")
    stranger.get("/tour/songs/")
    operations.revise_song(song("hay").id, title="Straw", artist="", by=cast.eli)
    for path in ("/tour/songs/hay", "/fr/tour/songs/hay"):
        stranger.get(path, status=301)
        assert stranger.location.endswith("/tour/songs/straw")
    for path in ("/tour/songs/", "/tour/songs/straw", f"/tour/{three[0].slug}"):
        stranger.get(path)
        assert "Straw" in stranger.text and ">Hay<" not in stranger.response.get_data(as_text=True)
    worker()
    stranger.get("/search?q=Straw")
    assert len(stranger.page.xpath('//ol[@id="results"]/li')) == 2
    played(cast, "2026-11-02", "hay")
    assert [line.title for line in queries.lines_of(evenings.nights()[-2].id)] == ["Straw"]


def test_it_may_be_called_again_what_it_was_called_once(cast, three, stranger):
    number = song("hay").id
    for title in ("Straw", "Hay", "HAY", "Hay!"):
        operations.revise_song(number, title=title, artist="", by=cast.eli)
    assert song("hay").id == number and song("hay").title == "Hay!"
    stranger.get("/tour/songs/hay")
    stranger.get("/tour/songs/straw", status=301)
    assert stranger.location.endswith("/tour/songs/hay")


def test_what_is_no_title_or_anothers_is_refused(cast, three):
    number = song("hay").id
    operations.revise_song(song("salt-road").id, title="Salt", artist="", by=cast.eli)
    for title in ("", " ", "x" * 121, "puy", "Salt Road"):
        with pytest.raises(Refused):
            operations.revise_song(number, title=title, artist="", by=cast.eli)
    with pytest.raises(Refused):
        operations.revise_song(number, title="Hay", artist="x" * 121, by=cast.eli)
    with pytest.raises(Forbidden):
        operations.revise_song(number, title="Straw", artist="", by=cast.fay)
    with pytest.raises(NotFound):
        operations.revise_song(999, title="Straw", artist="", by=cast.eli)
    assert song("hay").title == "Hay"


def test_two_that_are_one_are_counted_as_one(cast, three, stranger, worker):
    stranger.get("/tour/songs/hay")
    operations.merge_songs(song("hay").id, song("salt-road").id, by=cast.eli)
    stranger.get("/tour/songs/salt-road")
    assert "Played 4 times." in stranger.text and places(stranger) == ["London", "Lyon"]
    stranger.get("/tour/songs/hay", status=301)
    operations.merge_songs(song("salt-road").id, song("puy").id, by=cast.eli)
    stranger.get("/tour/songs/hay", status=301)
    assert stranger.location.endswith("/tour/songs/puy")
    worker()
    stranger.get("/search?q=Salt")
    assert not stranger.page.xpath('//ol[@id="results"]/li')
    for pair in ((song("puy").id, song("puy").id), (song("hay").id, song("puy").id), (song("puy").id, song("hay").id)):
        with pytest.raises(Refused):
            operations.merge_songs(*pair, by=cast.eli)
    with pytest.raises(Forbidden):
        operations.merge_songs(song("puy").id, song("quirkafleeg").id, by=cast.fay)


def test_the_way_from_an_old_title_tells_nothing_of_a_plan(cast, three, stranger):
    operations.revise_song(song("quirkafleeg").id, title="Winter Wine", artist="Caravan", by=cast.eli)
    for path in ("/tour/songs/quirkafleeg", "/tour/songs/winter-wine"):
        stranger.get(path, status=404)


# ---- the desk ---------------------------------------------------------------------------------------------------------------


def test_songs_are_looked_for_renamed_and_merged_at_the_desk(three, eli):
    eli.get("/staff/tour/songs")
    assert eli.page.xpath('//a[@class="staff-row__title"]/text()') == ["Hay", "Puy", "Quirkafleeg", "Salt Road"]
    eli.get("/staff/tour/songs?q=SALT%20rd")
    assert "No song of that name" in eli.text
    eli.get("/staff/tour/songs?q=SÄLT")
    eli.get(eli.page.xpath('//a[@class="staff-row__title"]/@href')[0])
    eli.submit("song", {"title": "Puy"}, status=422)
    assert "Merge the two instead" in eli.text
    assert eli.page.xpath('string(//input[@name="title"]/@value)') == "Puy"
    eli.submit("song", {"title": "The Salt Road", "artist": "Nobody"}, follow=True)
    assert "Saved." in eli.text
    assert (song("the-salt-road").title, song("the-salt-road").artist) == ("The Salt Road", "Nobody")
    eli.get(f"/staff/tour/songs/{song('hay').id}")
    eli.submit("merge", {"into": ""}, status=422)
    eli.submit("merge", {"into": "x"}, status=422)
    eli.submit("merge", {"into": song("the-salt-road").id}, follow=True)
    assert "The two are one now." in eli.text
    eli.get(f"/staff/tour/songs/{song('hay').id}", status=404)
