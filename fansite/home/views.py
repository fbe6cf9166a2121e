"""The front page, the static files, and how the site feels."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, g, redirect, request, send_from_directory
from flask_babel import gettext as _

from fansite.core.band import band, site
from fansite.core.db import what_is_missing
from fansite.core.kept import site_name
from fansite.core.web import Page, packing, path_for, render_page, unlocalized
from fansite.core.web.assets import Assets
from fansite.core.web.failures import COME_BACK, NUMBERED, moved_here
from fansite.home.sections import rows, shown

bp = Blueprint("home", __name__)
# Sheets on the first screen.
IN_FRONT = 2
mimetypes.add_type("text/javascript", ".js")


@bp.get("/")
def index() -> Any:
    """What is new, and who said what."""
    if any(name in request.args for name in NUMBERED) and (elsewhere := moved_here()):
        return redirect(elsewhere, 301)
    parts = shown()
    page = Page(
        site_name(),
        description=_("News of %(site)s, and what their fans say.", site=site_name()),
        path=path_for("home.index"),
        versions=[
            (language, path_for("home.index", language)) for language in current_app.extensions["fansite"].settings.languages
        ],
        nodes=[site(g.language, path_for("home.index")), band()],
    )
    tags = {tag for part in parts for tag in (*part.section.tags, *part.found.get("tags", ()))}
    return render_page("home/index.html", page, tags=tags, front=parts[:IN_FRONT], rows=rows(parts[IN_FRONT:]))


@bp.get("/static/<version>/<path:name>")
@unlocalized
def static(version: str, name: str) -> Response:
    """Files under the version of today are kept for a year; an older version gets today's file, kept for a minute."""
    assets: Assets = current_app.extensions["fansite"].assets
    files = assets.files(name)
    if not files:
        abort(404)
    kind = mimetypes.guess_type(name)[0]
    response = _text(files, str(kind)) if packing.is_text(kind) else send_from_directory(assets.folder, name)
    current = version == assets.version
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "public, max-age=60"
    response.headers.pop("Vary", None)
    if packing.is_text(kind):
        response.headers["Vary"] = "Accept-Encoding"
    return response


def _text(files: tuple[Path, ...], kind: str) -> Response:
    packed = packing.wanted()
    response = Response(packing.whole(files, packed=packed), mimetype=kind)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.add_etag()
    response.make_conditional(request)
    return response


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
