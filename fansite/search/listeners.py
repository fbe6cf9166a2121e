"""The index follows the tables: after each event the subject is looked at and indexed anew, or dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import structlog

from fansite.backends.search import Document, SearchNotReady
from fansite.core import outbox
from fansite.core.db import db
from fansite.core.outbox import Event
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
    """A missing, torn or outdated index is built again from the tables."""
    state = index().state()
    if state != "ready":
        log.info("index-rebuild", state=state)
        index().rebuild(all_documents(_others_first))


def rebuild(events: Sequence[Event]) -> None:
    """After a bulk load the whole index is made anew, once for all events of the batch."""
    index().rebuild(all_documents(_others_first))


def all_documents(between: Callable[[], None] = lambda: None) -> Iterator[Document]:
    """Every document there is, read batch by batch when it is asked for; `between` is called between two."""
    for findable in findables().values():
        for ids in findable.every():
            yield from findable.documents(ids)
            db.session.rollback()
            between()


def _others_first() -> None:
    """A site of many texts takes minutes to index; mail and planned texts do not wait for that, only what would write to the index does."""
    outbox.meanwhile(without="search.")


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
