"""Letters to the band."""

from datetime import timedelta

from fansite.contact import operations
from fansite.contact.personal import personal
from fansite.contact.queries import count_new
from fansite.contact.views import bp
from fansite.core.feature import Feature
from fansite.core.outbox import Routine

feature = Feature(
    blueprints=[bp],
    routines=[Routine("contact.sweep", operations.sweep, timedelta(hours=6))],
    personal=personal,
    template_globals={"new_letters": count_new},
)
