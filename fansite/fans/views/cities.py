"""Everybody who is here, newest first, and by the cities they live in."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Response, abort, g
from flask_babel import gettext as _

from fansite.core.asides import Beside, beside
from fansite.core.errors import NotFound
from fansite.core.kept import site_name
from fansite.core.web import Page, Pages, cacheable, page_number, path_for, render_page
from fansite.fans import cities, queries
from fansite.fans.cities import FEW
from fansite.fans.views.blueprint import bp, versions
from fansite.tour.words import city_named, country_name


@bp.get("/fans/")
@cacheable("page")
def index() -> Response:
    """Everyone who has said something, newest first."""
    page = page_number()
    people, last, total = queries.page_of_heard(page)
    if page > last:
        abort(404)
    pages = Pages(page, last, path_for("fans.index"))
    more = beside("fans") if page == 1 else Beside()
    return render_page(
        "fans/index.html",
        Page(
            _("Fans"),
            description=_("News of %(site)s, and what their fans say.", site=site_name()),
            path=pages.url(page),
            versions=versions("fans.index", page),
        ),
        tags=("list:fans", *cities.TAGS, *(f"account:{account.id}" for account in people), *more.tags),
        people=people,
        pages=pages,
        total=total,
        until=more.until,
        by_city=bool(cities.cities(g.person)),
        beside=more.shown,
    )


@bp.get("/fans/cities")
@cacheable("page")
def all_cities() -> Response:
    """Where they live, by country."""
    page = page_number()
    here, last, fans = cities.page_of_all(page, g.person)
    if page > last:
        abort(404)
    pages = Pages(page, last, path_for("fans.all_cities"))
    return render_page(
        "fans/cities.html",
        Page(
            _("Fans by city"),
            description=_("Where the fans of %(site)s live.", site=site_name()),
            path=pages.url(page),
            noindex=fans < FEW,
            versions=versions("fans.all_cities", page),
            crumbs=[(_("Fans"), path_for("fans.index"))],
        ),
        tags=cities.TAGS,
        countries=[(country_name(code), list(group)) for code, group in groupby(here, key=lambda city: city.country)],
        pages=pages,
    )


@bp.get("/fans/in/<slug>")
@cacheable("page")
def in_city(slug: str) -> Any:
    city, page = cities.cities(g.person).get(slug), page_number()
    if city is None:
        raise NotFound(_("Nobody says so far that they live there."))
    people, last = cities.page_of(city, page, g.person)
    if page > last:
        abort(404)
    pages = Pages(page, last, path_for("fans.in_city", slug=slug))
    return render_page(
        "fans/in_city.html",
        Page(
            _("Fans in %(city)s", city=city_named(city)),
            description=_("Who follows %(site)s in %(city)s.", site=site_name(), city=city_named(city)),
            path=pages.url(page),
            noindex=city.fans < FEW,
            versions=versions("fans.in_city", page, slug=slug),
            crumbs=[(_("Fans"), path_for("fans.index")), (_("By city"), path_for("fans.all_cities"))],
        ),
        tags=(*cities.TAGS, *(f"account:{account.id}" for account in people)),
        city=city,
        people=people,
        pages=pages,
    )
