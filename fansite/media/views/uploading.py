"""A file in pieces, after “Resumable Uploads for HTTP” (IETF draft-ietf-httpbis-resumable-upload): of it what a browser's page needs.

POST   /media/uploads?for=picture   Upload-Complete: ?0, Upload-Length   → 201, Location
HEAD   <location>                                                         → 204, Upload-Offset: how much is here
PATCH  <location>                   Upload-Offset, application/partial-upload, Upload-Complete: ?1 with the last piece
                                                                          → 204, or what became of it as JSON
GET    <location>                                                         → the same, for who did not hear the answer
DELETE <location>                                                         → 204
"""

from __future__ import annotations

import re
from typing import Any

from flask import Response, abort, g, jsonify, request

from fansite.accounts.guards import signed_in
from fansite.core import limits
from fansite.core.policy import require
from fansite.core.web import path_for
from fansite.core.web.pages import private
from fansite.media import encoding, faces, operations, policy, uploads
from fansite.media.showing import described
from fansite.media.uploads import Part, WrongOffset
from fansite.media.views.blueprint import bp

PIECES = "application/partial-upload"
AN_HOUR = "400 per hour"
_DIGITS = re.compile(r"\d{1,10}")


@bp.post("/media/uploads")
@signed_in
def begin() -> Response:
    """Large files are refused before any of them is read."""
    purpose = request.args.get("for", "picture")
    require(policy.edit if purpose == "picture" else policy.wear, g.person)
    limits.spend("upload", AN_HOUR, str(g.person.id))
    part = uploads.begin(g.person.id, purpose=purpose, length=_number("Upload-Length"))
    response = _state(part, 201)
    response.headers["Location"] = path_for("media.part", token=part.token)
    return response


@bp.get("/media/uploads/<token>")
@signed_in
def part(token: str) -> Response:
    found = uploads.find(g.person.id, token)
    if request.method == "GET" and found.made is not None:
        return _state(found, 200, jsonify(found.made))
    return _state(found, 204)


@bp.patch("/media/uploads/<token>")
@signed_in
def append(token: str) -> Response:
    found = uploads.find(g.person.id, token)
    if request.mimetype != PIECES:
        abort(415)
    if found.made is not None:
        return _state(found, 200, jsonify(found.made))
    try:
        uploads.append(found, _number("Upload-Offset"), request.stream)  # type: ignore[arg-type]
        if request.headers.get("Upload-Complete") != "?1":
            return _state(found, 204)
        # From now on it is a file like one that came with a form.
        uploads.finish(found, lambda data: _made(found.purpose, data))
    except WrongOffset as problem:
        return _state(found, 409, jsonify({"error": {"code": 409, "text": str(problem)}}))
    return _state(found, 200, jsonify(found.made))


@bp.delete("/media/uploads/<token>")
@signed_in
def drop(token: str) -> Response:
    uploads.drop(uploads.find(g.person.id, token))
    return private(Response(status=204))


def _made(purpose: str, data: bytes) -> dict[str, Any]:
    if purpose == "face":
        face = faces.send(data, by=g.person)
        return {"address": path_for("media.face", name=face.name), "next": path_for("media.own_face", done=face.status)}
    require(policy.edit, g.person)
    return described(operations.keep_picture(data, by=g.person))


def _state(part: Part, status: int, response: Response | None = None) -> Response:
    response = private(response or Response())
    response.status_code = status
    response.headers["Upload-Offset"] = str(part.offset)
    response.headers["Upload-Length"] = str(part.length)
    response.headers["Upload-Complete"] = "?1" if part.made is not None else "?0"
    response.headers["Upload-Limit"] = f"max-size={encoding.MAX_BYTES}, max-age={uploads.LIFE_SECONDS}"
    return response


def _number(header: str) -> int:
    text = request.headers.get(header, "")
    return int(text) if _DIGITS.fullmatch(text) else abort(400)
