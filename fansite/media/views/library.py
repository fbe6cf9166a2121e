"""`/staff/pictures`: the library. A picture comes in, is described, shows where it is used, and goes when nothing shows it."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, g, jsonify, redirect, request
from flask_babel import gettext as _

from fansite.accounts.guards import staff_only
from fansite.core import limits
from fansite.core.errors import Refused
from fansite.core.web import Page, Pages, page_number, path_for, render_page, sent_file, takes_file
from fansite.media import operations, queries
from fansite.media.encoding import MAX_BYTES
from fansite.media.forms import PictureForm
from fansite.media.showing import described
from fansite.media.views.blueprint import bp
from fansite.media.views.uploading import AN_HOUR


@bp.get("/staff/pictures")
@staff_only
def library() -> Response:
    return _library(PictureForm(formdata=None))


@bp.post("/staff/pictures")
@staff_only
@takes_file(MAX_BYTES)
def take() -> Any:
    """From a form: the file, and what it shows. Who asks for JSON is given the same facts as after an upload in pieces."""
    form, data = PictureForm(), sent_file()
    limits.spend("upload", AN_HOUR, str(g.person.id))
    try:
        if data is None:
            raise Refused(_("Choose a picture first."), field="file")
        picture = operations.keep_picture(data, by=g.person)
        if form.alt.data or form.decorative.data:
            picture = _describe(picture.id, form)
    except Refused as problem:
        if _wants_json():
            raise
        return _library(form, problem=problem, status=422)
    if _wants_json():
        return jsonify(described(picture)), 201
    return redirect(path_for("media.picture", picture_id=picture.id, done="kept"), 303)


@bp.get("/staff/pictures/<int:picture_id>")
@staff_only
def picture(picture_id: int) -> Response:
    found = _opened(picture_id)
    form = PictureForm(formdata=None, alt=found.alt, decorative=found.decorative, credit=found.credit, focus=found.focus)
    return _one(found, form)


@bp.post("/staff/pictures/<int:picture_id>")
@staff_only
def describe(picture_id: int) -> Any:
    found, form = _opened(picture_id), PictureForm()
    try:
        changed = _describe(picture_id, form)
    except Refused as problem:
        if _wants_json():
            raise
        form.refuse(problem)
        return _one(_opened(found.id), form, status=422)
    if _wants_json():
        return jsonify(described(changed))
    return redirect(path_for("media.picture", picture_id=picture_id, done="described"), 303)


@bp.post("/staff/pictures/<int:picture_id>/removal")
@staff_only
def removal(picture_id: int) -> Any:
    """Pressed again, with `undo`, it is back."""
    if request.form.get("undo"):
        operations.take_back(picture_id, by=g.person)
        return redirect(path_for("media.picture", picture_id=picture_id, done="back"), 303)
    try:
        operations.remove(picture_id, by=g.person)
    except Refused as problem:
        found = _opened(picture_id)
        form = PictureForm(formdata=None, alt=found.alt, decorative=found.decorative, credit=found.credit, focus=found.focus)
        form.refuse(problem)
        return _one(found, form, status=422)
    return redirect(path_for("media.library", removed=picture_id), 303)


def _describe(picture_id: int, form: PictureForm) -> Any:
    return operations.describe(
        picture_id,
        by=g.person,
        alt=form.alt.data or "",
        decorative=bool(form.decorative.data),
        credit=form.credit.data or "",
        focus=form.focus.data or "",
    )


def _opened(picture_id: int) -> Any:
    return queries.opened(picture_id) or abort(404)


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _library(form: PictureForm, *, problem: Refused | None = None, status: int = 200) -> Response:
    words, undescribed, number = request.args.get("q", "").strip()[:100], "undescribed" in request.args, page_number()
    pictures, last = queries.library(number, words=words, undescribed=undescribed)
    if number > last:
        abort(404)
    if problem is not None and problem.field != "file":
        form.refuse(problem)
    extra = (*((("q", words),) if words else ()), *((("undescribed", "1"),) if undescribed else ()))
    removed = request.args.get("removed", "")
    return render_page(
        "media/library.html",
        Page(_("Pictures"), noindex=True),
        status=status,
        form=form,
        file_problem=str(problem) if problem is not None and problem.field == "file" else "",
        pictures=pictures,
        pages=Pages(number, last, path_for("media.library"), extra),
        words=words,
        undescribed=undescribed,
        removed=int(removed) if removed.isascii() and removed.isdigit() and len(removed) < 10 else None,
    )


def _one(found: Any, form: PictureForm, *, status: int = 200) -> Response:
    known = {
        "kept": _("It is in the library."),
        "described": _("Saved. Texts that show it follow within seconds."),
        "back": _("It is back."),
    }
    said = known.get(request.args.get("done", ""))
    return render_page(
        "media/picture.html",
        Page(found.alt or _("Picture %(number)s", number=found.id), noindex=True),
        status=status,
        picture=found,
        form=form,
        uses=queries.uses_of(found),
        notice=("good", said) if said and request.method == "GET" else None,
    )
