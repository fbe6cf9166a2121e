"""The front page, and how the site feels."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, g, redirect, request
from flask_babel import gettext as _

from fansite.core.band import band, site
from fansite.core.db.readiness import what_is_missing
from fansite.core.kept import site_name
from fansite.core.web import Page, cacheable, made_each_time, path_for, render_page, unlocalized
from fansite.core.web.failures import COME_BACK, NUMBERED, moved_here
from fansite.home.sections import IN_FRONT, rows, shown

bp = Blueprint("home", __name__)


@bp.get("/")
@cacheable(*NUMBERED)
def index() -> Any:
    """What is new, and who said what."""
    if any(name in request.args for name in NUMBERED):
        if elsewhere := moved_here():
            return redirect(elsewhere, 301)
        made_each_time()
    parts, tags = shown()
    page = Page(
        site_name(),
        description=_("News of %(site)s, and what their fans say.", site=site_name()),
        path=path_for("home.index"),
        versions=[
            (language, path_for("home.index", language)) for language in current_app.extensions["fansite"].settings.languages
        ],
        nodes=[site(g.language, path_for("home.index")), band()],
    )
    until = min((part.until for part in parts if part.until), default=None)
    return render_page("home/index.html", page, tags=tags, until=until, front=parts[:IN_FRONT], rows=rows(parts[IN_FRONT:]))


@bp.get("/healthz")
@unlocalized
def alive() -> Response:
    """This process answers."""
    return _to_a_probe("ok")


@bp.get("/readyz")
@unlocalized
def ready() -> Response:
    """It can serve: the database answers, is of this version, and lets writers in."""
    missing = what_is_missing()
    return _to_a_probe(missing or "ok", 503 if missing else 200)


def _to_a_probe(text: str, status: int = 200) -> Response:
    response = Response(f"{text}\n", status, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = str(COME_BACK)
    return response
