"""News of the band."""

from fansite.core.entries import findable_entries
from fansite.core.feature import Aside, Feature
from fansite.core.outbox import Listener
from fansite.core.publishing import publish_due
from fansite.core.sitemap import sitemap_entries
from fansite.news.content import content
from fansite.news.personal import personal
from fansite.news.queries import about_gig, about_tour
from fansite.news.showing import facts_of_told
from fansite.news.views import bp

feature = Feature(
    blueprints=[bp],
    contents=[content],
    findables=[findable_entries(content)],
    personal=personal,
    sitemap=[sitemap_entries(content)],
    asides=[
        Aside("gig", "news/_told.html", about_gig, lambda gig: (f"about:gig:{gig.id}",), facts_of_told, order=10),
        Aside(
            "tour", "news/_told.html", about_tour, lambda tour: (f"about:tour:{tour.id}",) if tour is not None else (), order=30
        ),
    ],
    listeners=[Listener("news.publish_due", publish_due, ("news.scheduled",))],
)
