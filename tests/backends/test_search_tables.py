"""What an index in the site's own database survives, and what it promises to whoever shares that database."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from fansite.backends.search import Answer, Document, Place, Query, SearchBusy, SearchNotReady, finding, generations, table_index
from tests.backends.search_cast import FIRST_DAY, document, emptied, filled, found, french, many, opened
from tests.effort import takes_at_most

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "search"


@pytest.fixture(params=["sqlite:", "postgres:"])
def place(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The address of the back end, and of its database."""
    return request.param, emptied(request.getfixturevalue("postgres")) if request.param == "postgres:" else ""


only_sqlite = pytest.mark.parametrize("place", [("sqlite:", "")])


@pytest.fixture
def search(folder: Path, place: tuple[str, str]) -> Iterator[table_index.TableIndex]:
    search = filled(folder, many(30), *place)
    assert isinstance(search, table_index.TableIndex)
    yield search
    search.close()


def tables_of(search: table_index.TableIndex) -> set[str]:
    with search.door.reading() as connection:
        return {name for name in sa.inspect(connection).get_table_names() if name.startswith("search_")}


def generation_of(search: table_index.TableIndex) -> int:
    with search.door.reading() as connection:
        return generations.Generations(search.engine, connection).current().number


def run(search: table_index.TableIndex, statement: str) -> None:
    with search.door.writing() as connection:
        connection.exec_driver_sql(statement.replace("#", str(generation_of(search))))


# Rebuilding


def test_only_the_tables_in_use_are_kept(search):
    for _ in range(3):
        search.rebuild(many(3))
    number = generation_of(search)
    assert {table for table in tables_of(search) if not table.startswith(f"search_terms_{number}_")} == {
        "search_index", *(f"search_{name}_{number}" for name in ("document", "word", "tally", "terms"))
    }  # fmt: skip


def test_changes_are_found_while_a_rebuild_goes_on_and_after_it(search, monkeypatch):
    """What the rebuild read before a change never comes back: it was read when it was asked for, and the change was noted."""
    monkeypatch.setattr(table_index, "BATCH", 5)
    everything = list(many(30))
    seen = []

    def reading() -> Iterator[Document]:
        for number, one in enumerate(everything):
            if number == 13:  # three of a batch are read and not written yet
                search.apply(
                    [document("entry:10", "Marmots in Porto"), document("entry:20", "Marmots in Braga")], ["entry:11", "entry:21"]
                )
                seen.append((found(search, "porto"), found(search, "word11"), found(search, "braga")))
            yield one

    search.rebuild(reading())

    assert seen == [(["entry:10"], [], ["entry:20"])]
    assert (found(search, "porto"), found(search, "braga")) == (["entry:10"], ["entry:20"])
    for gone in ("word10", "word11", "word20", "word21"):
        assert found(search, gone) == []
    assert len(set(search.keys())) == 28 == search.find(Query("marmots")).total == search.size()


def test_a_broken_off_rebuild_goes_on_where_it_was(folder, place, search, monkeypatch):
    monkeypatch.setattr(table_index, "BATCH", 10)
    documents = list(many(45))

    def torn() -> Iterator[Document]:
        yield from documents[:25]
        raise RuntimeError("the power failed")

    run(search, "UPDATE search_index SET make = 'older'")
    with pytest.raises(RuntimeError, match="power"):
        search.rebuild(torn())
    search.close()

    newcomer = opened(folder, *place)
    assert newcomer.state() == "broken"
    stopped = newcomer.broken_off()
    assert stopped == Place("news", "entry:19")
    newcomer.apply([document("entry:3", "Marmots changed meanwhile")], ["entry:4"])
    with pytest.raises(SearchBusy, match="another"):
        newcomer.rebuild(iter([]), after=Place("news", "entry:9"))
    newcomer.rebuild(iter(documents[20:]), after=stopped)

    assert (newcomer.state(), newcomer.broken_off()) == ("ready", None)
    assert newcomer.find(Query("marmots")).total == 44
    assert (found(newcomer, "meanwhile"), found(newcomer, "word3"), found(newcomer, "word4")) == (["entry:3"], [], [])
    newcomer.close()


def test_a_killed_rebuild_is_gone_on_with_and_answers_come_meanwhile(folder, place, search, monkeypatch):
    script = """
        import sys
        from pathlib import Path
        from fansite.backends.search import table_index
        from tests.backends.search_cast import many, opened

        def endless():
            yield from many(60)
            print("filling", flush=True)
            sys.stdin.readline()

        table_index.BATCH = 20
        opened(Path(sys.argv[1]), *sys.argv[2:]).rebuild(endless())
    """
    command = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(script), str(folder), *place]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "filling\n"
    assert search.state() == "ready"
    assert search.broken_off() is None
    with pytest.raises(SearchBusy):
        search.rebuild(many(4))
    process.kill()
    process.communicate()

    assert search.find(Query("marmots")).total == 30
    monkeypatch.setattr(generations, "SILENCE_SECONDS", 0.0)
    assert search.broken_off() == Place("news", "entry:59")
    search.rebuild(many(5, start=60), after=search.broken_off())
    assert search.find(Query("marmots")).total == 65


def test_who_was_taken_for_dead_does_not_write_again(search, monkeypatch):
    monkeypatch.setattr(table_index, "BATCH", 2)
    monkeypatch.setattr(generations, "SILENCE_SECONDS", -1.0)

    def slow() -> Iterator[Document]:
        for number, one in enumerate(many(9)):
            if number == 5:
                search.rebuild(many(7))
            yield one

    with pytest.raises(SearchBusy, match="another process"):
        search.rebuild(slow())
    assert search.find(Query("marmots")).total == 7
    assert search.state() == "ready"


def test_an_index_of_another_make_is_rebuilt(search, monkeypatch):
    monkeypatch.setattr(search, "make", "2-0123abcd")
    assert search.state() == "broken"
    assert search.find(Query("marmots")) == Answer(ready=False)
    assert list(search.keys()) == search.years() == []
    with pytest.raises(SearchNotReady):
        search.apply(many(1), [])

    search.rebuild(many(2))

    assert search.state() == "ready"
    assert search.find(Query("marmots")).total == 2


@pytest.mark.parametrize("table", ["search_index", "search_document_#", "search_word_#", "search_tally_#", "search_terms_#"])
def test_an_index_with_a_table_lost_is_noticed_and_rebuilt(search, table):
    run(search, f"DROP TABLE {table}")
    assert search.state() in ("missing", "broken")
    assert search.find(Query("marmots")) == Answer(ready=False)
    with pytest.raises(SearchNotReady):
        search.apply(many(1), [])
    search.rebuild(many(30))
    assert search.state() == "ready"
    assert search.find(Query("marmots")).total == 30


@only_sqlite
def test_a_damaged_index_is_told_of_by_whoever_meets_the_damage(search, caplog):
    run(search, "UPDATE search_terms_#_data SET block = x'00ff00ff00ff' WHERE id > 10")
    assert search.find(Query("marmots")) == Answer(ready=False)
    assert "could not be read" in caplog.text
    assert search.state() == "broken"
    search.rebuild(many(30))
    assert search.state() == "ready"
    assert search.find(Query("marmots")).total == 30


# What was dropped


def traces(folder: Path, *words: str) -> set[str]:
    with closing(sqlite3.connect(folder.with_suffix(".db"))) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = b"".join(path.read_bytes() for path in folder.parent.glob("search.db*"))
    return {word for word in words if word.encode() in content}


@only_sqlite
def test_no_byte_is_left_of_words_that_were_dropped(folder, search):
    """The index holds beginnings that words share only once, so it is asked for their ends."""
    ends = ("grombulix", "zavortnik")
    search.apply(
        [document("comment:1", body=f"kru{ends[0]} once"), document("comment:2", f"pla{ends[1]} twice", tags=(ends[0],))], []
    )
    assert traces(folder, *ends) == set(ends)
    search.apply(many(40, start=100), ["comment:1", "comment:2"])
    search.purge()
    while search.tidy():
        pass
    assert traces(folder, *ends) == set()
    assert search.find(Query("marmots")).total == 70
    assert traces(folder, "marmot") == {"marmot"}


@only_sqlite
def test_a_purge_goes_in_short_steps(search, monkeypatch):
    monkeypatch.setattr(table_index, "SLICE_SECONDS", -1.0)
    from fansite.backends.search import fts5

    monkeypatch.setattr(fts5, "PAGES_A_STEP", 1)
    for start in range(100, 400, 20):
        search.apply(many(20, start=start), [])
    search.apply([], [f"entry:{number}" for number in range(100, 150)])
    search.purge()
    steps = 0
    while search.tidy():
        steps += 1
    assert steps >= 3
    assert search.find(Query("marmots")).total == 280


def test_another_backend_leaves_nothing_of_this_one(folder, place, search):
    whoosh = filled(folder, many(3), "whoosh:", place[1])
    while whoosh.tidy():
        pass
    assert tables_of(search) == set()
    assert folder.is_dir()
    whoosh.close()

    back = filled(folder, many(3), *place)
    assert not folder.exists()
    assert back.size() == 3
    back.close()


def test_the_vocabulary_counts_what_stands_there(place, search):
    """However it came there: words, terms and tallies of an index that was changed are those of one that was built so."""
    dice = random.Random(5)
    living: dict[str, Document] = {one.key: one for one in many(30)}
    for step in range(60):
        key = f"entry:{dice.randrange(40)}"
        if dice.random() < 0.3:
            living.pop(key, None)
            search.apply([], [key])
        else:
            make = dice.choice([document, french])
            words = dice.choices(["tournée", "tournee", "L'été", "R.E.M.", "hip-hop", "œuvre", "The", "skies", "42"], k=6)
            living[key] = make(key, " ".join(words[:2]), " ".join(words[2:]), tags=tuple(words[:1]), year=2000 + step % 3)
            search.apply([living[key]], [])
    changed = contents_of(search)
    search.rebuild(iter(living.values()))
    built = contents_of(search)
    assert changed == built
    if place[0] == "sqlite:":
        run(search, "INSERT INTO search_terms_# (search_terms_#) VALUES ('integrity-check')")


def contents_of(search: table_index.TableIndex) -> tuple[set, set, set]:
    number = generation_of(search)
    with search.door.writing() as connection:
        documents = f"search_document_{number} AS d"
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"CREATE VIRTUAL TABLE temp.seen USING fts5vocab(main, search_terms_{number}, instance)")
            terms = f"SELECT key, term, offset FROM temp.seen JOIN {documents} ON d.id = seen.doc"
        else:
            terms = f"SELECT key, CAST(terms AS TEXT) FROM search_terms_{number} AS t JOIN {documents} ON d.id = t.id"
        words = {tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM search_word_{number}")}
        tallies = {tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM search_tally_{number} WHERE number <> 0")}
        held = {tuple(row) for row in connection.exec_driver_sql(terms)}
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TABLE temp.seen")
    return words, tallies, held


# Processes and threads


def test_eight_threads_read_while_the_index_is_changed_and_rebuilt(folder, place, search):
    wrong: list[object] = []
    done = threading.Event()

    def read(number: int) -> None:
        dice = random.Random(number)
        while not done.is_set():
            n = dice.randrange(30)
            keys = found(search, f"word{n}")
            total = search.find(Query("marmots", per_page=5)).total
            if keys != [f"entry:{n}"] or total < 30:
                wrong.append((n, keys, total))

    readers = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    try:
        for reader in readers:
            reader.start()
        other = opened(folder, *place)
        for step in range(3):
            other.apply(many(3, start=100 + step), [])
            other.rebuild(many(30 + step))
            search.apply(many(2), [])
    finally:
        done.set()
        for reader in readers:
            reader.join()
        other.close()
    assert wrong == []


# Very many


@pytest.fixture
def large(folder: Path, place: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[table_index.TableIndex]:
    """An index that is large for what it may look at."""
    monkeypatch.setattr(finding, "CLOSELY", 10)
    monkeypatch.setattr(finding, "GLANCED_AT", 40)
    monkeypatch.setattr(finding, "OF_EACH", 5)
    comments = [
        document(f"comment:{n}", body=f"Lovely concert, number{n}", kind="comment", published_at=FIRST_DAY + timedelta(hours=n))
        for n in range(300)
    ]
    posts = [
        document("entry:1", "The concert in Porto", "We played."),
        document("entry:2", "An accordion", "At the concert there was an accordion."),
        document("entry:3", "Concert, lovely concert", "Lovely.", tags=("tour",), year=2025),
    ]
    search = filled(folder, [*posts, *comments], *place)
    yield search
    search.close()


def test_of_very_many_the_titles_and_the_newest_come_first(large):
    answer = large.find(Query("concert"))
    assert answer.total == 303
    assert {hit.key for hit in answer.hits[:2]} == {"entry:1", "entry:3"}
    newest = [hit.key for hit in answer.hits if hit.key.startswith("comment:")]
    assert newest == [f"comment:{n}" for n in range(299, 299 - len(newest), -1)]


def test_a_rare_word_decides_among_very_many(large):
    assert found(large, "concert accordion")[0] == "entry:2"
    assert found(large, "lovely concert number17")[0] == "comment:17"
    assert found(large, "number17") == ["comment:17"]


def test_filters_phrases_and_unwanted_words_hold_among_very_many(large):
    assert found(large, "concert", kind="news", year=2025) == ["entry:3"]
    assert large.find(Query("concert", kind="comment")).total == 300
    assert {hit.kind for hit in large.find(Query("concert", kind="comment")).hits} == {"comment"}
    assert large.find(Query('"lovely concert"')).total == 301
    assert large.find(Query("concert -lovely")).total == 2
    assert large.find(Query("concert -lovely")).hits[0].key == "entry:1"
    gone = frozenset({"comment:299", "entry:1"})
    answer = large.find(Query("concert", without=gone))
    assert answer.total == 301
    assert not gone.intersection(hit.key for hit in answer.hits)


def test_pages_of_very_many_follow_each_other_without_gap_or_repetition(large):
    keys = [hit.key for page in range(1, 17) for hit in large.find(Query("concert", page=page, per_page=20)).hits]
    assert len(keys) == len(set(keys)) == 303
    middling = [
        hit.key for page in range(1, 5) for hit in large.find(Query("played number1 number2", page=page, per_page=2)).hits
    ]
    assert len(middling) == len(set(middling)) == 3


def test_many_of_one_second_find_their_places(folder):
    search = filled(folder, [document(f"comment:{n}", body=f"word{n}", kind="comment") for n in range(600)], "sqlite:")
    assert search.size() == 600
    assert found(search, "word599") == ["comment:599"]
    search.close()


def test_twenty_thousand_words_are_looked_through_for_a_better_spelling_in_time(folder):
    dice = random.Random(3)
    syllables = ["ba", "co", "di", "fe", "gu", "ha", "ji", "ko", "lu", "ma"]
    words = ["".join(dice.choices(syllables, k=5)) for _ in range(20_000)]
    search = filled(
        folder, [document(f"entry:{n}", body=" ".join(words[n * 100 : n * 100 + 100])) for n in range(200)], "sqlite:"
    )
    answer = takes_at_most(0.1, lambda: search.find(Query(words[7][:3] + "x" + words[7][4:] + " ")))
    assert answer.suggestion
    search.close()
