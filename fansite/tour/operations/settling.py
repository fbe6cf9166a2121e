"""What follows from when and where a gig is: its title, its address, when it is over, and what its calendars say. Inside a transaction."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l

from fansite.core.content import MAX_TITLE, change_slug, free_slug
from fansite.core.errors import Refused
from fansite.core.wording import reserved
from fansite.lib import localtime, slugs
from fansite.lib.times import now
from fansite.tour.models import Gig, Venue

# Others are typing errors, and a calendar would write down the rules of all clocks since.
YEARS = range(1900, 2200)
# Nobody knows yet when: after all others.
SOMETIME = datetime(9999, 1, 1, tzinfo=UTC)


def settle(gig: Gig, venue: Venue) -> bool:
    """Whether anything a calendar says is different now: time, place, state."""
    if gig.day.year not in YEARS:
        raise Refused(_l("That year is a slip of the pen."), field="day")
    was = (gig.over_at, gig.zone, gig.title)
    gig.zone = venue.zone
    gig.title = f"{venue.city}, {venue.name}"[:MAX_TITLE]
    gig.over_at = SOMETIME if gig.waits else localtime.end_of(gig.day, gig.starts, gig.ends, ZoneInfo(gig.zone))
    _settle_address(gig, venue)
    changed = (gig.over_at, gig.zone, gig.title) != was
    if changed:
        gig.updated_at = now()
    return changed


def address_of(gig: Gig, venue: Venue) -> str:
    """`2026-12-11-brussels-la-vieille-brasserie`."""
    return slugs.slugify(f"{gig.day.isoformat()} {venue.city} {venue.name}")


def _settle_address(gig: Gig, venue: Venue) -> None:
    """The former address leads to the present one as soon as anybody knew it."""
    wanted = free_slug(Gig, address_of(gig, venue), gig.language, own_id=gig.id, reserved=reserved())
    if gig.slug:
        change_slug(gig, wanted, reserved=reserved())
    else:
        gig.slug = wanted
