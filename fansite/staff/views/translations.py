"""`/staff/translations`: which text lacks which language. What needs none can be told so, and the list can become empty."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, g, redirect, request
from flask_babel import gettext as _

from fansite.accounts.guards import staff_only
from fansite.core.web import Page, Pages, page_number, path_for, render_page
from fansite.core.web.paths import settings
from fansite.lib.numbers import row_number
from fansite.staff import operations, queries
from fansite.staff.desks import DESKS
from fansite.staff.views.blueprint import bp


@bp.get("/translations")
@staff_only
def translations() -> Response:
    kind, language = _asked("kind", DESKS), _asked("into", settings().languages)
    newest, number = request.args.get("order") != "oldest", page_number()
    found, total, last = queries.lacking(
        (kind,) if kind else tuple(DESKS), (language,) if language else settings().languages, newest=newest, number=number
    )
    if number > last:
        abort(404)
    chosen = (("kind", kind), ("into", language), ("order", "" if newest else "oldest"))
    extra = tuple((name, value) for name, value in chosen if value)
    return render_page(
        "staff/translations.html",
        Page(_("Translations"), noindex=True),
        found=found,
        total=total,
        pages=Pages(number, last, path_for("staff.translations"), extra),
        desks=DESKS.values(),
        chosen=dict(chosen),
        waived=_waived(),
    )


@bp.post("/translations/<int:entry_id>/waiver")
@staff_only
def waiver(entry_id: int) -> Any:
    """No version in that language is needed; with `undo` one is needed again."""
    language = request.form.get("language", "")
    if request.form.get("undo"):
        operations.need_again(entry_id, language, by=g.person)
        return redirect(path_for("staff.translations"), 303)
    operations.waive(entry_id, language, by=g.person)
    return redirect(path_for("staff.translations", waived=entry_id, language_waived=language), 303)


def _asked(name: str, known: Any) -> str:
    value = request.args.get(name, "")
    return value if value in known else ""


def _waived() -> tuple[int, str] | None:
    """What was marked a moment ago, to be taken back."""
    language = request.args.get("language_waived", "")
    try:
        return (row_number(request.args.get("waived", "")), language) if language in settings().languages else None
    except ValueError:
        return None
