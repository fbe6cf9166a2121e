"""What the doctor looks at here: whether the pages the law asks for are public."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext as _

from fansite.core.feature import Finding
from fansite.core.web import path_for
from fansite.pages import duties


def law() -> Iterator[Finding]:
    missing = duties.lacking()
    if not missing:
        yield Finding("ok", _("The legal notice and the privacy page are public."))
    for one in missing:
        words = _("“%(title)s” (%(language)s) is not public.", title=one.title, language=one.language)
        todo = _("Fill in what is marked, then publish it.") if one.page_id else _("Write it at its usual address.")
        where = path_for("staff.edit", kind="page", entry_id=one.page_id) if one.page_id else ""
        yield Finding("warning", words, todo, where)
