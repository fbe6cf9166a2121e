"""`/media/posters/<name>`: what was drawn, kept by browsers for good since its name changes with what it says."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, abort, redirect, send_file

from fansite.core.web import path_for, unlocalized
from fansite.posters import queries
from fansite.posters.models import COMING
from fansite.posters.operations import KINDS, storage

A_YEAR = 365 * 24 * 3600
TYPES = {"png": "image/png", "svg": "image/svg+xml"}
NAME = re.compile(r"(poster(0|[1-9]\d{0,17})([a-z]{2})x[0-9a-f]{24})([a-z]+\.[a-z]{3})")

bp = Blueprint("posters", __name__)


@bp.get("/media/posters/<name>")
@unlocalized
def show(name: str) -> Any:
    """A poster that was drawn anew keeps its former addresses: they stand in messages people sent."""
    told = NAME.fullmatch(name)
    if told is None or told[4] not in KINDS:
        abort(404)
    stem, number, language, kind = told.groups()
    if not queries.is_shown(stem):
        present = queries.at_present(f"tour:{number}" if number != "0" else COMING, language)
        if not present:
            abort(404)
        return redirect(path_for("posters.show", name=f"{present}{kind}"), 302)
    try:
        with storage().open(name) as file:
            return _served(file.read(), name)
    except FileNotFoundError:
        abort(404)


def _served(data: bytes, name: str) -> Response:
    """A drawing that holds no script, and could run none."""
    response = send_file(BytesIO(data), mimetype=TYPES[name.rpartition(".")[2]], etag=name)
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
