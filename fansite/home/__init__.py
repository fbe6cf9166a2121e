"""The front page."""

from fansite.core.feature import Feature
from fansite.home.views import bp

feature = Feature(blueprints=[bp])
