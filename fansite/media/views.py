"""`/media/<name>`: pictures, kept by browsers for good since their names change with their content."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, abort, current_app, send_file

from fansite.backends.storage import Storage
from fansite.core.web import unlocalized

bp = Blueprint("media", __name__)

TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
A_YEAR = 365 * 24 * 3600


@bp.get("/media/<name>")
@unlocalized
def show(name: str) -> Response:
    """Whatever it holds, a browser takes it for nothing but a picture. Feed readers show it on pages of their own."""
    storage: Storage = current_app.extensions["fansite"].storage
    mimetype = TYPES.get(name.rpartition(".")[2])
    if mimetype is None:
        abort(404)
    try:
        with storage.open(name) as file:
            data = BytesIO(file.read())
    except FileNotFoundError:
        abort(404)
    response = send_file(data, mimetype=mimetype, etag=name, max_age=A_YEAR)
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
