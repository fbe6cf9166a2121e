"""The editor. Every button of it sends what was typed along, so that no press loses a word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, abort, g, redirect, request
from flask_babel import gettext as _

from fansite.accounts.guards import staff_only
from fansite.core import publishing
from fansite.core.content import contents
from fansite.core.errors import Conflict, Refused
from fansite.core.web import path_for, render_page, takes_file
from fansite.core.web.paths import settings
from fansite.media.encoding import MAX_BYTES
from fansite.staff import operations, queries
from fansite.staff.desks import Desk, desk_of
from fansite.staff.forms import EntryForm, moment_of
from fansite.staff.views.blueprint import bp
from fansite.staff.views.editor import blank, differences_of, editor_page, filled, lot
from fansite.staff.views.sitting import continued


@bp.route("/<kind>/new", methods=["GET", "POST"])
@staff_only
@takes_file(MAX_BYTES)
def new(kind: str) -> Any:
    desk = desk_of(kind)
    if request.method != "POST":
        return editor_page(desk, continued(desk, None) or blank(desk), None)
    made = queries.made_in(g.person, request.form.get("sitting", ""))
    if made is not None:
        return _saved_before(kind, made)
    form, refused = _sent(desk)
    if "resume" in request.form or refused:
        return editor_page(desk, form, None, status=422 if refused else 200)
    if not form.validate():
        return editor_page(desk, form, None, status=422)
    try:
        typed = {**form.wording(), **form.own()}
        entry_id = operations.begin(desk, by=g.person, typed=typed, sitting=form.sitting.data or "")
    except Refused as problem:
        form.refuse(problem)
        return editor_page(desk, form, None, status=422)
    return _back(kind, entry_id, "saved", sitting=form.sitting.data)


def _saved_before(kind: str, entry_id: int) -> Any:
    """The same page of a new text sent a second time: by a double click, or by the way back and another word. No second text is made;
    what changed since is saved, if nobody else did meanwhile."""
    return _save_and(kind, entry_id, "saved")


@bp.get("/<kind>/<int:entry_id>")
@staff_only
def edit(kind: str, entry_id: int) -> Any:
    desk, entry = _opened(kind, entry_id)
    return editor_page(desk, continued(desk, entry_id) or filled(desk, entry), entry)


@bp.post("/<kind>/<int:entry_id>")
@staff_only
@takes_file(MAX_BYTES)
def save(kind: str, entry_id: int) -> Any:
    if "resume" in request.form:
        desk, entry = _opened(kind, entry_id)
        form, refused = _sent(desk)
        return editor_page(desk, form, entry, status=422 if refused else 200)
    return _save_and(kind, entry_id, "saved")


@bp.post("/<kind>/<int:entry_id>/publication")
@staff_only
@takes_file(MAX_BYTES)
def publication(kind: str, entry_id: int) -> Any:
    """Now, or at the time given: the site's own time."""

    def publish(form: EntryForm) -> Callable[[int], Any]:
        if request.form.get("when") != "later":
            return lambda id: contents()[kind].publish(id, by=g.person)
        if form.at.data is None:
            raise Refused(_("Say when."), field="at")
        at = moment_of(form.at.data, settings().timezone)
        return lambda id: contents()[kind].publish(id, by=g.person, at=at)

    return _save_and(kind, entry_id, "planned" if request.form.get("when") == "later" else "published", publish)


@bp.post("/<kind>/<int:entry_id>/draft")
@staff_only
@takes_file(MAX_BYTES)
def draft(kind: str, entry_id: int) -> Any:
    """Back to the drafts."""
    return _save_and(kind, entry_id, "recalled", lambda _form: lambda id: publishing.recall(id, by=g.person))


@bp.post("/<kind>/<int:entry_id>/withdrawal")
@staff_only
@takes_file(MAX_BYTES)
def withdrawal(kind: str, entry_id: int) -> Any:
    """Off the site; publishing again takes it back."""
    return _save_and(
        kind, entry_id, "withdrawn", lambda form: lambda id: publishing.withdraw(id, by=g.person, reason=form.reason.data or "")
    )


@bp.post("/<kind>/new/preview", defaults={"entry_id": None})
@bp.post("/<kind>/<int:entry_id>/preview")
@staff_only
@takes_file(MAX_BYTES)
def preview(kind: str, entry_id: int | None) -> Any:
    """The public page of what was typed. Nothing is stored; the page holds the text for the way back."""
    desk = desk_of(kind)
    form, refused = _sent(desk)
    try:
        if refused:
            raise refused
        template, page, context = desk.preview(form, g.person)
    except Refused as problem:
        if problem is not refused:
            form.refuse(problem)
        return editor_page(desk, form, _opened(kind, entry_id)[1] if entry_id else None, status=422)
    shown = context.get("post") or context["entry"]
    if entry_id:
        shown.id = entry_id  # what is drawn for it depends on it
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "resume", "cover")]
    fields.append(("cover", str(form.cover.data or "")))  # a picture that came along is in the library by now
    elsewhere = shown.html.count('class="elsewhere"')
    back = path_for("staff.save", kind=kind, entry_id=entry_id) if entry_id else path_for("staff.new", kind=kind)
    return render_page(template, page, section=None, preview={"back": back, "fields": fields, "elsewhere": elsewhere}, **context)


@bp.post("/<kind>/<int:entry_id>/comparison")
@staff_only
@takes_file(MAX_BYTES)
def comparison(kind: str, entry_id: int) -> Any:
    """What was typed beside what is saved by now. Nothing is stored."""
    desk, _entry = _opened(kind, entry_id)
    return _conflict(desk, desk.form(), entry_id)


# ---- saving -----------------------------------------------------------------------------------------------------------------


def _save_and(
    kind: str,
    entry_id: int,
    said: str,
    act: Callable[[Any], Callable[[int], Any]] | None = None,
) -> Any:
    desk, entry = _opened(kind, entry_id)
    typed = "title" in request.form
    form, refused = _sent(desk) if typed else (_only_act(filled(desk, entry)), None)
    if refused or (typed and not form.validate()):
        return editor_page(desk, form, entry, status=422)
    try:
        wording = {"version": form.seen_version, **form.wording(), **form.own()} if typed else None
        sitting = form.sitting.data or ""
        operations.save(desk, entry_id, by=g.person, typed=wording, then=act(form) if act else None, sitting=sitting)
    except Conflict as problem:
        return _conflict(desk, form, entry_id, problem)
    except Refused as problem:
        form.refuse(problem)
        return editor_page(desk, form, queries.opened(desk.model, entry_id), status=422)
    return _back(kind, entry_id, said, sitting=form.sitting.data)


def _sent(desk: Desk) -> tuple[EntryForm, Refused | None]:
    """What was typed. A picture that came along is kept whatever becomes of the text; what is wrong with it stands beside its box."""
    form = desk.form()
    if request.form.get("resume") == "another":
        form.cover_seed.data = str(lot())
    return form, form.take_picture(by=g.person)


def _only_act(form: EntryForm) -> EntryForm:
    """Nothing of the text was sent: what the act itself needs is."""
    form.at.process(request.form)
    form.reason.process(request.form)
    return form


def _conflict(desk: Desk, form: EntryForm, entry_id: int, problem: Conflict | None = None) -> Response:
    """Both texts on one page; saving again is a decision, not an accident."""
    entry = queries.opened(desk.model, entry_id)
    form.version.data = str(entry.version)
    if problem is not None:
        form.refuse(problem)
    stored = filled(desk, entry)
    return editor_page(desk, form, entry, status=409, differences=differences_of(stored, form))


def _back(kind: str, entry_id: int, said: str, sitting: str | None = None) -> Response:
    """`sitting` tells the page which copy it need not keep on this device any more."""
    query = {"said": said, "sitting": sitting} if sitting else {"said": said}
    return redirect(path_for("staff.edit", kind=kind, entry_id=entry_id, **query), 303)  # type: ignore[return-value]


# ---- the page ---------------------------------------------------------------------------------------------------------------


def _opened(kind: str, entry_id: int) -> tuple[Desk, Any]:
    desk = desk_of(kind)
    return desk, queries.opened(desk.model, entry_id) or abort(404)
