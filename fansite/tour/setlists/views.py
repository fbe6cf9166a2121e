"""`/tour/songs/`: what the band plays, and how often, when and where each song was played."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, redirect, request
from flask_babel import gettext as _

from fansite.core.kept import site_name
from fansite.core.web import Page, Pages, cacheable, page_number, path_for, public_url, render_page
from fansite.core.web.paths import settings
from fansite.tour.blueprint import bp
from fansite.tour.queries import evenings
from fansite.tour.setlists import queries
from fansite.tour.setlists.content import composition
from fansite.tour.setlists.queries import CLOSER, ENCORE, OPENER, Statistic

SORTS = {"count": queries.by_count, "title": queries.by_title}


@bp.get("/tour/songs/")
@cacheable("page", "sort")
def songs() -> Response:
    """All that was ever played, the most played first, or by their titles."""
    number, sort = page_number(), request.args.get("sort", "count")
    if sort not in SORTS:
        abort(404)
    found = SORTS[sort](queries.statistics())
    last = max(1, -(-len(found) // queries.SONGS_A_PAGE))
    if number > last:
        abort(404)
    here = found[(number - 1) * queries.SONGS_A_PAGE : number * queries.SONGS_A_PAGE]
    extra = (("sort", sort),) if sort != "count" else ()
    pages = Pages(number, last, path_for("tour.songs"), extra)
    page = Page(
        _("Songs"),
        description=_("What %(site)s play, and how often each song was played.", site=site_name()),
        path=pages.url(number),
        versions=_versions("tour.songs", sort=sort if extra else None, page=number if number > 1 else None),
        crumbs=[(_("Tour"), path_for("tour.index"))],
        elsewhere="tour.songs",
    )
    return render_page(
        "tour/songs.html",
        page,
        tags=queries.TAGS,
        until=queries.repertoire().next_at,
        songs=here,
        count=len(found),
        sort=sort,
        pages=pages,
        evenings={one.id: one for one in evenings({id for song in here for id in (song.first, song.last)})},
    )


@bp.get("/tour/songs/<slug>")
@cacheable("page")
def song(slug: str) -> Any:
    """One song: how often, when first, when last, and all the evenings."""
    title = queries.at(slug)
    if title is not None and title.merged_into_id is not None:
        into = queries.titles()[title.merged_into_id]
        return redirect(path_for("tour.song", slug=into.slug), 301) if queries.statistic(into) is not None else abort(404)
    found = queries.statistic(title) if title is not None else None
    if found is None:
        abort(404)
    number = page_number()
    last = -(-len(found.gigs) // queries.EVENINGS_A_PAGE)
    if number > last:
        abort(404)
    pages = Pages(number, last, path_for("tour.song", slug=slug))
    here = found.gigs[(number - 1) * queries.EVENINGS_A_PAGE : number * queries.EVENINGS_A_PAGE]
    known = {one.id: one for one in evenings({*here, found.first, found.last})}
    return render_page(
        "tour/song.html",
        _page(found, pages),
        tags=queries.TAGS,
        until=queries.repertoire().next_at,
        song=found,
        first=known.get(found.first),
        last=known.get(found.last),
        evenings=[known[id] for id in here if id in known],
        pages=pages,
        how={"opener": found.as_(OPENER), "closer": found.as_(CLOSER), "encore": found.as_(ENCORE)},
    )


def _page(found: Statistic, pages: Pages) -> Page:
    song, number = found.song, pages.page if pages.page > 1 else None
    return Page(
        song.title,
        description=_(
            "“%(title)s”, live by %(site)s: how often it was played, when first, when last, and where.",
            title=song.title,
            site=site_name(),
        ),
        path=pages.url(pages.page),
        versions=_versions("tour.song", slug=song.slug, page=number),
        crumbs=[(_("Tour"), path_for("tour.index")), (_("Songs"), path_for("tour.songs"))],
        nodes=[composition(song.title, song.artist, public_url(path_for("tour.song", slug=song.slug)))],
        elsewhere="tour.songs",
    )


def _versions(endpoint: str, **values: Any) -> list[tuple[str, str]]:
    return [(language, path_for(endpoint, language, **values)) for language in settings().languages]
