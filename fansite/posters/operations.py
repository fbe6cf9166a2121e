"""Posters are drawn by the worker, whenever one would look different now; never in a request."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from flask import current_app

from fansite.backends.storage import Storage
from fansite.core.db import db, touch, transaction
from fansite.core.outbox.long_work import meanwhile
from fansite.core.web.language import speaking
from fansite.core.web.paths import settings
from fansite.lib.times import now
from fansite.posters import looks, printing
from fansite.posters.models import COMING, Poster
from fansite.posters.sheet import Poster as Wanted
from fansite.posters.sheet import laid_out
from fansite.posters.words import poster_of
from fansite.tour import queries as gigs
from fansite.tour.models import Tour

# Rises when posters are drawn in another way.
VERSION = 1
KINDS = ("light.svg", "light.png", "dark.svg", "dark.png", "print.svg", "print.png", "small.png")


@dataclass(frozen=True)
class Task:
    subject: str
    language: str
    wanted: Wanted
    stem: str


def keep_posters() -> None:
    """Makes it true now: draws what would look different, and lets go of those nobody plays on any more. A second each, so whatever else
    is due is done in between."""
    tasks = list(_tasks())
    _drop_all_but({task.subject for task in tasks})
    for task in tasks:
        meanwhile(without="posters.")
        if _begun(task):
            _draw(task)
            _finish(task)
    db.session.rollback()


def files_of(stem: str) -> list[str]:
    return [f"{stem}{kind}" for kind in KINDS]


# ---- what is wanted -----------------------------------------------------------------------------------------------------------


def _tasks() -> Iterator[Task]:
    """One for each tour with a public evening and for all that is to come, in each language; all in two questions."""
    nights, coming = gigs.nights(), gigs.upcoming()
    evenings = {gig.id: gig for gig in gigs.shown(night for night in nights if night.tour_id or night in coming)}
    tours = {night.tour_id for night in nights if night.tour_id}
    known = [
        (f"tour:{tour.id}", tour) for tour in db.session.scalars(sa.select(Tour).where(Tour.id.in_(tours)).order_by(Tour.id))
    ]
    look = json.dumps([asdict(look) for look in looks.looks()])
    for subject, tour in [(COMING, None), *known]:
        of_it = coming if tour is None else [night for night in nights if night.tour_id == tour.id]
        shown = sorted(
            (evenings[night.id] for night in of_it if night.id in evenings), key=lambda gig: (gig.waits, gig.day, gig.id)
        )
        if shown:
            for language in settings().languages:
                wanted = _in_language(language, tour, shown)
                yield Task(subject, language, wanted, _stem(subject, language, wanted, look))


def _in_language(language: str, tour: Tour | None, shown: list[gigs.Evening]) -> Wanted:
    with speaking(language):
        return poster_of(tour, shown)


def _stem(subject: str, language: str, wanted: Wanted, look: str) -> str:
    told = "\0".join((str(VERSION), look, json.dumps(asdict(wanted))))
    digest = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:24]
    return f"poster{subject.partition(':')[2] or 0}{language}x{digest}"


# ---- drawing ------------------------------------------------------------------------------------------------------------------


def _begun(task: Task) -> bool:
    """Whether it has to be drawn; from here on it is known which files there will be. Those of one that was begun and never finished go."""
    with transaction() as session:
        poster = session.get(Poster, (task.subject, task.language), populate_existing=True)
        if poster is None:
            poster = Poster(subject=task.subject, language=task.language, stem="", drawing="")
            session.add(poster)
        if poster.stem == task.stem:
            return False
        left, poster.drawing = poster.drawing, task.stem
    if left and left != task.stem:
        _drop(left)
    return True


def _draw(task: Task) -> None:
    for kind, content in drawn(task):
        storage().put(f"{task.stem}{kind}", content)


def drawn(task: Task) -> Iterator[tuple[str, bytes]]:
    """(kind, content) of each of its files, one after the other."""
    pieces = laid_out(task.wanted)
    title = f"{task.wanted.band}: {task.wanted.title}"
    for look in looks.looks():
        yield f"{look.name}.svg", printing.svg(pieces, look, title)
        image = printing.png(pieces, look)
        yield f"{look.name}.png", printing.file_of(image)
        if look.name == "light":
            yield "small.png", printing.file_of(printing.smaller(image, looks.SMALL))


def _finish(task: Task) -> None:
    """The files are there: pages may show them. Where another worker began a later one meanwhile, these are nobody's."""
    with transaction() as session:
        poster = session.get(Poster, (task.subject, task.language), populate_existing=True)
        ours = poster is not None and poster.drawing == task.stem
        old = task.stem
        if poster is not None and ours:
            old, poster.stem, poster.drawing, poster.drawn_at = poster.stem, task.stem, "", now()
            touch(*poster.page_tags)
        elif poster is not None and poster.stem == task.stem:
            old = ""
    if old:
        _drop(old)


def _drop_all_but(subjects: set[str]) -> None:
    gone = []
    with transaction() as session:
        for poster in session.scalars(sa.select(Poster).where(Poster.subject.not_in(subjects))):
            gone += [poster.stem, poster.drawing]
            session.delete(poster)
            touch(*poster.page_tags)
    for stem in filter(None, gone):
        _drop(stem)


def _drop(stem: str) -> None:
    for name in files_of(stem):
        storage().drop(name)


def storage() -> Storage:
    found: Storage = current_app.extensions["fansite"].storage
    return found
