"""What the page of a gig tells machines: canonical, versions, markup."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from fansite.comments import Section
from fansite.core.kept import site_name
from fansite.core.web import Page, path_for
from fansite.core.web.paths import settings
from fansite.media import link_picture
from fansite.tour.content import json_ld
from fansite.tour.models import Gig
from fansite.tour.photos.showing import Album
from fansite.tour.words import city_of, long_day, state_words, title_of


def page_of_gig(gig: Gig, said: Section | None, album: Album | None, facts: Mapping[str, Any]) -> Page:
    """`said` is None where there is nothing for the public: drafts, previews. `facts` are what other features know of it."""
    house = gig.venue
    what = _(
        "%(site)s at %(house)s, %(city)s, %(day)s", site=site_name(), house=house.name, city=city_of(house), day=long_day(gig.day)
    )
    state = state_words(gig)
    number = said.pages.page if said and said.pages.page > 1 else None
    versions = [(language, path_for("tour.show", language, slug=gig.slug, page=number)) for language in settings().languages]
    return Page(
        f"{title_of(gig)}, {long_day(gig.day)}",
        description=f"{state}: {what}" if state else what,
        path=path_for("tour.show", slug=gig.slug, page=number) if said else None,
        noindex=said is None,
        kind="article",
        versions=versions if said else (),
        elsewhere="tour.index",
        crumbs=[
            (_("Tour"), path_for("tour.index")),
            *([(gig.tour.name, path_for("tour.show", slug=gig.tour.slug))] if gig.tour is not None else []),
        ],
        nodes=[{**json_ld(gig), **facts, **_pictured(album, facts)}] if said else (),
        og=link_picture(gig) if said else {},
    )


def _pictured(album: Album | None, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Photographs are among what is about it."""
    return {"subjectOf": [*album.nodes, *facts.get("subjectOf", ())]} if album is not None and album.photos else {}
