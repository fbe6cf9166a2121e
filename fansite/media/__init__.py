"""Pictures."""

from fansite.core.feature import Feature
from fansite.media.views import bp

feature = Feature(blueprints=[bp])
