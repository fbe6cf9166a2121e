"""A new version of the rules, and who accepted which."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.core import markup
from fansite.core.db import db, touch, transaction
from fansite.core.errors import Conflict, Refused
from fansite.core.outbox import record
from fansite.core.policy import require, staff
from fansite.core.web.paths import settings
from fansite.lib.times import now
from fansite.rules import defaults, queries
from fansite.rules.models import MAX_BODY, MAX_CHANGED, MAX_SHORT, Acceptance, Rules, RulesText, Wording
from fansite.rules.points import pointed


def publish(texts: Mapping[str, Wording], *, by: Any, after: int) -> Rules:
    """A new version, in every language of the site. `after` is the version its author began from: who was overtaken is told so."""
    for language in settings().languages:
        _require_whole(texts, language, first=after == 0)
    with transaction():
        require(staff, by)
        present = queries.current()
        if (present.id if present is not None else 0) != after:
            raise Conflict(
                _l("Somebody else published a version meanwhile. Yours is still in the form: compare, then publish again.")
            )
        if present is not None and all(_says(present.text_in(language)) == _says(text) for language, text in texts.items()):
            raise Refused(_l("Nothing is different from the version that holds now."))
        return add(texts, by_id=by.id)


def add(texts: Mapping[str, Wording], *, by_id: int | None = None, at: datetime | None = None) -> Rules:
    """The next version, as it is. Inside a transaction."""
    rules = Rules(id=(queries.current_number() or 0) + 1, published_at=at or now(), by_id=by_id)
    rules.texts = [_text(language, wording) for language, wording in sorted(texts.items())]
    db.session.add(rules)
    db.session.flush()
    touch(queries.TAG, "site")  # the foot of every page leads to them
    record("rules.published", f"rules:{rules.id}")
    return rules


def add_defaults() -> None:
    """A new site begins with the rules the program brings, in its languages. A second time adds nothing."""
    with transaction():
        if queries.current_number() is None:
            add(defaults.texts(settings().languages))


def accept(account_id: int, number: int, *, at: datetime | None = None) -> None:
    """Once is enough; a version nobody published is nothing to accept."""
    with transaction() as session:
        known = session.get(Acceptance, (account_id, number))
        if known is None and session.get(Rules, number) is not None:
            session.add(Acceptance(account_id=account_id, rules_id=number, at=at or now()))


def accept_on_joining(account_id: int, at: datetime) -> None:
    """The version that held at that moment."""
    held = db.session.scalar(sa.select(sa.func.max(Rules.id)).where(Rules.published_at <= at))
    if held is not None:
        accept(account_id, held, at=at)


def _require_whole(texts: Mapping[str, Wording], language: str, *, first: bool) -> None:
    text = texts.get(language) or Wording("", "")
    for name, words, most in (
        ("short", text.short, MAX_SHORT),
        ("body", text.body, MAX_BODY),
        ("changed", text.changed, MAX_CHANGED),
    ):
        if not words.strip() and not (name == "changed" and first):
            raise Refused(_l("Please say it in every language of the site."), field=f"{name}_{language}")
        if len(words) > most:
            raise Refused(_l("Say it in %(most)s characters at most.", most=most), field=f"{name}_{language}")
    try:
        markup.check(text.body, limit=MAX_BODY)
    except markup.TooComplex as problem:
        raise Refused(problem.text, field=f"body_{language}") from None


def _text(language: str, wording: Wording) -> RulesText:
    html, points = pointed(markup.render(wording.body, trust="staff"))
    return RulesText(
        language=language, short=_in_one_line(wording.short), body=wording.body, html=html, points=points,
        changed=_in_one_line(wording.changed),
    )  # fmt: skip


def _says(text: Any) -> tuple[str, str]:
    return _in_one_line(text.short), text.body.strip()


def _in_one_line(words: str) -> str:
    """The narrow space a French sign stands behind stays what it is."""
    return re.sub(r"[ \t\n]+", " ", words).strip()
