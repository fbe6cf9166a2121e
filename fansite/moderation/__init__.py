"""What needs a person's eye, and what was decided."""

from fansite.core.feature import Feature
from fansite.moderation.personal import personal
from fansite.moderation.views import bp

feature = Feature(blueprints=[bp], personal=personal)
