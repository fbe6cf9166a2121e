"""Feeds for readers."""

from fansite.core.feature import Feature
from fansite.feeds.views import bp, site_feeds

feature = Feature(blueprints=[bp], template_globals={"site_feeds": site_feeds})
