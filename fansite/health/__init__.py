"""How the site is, for the person who runs it."""

from fansite.core.feature import Feature
from fansite.health import well_known
from fansite.health.checks import CHECKS
from fansite.health.commands import doctor
from fansite.health.findings import things_wrong
from fansite.health.views import bp

feature = Feature(
    blueprints=[bp, well_known.bp], commands=[doctor], checks=CHECKS, template_globals={"things_wrong": things_wrong}
)
