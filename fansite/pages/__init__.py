"""Free pages: about, contact, press."""

from fansite.core.entries import findable_entries
from fansite.core.feature import Check, Feature
from fansite.core.outbox import Listener
from fansite.core.publishing import publish_due
from fansite.core.sitemap import sitemap_entries
from fansite.pages.checks import law
from fansite.pages.content import content
from fansite.pages.duties import footer_pages, lacking
from fansite.pages.queries import menu_pages
from fansite.pages.views import bp

feature = Feature(
    blueprints=[bp],
    contents=[content],
    checks=[Check("law", law)],
    findables=[findable_entries(content)],
    sitemap=[sitemap_entries(content)],
    listeners=[Listener("pages.publish_due", publish_due, ("page.scheduled",))],
    template_globals={"menu_pages": menu_pages, "footer_pages": footer_pages, "duties_lacking": lacking},
)
