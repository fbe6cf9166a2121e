"""Sitemaps, robots.txt, and what shared links show."""

from datetime import timedelta

from fansite.core.feature import Feature
from fansite.core.outbox import Listener, Routine
from fansite.seo.listeners import catch_up, in_new_looks, keep_cards
from fansite.seo.views import bp

CHANGES = (
    "news.published", "news.revised", "page.published", "page.revised", "gig.published", "gig.revised", "gig.changed", "talk.published", "talk.revised",
)  # fmt: skip

feature = Feature(
    blueprints=[bp],
    listeners=[
        Listener("seo.cards", keep_cards, CHANGES, batch=10),
        Listener("seo.looks", in_new_looks, ("look.published",)),
    ],
    routines=[Routine("seo.cards", catch_up, timedelta(minutes=10))],
)
