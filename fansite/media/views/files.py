"""`/media/<name>`: pictures, kept by browsers for good since their names change with their content."""

from __future__ import annotations

import re
from io import BytesIO

from flask import Response, abort, g, send_file

from fansite.core.web import path_for, unlocalized
from fansite.media import operations, policy, queries
from fansite.media.models import Picture
from fansite.media.views.blueprint import bp

TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
A_YEAR = 365 * 24 * 3600
# The original stands in for a size that is not made yet; and a face may be taken off.
A_MINUTE = 60
FOR_GOOD, SHORTLY = f"public, max-age={A_YEAR}, immutable", f"public, max-age={A_MINUTE}"
_SIZED = re.compile(r"([0-9a-f]{40})w\d{1,5}s?\.(?:webp|jpg|png)")


@bp.get("/media/<name>")
@unlocalized
def show(name: str) -> Response:
    """A picture or one of its sizes. Until the worker has made a size its address answers with the original, so that a page can name
    all sizes from the start."""
    sized = _SIZED.fullmatch(name)
    picture = queries.of_digest(sized[1] if sized else name.rpartition(".")[0])
    if picture is None or picture.removed_at is not None or (name != picture.name and name not in picture.sizes()):
        abort(404)
    sight = policy.sight(g.person, picture)
    if sight == "none":
        abort(404)
    data, cache = _stored(name), _kept_for(picture, sight)
    if data is not None:
        return served(data, name, cache)
    data = _stored(picture.name)
    if data is None:
        abort(404)
    return served(data, picture.name, SHORTLY if cache == FOR_GOOD else cache)


def _kept_for(picture: Picture, sight: str) -> str:
    """What is not the library's may be taken away from everybody at any moment."""
    if sight != "all":
        return "private, no-store"
    return SHORTLY if picture.shelf else FOR_GOOD


@bp.get("/media/faces/<name>")
@unlocalized
def face(name: str) -> Response:
    found = queries.face_named(name)
    if found is None or not policy.look(g.person, found):
        abort(404)
    data = _stored(found.name)
    if data is None:
        abort(404)
    seen_by_all = policy.look(None, found)
    return served(data, found.name, SHORTLY if seen_by_all else "private, no-store")


def _stored(name: str) -> bytes | None:
    try:
        with operations.storage().open(name) as file:
            return file.read()
    except FileNotFoundError:
        return None


def served(data: bytes, name: str, cache: str) -> Response:
    """Whatever it holds, a browser takes it for nothing but a picture. Feed readers show it on pages of their own."""
    response = send_file(BytesIO(data), mimetype=TYPES[name.rpartition(".")[2]], etag=name)
    response.headers["Cache-Control"] = cache
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def old_address(path: str) -> str | None:
    """Where a picture of an imported site is now, of whatever size it was asked for."""
    picture = queries.from_old_path(operations.path_of_origin(path)) if "." in path.rpartition("/")[2] else None
    return path_for("media.show", name=picture.name) if picture is not None else None
