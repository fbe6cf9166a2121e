"""`/search`: for visitors, never for crawlers."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request
from flask_babel import gettext as _

from fansite.backends.search.snippets import excerpt, marked
from fansite.core.web import Page, Pages, page_number, path_for, render_page
from fansite.search import queries
from fansite.search.forms import SearchForm

bp = Blueprint("search", __name__)


@bp.get("/search")
def index() -> Response:
    form = SearchForm(request.args)
    text = " ".join((form.q.data or "").split())[: queries.MAX_QUERY]
    kind = form.kind.data if form.kind.data in queries.findables() else None
    year = form.year.data if form.year.data and 1900 <= form.year.data <= 2200 else None
    page = page_number()
    if page > queries.LAST_PAGE:
        abort(404)
    found = queries.find(text, kind, year, page) if text else None
    kept = [("q", text), *([("kind", kind)] if kind else []), *([("year", str(year))] if year else [])]
    pages = Pages(page, page + int(found.more) if found else page, path_for("search.index"), tuple(kept))
    title = _("Search: %(words)s", words=text) if text else _("Search")
    return render_page(
        "search/index.html",
        Page(title, noindex=True),
        form=form,
        text=text,
        kind=kind,
        year=year,
        found=found,
        pages=pages,
        kinds=list(queries.kinds()),
        years=queries.index().years(),
        excerpt=lambda words: excerpt(words, text),
        marked=lambda words: marked(words, text),
    )
