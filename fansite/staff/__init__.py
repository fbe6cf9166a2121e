"""The desk from which the site is written."""

from datetime import timedelta

from fansite.core.feature import Feature
from fansite.core.outbox import Routine
from fansite.staff import operations
from fansite.staff.personal import personal
from fansite.staff.views import bp

feature = Feature(blueprints=[bp], personal=personal, routines=[Routine("staff.copies", operations.sweep, timedelta(hours=6))])
