"""News of the band."""

from fansite.core.entries import findable_entries
from fansite.core.feature import Feature
from fansite.core.outbox import Listener
from fansite.core.publishing import publish_due
from fansite.core.sitemap import sitemap_entries
from fansite.news.content import content
from fansite.news.personal import personal
from fansite.news.views import bp

feature = Feature(
    blueprints=[bp],
    contents=[content],
    findables=[findable_entries(content)],
    personal=personal,
    sitemap=[sitemap_entries(content)],
    listeners=[Listener("news.publish_due", publish_due, ("news.scheduled",))],
)
