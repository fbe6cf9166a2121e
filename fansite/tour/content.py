"""Gigs, as search, sitemap and the rest of the application know them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from babel import Locale
from flask_babel import lazy_gettext as _l

from fansite.backends.search import Document
from fansite.core import markup
from fansite.core.band import band
from fansite.core.content import Content
from fansite.core.entries import findable_entries, text_of
from fansite.core.feature import Addresses, Findable, Result, SitemapPart
from fansite.core.sitemap import sitemap_entries
from fansite.core.web import entry_path, path_for, public_url
from fansite.core.web.paths import current_language, settings
from fansite.lib import cities, localtime
from fansite.media import image_object, link_picture
from fansite.tour import operations, policy, queries
from fansite.tour.models import Gig, GigText
from fansite.tour.setlists import content as setlists
from fansite.tour.words import city_of, title_of

SCHEMA = "https://schema.org/"
EVENT_STATUS = {
    "planned": "EventScheduled",
    "moved": "EventScheduled",
    "rescheduled": "EventRescheduled",
    "postponed": "EventPostponed",
    "cancelled": "EventCancelled",
}
AVAILABILITY = {"on_sale": "InStock", "sold_out": "SoldOut", "later": "PreOrder"}


def document(gig: Gig) -> Document:
    """Found by its city in any of its names, by the house, by the country in all languages of the site, by what was played."""
    assert gig.published_at is not None  # only what is public is indexed
    house = gig.venue
    lands = [str(Locale.parse(language).territories.get(house.country, "")) for language in settings().languages]
    places = [*cities.names_of(house.city, house.country), house.name, house.address, *lands]
    more = [gig.tour.name if gig.tour is not None else "", gig.support, gig.day.isoformat(), setlists.words_of(gig), text_of(gig)]
    more += [part for text in gig.texts for part in (text.support, markup.plain(text.html))]
    return Document(
        key=f"entry:{gig.id}",
        kind="gig",
        language=gig.language,
        title=gig.title,
        body="\n".join(part for part in [", ".join(part for part in places if part), *more] if part),
        published_at=gig.published_at,
        year=gig.day.year,
    )


def json_ld(gig: Gig) -> dict[str, Any]:
    """A `MusicEvent` with what Google asks of an Event: required name, startDate, location with address; all it recommends as far as it
    is known (developers.google.com/search/docs/appearance/structured-data/event). A name is only a name: no place, no price."""
    node: dict[str, Any] = {
        "@type": "MusicEvent",
        "name": band()["name"],
        "@id": public_url(entry_path(gig)),
        "url": public_url(entry_path(gig)),
        "startDate": _moment(gig.begins_at) or gig.day.isoformat(),
        "eventStatus": SCHEMA + EVENT_STATUS[gig.state],
        "eventAttendanceMode": f"{SCHEMA}OfflineEventAttendanceMode",
        "location": _place(gig),
        "image": image_object(gig.cover) if gig.cover is not None else link_picture(gig).get("og:image"),
        "description": _description(gig),
        "performer": band(),
        "organizer": band(),
        "endDate": _moment(gig.ends_at),
        "doorTime": _moment(gig.doors_at),
        "previousStartDate": _former_starts(gig) if gig.state == "rescheduled" else None,
        "superEvent": {"@type": "EventSeries", "name": gig.tour.name} if gig.tour is not None else None,
        "offers": _offer(gig),
        "workPerformed": setlists.works_of(gig),
    }
    return {name: value for name, value in node.items() if value}


def _description(gig: Gig) -> str:
    """The beginning of its text in the reader's language."""
    html = gig.words(current_language()).html
    return (gig.summary if html == gig.html else markup.summary_of(html)) or title_of(gig)


def _moment(at: Any) -> str | None:
    """With the offset that is valid there then."""
    return at.isoformat(timespec="minutes") if at is not None else None


def _former_starts(gig: Gig) -> list[str]:
    from datetime import date, time

    found = []
    for was in gig.former:
        day, starts = date.fromisoformat(was["day"]), was["starts"]
        found.append(_moment(localtime.local(day, time.fromisoformat(starts), gig.where)) if starts else day.isoformat())
    return [one for one in dict.fromkeys(found) if one]


def _place(gig: Gig) -> dict[str, Any]:
    house = gig.venue
    address = {"@type": "PostalAddress", "addressLocality": city_of(house), "addressCountry": house.country}
    place: dict[str, Any] = {
        "@type": "MusicVenue",
        "name": house.name,
        "address": {**address, **({"streetAddress": house.address} if house.address else {})},
    }
    if house.point is not None:
        place["geo"] = {"@type": "GeoCoordinates", "latitude": house.latitude, "longitude": house.longitude}
    return place


def _offer(gig: Gig) -> dict[str, Any] | None:
    if not gig.tickets and not gig.ticket_url:
        return None
    offer: dict[str, Any] = {"@type": "Offer", "url": gig.ticket_url or public_url(entry_path(gig))}
    if gig.tickets:
        offer["availability"] = SCHEMA + AVAILABILITY[gig.tickets]
    if gig.price is not None:
        offer |= {"price": f"{gig.price / 100:.2f}", "priceCurrency": gig.currency}
    if gig.on_sale_at is not None:
        offer["validFrom"] = _moment(gig.on_sale_at.astimezone(gig.where))
    return offer


content = Content(
    model=Gig,
    endpoint="tour.show",
    list_endpoint="tour.index",
    policy=policy,
    label=_l("Gig"),
    plural=_l("Gigs"),
    document=document,
    json_ld=json_ld,
    publish=operations.publish,
    in_feeds=False,
    edit_endpoint="tour.edit",
    for_all_languages=True,
    more_texts=GigText,
)


def findable() -> Findable:
    """Search shows where it is and a passage of the text, both in the reader's language."""
    usual = findable_entries(content)

    def present(ids: Sequence[int]) -> dict[int, Result]:
        found = usual.present(ids)
        titles = {gig.id: title_of(gig) for gig in queries.evenings(found)} if found else {}
        texts = queries.texts_in(current_language(), list(found)) if len(settings().languages) > 1 else {}
        return {id: replace(one, title=titles.get(id, one.title), html=texts.get(id, one.html)) for id, one in found.items()}

    return replace(usual, present=present)


def sitemap_part() -> SitemapPart:
    """Each gig once in every language of the site; a file holds as many addresses as any other."""
    part = sitemap_entries(content)

    def rows(number: int, size: int) -> Iterator[Addresses]:
        languages = settings().languages
        for batch in part.rows(number, size // len(languages)):
            stems = {language: path_for(content.endpoint, language, slug="x").removesuffix("x") for language in languages}
            of_all = [(*row[:2], language, *row[3:]) for row in batch.rows for language in languages]
            versions = {row[0]: [(language, stems[language] + row[3]) for language in languages] for row in batch.rows}
            yield Addresses(of_all, stems, versions)

    return SitemapPart(content.kind, lambda size: part.files(size // len(settings().languages)), rows)
