"""What crawlers ask for first."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from fansite.core.web import conditional, public_url, shown_on, unlocalized
from fansite.core.web.paths import settings
from fansite.seo import sitemaps

bp = Blueprint("seo", __name__)

# Nothing for crawlers there: personal, endless or only for staff. What is merely `noindex` must stay open, or nobody sees that it is.
FOLDERS = ("/account/", "/staff/", "/moderation/", "/insights/", "/join/", "/confirm/", "/reset/", "/comments/on/")
# To the letter: a rule is only a beginning, and `/join` would close `/joint-statement` too.
DOORS = ("/search", "/login", "/join", "/reset")
CLOSED = (*FOLDERS, *(f"{door}{end}" for door in DOORS for end in ("$", "?")))


@bp.get("/robots.txt")
@unlocalized
def robots() -> Response:
    prefixes = ["", *(f"/{language}" for language in settings().languages if language != settings().language)]
    lines = ["User-agent: *", *(f"Disallow: {prefix}{path}" for prefix in prefixes for path in CLOSED)]
    lines += ["", f"Sitemap: {public_url('/sitemap.xml')}", ""]
    shown_on("robots")
    return conditional(Response("\n".join(lines), mimetype="text/plain"))


@bp.get("/sitemap.xml")
@unlocalized
def index() -> Response:
    shown_on(*(f"list:{kind}" for kind in sitemaps.parts()))
    return _xml("".join(sitemaps.index_xml()))


@bp.get("/sitemaps/<kind>-<int:number>.xml")
@unlocalized
def file(kind: str, number: int) -> Response:
    part = sitemaps.parts().get(kind)
    if part is None or not 1 <= number <= sitemaps.file_count(part):
        abort(404)
    shown_on(f"list:{kind}")
    return _xml("".join(sitemaps.file_xml(part, number)))


def _xml(text: str) -> Response:
    response = Response(text, mimetype="application/xml")
    response.headers["X-Robots-Tag"] = "noindex"
    return conditional(response)
