"""What the embedded index survives: other processes, threads, kills, torn files, upgrades."""

from __future__ import annotations

import fcntl
import gc
import os
import random
import signal
import stat
import subprocess
import sys
import textwrap
import threading
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest
from whoosh.reading import SegmentReader

from fansite.backends.search import Answer, Document, Query, SearchBusy, SearchNotReady, answers, ranking
from fansite.backends.search import whoosh_index as engine
from fansite.backends.search.postings import NEXT_TO_NOTHING, Held, Memory
from tests.backends.search_cast import document, filled, found, many, opened
from tests.effort import takes_at_most

ROOT = Path(__file__).resolve().parents[2]

WRITER = """
    import itertools, sys
    from pathlib import Path
    from tests.backends.search_cast import document, opened

    search = opened(Path(sys.argv[1]))
    print("ready", flush=True)
    for batch in itertools.count(int(sys.argv[2])):
        sys.stdin.readline()
        search.apply([document(f"batch:{batch}:{n}", "Marmots", f"batch{batch}") for n in range(3)], ["batch:0:0"] if batch == 11 else [])
        print(batch, flush=True)
"""


class Writer:
    """Another process that writes a batch each time it is asked, and says so when it has."""

    def __init__(self, folder: Path, first: int = 0) -> None:
        command = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(WRITER), str(folder), str(first)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.answer() == "ready"

    def ask(self) -> None:
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def answer(self) -> str:
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "search"


@pytest.fixture
def search(folder: Path) -> Iterator[engine.WhooshIndex]:
    search = filled(folder, many(30))
    assert isinstance(search, engine.WhooshIndex)
    yield search
    search.close()


def index_of(folder: Path) -> Path:
    return folder / (folder / "current").read_text()


# Files


def test_nothing_is_touched_before_the_first_use(folder):
    opened(folder).close()
    assert not folder.exists()


def test_nobody_else_may_read_the_folder(folder, search):
    folder.chmod(0o755)
    search.apply(many(1), [])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(index_of(folder).stat().st_mode) == 0o700


def test_only_the_index_in_use_is_kept(folder, search):
    (folder / "left-by-a-killed-rebuild").mkdir()
    for _ in range(3):
        search.rebuild(many(3))
    assert sorted(path.name for path in folder.iterdir()) == sorted(["current", "lock", index_of(folder).name])


def test_an_index_of_another_make_is_rebuilt(folder, search, monkeypatch):
    monkeypatch.setattr(search, "make", "2-0123abcd")
    assert search.state() == "broken"
    assert search.find(Query("marmots")) == Answer(ready=False)
    assert list(search.keys()) == []
    with pytest.raises(SearchNotReady):
        search.apply(many(1), [])

    search.rebuild(many(2))

    assert search.state() == "ready"
    assert search.find(Query("marmots")).total == 2


def test_another_analysis_is_another_make(monkeypatch):
    from fansite.backends.search import language, schema

    before = schema.make_of_index()
    language.terms.cache_clear()
    monkeypatch.setattr(language, "fold", lambda word: word)
    assert schema.make_of_index() != before
    language.terms.cache_clear()


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _garbled(path: Path) -> None:
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 16] = bytes(16)
    content[middle] = 255
    path.write_bytes(bytes(content))


# Whoosh leaves files open when it fails half-way; they close with the garbage, which these tests take out themselves.
leaky = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")


@leaky
@pytest.mark.parametrize("tear", [_empty, _cut, _garbled, Path.unlink], ids=["empty", "cut", "garbled", "lost"])
@pytest.mark.parametrize("kind", [".toc", ".seg", "sums.json", "current"])
def test_a_torn_index_is_noticed_and_rebuilt(folder, search, kind, tear):
    found(search, "marmots")
    torn = folder / kind if kind == "current" else next(path for path in index_of(folder).iterdir() if path.name.endswith(kind))

    tear(torn)

    newcomer = opened(folder)
    for one in (search, newcomer):
        assert one.state() in ("broken", "missing")
        for text in ("marmots", "word7", '"marmots played"', "wrod7"):
            one.find(Query(text))
        with pytest.raises(SearchNotReady):
            one.apply(many(1), [])
    newcomer.rebuild(many(30))
    for one in (search, newcomer):
        assert one.state() == "ready"
        assert one.find(Query("marmots")).total == 30
    newcomer.close()
    gc.collect()


def test_a_lost_folder_is_a_missing_index(folder, search):
    found(search, "marmots")
    os.rename(folder, folder.with_name("elsewhere"))

    assert search.state() == "missing"
    assert search.find(Query("marmots")) == Answer(ready=False)
    search.rebuild(many(2))
    assert search.find(Query("marmots")).total == 2


@leaky
def test_a_full_disk_stops_one_batch_and_not_the_next(folder, search, monkeypatch):
    from whoosh.writing import SegmentWriter

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(SegmentWriter, "_flush_segment", full)
        patch.setattr(SegmentWriter, "_close_segment", full)
        with pytest.raises(OSError, match="No space"):
            search.apply([document("entry:new", "Marmots")], ["entry:1"])

    assert search.state() == "ready"
    assert search.find(Query("marmots")).total == 30
    search.patience = 0.1
    search.apply([document("entry:new", "Marmots")], ["entry:1"])
    assert found(search, "word1") == []
    assert search.find(Query("marmots")).total == 30
    gc.collect()


# Processes


def test_who_finds_the_lock_taken_comes_back_later(folder, search):
    search.patience = 0.05
    with open(folder / "lock", "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(SearchBusy):
            search.apply(many(1), [])
        with pytest.raises(SearchBusy):
            search.rebuild(many(1))
        assert search.find(Query("marmots")).total == 30
    search.apply([document("entry:new", "Marmots")], [])
    assert search.find(Query("marmots")).total == 31


def test_what_another_process_wrote_is_found_at_once(folder, search):
    writer = Writer(folder)
    for batch in range(12):
        writer.ask()
        assert writer.answer() == str(batch)
        assert len(found(search, f"batch{batch}")) == 3
    assert len(found(search, "batch0")) == 2  # the last batch drops one of the first
    assert search.state() == "ready"
    writer.kill()


def test_a_killed_writer_loses_no_batch_it_acknowledged_and_leaves_no_part_of_one(folder, search):
    dice = random.Random(7)
    acknowledged: set[int] = set()
    batch = 100
    for _ in range(10):
        writer = Writer(folder, batch)
        for _ in range(dice.randint(0, 2)):
            writer.ask()
            acknowledged.add(int(writer.answer()))
            batch += 1
        writer.ask()
        threading.Event().wait(dice.random() * 0.03)  # somewhere within the commit
        writer.kill()

        counts = {number: len(found(search, f"batch{number}")) for number in range(100, batch + 1)}
        assert set(counts.values()) <= {0, 3}
        assert {number for number in acknowledged if counts[number] != 3} == set()
        batch += 1
        if opened(folder).state() != "ready":  # killed between the commit and its seal
            search.rebuild(many(30))
            acknowledged.clear()
    assert search.state() == "ready"
    search.apply([document("entry:last", "Last")], [])
    assert found(search, "last") == ["entry:last"]


def test_a_killed_rebuild_leaves_the_old_index(folder, search):
    script = """
        import sys
        from pathlib import Path
        from tests.backends.search_cast import many, opened

        def endless():
            yield from many(60)
            print("filling", flush=True)
            sys.stdin.readline()

        opened(Path(sys.argv[1])).rebuild(endless())
    """
    command = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(script), str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "filling\n"
    assert search.state() == "ready"
    process.kill()
    process.communicate()

    assert search.state() == "ready"
    assert search.find(Query("marmots")).total == 30
    search.rebuild(many(4))
    assert search.find(Query("marmots")).total == 4


# What is kept of it


def test_what_is_known_of_a_segment_serves_the_next_commit(folder, search, monkeypatch):
    """Whoever is dropped is gone from it all the same, a whole block of them too."""
    search.rebuild(many(600))
    assert len(found(search, "marmots", per_page=1000)) == 600
    asked = []
    length_of = SegmentReader.doc_field_length
    monkeypatch.setattr(
        SegmentReader,
        "doc_field_length",
        lambda reader, number, *rest, **more: asked.append(number) or length_of(reader, number, *rest, **more),
    )
    search.apply([document("entry:new", "", "The marmots played again")], [f"entry:{n}" for n in [*range(200), 300, 599]])
    there = {*(f"entry:{n}" for n in range(200, 599) if n != 300), "entry:new"}
    for question in ("marmots", "marmots played", '"marmots played"'):
        assert set(found(search, question, per_page=1000)) == there
        assert search.find(Query(question)).total == len(there)
    assert len(asked) == 1
    assert found(search, "word300") == []
    assert found(search, "word301") == ["entry:301"]


def test_whoever_turns_a_page_is_answered_from_what_was_ranked_before(search, monkeypatch):
    search.rebuild(many(150))
    ranked = []
    monkeypatch.setattr(answers, "rank", lambda *asked: ranked.append(asked) or ranking.rank(*asked))
    pages = [[hit.key for hit in search.find(Query("marmots", page=page)).hits] for page in (1, 2, 5, 1)]
    assert pages == [[f"entry:{n}" for n in range(start, start - 20, -1)] for start in (149, 129, 69, 149)]
    assert len(ranked) == 1
    assert len(found(search, "marmots", page=8)) == 10, "beyond what was kept"
    assert len(ranked) == 2
    assert search.find(Query("marmots", without=frozenset({"entry:149"}))).total == 149
    assert found(search, "marmots", kind="comment") == []
    assert len(ranked) == 4
    search.apply([], ["entry:3", "entry:149"])
    answer = search.find(Query("marmots"))
    assert (answer.total, answer.hits[0].key, len(ranked)) == (148, "entry:148", 5)


def test_an_answer_nobody_asks_for_any_more_makes_room(search, monkeypatch):
    monkeypatch.setattr(answers, "MOST_ANSWERS", 3)
    ranked = []
    monkeypatch.setattr(answers, "rank", lambda *asked: ranked.append(asked) or ranking.rank(*asked))
    for word in ("word1", "word2", "word3", "word1", "word4", "word1", "word2"):
        found(search, word)
    assert len(ranked) == 5


def test_words_that_nobody_asked_for_are_forgotten_first():
    memory = Memory(most=3 * (NEXT_TO_NOTHING + 10))
    read: list[str] = []

    def of(term: str, holders: int = 10) -> int:
        def read_it() -> Held:
            read.append(term)
            return Held(array("I", range(holders)), array("f", [1.0] * holders))

        return len(memory.of(("segment", "body_en", term), read_it).numbers)

    for term in ("the", "band", "lisbon", "the", "fado", "the", "lisbon", "band"):
        assert of(term) == 10
    assert read == ["the", "band", "lisbon", "fado", "band"]
    assert of("and", 1000) == 1000, "more than there is room for"
    assert of("the") == 10
    assert read[-2:] == ["and", "the"]


# Threads


def test_eight_threads_read_while_the_index_is_changed_and_rebuilt(folder, search):
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
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for reader in readers:
            reader.start()
        other = opened(folder)
        for step in range(4):
            other.apply(many(3, start=100 + step), [])
            other.rebuild(many(30 + step))
            search.apply(many(2), [])
    finally:
        done.set()
        for reader in readers:
            reader.join()
        sys.setswitchinterval(before)
        other.close()
    assert wrong == []


def test_a_folder_that_a_rebuild_takes_away_between_two_looks_is_not_a_missing_index(folder, search, monkeypatch):
    other = opened(folder)
    old = index_of(folder)
    look = Path.is_dir

    def rebuilt_first(path: Path) -> bool:
        if path == old:
            monkeypatch.undo()
            other.rebuild(many(40))
        return look(path)

    monkeypatch.setattr(Path, "is_dir", rebuilt_first)
    assert search.find(Query("marmots")).total == 40
    assert index_of(folder) != old
    other.close()


def test_old_readers_are_closed(folder, search):
    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    found(search, "marmots")
    before = open_files()
    for step in range(10):
        search.apply([document(f"entry:{step}", "Marmots again")], [])
        found(search, "marmots")
        if step == 5:
            search.rebuild(many(30))
    assert open_files() <= before + 12  # at most one file per segment
    search.close()
    assert open_files() < before + 1


def test_a_reader_that_fails_is_opened_anew(search, monkeypatch, caplog):
    def torn(*_: object, **__: object) -> Answer:
        raise ValueError("Block tag error")

    with monkeypatch.context() as patch:
        patch.setattr(engine, "answer", torn)
        assert search.find(Query("marmots")) == Answer(ready=False)
    assert "could not be read" in caplog.text
    assert search.find(Query("marmots")).total == 30
    assert search.state() == "ready"


def test_a_table_of_contents_that_a_commit_takes_away_meanwhile_is_looked_up_again(search, monkeypatch):
    tries, plain = [], engine.FileStorage.open_index

    def once_too_late(self, **facts):
        tries.append(self.folder)
        if len(tries) == 1:
            raise FileNotFoundError("MAIN_1.toc")
        return plain(self, **facts)

    monkeypatch.setattr(engine.FileStorage, "open_index", once_too_late)
    search.close()
    assert search.find(Query("marmots")).total == 30
    assert len(tries) == 2


def test_twenty_thousand_words_are_looked_through_for_a_better_spelling_in_time(folder):
    dice = random.Random(3)
    syllables = ["ba", "co", "di", "fe", "gu", "ha", "ji", "ko", "lu", "ma"]
    words = ["".join(dice.choices(syllables, k=5)) for _ in range(20_000)]
    documents: list[Document] = [document(f"entry:{n}", body=" ".join(words[n * 100 : n * 100 + 100])) for n in range(200)]
    search = filled(folder, documents)

    # 0.1 s, the reading of the vocabulary included.
    answer = takes_at_most(0.5, lambda: search.find(Query(words[7][:3] + "x" + words[7][4:] + " ")))
    assert answer.suggestion
    search.close()
