"""All that can happen to gigs, tours and venues."""

from fansite.core.publishing import publish, recall, set_comments_open, withdraw
from fansite.tour.operations.changing import cancel, move, postpone, reinstate, reschedule, sell, undo
from fansite.tour.operations.gigs import draft, revise, tour_named
from fansite.tour.operations.venues import find_or_add, merge
from fansite.tour.operations.venues import revise as revise_venue

__all__ = [
    "cancel",
    "draft",
    "find_or_add",
    "merge",
    "move",
    "postpone",
    "publish",
    "recall",
    "reinstate",
    "reschedule",
    "revise",
    "revise_venue",
    "sell",
    "set_comments_open",
    "tour_named",
    "undo",
    "withdraw",
]
