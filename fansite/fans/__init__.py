"""The pages of the people here."""

from fansite.core.feature import Feature
from fansite.fans.views import bp

feature = Feature(blueprints=[bp])
