"""`/account/picture`: one's own face, drawn or sent."""

from __future__ import annotations

from typing import Any

from flask import Response, g, redirect, request
from flask_babel import gettext as _

from fansite.accounts.guards import signed_in
from fansite.core.errors import Problem, Refused, TooMany
from fansite.core.web import Page, path_for, render_page, sent_file, takes_file
from fansite.media import faces, queries
from fansite.media.views.blueprint import bp


@bp.get("/account/picture")
@signed_in
def own_face() -> Response:
    return _page()


@bp.post("/account/picture")
@signed_in
@takes_file(faces.MAX_BYTES)
def send_face() -> Any:
    data = sent_file()
    try:
        if data is None:
            raise Refused(_("Choose a picture first."), field="file")
        face = faces.send(data, by=g.person)
    except (Refused, TooMany) as problem:
        return _page(problem)
    return redirect(path_for("media.own_face", done=face.status), 303)


@bp.post("/account/picture/removal")
@signed_in
def take_off_face() -> Any:
    faces.take_off(g.person.id)
    return redirect(path_for("media.own_face", done="off"), 303)


def _page(problem: Problem | None = None) -> Response:
    known = {
        "published": _("That is you now."),
        "pending": _("Thank you. A moderator looks at it first; until then you alone see it."),
        "off": _("You are drawn again."),
    }
    said = known.get(request.args.get("done", ""))
    face = queries.last_face_of(g.person.id)
    response = render_page(
        "media/own_face.html",
        Page(_("Your picture"), noindex=True),
        status=problem.status if problem is not None else 200,
        face=face if face is not None and face.status != "withdrawn" else None,
        file_problem=str(problem) if problem is not None else "",
        notice=("good", said) if said and request.method == "GET" else None,
    )
    if isinstance(problem, TooMany):
        response.headers["Retry-After"] = str(problem.retry_after)
    return response
