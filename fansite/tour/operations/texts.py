"""What is said of a gig in the other languages of the site. Inside a transaction."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from fansite.core import markup
from fansite.core.db import db
from fansite.core.errors import Refused
from fansite.core.wording import MAX_BODY, settings
from fansite.tour.models import MAX_NOTE, Gig, GigText

LONGEST = {"support": MAX_NOTE, "age": 80, "reason": 500}
WORDS = ("body", *LONGEST)


def put(gig: Gig, texts: Mapping[str, Mapping[str, str]]) -> bool:
    """Language → what to say in it; what is left out stays. Whether anything is another now."""
    changed = False
    for language, told in texts.items():
        if language == gig.language or language not in settings().languages:
            raise Refused(_l("This site does not speak that language."))
        text = db.session.get(GigText, (gig.id, language), populate_existing=True)
        wanted = {name: _checked(name, words, language) for name, words in told.items() if name in WORDS}
        before = {name: getattr(text, name) if text is not None else "" for name in wanted}
        if wanted == before:
            continue
        changed = True
        _write(text or GigText(gig_id=gig.id, language=language), wanted)
    db.session.flush()
    return changed


def reasons(gig: Gig) -> dict[str, str]:
    """Language → why it is no longer as it was announced, where it is said in it."""
    rows = db.session.execute(
        sa.select(GigText.language, GigText.reason)
        .where(GigText.gig_id == gig.id, GigText.reason != "")
        .order_by(GigText.language)
    )
    return {row.language: row.reason for row in rows}


def _write(text: GigText, wanted: Mapping[str, str]) -> None:
    for name, words in wanted.items():
        if name != "body":
            setattr(text, name, words)
    if "body" in wanted and wanted["body"] != text.body:
        text.write(wanted["body"])
    db.session.add(text)


def _checked(name: str, words: str, language: str) -> str:
    if name == "body":
        markup.check(words, limit=MAX_BODY)
        return words
    told = " ".join((words or "").split())
    if len(told) > LONGEST[name]:
        raise Refused(_l("Say it in %(most)s characters at most.", most=LONGEST[name]), field=f"{name}_{language}")
    return told
