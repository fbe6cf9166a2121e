"""The front page."""

from fansite.core.feature import Feature
from fansite.home.sections import SECTIONS
from fansite.home.views import bp

feature = Feature(blueprints=[bp], home_sections=SECTIONS)
