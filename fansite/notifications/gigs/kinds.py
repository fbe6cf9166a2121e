"""The kinds of notices about evenings: a row each."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fansite.core.notices import Kind
from fansite.notifications.gigs import concerned, happening, words
from fansite.notifications.gigs.telling import show, tell

KINDS = (
    Kind(
        concerned.ANNOUNCED,
        _l("An evening near your place is announced"),
        _l("Within the distance you chose. Without a place there are none."),
        words.many_near,
        ("gig.published",),
        happening.announced,
        concerned.near,
        tell,
        show=show,
    ),
    Kind(
        "gig.changed",
        _l("Plans change"),
        _l("Another day, hour or house, for evenings you go to, might go to, or that are near your place."),
        words.many_changed,
        ("gig.changed",),
        happening.changed,
        concerned.going_or_near,
        tell,
        show=show,
    ),
    Kind(
        "gig.cancelled",
        _l("An evening is called off"),
        _l("One you go to, might go to, or that is near your place."),
        words.many_cancelled,
        ("gig.changed",),
        happening.cancelled,
        concerned.going_or_near,
        tell,
        show=show,
    ),
    Kind(
        "gig.tickets",
        _l("Tickets go on sale"),
        _l("For evenings you go to or might go to."),
        words.many_on_sale,
        ("gig.changed",),
        happening.on_sale,
        concerned.going,
        tell,
        show=show,
    ),
    Kind(
        happening.TOMORROW,
        _l("The day before"),
        _l("Where and when, for evenings you go to or might go to."),
        words.many_tomorrow,
        (happening.TOMORROW,),
        happening.tomorrow,
        concerned.going,
        tell,
        show=show,
    ),
)
