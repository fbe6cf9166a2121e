"""`/tour/`: what is to come, what was, what is near, and every evening at its lasting address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Response, abort, g, redirect, request
from flask_babel import gettext as _

from fansite.comments import COMMENT_PARAMETERS, section
from fansite.core.asides import beside
from fansite.core.content import moved
from fansite.core.entries import require_sight, stands_for
from fansite.core.kept import site_name
from fansite.core.web import (
    Page,
    Pages,
    cacheable,
    clean,
    conditional,
    entry_path,
    made_each_time,
    page_number,
    path_for,
    public_url,
    render_page,
)
from fansite.core.web.pages import shown_on
from fansite.core.web.paths import settings
from fansite.lib import cities
from fansite.lib.times import now
from fansite.tour import calendars, queries
from fansite.tour.blueprint import bp
from fansite.tour.going.models import FanPlace
from fansite.tour.going.places import place_of
from fansite.tour.going.showing import Company, company
from fansite.tour.models import Gig, Tour
from fansite.tour.photos.policy import opens_at
from fansite.tour.photos.showing import album_of
from fansite.tour.photos.showing import tag_of as photo_tag
from fansite.tour.queries import Evening, Night
from fansite.tour.showing import page_of_gig
from fansite.tour.words import city_named, country_name, title_of

DATED = re.compile(r"\d{4}-\d\d-\d\d-")
LATELY = 3
ELSEWHERE_HERE = 4


@bp.get("/tour/")
@cacheable("country")
def index() -> Response:
    """What is not over yet, there: all of it, however long the tour."""
    coming, country = queries.upcoming(), request.args.get("country", "")
    if country and country not in {night.country for night in coming}:
        abort(404)
    wanted = [night for night in coming if not country or night.country == country]
    title = _("On tour in %(country)s", country=country_name(country)) if country else _("On tour")
    page = Page(
        title,
        description=_("When and where %(site)s play next.", site=site_name()),
        path=path_for("tour.index", country=country or None),
        versions=_versions("tour.index", country=country or None),
        crumbs=[(_("Tour"), path_for("tour.index"))] if country else (),
        feed_stem=f"{path_for('tour.index')}feed",
    )
    around = beside("tour")
    return render_page(
        "tour/index.html",
        page,
        tags=(queries.TAG, *around.tags),
        beside=around.shown,
        until=queries.next_over(),
        gigs=queries.shown(wanted),
        past=queries.shown(queries.past()[:LATELY]),
        past_count=len(queries.past()),
        countries=queries.countries(coming),
        country=country,
        own=_own_place(),
    )


@bp.get("/tour/past/")
@cacheable("page", "year", "country")
def past() -> Response:
    number, over = page_number(), queries.past()
    year, country = _year(over), request.args.get("country", "")
    wanted = [night for night in over if year in (None, night.year) and country in ("", night.country)]
    if (year or country) and not wanted:
        abort(404)
    last = max(1, -(-len(wanted) // queries.PER_PAGE))
    if number > last:
        abort(404)
    extra = tuple((name, str(value)) for name, value in (("year", year), ("country", country)) if value)
    pages = Pages(number, last, path_for("tour.past"), extra)
    title = _("Where we played")
    if year or country:
        title = _(
            "Where we played: %(what)s",
            what=", ".join(part for part in (country_name(country) if country else "", str(year or "")) if part),
        )
    return render_page(
        "tour/past.html",
        Page(
            title,
            description=_("All evenings of %(site)s so far.", site=site_name()),
            path=pages.url(number),
            crumbs=[(_("Tour"), path_for("tour.index"))],
            elsewhere="tour.past",
        ),
        tags=(queries.TAG,),
        until=queries.next_over(),
        gigs=queries.shown(wanted[(number - 1) * queries.PER_PAGE : number * queries.PER_PAGE]),
        pages=pages,
        years=queries.years(over),
        countries=queries.countries(over),
        year=year,
        country=country,
    )


@bp.get("/tour/near")
@cacheable("place", "km")
def near() -> Response:
    """What is to come around a place: a city by any of its names."""
    made_each_time()
    text, radius = clean(request.args.get("place", "")).strip()[:80], request.args.get("km", type=int)
    radius = radius if radius in queries.RADII else queries.RADIUS
    known = cities.find(text)
    place = known[0] if known else None
    coming = queries.upcoming()
    found = sorted(queries.near(place, radius, coming), key=lambda one: one[0].over_at) if place else []
    page = Page(
        _("Near %(place)s", place=city_named(place)) if place else _("Near you"),
        noindex=True,
        crumbs=[(_("Tour"), path_for("tour.index"))],
        elsewhere="tour.near",
    )
    return render_page(
        "tour/near.html",
        page,
        tags=(queries.TAG,),
        until=queries.next_over(),
        gigs=queries.shown([night for night, _km in found]),
        distances={night.id: km for night, km in found},
        text=text,
        place=place,
        others=known[1:],
        radius=radius,
        radii=queries.RADII,
        nearest=_nearest(place, coming) if place and not found else None,
        own=_own_place(),
    )


@bp.get("/tour/<slug>")
@cacheable(*COMMENT_PARAMETERS)
def show(slug: str) -> Any:
    """An evening; or a tour, whose address has no date."""
    if not DATED.match(slug):
        found = queries.tour_at(slug)
        return _tour(found) if found is not None else abort(404)
    gig = queries.by_slug(slug)
    if not stands_for(g.person, gig):
        return _elsewhere(slug)
    assert gig is not None
    require_sight(g.person, gig)
    return page_of_evening(gig, company(gig, g.person) if gig.public else None)


@bp.get("/tour.ics")
@cacheable()
def calendar() -> Response:
    """Everything, the past with it, without an end: calendars that forget what they are no longer told would lose a year."""
    gigs = queries.whole(queries.nights())
    name = _("%(site)s on tour", site=site_name())
    return _calendar(gigs, name, path_for("tour.calendar"), queries.TAG)


@bp.get("/tour/near.ics")
@cacheable("place", "km")
def calendar_near() -> Response:
    """Around a place, the past with it."""
    place, radius = _place_asked_for(), request.args.get("km", str(queries.RADIUS))
    if place is None or radius not in map(str, queries.RADII):
        abort(404)
    if request.args["place"] != place.name:  # of spellings there are endlessly many
        made_each_time()
    gigs = queries.whole(night for night, _km in queries.near(place, int(radius), queries.nights()))
    name = _("%(site)s within %(km)s km of %(place)s", site=site_name(), km=radius, place=city_named(place))
    return _calendar(gigs, name, path_for("tour.calendar_near", place=place.name, km=radius), queries.TAG)


@bp.get("/tour/<slug>.ics")
@cacheable()
def calendar_of_one(slug: str) -> Any:
    gig = queries.by_slug(slug)
    if gig is None or not gig.public:
        entry = moved("gig", slug, settings().language)
        if entry is None or not entry.public:
            abort(404)
        return redirect(path_for("tour.calendar_of_one", slug=entry.slug), 301)
    return _calendar([gig], f"{site_name()}: {title_of(gig)}", path_for("tour.calendar_of_one", slug=slug), *gig.page_tags)


# ---- the parts --------------------------------------------------------------------------------------------------------------


def page_of_evening(gig: Gig, going: Company | None, status: int = 200) -> Response:
    """`going` is None where there is nothing for the public."""
    said = section(gig, g.person) if gig.public else None
    album, around = album_of(gig, g.person), beside("gig", gig)
    parts = [part for part in (said, going, album, around) if part is not None]
    return render_page(
        "tour/show.html",
        page_of_gig(gig, said, album, around.facts),
        status=status,
        tags={*gig.page_tags, f"venue:{gig.venue_id}", photo_tag(gig), *(tag for part in parts for tag in part.tags)},
        until=_another_at(gig),
        gig=gig,
        section=said,
        others=queries.others_here(gig, ELSEWHERE_HERE),
        company=going,
        album=album,
        beside=around.shown,
    )


def _own_place() -> FanPlace | None:
    """Around which the signed-in fan wants to hear of evenings."""
    return place_of(g.person.id) if g.person is not None else None


def _place_asked_for() -> cities.City | None:
    return next(iter(cities.find(clean(request.args.get("place", "")).strip()[:80], 1)), None)


def _calendar(gigs: Sequence[Gig], name: str, path: str, *tags: str) -> Response:
    shown_on(*tags)
    response = Response(calendars.calendar_of(gigs, name, public_url(path)), mimetype="text/calendar")
    response.headers["Content-Disposition"] = 'inline; filename="tour.ics"'
    return conditional(response)


def _tour(tour: Tour) -> Response:
    of_tour = [night for night in queries.nights() if night.tour_id == tour.id]
    if not of_tour:
        abort(404)
    page = Page(
        tour.name,
        description=_("%(tour)s: all evenings of the tour.", tour=tour.name),
        path=path_for("tour.show", slug=tour.slug),
        versions=_versions("tour.show", slug=tour.slug),
        crumbs=[(_("Tour"), path_for("tour.index"))],
    )
    coming, around = {night.id for night in queries.upcoming()}, beside("tour", tour)
    return render_page(
        "tour/tour.html",
        page,
        tags=(queries.TAG, tour.page_tag, *around.tags),
        beside=around.shown,
        until=queries.next_over(),
        tour=tour,
        coming=queries.shown(night for night in of_tour if night.id in coming),
        past=queries.shown(night for night in of_tour if night.id not in coming),
    )


def _another_at(gig: Gig) -> datetime | None:
    """When the page is another by itself: photos are asked for with the doors, what is played is told once it begins, and then it is over."""
    hours = (opens_at(gig), gig.begun_at, gig.over_at)
    return min((at for at in hours if at > now() and at.year < 9999), default=None)


def _elsewhere(slug: str) -> Any:
    """A former date or house leads to the present one, in one hop and in the reader's language."""
    entry = moved("gig", slug, settings().language)
    if entry is None:
        abort(404)
    require_sight(g.person, entry)
    return redirect(entry_path(entry), 301)


def _versions(endpoint: str, **values: Any) -> list[tuple[str, str]]:
    return [(language, path_for(endpoint, language, **values)) for language in settings().languages]


def _year(over: Sequence[Night]) -> int | None:
    text = request.args.get("year", "")
    if not text:
        return None
    known = {str(night.year): night.year for night in over}  # in one spelling: 02025 would be the same page once more
    return known[text] if text in known else abort(404)


def _nearest(place: cities.City, coming: Sequence[Night]) -> tuple[Evening, int] | None:
    """Where nothing is near: what is least far."""
    found = sorted(queries.near(place, 20_100, coming), key=lambda one: one[1])
    shown = queries.shown([found[0][0]]) if found else []
    return (shown[0], found[0][1]) if shown else None
