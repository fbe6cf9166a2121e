"""The index follows the tables: after each event the subject is looked at and indexed anew, or dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import structlog

from fansite.backends.search import Document, Place, SearchBusy, SearchNotReady
from fansite.core.db import db
from fansite.core.outbox import Event
from fansite.core.outbox.long_work import meanwhile
from fansite.search.queries import findables, index

log = structlog.get_logger("search")


def keep_index(events: Sequence[Event]) -> None:
    """Makes the index true for the subjects of these events, whatever happened to them."""
    wanted = _subjects(events)
    put: list[Document] = []
    drop: list[str] = []
    for subject_kind, ids in wanted.items():
        numbers = sorted(ids)
        documents = [
            document
            for findable in findables().values()
            if findable.subject_kind == subject_kind
            for document in findable.documents(numbers)
        ]
        there = {document.key for document in documents}
        put += documents
        drop += [key for number in numbers if (key := f"{subject_kind}:{number}") not in there]
    db.session.rollback()
    try:
        if put or drop:
            index().apply(put, drop)
        if any(event.name == "account.erased" for event in events):
            index().purge()
    except SearchNotReady:
        log.info("index-not-ready", waiting=len(put) + len(drop))  # the rebuild reads the tables, these rows among them


def mend_index() -> None:
    """A missing, torn or outdated index is built again from the tables, one that was broken off from there on. And what can wait is done."""
    state = index().state()
    if state == "ready":
        while index().tidy():
            _others_first()
        return
    after = index().broken_off()
    log.info("index-rebuild", state=state, after=after and after.key)
    try:
        index().rebuild(all_documents(_others_first, after), after=after)
    except SearchBusy as busy:
        log.info("index-rebuild-elsewhere", by=str(busy))  # should it be broken off there, we are back in a moment


def rebuild(events: Sequence[Event]) -> None:
    """After a bulk load the whole index is made anew, once for all events of the batch."""
    index().rebuild(all_documents(_others_first))


def all_documents(between: Callable[[], None] = lambda: None, after: Place | None = None) -> Iterator[Document]:
    """Every document there is, or those that come after one, read batch by batch when it is asked for; `between` is called between two."""
    kinds = list(findables())
    last = 0
    if after is not None:
        kinds = kinds[kinds.index(after.kind) :]
        last = int(after.key.partition(":")[2])
    for kind in kinds:
        for ids in findables()[kind].every(last):
            documents = findables()[kind].documents(ids)
            # Whoever takes them writes meanwhile, and a view of the tables held open would let SQLite's log grow with each batch.
            db.session.rollback()
            yield from documents
            between()
        last = 0


def _others_first() -> None:
    """A site of many texts takes minutes to index; mail and planned texts do not wait for that, only what would write to the index does,
    if it would find it busy."""
    meanwhile(without="search.rebuild" if index().changes_while_rebuilding else "search.")


def _subjects(events: Sequence[Event]) -> dict[str, set[int]]:
    """Kind of subject → ids, of those search knows, with what hangs on them."""
    kinds = {findable.subject_kind for findable in findables().values()}
    wanted: dict[str, set[int]] = {}
    for event in events:
        kind, _colon, number = event.subject.partition(":")
        if kind in kinds and number.isdigit():
            wanted.setdefault(kind, set()).add(int(number))
    if entries := sorted(wanted.get("entry", ())):
        for findable in findables().values():
            if findable.of_entries is not None:
                wanted.setdefault(findable.subject_kind, set()).update(findable.of_entries(entries))
    return wanted
