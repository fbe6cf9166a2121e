"""The desk from which the site is written."""

from fansite.core.feature import Feature
from fansite.staff.views import bp

feature = Feature(blueprints=[bp])
