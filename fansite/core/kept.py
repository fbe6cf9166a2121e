"""Small facts every page needs (name, menu), kept in the process for as long as the clock says they are true."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import current_app, g
from flask.globals import app_ctx
from sqlalchemy.orm import Mapped, mapped_column

from fansite.core.db import Model, db, touch, transaction
from fansite.core.db.transactions import seen, touched
from fansite.lib.times import now

T = TypeVar("T")


class SiteFact(Model):
    """What the owner said about the site itself: its name, and how it looks."""

    __tablename__ = "site_fact"
    name: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    value: Mapped[str] = mapped_column(sa.Text)


def kept(name: str, tags: tuple[str, ...], find: Callable[[], T]) -> T:
    """`find()`, or its last answer while none of the tags was bumped since."""
    site = app_ctx._get_current_object().app.extensions["fansite"]  # type: ignore[attr-defined]  # asked for once: a page has twenty
    found: tuple[int, Any] | None = site.kept.get(name)
    if found is not None and site.clock.fresh(found[0], tags):
        answer: T = found[1]
        return answer
    answer = find()
    # As old as the view it was read in, which may have begun before a write that is known by now. What the running transaction
    # changed itself may yet be taken back.
    if not touched().intersection(tags):
        site.kept[name] = (seen(), answer)
    return answer


def kept_as_told(name: str, find: Callable[[], tuple[T, Iterable[str], datetime | None]]) -> T:
    """The same where only what was found tells what it depends on, and until when it holds."""
    site = current_app.extensions["fansite"]
    known: dict[str, tuple[int, Any]] = site.kept
    if name in known:
        at, (answer, tags, until) = known[name]
        if (until is None or now() < until) and site.clock.fresh(at, tags):
            still: T = answer
            return still
    found, tags, until = find()
    tags = tuple(tags)
    if not touched().intersection(tags):
        known[name] = (seen(), (found, tags, until))
    return found


def put_by(name: str, answer: Any) -> None:
    """For who looks each time whether it still holds, and wants what was found last to begin with."""
    current_app.extensions["fansite"].kept[name] = (seen(), answer)


def last_known(name: str) -> Any:
    """What was found last, true or not by now, without asking anybody; None where nothing was."""
    return current_app.extensions["fansite"].kept.get(name, (0, None))[1]


def facts() -> dict[str, str]:
    """All that was said about the site, in one question; on a preview, what would be said."""
    told = kept("facts", ("site",), lambda: {fact.name: fact.value for fact in db.session.scalars(sa.select(SiteFact))})
    return {**told, **g.previewed_facts} if "previewed_facts" in g else told


def site_name() -> str:
    return facts().get("site_name") or str(current_app.extensions["fansite"].settings.site_name)


def site_links() -> list[str]:
    """Where else the band is to be found."""
    told: list[str] = json.loads(facts().get("site_links", "[]"))
    return told


def say(name: str, value: str) -> None:
    """Sets a fact about the site."""
    with transaction() as session:
        session.merge(SiteFact(name=name, value=value))
        touch("site")
