"""`/staff/appearance`: the draft of the looks, its preview on the site's own pages, and what was before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, abort, current_app, g, redirect, request
from flask_babel import gettext as _

from fansite.accounts.guards import owner_only
from fansite.appearance import inks, operations, queries
from fansite.appearance.forms import AppearanceForm, appearance_form
from fansite.appearance.marks import SIZES, icon_of, mark_of
from fansite.appearance.models import Wanted
from fansite.appearance.previewing import PREVIEWS, dressed, kept_inside
from fansite.appearance.showing import current, sheet_of
from fansite.appearance.themes import theme
from fansite.core.content import Entry, listed
from fansite.core.db import db
from fansite.core.errors import Refused
from fansite.core.web import (
    Page,
    cacheable,
    conditional,
    made_each_time,
    path_for,
    render_page,
    sent_file,
    takes_file,
    unlocalized,
)
from fansite.core.web.assets import A_MINUTE, A_YEAR
from fansite.core.web.pages import private, shown_on
from fansite.media.encoding import MAX_BYTES
from fansite.media.operations import keep_picture

bp = Blueprint("appearance", __name__)


@bp.get("/staff/appearance")
@owner_only
def edit() -> Response:
    draft = queries.draft()
    return _page(appearance_form(draft.wanted if draft else operations.as_it_is()))


@bp.post("/staff/appearance")
@owner_only
@takes_file(2 * MAX_BYTES)
def save() -> Any:
    form = appearance_form()
    _take_offered(form)
    typed_well = form.validate()
    if not _pictures_kept(form) or not typed_well:
        return _page(form, status=422)
    wanted = form.wanted()
    problems = inks.faults(theme(wanted.theme).tokens, wanted.colours)
    if problems:
        for fault in problems:
            form[f"ink_{fault.ink.name}"].errors = [_explained(fault)]
        return _page(form, status=422, faults={fault.ink.name: fault for fault in problems})
    operations.save_draft(wanted, by=g.person)
    return redirect(path_for("appearance.edit", _anchor="draft"), 303)


@bp.post("/staff/appearance/publication")
@owner_only
def publication() -> Any:
    operations.publish(by=g.person)
    return redirect(path_for("appearance.edit", done="published", _anchor="versions"), 303)


@bp.post("/staff/appearance/draft/removal")
@owner_only
def removal() -> Any:
    operations.drop_draft(by=g.person)
    return redirect(path_for("appearance.edit"), 303)


@bp.post("/staff/appearance/versions/<int:look_id>")
@owner_only
def version(look_id: int) -> Any:
    operations.take_back(look_id, by=g.person)
    return redirect(path_for("appearance.edit", done="taken-back", _anchor="versions"), 303)


@bp.get("/staff/appearance/preview/<name>")
@owner_only
def preview(name: str) -> Any:
    """The site's own page as a stranger will meet it, in the draft's looks."""
    draft = queries.draft()
    endpoint = PREVIEWS.get(name)
    if draft is None or endpoint is None:
        abort(404)
    values = {"slug": request.args.get("of") or _latest_slug() or abort(404)} if name == "post" else {}
    with dressed(draft.wanted, name):
        answer = current_app.make_response(current_app.ensure_sync(current_app.view_functions[endpoint])(**values))
        answer.set_data(kept_inside(answer.get_data(as_text=True)))
    return private(answer)


@bp.get("/static/look/<digest>.css")
@unlocalized
@cacheable()
def sheet(digest: str) -> Response:
    return _by_digest(digest, sheet_of, sheet_of, "text/css")


@bp.get("/static/look/<digest>.svg")
@unlocalized
@cacheable()
def mark(digest: str) -> Response:
    return _by_digest(digest, mark_of, mark_of, "image/svg+xml")


@bp.get("/static/look/<digest>-<int:size>.png")
@unlocalized
@cacheable()
def icon(digest: str, size: int) -> Response:
    if size not in SIZES:
        abort(404)
    return _by_digest(digest, mark_of, lambda wanted: icon_of(wanted, size), "image/png")


def _by_digest(
    digest: str, named_by: Callable[[Wanted], str], answer: Callable[[Wanted], str | bytes], mimetype: str
) -> Response:
    """Kept for a year: its name changes with what it says. Who asks for one that nobody knows any more gets what is shown now."""
    found = queries.wanted_at(digest, named_by)
    response = Response(answer(current() if found is None else found), mimetype=mimetype)
    shown_on()
    if found is None:
        made_each_time()
    return conditional(response, cache=A_MINUTE if found is None else A_YEAR)


def _page(form: AppearanceForm, *, status: int = 200, faults: dict[str, inks.Fault] | None = None) -> Response:
    versions = queries.published()
    return render_page(
        "appearance/edit.html",
        Page(_("Appearance"), noindex=True),
        status=status,
        form=form,
        faults=faults or {},
        draft=queries.draft(),
        versions=versions,
        done=request.args.get("done"),
    )


def _take_offered(form: AppearanceForm) -> None:
    """The colour that was offered in place of an unreadable one, taken by one press."""
    name, _colon, colour = request.form.get("take", "").partition(":")
    if name in {ink.name for ink in inks.INKS}:
        form[f"ink_{name}"].data = colour


def _pictures_kept(form: AppearanceForm) -> bool:
    """Pictures that came along are in the library, whatever becomes of the rest; what is wrong with one stands beside its box."""
    for part, alt in (("logo", form.logo_alt.data or form.name.data), ("hero", form.hero_alt.data)):
        box, data = form[f"{part}_file"], sent_file(f"{part}_file")
        try:
            if data is not None:
                if not alt:
                    raise Refused(_("Say what the picture shows, and choose it once more."))
                form.take(part, keep_picture(data, alt, by=g.person).id)
        except Refused as problem:
            box.errors = [*box.errors, problem.text]
    return not form.logo_file.errors and not form.hero_file.errors


def _explained(fault: inks.Fault) -> str:
    when = _("by night") if fault.night else _("by day")
    return _(
        "Too hard to read: %(pair)s would have a contrast of %(ratio)s %(when)s, and %(least)s is needed.",
        pair=fault.pair.label,
        ratio=f"{int(fault.ratio * 100) / 100:.2f}",
        when=when,
        least=f"{fault.pair.least:g}",
    )


def _latest_slug() -> str | None:
    statement = sa.select(Entry.slug).where(Entry.kind == "news", Entry.language == g.language, listed())
    return db.session.scalar(statement.order_by(Entry.published_at.desc()).limit(1))
