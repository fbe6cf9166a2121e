"""Which rules hold, and what somebody accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from fansite.core.db import db
from fansite.core.kept import kept
from fansite.core.web import path_for
from fansite.core.web.paths import current_language
from fansite.rules.models import Acceptance, Rules

TAG = "rules"


@dataclass(frozen=True)
class Brief:
    """The rules in the reader's language, as other pages speak of them."""

    number: int
    short: str
    points: tuple[str, ...]
    changed: str
    published_at: Any
    address: str


def version(number: int) -> Rules | None:
    return db.session.get(Rules, number)


def current() -> Rules | None:
    return db.session.scalar(sa.select(Rules).order_by(Rules.id.desc()).limit(1))


def versions() -> Sequence[Rules]:
    """All of them, newest first."""
    return db.session.scalars(sa.select(Rules).order_by(Rules.id.desc())).all()


def current_number() -> int | None:
    return db.session.scalar(sa.select(sa.func.max(Rules.id)))


def brief() -> Brief | None:
    """Kept in the process until a version is published; None while there are no rules."""
    language = current_language()

    def ask() -> Brief | None:
        rules = current()
        return _brief(rules, language, path_for("rules.show", language)) if rules is not None else None

    return kept(f"rules.{language}", (TAG,), ask)


def briefs(numbers: set[int]) -> dict[int, Brief]:
    """Of these versions, with the address each can always be read at."""
    if not numbers:
        return {}
    language = current_language()
    found = db.session.scalars(sa.select(Rules).where(Rules.id.in_(numbers))).all()
    return {rules.id: _brief(rules, language, path_for("rules.version", language, number=rules.id)) for rules in found}


def news_for(person: Any) -> Brief | None:
    """The rules, when they changed since this person last accepted them."""
    told = brief()
    if person is None or told is None or told.number == 1 or person.joined_at >= told.published_at:
        return None
    accepted = db.session.scalar(_ACCEPTED, {"person": person.id, "number": told.number})
    return told if accepted is None else None


_ACCEPTED = sa.select(Acceptance.rules_id).where(
    Acceptance.account_id == sa.bindparam("person"), Acceptance.rules_id == sa.bindparam("number")
)


def accepted_by(account_id: int) -> Sequence[tuple[int, Any]]:
    """(version, when), oldest first."""
    statement = sa.select(Acceptance.rules_id, Acceptance.at).where(Acceptance.account_id == account_id)
    return [(number, at) for number, at in db.session.execute(statement.order_by(Acceptance.rules_id))]


def _brief(rules: Rules, language: str, address: str) -> Brief:
    text = rules.text_in(language)
    return Brief(rules.id, text.short, tuple(text.points), text.changed, rules.published_at, address)
