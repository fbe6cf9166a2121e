"""All tags, each with its name to change."""

from __future__ import annotations

from typing import Any

from flask import Response, g, redirect, request
from flask_babel import gettext as _

from fansite.accounts.guards import staff_only
from fansite.core.errors import Refused
from fansite.core.web import Page, path_for, render_page
from fansite.staff.forms import TagForm
from fansite.staff.views.blueprint import bp
from fansite.tags import operations, queries


@bp.get("/tags")
@staff_only
def tags() -> Response:
    return _page()


@bp.post("/tags/<int:tag_id>")
@staff_only
def tag(tag_id: int) -> Any:
    form = TagForm()
    if not form.validate():
        return _page(form, tag_id)
    try:
        operations.rename(tag_id, form.name.data or "", by=g.person)
    except Refused as problem:
        form.refuse(Refused(problem.text, field="name"))
        return _page(form, tag_id)
    return redirect(path_for("staff.tags", done=tag_id, _anchor=f"tag-{tag_id}"), 303)


def _page(refused: TagForm | None = None, tag_id: int = 0) -> Response:
    rows = [
        (tag, used, refused if refused is not None and tag.id == tag_id else TagForm(formdata=None, name=tag.name))
        for tag, used in queries.everything()
    ]
    return render_page(
        "staff/tags.html",
        Page(_("Tags"), noindex=True),
        status=422 if refused is not None else 200,
        rows=rows,
        renamed=request.args.get("done", type=int),
    )
