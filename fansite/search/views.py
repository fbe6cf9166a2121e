"""`/search`: for visitors. Crawlers may know that it is there; what it finds is not for them."""

from __future__ import annotations

from functools import lru_cache

from flask import Blueprint, Response, abort, g, request
from flask_babel import gettext as _

from fansite.backends.search.snippets import Answering, Readable, readable
from fansite.bonds.queries import ties_of
from fansite.core import markup
from fansite.core.kept import site_name
from fansite.core.web import Page, Pages, page_number, path_for, render_page
from fansite.core.web.paths import settings
from fansite.news import queries as news
from fansite.search import queries
from fansite.search.forms import SearchForm

bp = Blueprint("search", __name__)
# Texts that were found: a long post takes some 10 KB.
KEPT = 300


@bp.get("/search")
def index() -> Response:
    form = SearchForm(request.args)
    text = " ".join((form.q.data or "").split())[: queries.MAX_QUERY]
    kind = form.kind.data if form.kind.data in queries.findables() else None
    year = form.year.data if form.year.data and 1900 <= form.year.data <= 2200 else None
    page = page_number()
    if page > queries.LAST_PAGE:
        abort(404)
    found = queries.find(text, kind, year, page, without=ties_of(g.person).unheard) if text else None
    asked = [("q", text), *([("kind", kind)] if kind else []), *([("year", str(year))] if year else [])]
    pages = Pages(page, page + int(found.more) if found else page, path_for("search.index"), tuple(asked))
    title = _("Search: %(words)s", words=text) if text else _("Search")
    answering = Answering(text)
    return render_page(
        "search/index.html",
        _described(title) if not request.args else Page(title, noindex=True),
        form=form,
        text=text,
        kind=kind,
        year=year,
        found=found,
        pages=pages,
        kinds=list(queries.kinds()),
        names={findable.kind: str(findable.one) for findable in queries.kinds()},
        years=queries.index().years(),
        excerpt=lambda html: answering.excerpt(_words_of(html)),
        marked=lambda words: answering.marked(readable(words)),
        subjects=[] if text else news.cloud(g.language),
    )


@lru_cache(maxsize=KEPT)
def _words_of(html: str) -> Readable:
    """A text as its passages are cut from it. Who turns pages, or asks what others ask, finds the same ones."""
    return readable(markup.plain(html))


def _described(title: str) -> Page:
    """The empty page, which everybody may find."""
    description = _("Everything on %(site)s: news, pages, and what fans said.", site=site_name())
    versions = [(language, path_for("search.index", language)) for language in settings().languages]
    return Page(title, description=description, path=path_for("search.index"), versions=versions)
