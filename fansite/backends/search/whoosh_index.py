"""The embedded index: one writer, many readers, a folder nobody else needs.

`current` names the folder of the index in use. A rebuild fills another folder and replaces that one line, so readers go on
serving meanwhile, and a killed rebuild leaves nothing but files that the next one sweeps away. Only calls are used that Whoosh 2.7.4
and whoosh3 both get right: never `refresh()`, `reader(reuse=)`, `BufferedWriter`, `AsyncWriter` or `TimeLimitCollector`.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, TypeVar
from uuid import uuid4

from whoosh.filedb.filestore import FileStorage

from . import Answer, Document, Place, Query, SearchBusy, SearchNotReady, State, sums
from .answers import answer
from .door import Door
from .leftovers import sweep_tables
from .postings import Postings
from .queries import read_query
from .schema import fields_of, make_of_index, make_schema

log = logging.getLogger(__name__)
T = TypeVar("T")

# A rebuild holds the lock for as long as it takes: who waits longer than this comes back later.
PATIENCE_SECONDS = 5.0
# Enough that 2,000 posts are sorted in memory, little enough for a small machine.
MEMORY_MB = 64
PROGRESS_STEP = 50
# Whoosh tries for half a second to open an index with a file missing: not at every question.
PAUSE_SECONDS = 1.0
# Commits follow each other fast while much is written.
TRIES = 20


class Kept(NamedTuple):
    """A reader with what it shows: the folder, and the commit within it."""

    name: str
    generation: int
    index: Any
    postings: Postings


class WhooshIndex:
    """Safe to share between threads: one reader, one question at a time (Whoosh's readers share a file position)."""

    changes_while_rebuilding = False

    def __init__(self, folder: Path, door: Door) -> None:
        self.folder = folder
        self.door = door
        self.patience = PATIENCE_SECONDS
        self.schema = make_schema()
        self.make = make_of_index()
        self._guard = Lock()
        self._kept: Kept | None = None
        self._torn = ("", 0.0)  # the index that could not be opened, and until when it is left alone
        self._checked: dict[str, os.stat_result] = {}

    # Reading

    def find(self, query: Query) -> Answer:
        wanted = read_query(query.text)
        return self._ask(lambda postings: answer(postings, wanted, query), Answer(ready=False)) if wanted.sequence else Answer()

    def years(self) -> list[int]:
        return self._ask(Postings.years, [])

    def size(self) -> int:
        name = self._current()
        return self._open(name).doc_count() if name is not None and self._mine(name) else 0

    def _ask(self, question: Callable[[Postings], T], nothing: T) -> T:
        with self._guard:
            try:
                postings = self._postings()
                return question(postings) if postings else nothing
            except Exception:
                # A torn index fails in any way it likes: nothing is found until the worker, who checks it, has rebuilt it.
                log.exception("the search index could not be read")
                self._forget()
                return nothing

    def keys(self) -> Iterator[str]:
        name = self._current()
        if name is None or not self._mine(name):
            return
        reader = self._open(name).reader()
        try:
            for _, stored in reader.iter_docs():
                yield stored["key"]
        finally:
            reader.close()

    def state(self) -> State:
        state = self._state()
        if state != "broken":
            return state
        try:
            with self._writing(patience=0):
                return self._state()
        except SearchBusy:
            return "ready"  # in the middle of a commit or a rebuild: whoever writes leaves it whole

    def _state(self) -> State:
        name = self._current()
        if name is None:
            return "missing"
        return "ready" if self._mine(name) and sums.whole(self.folder / name, self._checked) else "broken"

    def close(self) -> None:
        with self._guard:
            self._forget()

    def _postings(self) -> Postings | None:
        """The kept reader, opened anew when something was committed since."""
        name = self._current()
        if name is None or not self._mine(name):
            self._forget()
            return None
        if name == self._torn[0] and time.monotonic() < self._torn[1]:
            return None
        try:
            if not self._kept or self._kept.name != name or self._kept.generation != self._kept.index.latest_generation():
                before = self._kept.postings if self._kept else None
                self._forget()
                self._kept = self._newest(name, before)
        except Exception:
            if name != self._current():  # a rebuild took the folder away in between
                return self._postings()
            self._torn = (name, time.monotonic() + PAUSE_SECONDS)
            raise
        return self._kept.postings

    def _newest(self, name: str, before: Postings | None) -> Kept:
        index = self._open(name)
        generation = index.latest_generation()  # before the reader: it may show a later commit, never an earlier one
        return Kept(name, generation, index, Postings(index.reader(), before))

    def _forget(self) -> None:
        kept, self._kept = self._kept, None
        if kept:
            kept.postings.reader.close()

    # Writing

    def apply(self, put: Iterable[Document], drop: Iterable[str] = ()) -> None:
        gone = set(drop)
        documents = {document.key: document for document in put if document.key not in gone}
        with self._writing():
            name = self._current()
            if name is None or self._state() != "ready":
                raise SearchNotReady("rebuild the search index first")
            index = self._open(name)
            writer = index.writer(timeout=self.patience, limitmb=MEMORY_MB)
            with _committed(writer), index.searcher() as searcher:
                for key in gone | documents.keys():
                    writer.delete_by_term("key", key, searcher=searcher)
                for document in documents.values():
                    writer.add_document(**fields_of(document))
            sums.seal(self.folder / name)

    def purge(self) -> None:
        with self._writing():
            name = self._current()
            if name is None or self._state() != "ready":
                return  # the rebuild to come reads what is left
            writer = self._open(name).writer(timeout=self.patience, limitmb=MEMORY_MB)
            with _committed(writer, mergetype=_without_the_dropped):
                pass
            sums.seal(self.folder / name)

    def tidy(self) -> bool:
        return sweep_tables(self.door)

    def broken_off(self) -> Place | None:
        return None  # one that was killed begins anew

    def rebuild(
        self, documents: Iterator[Document], progress: Callable[[int], None] | None = None, after: Place | None = None
    ) -> None:
        if after is not None:
            raise SearchBusy("a rebuild of this index is never broken off")
        with self._writing():
            self._sweep(keep=self._current())
            name = f"{self.make}-{uuid4().hex[:12]}"
            folder = self.folder / name
            folder.mkdir(mode=0o700)
            try:
                self._fill(folder, documents, progress or (lambda number: None))
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            sums.replace(self.folder / "current", name)
            self._sweep(keep=name)

    def _fill(self, folder: Path, documents: Iterator[Document], progress: Callable[[int], None]) -> None:
        index = FileStorage(str(folder), supports_mmap=False).create_index(self.schema)
        writer = index.writer(limitmb=MEMORY_MB)
        seen: set[str] = set()
        with _committed(writer):
            for document in documents:
                if document.key in seen:  # it moved between two pages of the query
                    continue
                seen.add(document.key)
                writer.add_document(**fields_of(document))
                if len(seen) % PROGRESS_STEP == 0:
                    progress(len(seen))
        sums.seal(folder)
        progress(len(seen))

    @contextmanager
    def _writing(self, patience: float | None = None) -> Iterator[None]:
        """Holds the one write lock; it ends with the process that holds it."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.chmod(0o700)  # the index is read with pickle: nobody else may write here
        with open(self.folder / "lock", "a") as file:
            deadline = time.monotonic() + (self.patience if patience is None else patience)
            while not _locked(file.fileno()):
                if time.monotonic() >= deadline:
                    raise SearchBusy("another process is writing to the search index")
                time.sleep(0.02)
            yield

    # The folder

    def _current(self) -> str | None:
        """The name of the folder in use, or None where there is none."""
        name = self._named()
        while name is not None and not (self.folder / name).is_dir():
            before, name = name, self._named()
            if name == before:
                return None
            # a rebuild put another folder in its place between the two looks
        return name

    def _named(self) -> str | None:
        try:
            name = (self.folder / "current").read_text(encoding="ascii").strip()
        except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
            return None
        return name if name and name == Path(name).name else None

    def _mine(self, name: str) -> bool:
        return name.startswith(f"{self.make}-")

    def _sweep(self, keep: str | None) -> None:
        """Removes what earlier rebuilds left; readers keep the files they have open."""
        for folder in self.folder.iterdir():
            if folder.is_dir() and folder.name != keep:
                shutil.rmtree(folder, ignore_errors=True)

    def _open(self, name: str) -> Any:
        # Not mapped into memory: reading a mapped file that somebody cut short would kill the process.
        storage = FileStorage(str(self.folder / name), supports_mmap=False)
        for patience in range(TRIES):
            with suppress(FileNotFoundError):  # a commit took away the table of contents that was just looked up
                return storage.open_index(schema=self.schema)
            time.sleep(0.001 * patience)
        return storage.open_index(schema=self.schema)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _committed(writer: Any, **how: Any) -> Iterator[None]:
    """All or nothing: commits at the end, cancels when anything failed."""
    try:
        yield
        writer.commit(**how)
    except BaseException:
        _abandon(writer)
        raise


def _without_the_dropped(writer: Any, segments: list[Any]) -> list[Any]:
    """Writes those segments anew in which a document is only marked as dropped; the others stay as they are."""
    from whoosh.reading import SegmentReader

    whole = []
    for segment in segments:
        if not segment.has_deletions():
            whole.append(segment)
            continue
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return whole


def _abandon(writer: Any) -> None:
    try:
        if not writer.is_closed:  # whoosh3 closes a writer whose commit failed
            writer.cancel()
    finally:
        # On a full disk cancelling fails as well, and would keep Whoosh's lock until this process ends.
        if not writer.is_closed:
            writer.writelock.release()
