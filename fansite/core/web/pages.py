"""A page says what it is (title, canonical, markup) and what it depends on (tags), then is rendered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from sys import intern
from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, current_app, g, make_response, render_template, request
from markupsafe import Markup

from fansite.core.web.page_cache import PAGE_KEY, READ_KEY
from fansite.core.web.page_store import ForEveryone
from fansite.core.web.paths import in_language, path_for, public_url, settings
from fansite.core.web.spoken import environment_in

Crumb = tuple[str, str]

# The page's tags must name everything it shows; these stand on every page (menu, name, footer).
SITE_TAG = "site"
EACH_TIME_KEY = "fansite.each_time"
NO_STORE = "private, no-store"
ASK_ALWAYS = "public, max-age=0, must-revalidate"


@dataclass
class Page:
    title: str
    description: str = ""
    # Path of the one address of this page; None on pages that are not to be indexed.
    path: str | None = None
    noindex: bool = False
    kind: str = "website"
    # (language, path) of every version of this text, itself included; empty where the page is the same in all languages.
    versions: Sequence[tuple[str, str]] = ()
    # Where the switch leads in a language without a version.
    elsewhere: str = "home.index"
    crumbs: Sequence[Crumb] = ()
    nodes: Sequence[dict[str, Any]] = ()
    og: dict[str, str] = field(default_factory=dict)
    # Of the feed that follows this page: `/news/tag/tour/feed`; `.xml`, `.atom` and `.json` stand there.
    feed_stem: str | None = None
    prev_path: str | None = None
    next_path: str | None = None

    @property
    def canonical(self) -> str | None:
        return None if self.noindex or self.path is None else public_url(self.path)

    @property
    def feeds(self) -> list[tuple[str, str]]:
        """(media type, address) of this page's own feed in all formats."""
        return feed_addresses(self.feed_stem) if self.feed_stem else []

    @property
    def alternates(self) -> list[tuple[str, str]]:
        """hreflang: each version lists itself and all others, `x-default` is the site's own language; no set without a translation,
        nor on later pages of what is said below it."""
        if self.noindex or len(self.versions) < 2 or self.path not in dict(self.versions).values():
            return []
        urls = [(language, public_url(path)) for language, path in self.versions]
        default = dict(urls).get(settings().language)
        return urls + ([("x-default", default)] if default else [])

    @property
    def json_ld(self) -> Markup | None:
        """Search engines do not sign in: on a page made for one person, nobody would read it."""
        if self.noindex or g.get("person") is not None:
            return None
        nodes = [*self.nodes, *([_breadcrumbs(self.crumbs, self.title)] if self.crumbs else [])]
        return json_ld(nodes) if nodes else None


def feed_addresses(stem: str) -> list[tuple[str, str]]:
    types = {"xml": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
    return [(kind, public_url(f"{stem}.{ending}")) for ending, kind in types.items()]


def _breadcrumbs(crumbs: Sequence[Crumb], title: str) -> dict[str, Any]:
    items = [
        {"@type": "ListItem", "position": n, "name": str(name), "item": public_url(path)}
        for n, (name, path) in enumerate(crumbs, 1)
    ]
    items.append({"@type": "ListItem", "position": len(items) + 1, "name": title})
    return {"@type": "BreadcrumbList", "itemListElement": items}


def json_ld(nodes: Sequence[dict[str, Any]]) -> Markup:
    """JSON that can stand in a script element: `<`, `>` and `&` are escaped, so no text can end it."""
    text = json.dumps(
        {"@context": "https://schema.org", "@graph": list(nodes)}, ensure_ascii=False, separators=(",", ":"), default=str
    )
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


@dataclass(frozen=True)
class Pages:
    """Numbered pages of a list; each has its own address and its own canonical."""

    page: int
    last: int
    path: str
    extra: tuple[tuple[str, str], ...] = ()

    def url(self, number: int) -> str:
        query = [*self.extra, *([("page", str(number))] if number > 1 else [])]
        return f"{self.path}?{urlencode(query)}" if query else self.path

    @property
    def prev_url(self) -> str | None:
        return self.url(self.page - 1) if self.page > 1 else None

    @property
    def next_url(self) -> str | None:
        return self.url(self.page + 1) if self.page < self.last else None

    @property
    def urls(self) -> list[tuple[int, str, bool]]:
        """First, last and the neighbours; gaps are the template's to draw."""
        near = {1, self.last, *range(max(1, self.page - 2), min(self.last, self.page + 2) + 1)}
        return [(number, self.url(number), number == self.page) for number in sorted(near)]


def page_number(name: str = "page") -> int:
    """`?page=n`, 1 when absent; anything else is an address that does not exist."""
    text = request.args.get(name, "1")
    if not text.isascii() or not text.isdigit() or len(text) > 7 or not 1 <= int(text) <= 1_000_000:
        abort(404)
    if text != str(int(text)):
        made_each_time()
    return int(text)


def made_each_time() -> None:
    """Of addresses like this one there are endlessly many, or nobody comes a second time: the page is for everyone, and takes the place of
    none that is kept."""
    request.environ[EACH_TIME_KEY] = True


def shown_on(*tags: str) -> None:
    """Declares what this page depends on. A page that declares nothing is never kept by the page cache."""
    g.page_tags = {*g.get("page_tags", set()), SITE_TAG, *tags}


def render_page(
    template: str, page: Page, *, tags: Iterable[str] = (), status: int = 200, until: datetime | None = None, **context: Any
) -> Response:
    """`tags` is what a public page depends on; a page without is private and never stored by anyone. At `until` it is another by itself."""
    tags = tuple(tags)
    if tags:
        shown_on(*tags)
    switch = language_switch(page)
    spoken = environment_in(current_app, g.language).get_template(template)
    response = make_response(render_template(spoken, page=page, language_switch=switch, **context), status)
    for_one_person = g.get("person") is not None or "previewed_facts" in g
    if tags and status == 200 and "previewed_facts" not in g:
        request.environ[READ_KEY] = True
    if not tags or for_one_person or status != 200:
        return private(response)
    return conditional(response, until=until)


def language_switch(page: Page) -> list[tuple[str, str, bool]]:
    """(language, path, current) for the switch: the same text where it exists in that language, else where its like stand."""
    versions = dict(page.versions)
    base = request.path if request.method in ("GET", "HEAD") else "/"

    def there(language: str) -> str:
        if not versions or language == g.language:
            return in_language(base, language)
        return versions.get(language) or path_for(page.elsewhere, language)

    return [(language, there(language), language == g.language) for language in settings().languages]


def conditional(response: Response, *, until: datetime | None = None, cache: str = ASK_ALWAYS) -> Response:
    """For everyone, whoever asks: the page cache packs it, marks it (ETag, 304) and keeps it, at most `until`, with what was `shown_on` it.
    `cache` is what others in between may do: keep it too, but ask."""
    response.headers["Cache-Control"] = cache
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    tags = frozenset(() if EACH_TIME_KEY in request.environ else map(intern, g.get("page_tags", ())))
    is_page = READ_KEY in request.environ
    request.environ[PAGE_KEY] = ForEveryone(g.clock_seen, tags, until.timestamp() if until else None, is_page)
    return response


def private(response: Response) -> Response:
    response.headers["Cache-Control"] = NO_STORE
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    return response
