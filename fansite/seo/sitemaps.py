"""Sitemaps by the protocol of sitemaps.org (0.9): an index, and files of at most 50,000 addresses by kind.

`lastmod` is the last change a reader would notice, never the time of building: search engines ignore the field of sites that lie in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape

from flask import current_app

from fansite.core.feature import SitemapPart
from fansite.core.web import public_url
from fansite.core.web.paths import settings
from fansite.lib.times import w3c
from fansite.media import addresses_of

ADDRESSES_A_FILE = 50_000
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"
# Google's extension: of a picture only the address is read any more.
IMAGE = "http://www.google.com/schemas/sitemap-image/1.1"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def parts() -> dict[str, SitemapPart]:
    known: dict[str, SitemapPart] = current_app.extensions["fansite"].sitemap
    return known


def index_xml() -> Iterator[str]:
    """Kinds without entries have no file."""
    yield f'{HEAD}<sitemapindex xmlns="{NAMESPACE}">\n'
    for part in parts().values():
        for number, changed in part.files(ADDRESSES_A_FILE):
            address = escape(public_url(f"/sitemaps/{part.kind}-{number}.xml"))
            yield f"<sitemap><loc>{address}</loc><lastmod>{w3c(changed)}</lastmod></sitemap>\n"
    yield "</sitemapindex>\n"


def file_xml(part: SitemapPart, number: int) -> Iterator[str]:
    """In pieces of some thousand addresses. Nothing at all where the file would have no address."""
    base, begun = escape(public_url(""), {'"': "&quot;"}), False
    default = settings().language
    for batch in part.rows(number, ADDRESSES_A_FILE):
        if not begun:
            begun = True
            yield f'{HEAD}<urlset xmlns="{NAMESPACE}" xmlns:xhtml="{XHTML}" xmlns:image="{IMAGE}">\n'
        stems = batch.stems
        more = {group: _alternates(versions, base, default) for group, versions in batch.versions.items()}
        pictures = _pictures({row[-1] for row in batch.rows} - {None})
        yield "".join(
            [
                f"<url><loc>{base}{stems[language]}{slug}</loc><lastmod>{changed}</lastmod>{more.get(original or id, '')}{pictures.get(cover, '')}</url>\n"
                for id, original, language, slug, changed, cover in batch.rows
            ]
        )
    if begun:
        yield "</urlset>\n"


def _pictures(ids: set[Any]) -> dict[int | None, str]:
    address = addresses_of(ids) if ids else {}
    return {id: f"<image:image><image:loc>{escape(public_url(path))}</image:loc></image:image>" for id, path in address.items()}


def _alternates(versions: Sequence[tuple[str, str]], base: str, default: str) -> str:
    """Each version lists itself and all others, and the one in the site's own language once more. Paths are made of slugs: there is
    nothing in them to escape."""
    told = [*versions, *[("x-default", path) for language, path in versions if language == default]]
    return "".join([f'<xhtml:link rel="alternate" hreflang="{language}" href="{base}{path}"/>' for language, path in told])
