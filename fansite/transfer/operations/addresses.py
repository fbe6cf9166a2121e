"""Addresses of the old site: they lead to what came from them, and links among its texts lead to the new ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from fansite.core import markup
from fansite.core.command import in_batches
from fansite.core.content import Entry, OldAddress, contents, rendered
from fansite.core.db import db, get, transaction
from fansite.core.web import path_for
from fansite.transfer import links, targets
from fansite.transfer.blog import Site
from fansite.transfer.models import Imported
from fansite.transfer.operations.texts import entries_of

BATCH = 50
# As many as every database takes in one question.
ASKED_AT_ONCE = 500


class OldSite:
    """One site that is imported. `source` is its lasting name."""

    def __init__(self, site: Site, source: str) -> None:
        self._site = site
        self._source = source

    def keep(self, paths: Mapping[int, Sequence[str]]) -> None:
        """Entry → its former paths. A path two texts claim stays with the first."""
        wanted: dict[str, int] = {}
        for entry_id, of_entry in paths.items():
            for path in of_entry:
                wanted.setdefault(path, entry_id)
        known = set().union(*(self._leading(part) for part in _parts(wanted)))
        rows = [{"path": path, "source": self._source, "entry_id": id} for path, id in wanted.items() if path not in known]
        if rows:
            with transaction() as session:
                session.execute(sa.insert(OldAddress), rows)

    def linked(self, body: str) -> tuple[str, bool]:
        """The text with its links to what is here exchanged, and whether some lead to pages of the old site that are not."""
        paths = {url: path for url in targets.addresses(body) if (path := links.page_path(url, self._site)) is not None}
        if not paths:
            return body, False
        new: dict[str, str] = {}
        for part in _parts(set(paths.values())):
            new |= self._leading(part)
        changed = targets.exchange(body, link=lambda url: new.get(paths[url]) if url in paths else None)
        return changed, any(path not in new for path in paths.values())

    def link_again(self) -> None:
        """Later texts are here now, those of this file or of the next: links to them that had to wait are exchanged too."""
        after = 0
        while waiting := self._waiting(after):
            after = waiting[-1].entry_id
            settled = [settled for text in waiting if (settled := self._settled(text)) is not None]
            if settled:
                with transaction():
                    _write(settled)

    def _waiting(self, after: int) -> Sequence[Any]:
        statement = (
            sa.select(Imported.entry_id, Entry.kind, Entry.origin)
            .join(Entry, Entry.id == Imported.entry_id)
            .where(Imported.source == self._source, Imported.links_open, Imported.entry_id > after)
        )
        return db.session.execute(statement.order_by(Imported.entry_id).limit(BATCH)).all()

    def _settled(self, waiting: Any) -> _Settled | None:
        """None where nothing became of its links yet."""
        model = contents()[waiting.kind].model
        body: str = db.session.scalars(sa.select(model.body).where(model.id == waiting.entry_id)).one()
        linked, links_open = self.linked(body)
        if linked == body and links_open:
            return None
        return _Settled(waiting.entry_id, waiting.kind, waiting.origin, linked, rendered(linked), links_open)

    def _leading(self, paths: Sequence[str]) -> dict[str, str]:
        """Old path → the address of what came from it, of those that are known."""
        statement = (
            sa.select(OldAddress.path, Entry.kind, Entry.language, Entry.slug)
            .join(Entry, Entry.id == OldAddress.entry_id)
            .where(OldAddress.source == self._source, OldAddress.path.in_(paths))
        )
        return {
            path: path_for(contents()[kind].endpoint, language=language, slug=slug)
            for path, kind, language, slug in db.session.execute(statement)
        }


@dataclass(frozen=True)
class _Settled:
    entry_id: int
    kind: str
    origin: str
    body: str
    html: str
    links_open: bool


def _write(settled: Sequence[_Settled]) -> None:
    """What was changed here meanwhile stays as it is."""
    here = entries_of([text.origin for text in settled])
    for text in settled:
        mark, untouched = get(Imported, text.entry_id), text.origin in here and not here[text.origin].changed_here
        mark.links_open = text.links_open and untouched
        if untouched:
            entry = get(contents()[text.kind].model, text.entry_id)
            entry.body, entry.html, entry.renderer = text.body, text.html, markup.RENDERER_VERSION
            entry.touch()


def _parts(paths: Iterable[str]) -> Iterable[list[str]]:
    return in_batches(paths, ASKED_AT_ONCE)
