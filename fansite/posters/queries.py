"""Finding posters that are drawn."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

from fansite.core.db import db
from fansite.core.kept import kept
from fansite.core.web.paths import current_language
from fansite.posters.models import COMING, TAG, Poster
from fansite.tour.models import Tour


class Drawn(NamedTuple):
    stem: str
    title: str


def subject_of(tour: Tour | None) -> str:
    return f"tour:{tour.id}" if tour is not None else COMING


def beside_tour(tour: Tour | None) -> dict[str, Any] | None:
    """The poster of a tour, or of all that is to come, in the reader's language; None while it is still to be drawn."""
    stem = at_present(subject_of(tour), current_language())
    return {"poster": Drawn(stem, tour.name if tour is not None else "")} if stem else None


def at_present(subject: str, language: str) -> str | None:
    return kept("posters", (TAG,), _all_drawn).get((subject, language))


def is_shown(stem: str) -> bool:
    return db.session.scalar(sa.select(sa.func.count()).where(Poster.stem == stem)) == 1


def _all_drawn() -> dict[tuple[str, str], str]:
    """Of some tours; kept in the process until another is drawn."""
    rows = db.session.execute(sa.select(Poster.subject, Poster.language, Poster.stem).where(Poster.stem != ""))
    return {(subject, language): stem for subject, language, stem in rows}
