"""What people are to each other here: who follows whom, whom they do not want to hear, and whom they keep away."""

from fansite.bonds.personal import personal
from fansite.bonds.views import bp
from fansite.core.feature import Feature

feature = Feature(blueprints=[bp], personal=personal)
