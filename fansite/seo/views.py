"""What crawlers ask for first."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, abort, redirect

from fansite.core.content import Entry
from fansite.core.db import db
from fansite.core.web import cacheable, conditional, path_for, public_url, shown_on, unlocalized
from fansite.core.web.paths import settings
from fansite.media import served
from fansite.seo import sitemaps
from fansite.seo.listeners import storage

# The protocol's own limit of an index.
MOST_FILES = 50_000
A_YEAR = 365 * 24 * 3600
CARD = re.compile(r"card([1-9]\d{0,17})x[0-9a-f]{24}\.(?:png|jpg)")

bp = Blueprint("seo", __name__)

# Nothing for crawlers there: personal, endless or only for staff. What is merely `noindex` must stay open, or nobody sees that it is.
FOLDERS = (
    "/account/",
    "/staff/",
    "/moderation/",
    "/insights/",
    "/join/",
    "/confirm/",
    "/reset/",
    "/unsubscribe/",
    "/comments/on/",
)
# To the letter: a rule is only a beginning, and `/join` would close `/joint-statement` too.
DOORS = ("/login", "/reset")
# Open as they stand; what is asked behind the mark is endless or somebody's own.
QUESTIONS = ("/search?q=", "/join?draft=")
CLOSED = (*FOLDERS, *(f"{door}{end}" for door in DOORS for end in ("$", "?")), *QUESTIONS)


@bp.get("/robots.txt")
@unlocalized
@cacheable()
def robots() -> Response:
    prefixes = ["", *(f"/{language}" for language in settings().languages if language != settings().language)]
    lines = ["User-agent: *", *(f"Disallow: {prefix}{path}" for prefix in prefixes for path in CLOSED)]
    lines += ["", f"Sitemap: {public_url('/sitemap.xml')}", ""]
    shown_on("robots")
    return conditional(Response("\n".join(lines), mimetype="text/plain"))


@bp.get("/sitemap.xml")
@unlocalized
@cacheable()
def index() -> Response:
    shown_on(*(f"list:{kind}" for kind in sitemaps.parts()))
    return _xml([piece.encode() for piece in sitemaps.index_xml()])


@bp.get("/sitemaps/<kind>-<int:number>.xml")
@unlocalized
@cacheable()
def file(kind: str, number: int) -> Response:
    part = sitemaps.parts().get(kind)
    pieces = (
        [piece.encode() for piece in sitemaps.file_xml(part, number)] if part is not None and 1 <= number <= MOST_FILES else []
    )
    if not pieces:
        abort(404)
    shown_on(f"list:{kind}")
    return _xml(pieces)


@bp.get("/media/cards/<name>")
@unlocalized
def card(name: str) -> Any:
    """What a shared link shows. A card that was drawn anew keeps its former addresses: they stand in messages people sent."""
    of_entry = CARD.fullmatch(name)
    entry = db.session.get(Entry, int(of_entry[1])) if of_entry else None
    if entry is None or not entry.public or not entry.card:
        abort(404)
    if name != entry.card:
        return redirect(path_for("seo.card", name=entry.card), 302)
    try:
        with storage().open(name) as file:
            return served(file.read(), name, f"public, max-age={A_YEAR}, immutable")
    except FileNotFoundError:
        abort(404)


def _xml(pieces: list[bytes]) -> Response:
    response = Response(pieces, mimetype="application/xml")
    response.headers["X-Robots-Tag"] = "noindex"
    return conditional(response)
