"""Feeds for readers."""

from fansite.core.feature import Feature
from fansite.feeds.views import bp

feature = Feature(blueprints=[bp])
