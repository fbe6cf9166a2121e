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
BATCH = 500
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def parts() -> dict[str, SitemapPart]:
    known: dict[str, SitemapPart] = current_app.extensions["fansite"].sitemap
    return known


def files() -> list[tuple[str, int]]:
    """(kind, number) of every file there is; kinds without entries have none."""
    return [(part.kind, number) for part in parts().values() for number in range(1, file_count(part) + 1)]


def file_count(part: SitemapPart) -> int:
    return -(-part.count() // ADDRESSES_A_FILE)


def index_xml() -> Iterator[str]:
    yield f'{HEAD}<sitemapindex xmlns="{NAMESPACE}">\n'
    for part in parts().values():
        for number in range(1, file_count(part) + 1):
            changed = part.lastmod(number, ADDRESSES_A_FILE)
            lastmod = f"<lastmod>{w3c(changed)}</lastmod>" if changed else ""
            yield f"<sitemap><loc>{escape(public_url(f'/sitemaps/{part.kind}-{number}.xml'))}</loc>{lastmod}</sitemap>\n"
    yield "</sitemapindex>\n"


def file_xml(part: SitemapPart, number: int) -> Iterator[str]:
    yield f'{HEAD}<urlset xmlns="{NAMESPACE}" xmlns:xhtml="{XHTML}" xmlns:image="{IMAGE}">\n'
    rows = part.rows(number, ADDRESSES_A_FILE)
    while batch := list(islice(rows, BATCH)):
        pictures = addresses_of({cover_id for *_facts, cover_id in batch if cover_id is not None})
        for path, lastmod, versions, cover_id in batch:
            yield f"<url><loc>{escape(public_url(path))}</loc><lastmod>{w3c(lastmod)}</lastmod>{''.join(alternates(versions))}"
            if cover_id in pictures:
                yield f"<image:image><image:loc>{escape(public_url(pictures[cover_id]))}</image:loc></image:image>"
            yield "</url>\n"
    yield "</urlset>\n"


def alternates(versions: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Each version lists itself and all others; a page without a translation gets no set."""
    versions = list(versions)
    if len(versions) < 2:
        return
    settings: Settings = current_app.extensions["fansite"].settings
    for language, path in [*versions, *(("x-default", path) for language, path in versions if language == settings.language)]:
        yield f'<xhtml:link rel="alternate" hreflang="{language}" href="{escape(public_url(path), {chr(34): "&quot;"})}"/>'
