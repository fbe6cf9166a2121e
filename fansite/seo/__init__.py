"""Sitemaps and robots.txt."""

from fansite.core.feature import Feature
from fansite.seo.views import bp

feature = Feature(blueprints=[bp])
