"""Cards of shared links: drawn by the worker after each change of what they show."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
import structlog
from flask import current_app
from sqlalchemy.orm import joinedload

from fansite.appearance import drawing_inks
from fansite.backends.storage import Storage
from fansite.core.content import Entry, listed
from fansite.core.db import db, get, touch, transaction
from fansite.core.kept import site_name
from fansite.core.outbox import Event
from fansite.core.outbox.long_work import meanwhile
from fansite.media import drawing_of
from fansite.seo.cards import Card, draw

log = structlog.get_logger("cards")

# Rises when cards are drawn in another way.
VERSION = 1
# What came without an event (an import, a demo, an older version) gets its card bit by bit.
A_SWEEP = 50
MOST_SHARED = 50


def keep_cards(events: Sequence[Event]) -> None:
    """Draws what these events changed, where a card would now look different."""
    draw_anew({int(event.subject.partition(":")[2]) for event in events})


def in_new_looks(_events: Sequence[Event]) -> None:
    """The inks changed, or the name: what is shared most is the newest. The rest follows with its next change."""
    newest = sa.select(Entry.id).where(listed()).order_by(Entry.id.desc()).limit(MOST_SHARED)
    draw_anew(list(db.session.scalars(newest)))


def catch_up() -> None:
    """Routine: the newest public texts that have no card yet."""
    wanted = sa.select(Entry.id).where(listed(), Entry.card == "").order_by(Entry.id.desc()).limit(A_SWEEP)
    draw_anew(list(db.session.scalars(wanted)))


def draw_anew(ids: Iterable[int]) -> None:
    """One by one; a tenth of a second each, so whatever else is due is done in between."""
    for entry_id in ids:
        meanwhile(without="seo.")
        entry = db.session.get(Entry, entry_id, options=[joinedload(Entry.cover)], populate_existing=True)
        if entry is not None and entry.public:
            _draw(entry)
    db.session.rollback()


def _draw(entry: Any) -> None:
    card = Card(entry.title, site_name(), drawing_of(entry), drawing_inks(), entry.cover_motif)
    cover = entry.cover.name if entry.cover is not None else ""
    stem = f"card{entry.id}x{_digest(card, cover)}"
    if entry.card.startswith(stem):
        return
    if cover:
        card = _with_picture(card, cover)
    data, ending = draw(card)
    # The file first: a row without a file is a hole in a page.
    storage().put(f"{stem}.{ending}", data)
    with transaction():
        entry = get(Entry, entry.id)
        old, entry.card = entry.card, f"{stem}.{ending}"
        # No reader notices: its date stays, only the page is another.
        touch(f"entry:{entry.id}")
    if old and old != entry.card:
        storage().drop(old)


def _digest(card: Card, cover: str) -> str:
    """The name says what is drawn: another title, another name, which no cache elsewhere mistakes for the old one."""
    told = "\0".join((str(VERSION), card.title, card.site, card.seed, card.motif, cover, *card.inks.values()))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _with_picture(card: Card, cover: str) -> Card:
    try:
        with storage().open(cover) as file:
            return replace(card, picture=file.read())
    except FileNotFoundError:
        log.warning("cover-file-missing", name=cover)
        return card


def storage() -> Storage:
    found: Storage = current_app.extensions["fansite"].storage
    return found
