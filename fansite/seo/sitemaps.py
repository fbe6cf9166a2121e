"""Sitemaps by the protocol of sitemaps.org (0.9): an index, and files of at most 50,000 addresses by kind.

`lastmod` is the last change a reader would notice, never the time of building: search engines ignore the field of sites that lie in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from xml.sax.saxutils import escape

from flask import current_app

from fansite.core.feature import SitemapPart
from fansite.core.web import public_url
from fansite.lib.times import w3c
from fansite.media import addresses_of
from fansite.settings import Settings

ADDRESSES_A_FILE = 50_000
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"
# Google's extension: of a picture only the address is read any more.
IMAGE = "http://www.google.com/schemas/sitemap-image/1.1"
BATCH = 2000
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
    """Nothing at all where the file would have no address."""
    rows, base = part.rows(number, ADDRESSES_A_FILE), escape(public_url(""))
    begun = False
    while batch := list(islice(rows, BATCH)):
        if not begun:
            begun = True
            yield f'{HEAD}<urlset xmlns="{NAMESPACE}" xmlns:xhtml="{XHTML}" xmlns:image="{IMAGE}">\n'
        pictures = addresses_of({cover_id for *_facts, cover_id in batch if cover_id is not None})
        for path, changed, versions, cover_id in batch:
            more = "".join(alternates(versions)) if versions else ""
            if cover_id in pictures:
                more += f"<image:image><image:loc>{escape(public_url(pictures[cover_id]))}</image:loc></image:image>"
            yield f"<url><loc>{base}{path}</loc><lastmod>{changed}</lastmod>{more}</url>\n"
    if begun:
        yield "</urlset>\n"


def alternates(versions: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Each version lists itself and all others; a page without a translation gets no set."""
    versions = list(versions)
    if len(versions) < 2:
        return
    settings: Settings = current_app.extensions["fansite"].settings
    for language, path in [*versions, *(("x-default", path) for language, path in versions if language == settings.language)]:
        yield f'<xhtml:link rel="alternate" hreflang="{language}" href="{escape(public_url(path), {chr(34): "&quot;"})}"/>'
